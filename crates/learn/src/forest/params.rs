use serde::{Deserialize, Serialize};

use crate::Error;

/// How many features a node of a tree may choose from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaxFeatures {
    /// The square root of the number of features, rounded down.
    Sqrt,
    /// The logarithm to base 2, rounded down.
    Log2,
    /// All features: bagged trees.
    All,
    /// So many, or all if there are fewer.
    Count(usize),
    /// This share of the features, in (0, 1], rounded down.
    Fraction(f64),
}

impl MaxFeatures {
    /// The number of features to draw out of `n_features`: at least 1 (if there is one).
    pub fn of(self, n_features: usize) -> usize {
        let wanted = match self {
            Self::Sqrt => n_features.isqrt(),
            Self::Log2 => n_features.checked_ilog2().unwrap_or(0) as usize,
            Self::All => n_features,
            Self::Count(count) => count,
            Self::Fraction(fraction) => (fraction * n_features as f64) as usize,
        };
        wanted.max(1).min(n_features)
    }
}

/// The parameters of a random forest; the defaults are scikit-learn's.
///
/// ```
/// use hesper_learn::{ForestParams, Learner, Matrix, TrainingSet};
/// let x = Matrix::from_rows(&[[0.0], [0.1], [0.9], [1.0]])?;
/// let forest = ForestParams { trees: 10, bootstrap: false, ..Default::default() };
/// let classifier = forest.fit(&TrainingSet { x: &x, y: &[0, 0, 1, 1], weights: None, n_classes: 2 }, 1)?;
/// assert_eq!(classifier.predict_proba(&Matrix::from_rows(&[[0.2]])?)?.row(0), [1.0, 0.0]);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ForestParams {
    /// The number of trees, at least 1. Default 100.
    pub trees: usize,
    /// How many features each node may choose from. Default: the square root of their number.
    pub max_features: MaxFeatures,
    /// A split leaves at least so many rows on either side, counted as often as the bootstrap drew them; at least 1.
    /// Default 1.
    pub min_samples_leaf: usize,
    /// The longest way from the root to a leaf, in splits; no limit when absent, the default.
    pub max_depth: Option<usize>,
    /// Each tree learns from as many rows as there are, drawn with replacement; otherwise from all rows. Default true.
    pub bootstrap: bool,
    /// The number of values, 2 to 65,535, that are told apart in each feature. A feature with more distinct values is
    /// cut into so many bins of about equally many rows, and split only between bins. Default 65,535: splits are exact
    /// for up to that many distinct values.
    pub max_bins: usize,
}

impl Default for ForestParams {
    fn default() -> Self {
        Self {
            trees: 100,
            max_features: MaxFeatures::Sqrt,
            min_samples_leaf: 1,
            max_depth: None,
            bootstrap: true,
            max_bins: usize::from(u16::MAX),
        }
    }
}

impl ForestParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first parameter that is out of its range.
    pub fn check(&self) -> Result<(), Error> {
        let at_least_one = [("trees", self.trees), ("min_samples_leaf", self.min_samples_leaf)];
        for (name, value) in at_least_one {
            if value == 0 {
                return Err(Error::Parameter { name, value: value.to_string(), limit: "at least 1" });
            }
        }
        if !(2..=usize::from(u16::MAX)).contains(&self.max_bins) {
            let value = self.max_bins.to_string();
            return Err(Error::Parameter { name: "max_bins", value, limit: "from 2 to 65535" });
        }
        let limit = match self.max_features {
            MaxFeatures::Count(0) => "a count of at least 1",
            MaxFeatures::Fraction(share) if !(share > 0.0 && share <= 1.0) => "a share above 0 and up to 1",
            _ => return Ok(()),
        };
        Err(Error::Parameter { name: "max_features", value: format!("{:?}", self.max_features), limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_features() {
        assert_eq!(MaxFeatures::Sqrt.of(20), 4);
        assert_eq!(MaxFeatures::Sqrt.of(1), 1);
        assert_eq!(MaxFeatures::Log2.of(20), 4);
        assert_eq!(MaxFeatures::Log2.of(1), 1);
        assert_eq!(MaxFeatures::Fraction(0.01).of(20), 1);
        assert_eq!(MaxFeatures::Count(30).of(20), 20);
        assert_eq!(MaxFeatures::All.of(20), 20);
    }

    #[test]
    fn ranges_are_checked() {
        let good = ForestParams::default();
        assert!(good.check().is_ok());
        for bad in [
            ForestParams { trees: 0, ..good.clone() },
            ForestParams { min_samples_leaf: 0, ..good.clone() },
            ForestParams { max_bins: 1, ..good.clone() },
            ForestParams { max_bins: 65_536, ..good.clone() },
            ForestParams { max_features: MaxFeatures::Count(0), ..good.clone() },
            ForestParams { max_features: MaxFeatures::Fraction(f64::NAN), ..good.clone() },
            ForestParams { max_features: MaxFeatures::Fraction(1.1), ..good.clone() },
        ] {
            assert!(matches!(bad.check(), Err(Error::Parameter { .. })), "{bad:?}");
        }
    }

    #[test]
    fn parameters_read_back_and_unknown_ones_are_refused() {
        let params = ForestParams {
            max_features: MaxFeatures::Fraction(0.5),
            max_depth: Some(3),
            ..Default::default()
        };
        let text = serde_json::to_string(&params).unwrap();
        assert_eq!(serde_json::from_str::<ForestParams>(&text).unwrap(), params);
        assert_eq!(serde_json::from_str::<ForestParams>("{}").unwrap(), ForestParams::default());
        assert!(serde_json::from_str::<ForestParams>(r#"{"tree": 3}"#).is_err());
    }
}
