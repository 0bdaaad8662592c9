//! The little linear algebra that maps need: tables are `&[f64]`, row after row.

mod eigen;
mod lanczos;

use hesper_learn::Matrix;

pub(crate) use eigen::{Eigen, symmetric};
pub(crate) use lanczos::largest;

/// The inner product, in four sums that a processor can form side by side.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a4, a_rest) = a.as_chunks::<4>();
    let (b4, b_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a4.iter().zip(b4) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// `to += factor · from`.
pub(crate) fn add(to: &mut [f64], factor: f64, from: &[f64]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
}

/// A B, where A has `inner` columns and B has `cols`.
pub(crate) fn product(a: &[f64], inner: usize, b: &[f64], cols: usize) -> Vec<f64> {
    let rows = a.len() / inner.max(1);
    let mut result = vec![0.0; rows * cols];
    for (row, out) in result.chunks_exact_mut(cols.max(1)).enumerate() {
        for (at, value) in a[row * inner..(row + 1) * inner].iter().enumerate() {
            add(out, *value, &b[at * cols..(at + 1) * cols]);
        }
    }
    result
}

/// Aᵀ, where A has `cols` columns.
pub(crate) fn transpose(a: &[f64], cols: usize) -> Vec<f64> {
    (0..cols).flat_map(|col| a.iter().skip(col).step_by(cols).copied()).collect()
}

/// The mean of each column.
pub(crate) fn means(x: &Matrix) -> Vec<f64> {
    let mut means = vec![0.0; x.cols()];
    (0..x.rows()).for_each(|row| add(&mut means, 1.0 / x.rows() as f64, x.row(row)));
    means
}

/// All rows less `centre`, row after row.
pub(crate) fn centred(x: &Matrix, centre: &[f64]) -> Vec<f64> {
    x.data().iter().zip(centre.iter().cycle()).map(|(value, mean)| value - mean).collect()
}

/// The covariance of the columns around their means, divided by `divisor`.
pub(crate) fn covariance(x: &Matrix, divisor: f64) -> Vec<f64> {
    let (n, mut table) = (x.cols(), vec![0.0; x.cols() * x.cols()]);
    for row in centred(x, &means(x)).chunks_exact(n) {
        for (out, value) in table.chunks_exact_mut(n).zip(row) {
            add(out, value / divisor, row);
        }
    }
    table
}

/// Makes `vector` orthogonal to all of `basis` (orthonormal), twice, because once leaves what was rounded off.
pub(crate) fn orthogonalise(vector: &mut [f64], basis: &[Vec<f64>]) {
    for _ in 0..2 {
        for other in basis {
            let along = dot(vector, other);
            add(vector, -along, other);
        }
    }
}
