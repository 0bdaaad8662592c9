use serde::{Deserialize, Serialize};

use crate::Matrix;
use crate::metrics::most_probable;

/// What a search makes small: the weighted mean over rows of a loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchMetric {
    /// −ln p of the true class, p being no less than 10⁻⁶. The default.
    #[default]
    LogLoss,
    /// The Brier score over all classes, Σ_c (p_c − [c is true])².
    Brier,
    /// 1 less the accuracy.
    Error,
    /// 1 less the mean over classes of the share that is recognised.
    BalancedError,
}

/// So that a single row on which a candidate was certain and wrong does not decide.
const LEAST: f64 = 1e-6;

impl SearchMetric {
    /// The loss of at least one row of positive weight.
    pub(super) fn loss(self, truth: &[u32], probabilities: &Matrix, weights: &[f64]) -> f64 {
        let mut weights = weights.to_vec();
        if self == Self::BalancedError {
            let mut of_class = vec![0.0; probabilities.cols()];
            truth.iter().zip(&weights).for_each(|(&class, weight)| of_class[class as usize] += weight);
            weights.iter_mut().zip(truth).for_each(|(weight, &class)| *weight /= of_class[class as usize]);
        }
        let predicted = most_probable(probabilities);
        let of_row = |row: usize| {
            let (class, proba) = (truth[row] as usize, probabilities.row(row));
            match self {
                Self::LogLoss => -proba[class].max(LEAST).ln(),
                Self::Brier => proba.iter().map(|p| p * p).sum::<f64>() + 1.0 - 2.0 * proba[class],
                Self::Error | Self::BalancedError => f64::from(u8::from(predicted[row] != truth[row])),
            }
        };
        let sum: f64 = (0..truth.len()).map(|row| weights[row] * of_row(row)).sum();
        sum / weights.iter().sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics;

    #[test]
    fn without_weights_they_are_the_metrics() {
        let proba =
            Matrix::from_rows(&[[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.6, 0.4, 0.0], [0.1, 0.6, 0.3]]).unwrap();
        let (truth, ones) = ([0, 1, 0, 1], [1.0; 4]);
        let predicted = most_probable(&proba);
        let loss = |metric: SearchMetric| metric.loss(&truth, &proba, &ones);
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        near(loss(SearchMetric::LogLoss), metrics::log_loss(&truth, &proba, 1e-6).unwrap());
        near(loss(SearchMetric::Brier), metrics::brier(&truth, &proba).unwrap());
        near(loss(SearchMetric::Error), 1.0 - metrics::accuracy(&truth, &predicted).unwrap());
        near(
            loss(SearchMetric::BalancedError),
            1.0 - metrics::balanced_accuracy(&truth, &predicted).unwrap(),
        );
    }

    #[test]
    fn whole_weights_are_repeated_rows() {
        let proba = Matrix::from_rows(&[[0.5, 0.5], [0.1, 0.9], [0.6, 0.4]]).unwrap();
        for metric in
            [SearchMetric::LogLoss, SearchMetric::Brier, SearchMetric::Error, SearchMetric::BalancedError]
        {
            let weighted = metric.loss(&[1, 0, 0], &proba, &[3.0, 1.0, 2.0]);
            let repeated =
                metric.loss(&[1, 1, 1, 0, 0, 0], &proba.select_rows(&[0, 0, 0, 1, 2, 2]), &[1.0; 6]);
            assert!((weighted - repeated).abs() < 1e-12, "{metric:?}");
        }
    }
}
