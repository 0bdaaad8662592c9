use hesper_learn::Matrix;
use serde::{Deserialize, Serialize};

/// Which objects are asked about next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Query {
    /// Those whose two most probable classes are nearest to each other.
    #[default]
    Margin,
    /// Those whose probabilities have the largest entropy.
    Entropy,
    /// Any.
    Random,
}

impl Query {
    /// How much each object is wanted, from 0 to 1: 1 − (p₁ − p₂); the entropy in units of the largest; 1 for all.
    pub(super) fn scores(self, probabilities: &Matrix) -> Vec<f64> {
        let classes = (probabilities.cols() as f64).max(2.0);
        let of = |row: &[f64]| match self {
            Self::Random => 1.0,
            Self::Entropy => {
                let entropy: f64 = row.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum();
                entropy / classes.ln()
            }
            Self::Margin => {
                let (mut first, mut second) = (0.0f64, 0.0f64);
                for &p in row {
                    if p > first {
                        (first, second) = (p, first);
                    } else {
                        second = second.max(p);
                    }
                }
                1.0 - (first - second)
            }
        };
        (0..probabilities.rows()).map(|row| of(probabilities.row(row)).clamp(0.0, 1.0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_by_hand() {
        let table =
            Matrix::from_rows(&[[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.2, 0.7, 0.1], [1.0 / 3.0; 3]]).unwrap();
        assert_eq!(Query::Margin.scores(&table)[..2], [0.0, 1.0]);
        assert!((Query::Margin.scores(&table)[2] - 0.5).abs() < 1e-15);
        let entropies = Query::Entropy.scores(&table);
        assert!((entropies[1] - 2f64.ln() / 3f64.ln()).abs() < 1e-15 && (entropies[3] - 1.0).abs() < 1e-15);
        assert_eq!(entropies[0], 0.0);
        assert_eq!(Query::Random.scores(&table), [1.0; 4]);
    }
}
