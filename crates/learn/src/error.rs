use std::borrow::Cow;
use std::path::PathBuf;

use crate::Matrix;

/// What can go wrong while learning, predicting, scoring, or reading and writing models.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two lengths that must agree do not.
    #[error("{what}: {actual} given, {expected} needed")]
    Shape {
        /// What was counted.
        what: &'static str,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        actual: usize,
    },
    /// There is nothing to work on.
    #[error("{0} is empty: give at least one row")]
    Empty(&'static str),
    /// A training table without columns.
    #[error("the training table has no features: give at least one column")]
    NoFeatures,
    /// An infinite feature value; missing values are NaN.
    #[error("row {row}, column {column} (from 0) is {value}: values must be finite, and NaN where missing")]
    Infinite {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// The value found.
        value: f64,
    },
    /// A missing value given to a learner or classifier that cannot do without.
    #[error("row {row}, column {column} (from 0) is missing (NaN): fill it in first")]
    Missing {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
    },
    /// A value whose square would not be a number any more.
    #[error(
        "row {row}, column {column} (from 0) is {value}: beyond ±1e100 nothing can be computed, scale it first"
    )]
    Magnitude {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// The value found.
        value: f64,
    },
    /// A class number beyond the number of classes.
    #[error("row {row} (from 0) has class {label}, but there are {n_classes} classes (0 to {n_classes} - 1)")]
    LabelRange {
        /// Row, from 0.
        row: usize,
        /// The class number found.
        label: u32,
        /// The number of classes.
        n_classes: usize,
    },
    /// A sample weight that is negative, NaN or infinite.
    #[error("row {row} (from 0) has weight {value}: weights must be finite and not negative")]
    Weight {
        /// Row, from 0.
        row: usize,
        /// The weight found.
        value: f64,
    },
    /// Weights that add up to nothing, or to more than a number can hold.
    #[error("the weights add up to {0}: at least one must be positive, and the sum finite")]
    WeightSum(f64),
    /// A parameter outside its range.
    #[error("parameter {name} is {value}, but must be {limit}")]
    Parameter {
        /// The parameter's name.
        name: &'static str,
        /// The value given.
        value: String,
        /// The values that are allowed.
        limit: &'static str,
    },
    /// An iteration that did not come to its end.
    #[error(
        "{what} did not converge in {iterations} iterations: scale the features, or allow more iterations"
    )]
    NotConverged {
        /// What was computed.
        what: &'static str,
        /// How many iterations were made.
        iterations: usize,
    },
    /// More rows or nodes than the data structures can number.
    #[error("{what}: {actual} is more than the {limit} that this implementation can number")]
    TooLarge {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        actual: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A label that the coder has not seen.
    #[error("unknown class `{label}`; known classes: {known}")]
    UnknownLabel {
        /// The label found.
        label: String,
        /// The known labels, the first few of them.
        known: String,
    },
    /// A class number that the coder has not given out.
    #[error("unknown class number {code}: there are {n_classes} classes")]
    UnknownCode {
        /// The number found.
        code: u32,
        /// The number of classes.
        n_classes: usize,
    },
    /// The rows cannot be divided as asked.
    #[error("cannot split the rows: {0}")]
    Split(String),
    /// A metric that the rows do not define.
    #[error("{metric} is not defined here: {reason}")]
    Metric {
        /// The metric's name.
        metric: &'static str,
        /// Why, and what would do.
        reason: String,
    },
    /// A classifier that has no place in the model format.
    #[error("a model of the learner `{0}` cannot be saved")]
    NotSavable(String),
    /// A model file that cannot be read or written.
    #[error("{path}: {source}{}", hesper_files::remedy(source))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A model file that is damaged, of another kind or of a newer version.
    #[error("{path} is not a usable model: {reason}; give a file that `hesper train` or `hesper loop` wrote")]
    Model {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// Refuses missing values, for learners and classifiers that cannot do without.
    pub(crate) fn check_complete(x: &Matrix) -> Result<(), Self> {
        match x.data().iter().position(|value| value.is_nan()) {
            None => Ok(()),
            Some(at) => Err(Self::Missing { row: at / x.cols(), column: at % x.cols() }),
        }
    }

    /// Refuses rows that are not for so many features, and values that are missing, infinite or beyond ±1e100, for
    /// learners and classifiers that compute with sums of squares.
    pub(crate) fn check_numbers(n_features: usize, x: &Matrix) -> Result<(), Self> {
        Self::check_length("features of the rows", n_features, x.cols())?;
        Self::check_complete(x)?;
        match x.data().iter().position(|value| value.abs() > 1e100) {
            None => Ok(()),
            Some(at) => {
                let (row, column, value) = (at / x.cols(), at % x.cols(), x.data()[at]);
                Err(if value.is_infinite() {
                    Self::Infinite { row, column, value }
                } else {
                    Self::Magnitude { row, column, value }
                })
            }
        }
    }

    /// Refuses weights that are not one per row, not finite, negative, or all 0.
    pub(crate) fn check_weights(rows: usize, weights: &[f64]) -> Result<(), Self> {
        Self::check_length("weights, one per row", rows, weights.len())?;
        if let Some((row, &value)) =
            weights.iter().enumerate().find(|(_, weight)| !(weight.is_finite() && **weight >= 0.0))
        {
            return Err(Self::Weight { row, value });
        }
        let sum: f64 = weights.iter().sum();
        if sum.is_finite() && sum > 0.0 { Ok(()) } else { Err(Self::WeightSum(sum)) }
    }

    /// The weights as [`Self::check_weights`] wants them, or as many ones.
    pub(crate) fn checked_weights(rows: usize, weights: Option<&[f64]>) -> Result<Cow<'_, [f64]>, Self> {
        let Some(weights) = weights else { return Ok(Cow::Owned(vec![1.0; rows])) };
        Self::check_weights(rows, weights)?;
        Ok(Cow::Borrowed(weights))
    }

    pub(crate) fn check_length(what: &'static str, expected: usize, actual: usize) -> Result<(), Self> {
        if expected == actual { Ok(()) } else { Err(Self::Shape { what, expected, actual }) }
    }
}
