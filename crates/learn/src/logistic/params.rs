use serde::{Deserialize, Serialize};

use crate::Error;

/// The parameters of logistic regression; the default of `c` is scikit-learn's.
///
/// ```
/// use hesper_learn::{Learner, LogisticParams, Matrix, TrainingSet};
/// let x = Matrix::from_rows(&[[0.0], [1.0], [2.0], [3.0]])?;
/// let data = TrainingSet { x: &x, y: &[0, 0, 1, 1], weights: None, n_classes: 2 };
/// let classifier = LogisticParams::default().fit(&data, 0)?;
/// let middle = classifier.predict_proba(&Matrix::from_rows(&[[1.5]])?)?;
/// assert!((middle.row(0)[1] - 0.5).abs() < 1e-6);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogisticParams {
    /// The inverse of the penalty's strength, above 0. Default 1.
    pub c: f64,
    /// The fit ends when a step changes no coefficient by more than this times the largest one (or 1, if that is less).
    /// In (0, 0.1]. Default 1e-8.
    pub tolerance: f64,
    /// The most steps of Newton's method, at least 1. Default 100.
    pub max_iterations: usize,
}

impl Default for LogisticParams {
    fn default() -> Self {
        Self { c: 1.0, tolerance: 1e-8, max_iterations: 100 }
    }
}

impl LogisticParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first parameter that is out of its range.
    pub fn check(&self) -> Result<(), Error> {
        let refuse = |name, value: String, limit| Err(Error::Parameter { name, value, limit });
        if !(1e-12..=1e12).contains(&self.c) {
            return refuse("c", self.c.to_string(), "from 1e-12 to 1e12");
        }
        if !(self.tolerance > 0.0 && self.tolerance <= 0.1) {
            return refuse("tolerance", self.tolerance.to_string(), "above 0 and up to 0.1");
        }
        if self.max_iterations == 0 {
            return refuse("max_iterations", "0".to_owned(), "at least 1");
        }
        Ok(())
    }
}
