use hesper_learn::{Learner, TrainingSet};

use crate::{Error, Fitted, Info, Method, Source, Target, Weighting};

/// Learns from the weighted source.
pub struct Weighted(pub Box<dyn Weighting>);

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
        let classifier = learner.fit(&data, seed)?;
        Ok(Fitted {
            weights: Some(weights.values),
            effective_size: Some(weights.effective_size),
            warnings: weights.warnings,
            ..Fitted::new(classifier)
        })
    }
}
