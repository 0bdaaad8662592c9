use hesper_learn::{Learner, TrainingSet};

use super::shared::{check, fitted, pooled};
use crate::{Error, FewLabels, Fitted, Info, LabelledTarget, Source, Target};

/// The labelled target alone. Classes of which it has no object are never predicted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TargetOnly;

/// Source and labelled target as one training set, in which all objects count alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pooled;

impl FewLabels for TargetOnly {
    fn info(&self) -> &'static Info {
        &Info {
            name: "target-only",
            doc: "The learner on the labelled objects of the target; the source is not used.",
        }
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        labelled: &LabelledTarget<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        check(source, target, labelled)?;
        let data = TrainingSet { x: labelled.x, y: labelled.y, weights: None, n_classes: source.n_classes };
        let mut warnings = Vec::new();
        if labelled.y.iter().all(|class| *class == labelled.y[0]) {
            warnings.push(
                "all labelled objects of the target are of one class: no other is ever predicted".to_owned(),
            );
        }
        Ok(fitted(learner.fit(&data, seed)?, None, labelled, source.n_classes, warnings))
    }
}

impl FewLabels for Pooled {
    fn info(&self) -> &'static Info {
        &Info {
            name: "pooled",
            doc: "The learner on the source and the labelled objects of the target together, each object counting alike.",
        }
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        labelled: &LabelledTarget<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        check(source, target, labelled)?;
        let (x, y) = pooled(source, labelled.x, labelled.y)?;
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: source.n_classes };
        Ok(fitted(learner.fit(&data, seed)?, None, labelled, source.n_classes, Vec::new()))
    }
}
