//! Maps of the form (x − centre) A + offset, and what all maps share.

use hesper_learn::Matrix;

use super::linear::{add, dot, product};
use crate::{Aligned, Error, Map};

/// x ↦ (x − centre) A + offset.
#[derive(Clone, Debug)]
pub(super) struct Affine {
    /// One value for each feature.
    pub centre: Vec<f64>,
    /// Features × features of the space; nothing for the identity.
    pub table: Option<Vec<f64>>,
    /// One value for each feature of the space.
    pub offset: Vec<f64>,
}

impl Affine {
    /// Leaves everything where it is.
    pub(super) fn identity(features: usize) -> Self {
        Self { centre: vec![0.0; features], table: None, offset: vec![0.0; features] }
    }
}

impl Map for Affine {
    fn apply(&self, x: &Matrix) -> Result<Matrix, Error> {
        check_features(x, self.centre.len())?;
        let Some(table) = &self.table else {
            return Ok(x.clone());
        };
        let mut moved = product(&super::linear::centred(x, &self.centre), x.cols(), table, self.offset.len());
        moved.chunks_exact_mut(self.offset.len()).for_each(|row| add(row, 1.0, &self.offset));
        Ok(Matrix::new(x.rows(), self.offset.len(), moved)?)
    }
}

/// The features must be those learned from.
pub(super) fn check_features(x: &Matrix, features: usize) -> Result<(), Error> {
    if x.cols() == features {
        return Ok(());
    }
    let what = format!("it has {} features, but the map was learned from {features}", x.cols());
    Err(Error::Domain { domain: "target", what })
}

/// What was aligned, if all its numbers are finite.
pub(super) fn aligned(
    method: &'static str,
    source: Matrix,
    target: Matrix,
    map: impl Map + 'static,
    warnings: Vec<String>,
) -> Result<Aligned, Error> {
    if source.data().iter().chain(target.data()).all(|value| value.is_finite()) {
        return Ok(Aligned { source, target, map: Box::new(map), warnings });
    }
    let what = "numbers are too large or too small to be squared: scale the features first".to_owned();
    Err(Error::Failed { method, what })
}

/// A parameter out of its range.
pub(crate) fn refuse<T>(name: &'static str, value: impl ToString, rule: &'static str) -> Result<T, Error> {
    Err(Error::Parameter { name, value: value.to_string(), rule })
}

/// The squared Euclidean distances of all rows of one table from all of another, row after row.
pub(crate) fn squared_distances(a: &Matrix, b: &Matrix) -> Vec<f64> {
    let mut distances = Vec::with_capacity(a.rows() * b.rows());
    let mut difference = vec![0.0; a.cols()];
    for left in 0..a.rows() {
        for right in 0..b.rows() {
            let rows = a.row(left).iter().zip(b.row(right));
            difference.iter_mut().zip(rows).for_each(|(out, (left, right))| *out = left - right);
            distances.push(dot(&difference, &difference));
        }
    }
    distances
}
