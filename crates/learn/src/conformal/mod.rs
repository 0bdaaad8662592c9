//! Conformal prediction: sets of classes that hold the true one as often as asked.
//!
//! Whatever the classifier, if the rows that the thresholds are set by and the rows to come are exchangeable, a set
//! holds the true class with at least the probability asked for (Vovk, Gammerman & Shafer 2005). It becomes small where
//! the classifier knows much. Where the rows to come are drawn otherwise (fainter, say), weights bring the promise back, if
//! they are the ratio of the densities ([`shift_weights`]).
//!
//! ```
//! use hesper_learn::{Matrix, conformal::{Conformal, ConformalParams}};
//! // Twenty rows with known classes, of which the classifier is less and less sure.
//! let known = Matrix::from_rows(&(0..20).map(|row| [1.0 - f64::from(row) / 20.0, f64::from(row) / 20.0]).collect::<Vec<_>>())?;
//! let conformal = Conformal::calibrate(&ConformalParams { level: 0.8, ..Default::default() }, &known, &[0; 20], None, 1)?;
//! let sets = conformal.sets(&Matrix::from_rows(&[[0.9, 0.1], [0.5, 0.5]])?, None)?;
//! assert_eq!((sets.classes(0), sets.classes(1)), (vec![0], vec![0, 1]));
//! # Ok::<(), hesper_learn::Error>(())
//! ```

mod coverage;
mod score;
mod sets;
mod shift_weights;
#[cfg(test)]
mod tests;
mod threshold;

pub use coverage::Coverage;
pub use score::Score;
pub use sets::PredictionSets;
pub use shift_weights::{ShiftParams, ShiftWeights, effective_size, shift_weights};

use serde::{Deserialize, Serialize};

use crate::metrics::{check_level, check_probabilities};
use crate::random::Stream;
use crate::{Error, Matrix};
use score::Scorer;
use threshold::Threshold;

/// How conformal sets are made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConformalParams {
    /// How often a set is to hold the true class, between 0 and 1. Default 0.9.
    pub level: f64,
    /// How unlike a row's classes are. Default [`Score::LeastAmbiguous`].
    pub score: Score,
    /// Whether each class has a threshold of its own, so that the promise holds for each class (Mondrian or
    /// class-conditional sets); it needs many rows of each. Default false.
    pub mondrian: bool,
}

impl Default for ConformalParams {
    fn default() -> Self {
        Self { level: 0.9, score: Score::default(), mondrian: false }
    }
}

/// Thresholds learned from rows with known classes.
#[derive(Clone, Debug)]
pub struct Conformal {
    params: ConformalParams,
    n_classes: usize,
    /// One for all classes, or one for each.
    thresholds: Vec<Threshold>,
    weighted: bool,
    seed: u64,
}

impl Conformal {
    /// Learns from probabilities (rows × classes) of rows that the classifier did not learn from, and their classes.
    ///
    /// `weights` say how much more often rows like each will come than they came here: w(x) = p_new(x)/p_here(x), up to a
    /// factor (Tibshirani, Barber, Candès & Ramdas 2019, arXiv:1904.06019). [`Self::sets`] then needs those of the new rows,
    /// too. The seed matters to [`Score::RandomisedAdaptive`] only.
    ///
    /// With n rows, a threshold is the ⌈(n + 1) · level⌉-th smallest score: infinite, so that sets hold every class, when
    /// there are too few rows for the promise.
    ///
    /// # Errors
    /// When there are no rows or lengths differ, a class or probability is out of range, weights are negative, not finite or
    /// all 0, or the level is not between 0 and 1.
    pub fn calibrate(
        params: &ConformalParams,
        probabilities: &Matrix,
        labels: &[u32],
        weights: Option<&[f64]>,
        seed: u64,
    ) -> Result<Self, Error> {
        check_level(params.level)?;
        check_probabilities("a conformal score", labels, probabilities)?;
        let given = Error::checked_weights(labels.len(), weights)?;
        let n_classes = probabilities.cols();
        let mut scored = vec![Vec::new(); if params.mondrian { n_classes } else { 1 }];
        let mut scorer = Scorer::new(params.score, n_classes, Stream::new(seed, 0));
        for (row, &label) in labels.iter().enumerate() {
            if given[row] > 0.0 {
                let score = scorer.scores(probabilities.row(row))[label as usize];
                scored[if params.mondrian { label as usize } else { 0 }].push((score, given[row]));
            }
        }
        let thresholds = scored.into_iter().map(|scored| Threshold::new(scored, params.level)).collect();
        Ok(Self { params: params.clone(), n_classes, thresholds, weighted: weights.is_some(), seed })
    }

    /// The thresholds that scores may not exceed, one for all classes or one for each; infinite where there were too few
    /// rows. With weights, those for a row of weight 1.
    pub fn thresholds(&self) -> Vec<f64> {
        self.thresholds.iter().map(|threshold| threshold.at(1.0)).collect()
    }

    /// The sets of new rows, given their probabilities (rows × classes) and, if the thresholds were learned with weights,
    /// their weights on the same scale.
    ///
    /// A set may be empty: then no class fits the row as well as the true class fits nearly all others.
    ///
    /// # Errors
    /// When the table has another number of classes, a probability is not from 0 to 1, weights are given or missing where
    /// calibration had none or some, or one is negative or not finite.
    pub fn sets(&self, probabilities: &Matrix, weights: Option<&[f64]>) -> Result<PredictionSets, Error> {
        Error::check_length("classes of the probabilities", self.n_classes, probabilities.cols())?;
        let wanted = if self.weighted { probabilities.rows() } else { 0 };
        Error::check_length("weights of the new rows", wanted, weights.map_or(0, <[f64]>::len))?;
        if let Some(at) = probabilities.data().iter().position(|p| !(0.0..=1.0).contains(p)) {
            let reason =
                format!("row {} has the probability {}", at / self.n_classes, probabilities.data()[at]);
            return Err(Error::Metric { metric: "a conformal score", reason });
        }
        let faulty = |weight: &&f64| !(weight.is_finite() && **weight >= 0.0);
        if let Some(&value) = weights.and_then(|weights| weights.iter().find(faulty)) {
            let row = weights.and_then(|weights| weights.iter().position(|weight| faulty(&weight)));
            return Err(Error::Weight { row: row.unwrap_or_default(), value });
        }
        let mut thresholds = self.thresholds();
        let mut scorer = Scorer::new(self.params.score, self.n_classes, Stream::new(self.seed, 1));
        let mut sets = PredictionSets::new(self.n_classes, probabilities.rows());
        for row in 0..probabilities.rows() {
            if let Some(weights) = weights {
                for (at, threshold) in thresholds.iter_mut().zip(&self.thresholds) {
                    *at = threshold.at(weights[row]);
                }
            }
            for (class, score) in scorer.scores(probabilities.row(row)).iter().enumerate() {
                let threshold = thresholds[if self.params.mondrian { class } else { 0 }];
                sets.push(*score <= threshold);
            }
        }
        Ok(sets)
    }
}
