use std::sync::Arc;

use hesper_learn::conformal::{ShiftParams, shift_weights};
use hesper_learn::{Learner, LogisticParams};

use super::check_domains;
use crate::{Error, Info, Source, Target, Weighting, Weights};

/// The odds of a classifier that tells the target from the source.
#[derive(Clone)]
pub struct Discriminator {
    /// Folds, and the largest weight.
    pub params: ShiftParams,
    learner: Arc<dyn Learner>,
}

impl Default for Discriminator {
    fn default() -> Self {
        Self::new(Box::new(LogisticParams::default()))
    }
}

impl Discriminator {
    /// With any learner.
    pub fn new(learner: Box<dyn Learner>) -> Self {
        Self { params: ShiftParams::default(), learner: learner.into() }
    }
}

impl Weighting for Discriminator {
    fn info(&self) -> &'static Info {
        &Info {
            name: "discriminator",
            doc: "w = p/(1 − p) · n_source/n_target with p the probability, out of fold, that an object is of the target \
                  (Bickel, Brückner & Scheffer 2009). Any learner; logistic regression if none is named.",
        }
    }

    fn weights(&self, source: &Source<'_>, target: &Target<'_>, seed: u64) -> Result<Weights, Error> {
        check_domains(source, target)?;
        let found = shift_weights(&self.params, self.learner.as_ref(), source.x, target.x, seed)?;
        let mut weights = Weights::new(found.source);
        if found.separation > 0.99 {
            weights.warnings.push(format!(
                "source and target can be told apart (area under the ROC curve {:.3}): no weights make one look like the other",
                found.separation
            ));
        }
        Ok(weights)
    }
}
