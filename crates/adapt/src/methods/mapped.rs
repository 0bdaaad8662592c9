use hesper_learn::{Learner, TrainingSet};

use crate::{Error, Fitted, Info, Mapping, Method, Source, Target};

/// Learns from the source where a map took it, and takes objects of the target there before they are classified.
pub struct Mapped(pub Box<dyn Mapping>);

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
        let data =
            TrainingSet { x: &aligned.source, y: source.y, weights: None, n_classes: source.n_classes };
        let classifier = aligned.map.before(learner.fit(&data, seed)?);
        Ok(Fitted {
            warnings: aligned.warnings,
            moved: Some([aligned.source, aligned.target]),
            ..Fitted::new(classifier)
        })
    }
}
