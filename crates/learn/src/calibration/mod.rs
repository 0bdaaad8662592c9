//! Calibration: probabilities that mean what they say.
//!
//! A map is learned from probabilities that a classifier gave to rows which it did not learn from. [`Calibrated`] does
//! that by cross-validation around any learner; [`Calibration::fit`] takes probabilities made elsewhere.

mod beta;
mod calibrated;
mod isotonic;
mod logistic;
mod map;
mod platt;
mod reweighted;
mod temperature;

use serde::{Deserialize, Serialize};

pub use calibrated::Calibrated;
pub(crate) use calibrated::CalibratedClassifier;
pub use map::CalibrationMap;
pub use reweighted::Reweighted;

use crate::metrics::check_probabilities;
use crate::{Error, Matrix};

/// The least probability whose logarithm is taken: a forest that gives 0 does not mean it quite.
const LEAST: f64 = 1e-12;

/// How probabilities are calibrated.
///
/// All but the temperature treat two classes by one map of the second class's probability, and more classes one against
/// the rest (Zadrozny & Elkan 2002, doi:10.1145/775047.775151), after which each row is made to add up to 1 again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calibration {
    /// Any rising curve, by pooling adjacent violators: the most faithful with about a thousand rows or more; fewer are
    /// followed too closely.
    Isotonic,
    /// A sigmoid of the probability, with Platt's smoothed targets: right for scores that crowd around the middle, and
    /// for few rows. The default.
    #[default]
    Platt,
    /// One power for all probabilities: cures too much and too little certainty, and never changes which class is the
    /// most probable.
    Temperature,
    /// A sigmoid of the logarithms of the probability and of its complement, with the identity among its shapes.
    Beta,
}

impl Calibration {
    /// Learns the map from probabilities (rows × classes) of rows with the classes `y`; `weights` are 1 when absent.
    ///
    /// A class without rows (of positive weight) keeps the probabilities it has: nothing is known of it.
    ///
    /// # Errors
    /// When there are no rows or lengths differ, a class is out of range, a probability is not from 0 to 1, or weights are
    /// negative, not finite or all 0.
    pub fn fit(
        self,
        probabilities: &Matrix,
        y: &[u32],
        weights: Option<&[f64]>,
    ) -> Result<CalibrationMap, Error> {
        check_probabilities("a calibration", y, probabilities)?;
        let weights = Error::checked_weights(y.len(), weights)?;
        Ok(CalibrationMap::fit(self, probabilities, y, &weights))
    }
}
