use hesper_learn::{Learner, TrainingSet};

use crate::{Error, Fitted, Info, Method, Source, Target};

/// The learner on the source as it is: what every method has to beat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceOnly;

impl Method for SourceOnly {
    fn info(&self) -> &'static Info {
        &Info { name: "source-only", doc: "The learner on the source as it is; nothing is adapted." }
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        source.check()?;
        target.check(source)?;
        let data = TrainingSet { x: source.x, y: source.y, weights: None, n_classes: source.n_classes };
        let classifier = learner.fit(&data, seed)?;
        Ok(Fitted { classifier, effective_size: None, warnings: Vec::new() })
    }
}
