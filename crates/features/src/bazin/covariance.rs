//! How well the five parameters are known.

use std::ops::Range;

use super::model::{Points, basis};

/// The inverse of the Fisher matrix of (A, B, t0, rise, fall) at a solution; NaN where it has none.
pub(super) fn covariance(points: &Points, range: Range<usize>, parameters: [f64; 5]) -> [[f64; 5]; 5] {
    // With A = 0 the shape leaves no trace in the fluxes, and the matrix has no inverse.
    let [amplitude, _, t0, rise, fall] = parameters;
    let mut fisher = [[0.0; 5]; 5];
    for i in range {
        let x = points.time[i] - t0;
        let (phi, share) = basis(x, 1.0 / rise, 1.0 / fall);
        let scale = amplitude * phi;
        let gradient = [
            phi,
            1.0,
            scale * (1.0 / fall - share / rise),
            -scale * share * x / (rise * rise),
            scale * x / (fall * fall),
        ];
        for a in 0..5 {
            for b in 0..5 {
                fisher[a][b] += points.weight[i] * gradient[a] * gradient[b];
            }
        }
    }
    inverse(&fisher)
}

/// Inverts a symmetric positive matrix after scaling its diagonal to 1, by Gauss–Jordan.
fn inverse(matrix: &[[f64; 5]; 5]) -> [[f64; 5]; 5] {
    const NONE: [[f64; 5]; 5] = [[f64::NAN; 5]; 5];
    let scale: [f64; 5] = std::array::from_fn(|i| matrix[i][i].sqrt());
    if scale.iter().any(|s| !s.is_finite() || *s <= 0.0) {
        return NONE;
    }
    let mut left: [[f64; 5]; 5] =
        std::array::from_fn(|i| std::array::from_fn(|j| matrix[i][j] / scale[i] / scale[j]));
    let mut right: [[f64; 5]; 5] =
        std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))));
    for pivot in 0..5 {
        // A correlation matrix's pivots lie in (0, 1]: one near 0 says that two parameters do the same.
        let value = left[pivot][pivot];
        if value.is_nan() || value <= 1e-12 {
            return NONE;
        }
        for column in 0..5 {
            left[pivot][column] /= value;
            right[pivot][column] /= value;
        }
        for row in (0..5).filter(|row| *row != pivot) {
            let factor = left[row][pivot];
            for column in 0..5 {
                left[row][column] -= factor * left[pivot][column];
                right[row][column] -= factor * right[pivot][column];
            }
        }
    }
    std::array::from_fn(|i| std::array::from_fn(|j| right[i][j] / scale[i] / scale[j]))
}
