//! How good predictions are.
//!
//! Metrics of decisions take the true and the predicted class of each row; efficiency, purity and the figure of merit ask
//! about one class, the positive one. Metrics of probabilities take a row of class probabilities per row, or, where they
//! are about one class, whether each row is positive and its score. [`bootstrap_interval`], [`mean_interval`] and, for a
//! share, [`wilson_interval`] say how sure a metric is.

mod accuracy;
mod average_precision;
mod bootstrap;
mod brier;
mod confusion;
mod detection;
mod log_loss;
mod mean_interval;
mod normal;
mod reliability;
mod roc_auc;
mod student;
mod wilson;

pub use accuracy::{accuracy, balanced_accuracy, most_probable};
pub use average_precision::average_precision;
pub use bootstrap::bootstrap_interval;
pub(crate) use bootstrap::{check_level, interval, resampled};
pub use brier::{brier, brier_binary};
pub use confusion::Confusion;
pub use detection::{Detection, FALSE_POSITIVE_WEIGHT, efficiency, figure_of_merit, purity};
pub use log_loss::{CLIP, log_loss};
pub use mean_interval::mean_interval;
pub use reliability::{ReliabilityBin, expected_calibration_error, reliability_curve, top_label};
pub use roc_auc::{roc_auc, roc_auc_one_vs_rest};
pub use wilson::wilson_interval;

use crate::{Error, Matrix};

/// A value with its confidence interval.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Interval {
    /// The value.
    pub estimate: f64,
    /// The lower end of the interval.
    pub lower: f64,
    /// The upper end of the interval.
    pub upper: f64,
}

fn check_labels(truth: &[u32], predicted: &[u32]) -> Result<(), Error> {
    Error::check_length("predicted classes, one per row", truth.len(), predicted.len())?;
    if truth.is_empty() { Err(Error::Empty("the list of classes")) } else { Ok(()) }
}

/// The rows' true classes are within the table, and its values are from 0 to 1.
pub(crate) fn check_probabilities(
    metric: &'static str,
    truth: &[u32],
    probabilities: &Matrix,
) -> Result<(), Error> {
    Error::check_length("rows of probabilities", truth.len(), probabilities.rows())?;
    if truth.is_empty() {
        return Err(Error::Empty("the table of probabilities"));
    }
    let n_classes = probabilities.cols();
    if let Some((row, &label)) = truth.iter().enumerate().find(|(_, label)| **label as usize >= n_classes) {
        return Err(Error::LabelRange { row, label, n_classes });
    }
    match probabilities.data().iter().position(|value| !(0.0..=1.0).contains(value)) {
        Some(at) => {
            let (row, value) = (at / n_classes, probabilities.data()[at]);
            Err(Error::Metric { metric, reason: format!("row {row} has the probability {value}") })
        }
        None => Ok(()),
    }
}

/// There are rows, each with a score that is a number.
fn check_scores(metric: &'static str, positive: &[bool], scores: &[f64]) -> Result<(), Error> {
    Error::check_length("scores, one per row", positive.len(), scores.len())?;
    if positive.is_empty() {
        return Err(Error::Empty("the list of scores"));
    }
    match scores.iter().position(|score| score.is_nan()) {
        Some(row) => Err(Error::Metric { metric, reason: format!("row {row} has the score NaN") }),
        None => Ok(()),
    }
}

/// Calls `visit` with the numbers of positive and negative rows at each different score, from the highest score down.
fn by_falling_score(positive: &[bool], scores: &[f64], mut visit: impl FnMut(f64, f64)) {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    // Adding 0 makes the two zeros one.
    order.sort_unstable_by(|&a, &b| (scores[b] + 0.0).total_cmp(&(scores[a] + 0.0)));
    for tied in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let positives = tied.iter().filter(|&&row| positive[row]).count();
        visit(positives as f64, (tied.len() - positives) as f64);
    }
}
