//! Gaps filled and columns brought to one scale, for learners that need it: learned from the training rows alone.

mod column;
mod normal_quantile;
mod prepared;
mod tensors;
#[cfg(test)]
mod tests;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use prepared::Prepared;
pub(crate) use prepared::{PREFIX, restore_prepared};

use crate::{Classifier, Error, Matrix};
use column::{Observed, Scale};
use prepared::PreparedClassifier;

/// How columns are scaled after their gaps have been filled with the median.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// Not at all.
    None,
    /// To mean 0 and standard deviation 1 over all rows, filled ones among them.
    #[default]
    Standard,
    /// To median 0 and as far between the quartiles as in a standard normal distribution, by the values that are there,
    /// and held within ±10: single values that run away neither set the scale nor leave it. Where more than half of the
    /// values are equal, the standard deviation takes the place of the quartiles' distance.
    Robust,
    /// To a standard normal distribution, by the ranks of the values that are there: (weight below + half of the weight
    /// on the value) / weight, through the normal quantile function; linear between at most 1,000 stored values, flat
    /// outside.
    Normal,
}

/// What fills in and scales: learned from a table, applied to others.
///
/// Missing values (NaN) become the column's median, 0 in a column that had no value at all. Scaling makes constant
/// columns 0; it never gives more than ±1e100, so that sums of squares stay finite.
///
/// ```
/// use hesper_learn::{Matrix, Prepare, Scaling};
/// let x = Matrix::from_rows(&[[1.0, 5.0], [3.0, 5.0], [f64::NAN, 5.0]])?;
/// let prepare = Prepare::fit(Scaling::Robust, &x, None)?;
/// assert_eq!(prepare.apply(&x)?.row(2), [0.0, 0.0]);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Prepare {
    scaling: Scaling,
    fill: Vec<f64>,
    scales: Vec<Scale>,
}

/// Rows that one task applies the scales to.
const BLOCK_ROWS: usize = 1024;

impl Prepare {
    /// Learns from the rows of a table; `weights` gives each row's weight, 1 when absent. Rows of weight 0 are left out.
    ///
    /// # Errors
    /// A table without rows or columns; an infinite value; weights of another number than the rows, negative, not
    /// finite or all 0.
    pub fn fit(scaling: Scaling, x: &Matrix, weights: Option<&[f64]>) -> Result<Self, Error> {
        let y = vec![0; x.rows()];
        crate::TrainingSet { x, y: &y, weights, n_classes: 1 }.check()?;
        let columns: Vec<(f64, Scale)> = (0..x.cols())
            .into_par_iter()
            .map(|column| {
                let weight = |row| weights.map_or(1.0, |weights| weights[row]);
                Observed::new((0..x.rows()).map(|row| (x.row(row)[column], weight(row)))).fit(scaling)
            })
            .collect();
        let (fill, scales) = columns.into_iter().unzip();
        Ok(Self { scaling, fill, scales })
    }

    /// Fills in and scales the rows of a table.
    ///
    /// # Errors
    /// When the table has another number of columns than the one learned from, or an infinite value.
    pub fn apply(&self, x: &Matrix) -> Result<Matrix, Error> {
        Error::check_length("features of the rows", self.fill.len(), x.cols())?;
        if let Some((at, &value)) = x.data().iter().enumerate().find(|(_, value)| value.is_infinite()) {
            return Err(Error::Infinite { row: at / x.cols(), column: at % x.cols(), value });
        }
        let mut prepared = x.clone();
        prepared.data_mut().par_chunks_mut(BLOCK_ROWS * self.fill.len()).for_each(|block| {
            for row in block.chunks_exact_mut(self.fill.len()) {
                for ((value, fill), scale) in row.iter_mut().zip(&self.fill).zip(&self.scales) {
                    *value = scale.apply(if value.is_nan() { *fill } else { *value });
                }
            }
        });
        Ok(prepared)
    }

    /// A classifier of rows as they are before the preparation, from one of rows after it.
    pub fn before(self, classifier: Box<dyn Classifier>) -> Box<dyn Classifier> {
        Box::new(PreparedClassifier { prepare: self, inner: classifier })
    }

    /// How it scales.
    pub fn scaling(&self) -> Scaling {
        self.scaling
    }

    /// The number of columns.
    pub fn n_features(&self) -> usize {
        self.fill.len()
    }
}
