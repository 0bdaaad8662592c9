use hesper_learn::{Learner, TrainingSet};

use crate::{Error, Fitted, Info, Method, Source, Target};

/// No adaptation: what every method must beat.
#[derive(Clone, Copy, Debug, Default)]
pub struct SourceOnly;

static INFO: Info = Info {
    name: "source-only",
    doc: "No adaptation: the learner is fitted to the source as it is. What every method must beat.",
};

impl Method for SourceOnly {
    fn info(&self) -> &'static Info {
        &INFO
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
        Ok(Fitted::new(learner.fit(&data, seed)?))
    }
}
