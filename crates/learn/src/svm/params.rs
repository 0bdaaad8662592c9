use serde::{Deserialize, Serialize};

use crate::Error;

/// The width of the kernel exp(−γ |a − b|²).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gamma {
    /// 1 / (number of features × variance of all values of the training table); 1 where they are all the same.
    #[default]
    Scale,
    /// This number, above 0.
    Value(f64),
}

/// The parameters of a support vector machine; the defaults are scikit-learn's.
///
/// ```
/// use hesper_learn::{Learner, Matrix, SvmParams, TrainingSet};
/// let x = Matrix::from_rows(&[[0.0], [0.2], [0.4], [2.0], [2.2], [2.4]])?;
/// let data = TrainingSet { x: &x, y: &[0, 0, 0, 1, 1, 1], weights: None, n_classes: 2 };
/// let classifier = SvmParams::default().fit(&data, 1)?;
/// assert!(classifier.predict_proba(&Matrix::from_rows(&[[0.1]])?)?.row(0)[0] > 0.5);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SvmParams {
    /// The price of a training row on the wrong side of its margin, above 0; times the row's weight. Default 1.
    pub c: f64,
    /// The width of the kernel. Default [`Gamma::Scale`].
    pub gamma: Gamma,
    /// The fit ends when no two rows' multipliers contradict each other by more than this, in units of the decision
    /// value. In [1e-9, 0.1]. Default 1e-3.
    pub tolerance: f64,
    /// The folds from whose held-out decision values the probabilities are calibrated, from 2; fewer where a class has
    /// fewer rows. Default 5.
    pub folds: usize,
}

impl Default for SvmParams {
    fn default() -> Self {
        Self { c: 1.0, gamma: Gamma::Scale, tolerance: 1e-3, folds: 5 }
    }
}

impl SvmParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first parameter that is out of its range.
    pub fn check(&self) -> Result<(), Error> {
        let refuse = |name, value: String, limit| Err(Error::Parameter { name, value, limit });
        if !(1e-12..=1e12).contains(&self.c) {
            return refuse("c", self.c.to_string(), "from 1e-12 to 1e12");
        }
        match self.gamma {
            Gamma::Value(gamma) if !(1e-300..=1e300).contains(&gamma) => {
                return refuse("gamma", gamma.to_string(), "from 1e-300 to 1e300");
            }
            _ => {}
        }
        if !(1e-9..=0.1).contains(&self.tolerance) {
            return refuse("tolerance", self.tolerance.to_string(), "from 1e-9 to 0.1");
        }
        if self.folds < 2 {
            return refuse("folds", self.folds.to_string(), "at least 2");
        }
        Ok(())
    }
}
