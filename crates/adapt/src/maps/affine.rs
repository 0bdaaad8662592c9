//! Maps of the form (x − centre) A + offset, and what all maps share.

use hesper_learn::{Matrix, Projection};

use super::linear::dot;
use crate::{Aligned, Error};

/// x ↦ (x − centre) A + offset, where A has a row for each value of `centre` and a column for each of `offset`.
pub(super) fn affine(centre: Vec<f64>, table: Vec<f64>, offset: Vec<f64>) -> Result<Projection, Error> {
    let table = Matrix::new(centre.len(), offset.len(), table)?;
    Ok(Projection::Affine { centre, table, offset })
}

/// What was aligned, if all its numbers are finite.
pub(super) fn aligned(
    method: &'static str,
    source: Matrix,
    target: Matrix,
    map: Projection,
    warnings: Vec<String>,
) -> Result<Aligned, Error> {
    if source.data().iter().chain(target.data()).all(|value| value.is_finite()) {
        return Ok(Aligned { source, target, map, warnings });
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
