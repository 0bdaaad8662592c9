use hesper_learn::metrics;
use serde::{Deserialize, Serialize};

use crate::Error;

/// By what members of a family are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Score {
    /// The share of objects whose class is found.
    #[default]
    Accuracy,
    /// The mean, over the classes that are there, of the share of the class's objects whose class is found.
    Balanced,
}

impl Score {
    /// The score of guesses.
    pub(super) fn of(self, truth: &[u32], guessed: &[u32]) -> Result<f64, Error> {
        Ok(match self {
            Self::Accuracy => metrics::accuracy(truth, guessed)?,
            Self::Balanced => metrics::balanced_accuracy(truth, guessed)?,
        })
    }
}
