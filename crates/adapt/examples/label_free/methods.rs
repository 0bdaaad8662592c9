//! Weightings and maps as methods, after a choice of scale.

use std::sync::Arc;

use hesper_adapt::maps::{Coral, Scale, Standardise, mappings};
use hesper_adapt::methods::{Mapped, SourceOnly, Weighted};
use hesper_adapt::prior::PriorCorrection;
use hesper_adapt::select::Candidate;
use hesper_adapt::weights::weightings;
use hesper_adapt::{Error, Fitted, Info, Mapping, Method, Source, Target};
use hesper_learn::{ForestParams, Learner, LogisticParams, NeighboursParams, SvmParams};

/// A scale, and then a method.
struct Scaled(Standardise, Box<dyn Method>);

impl Method for Scaled {
    fn info(&self) -> &'static Info {
        self.1.info()
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        let aligned = self.0.align(source, target, seed)?;
        let there = Source { x: &aligned.source, ..*source };
        let fitted = self.1.fit(&there, &Target { x: &aligned.target }, learner, seed)?;
        Ok(Fitted { classifier: aligned.map.before(fitted.classifier), ..fitted })
    }
}

/// Everything with its default parameters, and CORAL with means.
fn plain() -> Vec<(&'static str, Box<dyn Method>)> {
    let mut all: Vec<(&'static str, Box<dyn Method>)> = vec![
        ("source-only", Box::new(SourceOnly)),
        ("em", Box::new(PriorCorrection::em())),
        ("bbse", Box::new(PriorCorrection::bbse())),
    ];
    for weighting in weightings() {
        all.push((weighting.info().name, Box::new(Weighted(weighting))));
    }
    // Standardising is done before every method, or not.
    for mapping in mappings().into_iter().filter(|mapping| mapping.info().name != "standardise") {
        all.push((mapping.info().name, Box::new(Mapped(mapping))));
    }
    all.push(("coral-centred", Box::new(Mapped(Box::new(Coral { centre: true, ..Coral::default() })))));
    all
}

pub(crate) fn learners() -> Vec<(&'static str, Arc<dyn Learner>)> {
    vec![
        ("logistic", Arc::new(LogisticParams::default())),
        ("neighbours", Arc::new(NeighboursParams::default())),
        ("forest", Arc::new(ForestParams { trees: 100, ..ForestParams::default() })),
        ("svm", Arc::new(SvmParams::default())),
    ]
}

const SCALES: [(&str, Scale); 3] =
    [("none", Scale::None), ("joint", Scale::Joint), ("per-domain", Scale::PerDomain)];

/// All methods with each of the scales and learners, named method/scale/learner.
pub(crate) fn configurations(learners: &[(&'static str, Arc<dyn Learner>)]) -> Vec<Candidate> {
    let mut all = Vec::new();
    for (learner_name, learner) in learners {
        for (scale_name, scale) in SCALES {
            for (name, method) in plain() {
                let method: Box<dyn Method> = match scale {
                    Scale::None => method,
                    _ => Box::new(Scaled(Standardise { scale }, method)),
                };
                all.push(Candidate {
                    name: format!("{name}/{scale_name}/{learner_name}"),
                    method,
                    learner: Some(Arc::clone(learner)),
                });
            }
        }
    }
    all
}
