//! Weightings and maps as methods, after a choice of scale.

use std::sync::Arc;

use hesper_adapt::maps::{Coral, Scale, Standardise, mappings};
use hesper_adapt::prior::PriorCorrection;
use hesper_adapt::select::{Candidate, SourceOnly};
use hesper_adapt::weights::weightings;
use hesper_adapt::{Error, Fitted, Info, Map, Mapping, Method, Source, Target, Weighting};
use hesper_learn::{
    Classifier, ForestParams, Learner, LogisticParams, Matrix, NeighboursParams, SvmParams, TrainingSet,
};

struct Weighted(Box<dyn Weighting>);

impl Method for Weighted {
    fn info(&self) -> &'static Info {
        self.0.info()
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        let weights = self.0.weights(source, target, seed)?;
        let data = TrainingSet {
            x: source.x,
            y: source.y,
            weights: Some(&weights.values),
            n_classes: source.n_classes,
        };
        Ok(Fitted {
            classifier: learner.fit(&data, seed)?,
            effective_size: Some(weights.effective_size),
            warnings: weights.warnings,
        })
    }
}

/// A map, and then a method.
struct Mapped(Box<dyn Mapping>, Box<dyn Method>);

impl Method for Mapped {
    fn info(&self) -> &'static Info {
        self.0.info()
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
        let classifier = Behind { map: aligned.map, inner: fitted.classifier, columns: source.x.cols() };
        Ok(Fitted { classifier: Box::new(classifier), ..fitted })
    }
}

struct Behind {
    map: Box<dyn Map>,
    inner: Box<dyn Classifier>,
    columns: usize,
}

impl Classifier for Behind {
    fn n_classes(&self) -> usize {
        self.inner.n_classes()
    }

    fn n_features(&self) -> usize {
        self.columns
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, hesper_learn::Error> {
        let moved = self.map.apply(x).map_err(|_| hesper_learn::Error::Empty("the mapped table"))?;
        self.inner.predict_proba(&moved)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        None
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
        all.push((mapping.info().name, Box::new(Mapped(mapping, Box::new(SourceOnly)))));
    }
    let centred = Coral { centre: true, ..Coral::default() };
    all.push(("coral-centred", Box::new(Mapped(Box::new(centred), Box::new(SourceOnly)))));
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
                    _ => Box::new(Mapped(Box::new(Standardise { scale }), method)),
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
