//! Weightings and maps as methods, after a choice of scale.

use std::sync::Arc;

use hesper_adapt::maps::{Coral, Gfk, Jda, Ot, OtLinear, Scale, Standardise, Subspace, Tca};
use hesper_adapt::methods::{Mapped, SourceOnly, Weighted};
use hesper_adapt::prior::PriorCorrection;
use hesper_adapt::select::Candidate;
use hesper_adapt::weights::{Discriminator, Gaussian, Kliep, Nearest, Rulsif, Ulsif};
use hesper_adapt::{Error, Fitted, Info, Mapping, Method, Source, Target, Weighting};
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

fn plain() -> Vec<(&'static str, Box<dyn Method>)> {
    let weighted = |weighting: Box<dyn Weighting>| -> Box<dyn Method> { Box::new(Weighted(weighting)) };
    let mapped = |mapping: Box<dyn Mapping>| -> Box<dyn Method> { Box::new(Mapped(mapping)) };
    vec![
        ("source-only", Box::new(SourceOnly)),
        ("em", Box::new(PriorCorrection::em())),
        ("bbse", Box::new(PriorCorrection::bbse())),
        ("gaussian", weighted(Box::new(Gaussian::default()))),
        ("discriminator", weighted(Box::new(Discriminator::default()))),
        ("nearest", weighted(Box::new(Nearest::default()))),
        ("kliep", weighted(Box::new(Kliep::default()))),
        ("ulsif", weighted(Box::new(Ulsif::default()))),
        ("rulsif", weighted(Box::new(Rulsif::default()))),
        ("coral", mapped(Box::new(Coral::default()))),
        ("coral-centred", mapped(Box::new(Coral { centre: true, ..Coral::default() }))),
        ("subspace", mapped(Box::new(Subspace::default()))),
        ("tca", mapped(Box::new(Tca::default()))),
        ("jda", mapped(Box::new(Jda::default()))),
        ("gfk", mapped(Box::new(Gfk::default()))),
        ("ot", mapped(Box::new(Ot::default()))),
        ("ot-linear", mapped(Box::new(OtLinear::default()))),
    ]
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
