//! Platt's sigmoid.

use super::logistic;

/// p = 1/(1 + e^−(slope · score + intercept)) (Platt 1999), the score being the uncalibrated probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Platt {
    pub(crate) slope: f64,
    pub(crate) intercept: f64,
}

impl Platt {
    /// Learns from scores, whether each is positive, and weights. The targets are Platt's, (N₊ + 1)/(N₊ + 2) for
    /// positive rows and 1/(N₋ + 2) for others, where N are sums of weights: no class is ever certain.
    pub(crate) fn fit(scores: &[f64], positive: impl Fn(usize) -> bool, weights: &[f64]) -> Self {
        let sum = |wanted: bool| -> f64 {
            (0..scores.len()).filter(|&row| positive(row) == wanted).map(|row| weights[row]).sum()
        };
        let (yes, no) = ((sum(true) + 1.0) / (sum(true) + 2.0), 1.0 / (sum(false) + 2.0));
        let rows: Vec<[f64; 2]> = scores.iter().map(|&score| [score, 1.0]).collect();
        let targets: Vec<f64> = (0..rows.len()).map(|row| if positive(row) { yes } else { no }).collect();
        let [slope, intercept] = logistic::fit(&rows, &targets, weights);
        Self { slope, intercept }
    }

    /// The probability at a score.
    pub(crate) fn apply(&self, score: f64) -> f64 {
        logistic::sigmoid(self.slope * score + self.intercept)
    }
}
