//! Rows taken to another space before a classifier sees them.

mod projected;
mod tensors;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

pub(crate) use projected::{PREFIX, restore_projected};

use crate::{Classifier, Error, Matrix};
use projected::ProjectedClassifier;

/// Takes rows of features to another space, as maps that align two samples do.
///
/// ```
/// use hesper_learn::{Matrix, Projection};
/// let table = Matrix::from_rows(&[[2.0], [1.0]])?;
/// let sum = Projection::Affine { centre: vec![1.0, 0.0], table, offset: vec![10.0] };
/// let x = Matrix::from_rows(&[[1.0, 0.0], [2.0, 3.0]])?;
/// assert_eq!(sum.apply(&x)?.data(), [10.0, 15.0]);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Projection {
    /// Leaves rows of so many features where they are.
    Identity(usize),
    /// x ↦ (x − centre) A + offset.
    Affine {
        /// One value for each feature.
        centre: Vec<f64>,
        /// A, features × features of the space.
        table: Matrix,
        /// One value for each feature of the space.
        offset: Vec<f64>,
    },
    /// x ↦ Σᵢ exp(−|x − xᵢ|²/s) wᵢ: components of a Gaussian kernel.
    Gaussian {
        /// The xᵢ, objects × features.
        objects: Matrix,
        /// s, twice the kernel's variance, above 0.
        width: f64,
        /// The wᵢ, objects × components.
        weights: Matrix,
    },
}

impl Projection {
    /// The number of features that a row must have.
    pub fn n_features(&self) -> usize {
        match self {
            Self::Identity(features) => *features,
            Self::Affine { centre, .. } => centre.len(),
            Self::Gaussian { objects, .. } => objects.cols(),
        }
    }

    /// Takes rows there, rows × features of the space.
    ///
    /// # Errors
    /// When the rows have another number of features.
    pub fn apply(&self, x: &Matrix) -> Result<Matrix, Error> {
        Error::check_length("features of the rows", self.n_features(), x.cols())?;
        match self {
            Self::Identity(_) => Ok(x.clone()),
            Self::Affine { centre, table, offset } => by_row(x, offset.len(), |row, moved| {
                moved.copy_from_slice(offset);
                for (at, (value, centre)) in row.iter().zip(centre).enumerate() {
                    add(moved, value - centre, table.row(at));
                }
            }),
            Self::Gaussian { objects, width, weights } => by_row(x, weights.cols(), |row, moved| {
                for at in 0..objects.rows() {
                    let square: f64 = row.iter().zip(objects.row(at)).map(|(a, b)| (a - b) * (a - b)).sum();
                    add(moved, (-square / width).exp(), weights.row(at));
                }
            }),
        }
    }

    /// A classifier of rows as they are before the projection, from one of rows after it.
    pub fn before(self, classifier: Box<dyn Classifier>) -> Box<dyn Classifier> {
        match self {
            Self::Identity(_) => classifier,
            projection => Box::new(ProjectedClassifier { projection, inner: classifier }),
        }
    }
}

fn by_row(x: &Matrix, columns: usize, project: impl Fn(&[f64], &mut [f64]) + Sync) -> Result<Matrix, Error> {
    let mut moved = vec![0.0; x.rows() * columns];
    moved.par_chunks_mut(columns.max(1)).enumerate().for_each(|(row, moved)| project(x.row(row), moved));
    Matrix::new(x.rows(), columns, moved)
}

fn add(to: &mut [f64], factor: f64, from: &[f64]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
}
