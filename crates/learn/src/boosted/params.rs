use serde::{Deserialize, Serialize};

use crate::Error;

/// When to stop adding trees: rows are held out of the training rows, class by class, and the trees after the round with
/// the lowest log-loss on them are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EarlyStopping {
    /// The share of the rows that is held out, between 0 and 1. Default 0.1.
    pub fraction: f64,
    /// Training ends after so many rounds without a lower log-loss, at least 1. Default 10.
    pub patience: usize,
}

impl Default for EarlyStopping {
    fn default() -> Self {
        Self { fraction: 0.1, patience: 10 }
    }
}

/// The parameters of gradient-boosted trees; the defaults are LightGBM's, but for `min_hessian_in_leaf`: LightGBM
/// counts the rows of a leaf by their second derivatives, which does the same in effect; here they are counted.
///
/// ```
/// use hesper_learn::{BoostedParams, Learner, Matrix, TrainingSet};
/// let x = Matrix::from_rows(&[[0.0], [0.1], [0.9], [1.0]])?;
/// let trees = BoostedParams { rounds: 20, min_rows_in_leaf: 1, min_hessian_in_leaf: 0.0, ..Default::default() };
/// let classifier = trees.fit(&TrainingSet { x: &x, y: &[0, 0, 1, 1], weights: None, n_classes: 2 }, 1)?;
/// assert!(classifier.predict_proba(&Matrix::from_rows(&[[0.2]])?)?.row(0)[0] > 0.8);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BoostedParams {
    /// The number of rounds, at least 1: a round adds one tree for two classes, and one for each class for more.
    /// Default 100.
    pub rounds: usize,
    /// What each tree's values are multiplied by, above 0 and up to 1. Default 0.1.
    pub learning_rate: f64,
    /// The most leaves of a tree, at least 2; the leaf that gains most is split next. Default 31.
    pub max_leaves: usize,
    /// The longest way from the root to a leaf, in splits; no limit when absent, the default.
    pub max_depth: Option<usize>,
    /// A split leaves at least so many rows on either side, at least 1. Default 20.
    pub min_rows_in_leaf: usize,
    /// A split leaves at least this sum of second derivatives on either side, not negative. Default 1: with many classes,
    /// rows that are already known for sure would else form leaves whose steps are far too long.
    pub min_hessian_in_leaf: f64,
    /// The L2 penalty on leaf values, not negative. Default 0.
    pub l2: f64,
    /// The number of values, 2 to 255, that are told apart in each feature; missing ones are apart from these. A bin
    /// holds at least three rows (fewer if leaves may). Default 255.
    pub max_bins: usize,
    /// The share of the features that each tree may split by, drawn anew for each, above 0 and up to 1. Default 1.
    pub feature_fraction: f64,
    /// The share of the rows that each round learns from, drawn anew without replacement, above 0 and up to 1. Default 1.
    pub bagging_fraction: f64,
    /// When to stop before the last round; never when absent, the default.
    pub early_stopping: Option<EarlyStopping>,
}

impl Default for BoostedParams {
    fn default() -> Self {
        Self {
            rounds: 100,
            learning_rate: 0.1,
            max_leaves: 31,
            max_depth: None,
            min_rows_in_leaf: 20,
            min_hessian_in_leaf: 1.0,
            l2: 0.0,
            max_bins: 255,
            feature_fraction: 1.0,
            bagging_fraction: 1.0,
            early_stopping: None,
        }
    }
}

impl BoostedParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first parameter that is out of its range.
    pub fn check(&self) -> Result<(), Error> {
        let counts = [
            ("rounds", self.rounds, 1),
            ("max_leaves", self.max_leaves, 2),
            ("min_rows_in_leaf", self.min_rows_in_leaf, 1),
        ];
        for (name, value, least) in counts {
            let limit = if least == 1 { "at least 1" } else { "at least 2" };
            require(value >= least, name, value, limit)?;
        }
        let shares = [
            ("learning_rate", self.learning_rate),
            ("feature_fraction", self.feature_fraction),
            ("bagging_fraction", self.bagging_fraction),
        ];
        for (name, value) in shares {
            require(value > 0.0 && value <= 1.0, name, value, "above 0 and up to 1")?;
        }
        for (name, value) in [("min_hessian_in_leaf", self.min_hessian_in_leaf), ("l2", self.l2)] {
            require(value.is_finite() && value >= 0.0, name, value, "finite and not negative")?;
        }
        require((2..=255).contains(&self.max_bins), "max_bins", self.max_bins, "from 2 to 255")?;
        if let Some(EarlyStopping { fraction, patience }) = self.early_stopping {
            let inside = fraction > 0.0 && fraction < 1.0;
            require(inside, "early_stopping.fraction", fraction, "between 0 and 1")?;
            require(patience >= 1, "early_stopping.patience", patience, "at least 1")?;
        }
        Ok(())
    }
}

fn require(holds: bool, name: &'static str, value: impl ToString, limit: &'static str) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::Parameter { name, value: value.to_string(), limit }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_checked() {
        let good = BoostedParams::default();
        assert!(good.check().is_ok());
        let stopping = |fraction, patience| Some(EarlyStopping { fraction, patience });
        for bad in [
            BoostedParams { rounds: 0, ..good.clone() },
            BoostedParams { learning_rate: 0.0, ..good.clone() },
            BoostedParams { learning_rate: f64::NAN, ..good.clone() },
            BoostedParams { max_leaves: 1, ..good.clone() },
            BoostedParams { min_rows_in_leaf: 0, ..good.clone() },
            BoostedParams { min_hessian_in_leaf: -1.0, ..good.clone() },
            BoostedParams { l2: f64::INFINITY, ..good.clone() },
            BoostedParams { max_bins: 256, ..good.clone() },
            BoostedParams { max_bins: 1, ..good.clone() },
            BoostedParams { feature_fraction: 1.1, ..good.clone() },
            BoostedParams { bagging_fraction: 0.0, ..good.clone() },
            BoostedParams { early_stopping: stopping(1.0, 5), ..good.clone() },
            BoostedParams { early_stopping: stopping(0.1, 0), ..good.clone() },
        ] {
            assert!(matches!(bad.check(), Err(Error::Parameter { .. })), "{bad:?}");
        }
    }

    #[test]
    fn parameters_read_back_and_unknown_ones_are_refused() {
        let params = BoostedParams {
            max_depth: Some(3),
            early_stopping: Some(EarlyStopping::default()),
            ..Default::default()
        };
        let text = serde_json::to_string(&params).unwrap();
        assert_eq!(serde_json::from_str::<BoostedParams>(&text).unwrap(), params);
        assert_eq!(serde_json::from_str::<BoostedParams>("{}").unwrap(), BoostedParams::default());
        assert!(serde_json::from_str::<BoostedParams>(r#"{"trees": 3}"#).is_err());
    }
}
