//! The Cholesky factor of a covariance.

/// The lower triangle L of C = L Lᵀ, row after row, packed.
#[derive(Debug, Clone)]
pub(crate) struct Cholesky {
    size: usize,
    lower: Vec<f64>,
}

/// Where row `row` begins in a packed lower triangle.
fn begin(row: usize) -> usize {
    row * (row + 1) / 2
}

impl Cholesky {
    /// Factors a symmetric matrix, of which the lower triangle is read. Where it is not positive definite, the row at
    /// which that shows.
    pub(crate) fn new(matrix: &[f64], size: usize) -> Result<Self, usize> {
        let mut lower = vec![0.0; begin(size)];
        for row in 0..size {
            let (above, rest) = lower.split_at_mut(begin(row));
            let mine = &mut rest[..=row];
            for column in 0..row {
                let theirs = &above[begin(column)..=begin(column) + column];
                let dot: f64 = mine[..column].iter().zip(theirs).map(|(a, b)| a * b).sum();
                mine[column] = (matrix[row * size + column] - dot) / theirs[column];
            }
            let diagonal = matrix[row * size + row];
            let square = diagonal - mine[..row].iter().map(|value| value * value).sum::<f64>();
            // What remains of the diagonal below rounding is noise, not information.
            if square.is_nan() || square <= 1e-14 * diagonal {
                return Err(row);
            }
            mine[row] = square.sqrt();
        }
        Ok(Self { size, lower })
    }

    /// L⁻¹ x, in place.
    pub(crate) fn whiten(&self, x: &mut [f64]) {
        for row in 0..self.size {
            let mine = &self.lower[begin(row)..=begin(row) + row];
            let dot: f64 = mine[..row].iter().zip(&*x).map(|(a, b)| a * b).sum();
            x[row] = (x[row] - dot) / mine[row];
        }
    }

    /// C⁻¹ x, in place.
    pub(crate) fn solve(&self, x: &mut [f64]) {
        self.whiten(x);
        for row in (0..self.size).rev() {
            let mine = &self.lower[begin(row)..=begin(row) + row];
            x[row] /= mine[row];
            let value = x[row];
            for (x, lower) in x[..row].iter_mut().zip(mine) {
                *x -= value * lower;
            }
        }
    }

    /// L x.
    pub(crate) fn colour(&self, x: &[f64]) -> Vec<f64> {
        let row = |row| self.lower[begin(row)..=begin(row) + row].iter().zip(x).map(|(a, b)| a * b).sum();
        (0..self.size).map(row).collect()
    }

    /// ln |C|.
    pub(crate) fn log_determinant(&self) -> f64 {
        (0..self.size).map(|row| 2.0 * self.lower[begin(row) + row].ln()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_solved_multiplies_back(seed in prop::collection::vec(-1.0..1.0f64, 25), x in prop::collection::vec(-1.0..1.0f64, 5)) {
            // A Aᵀ + 1 is positive definite.
            let matrix: Vec<f64> = (0..25).map(|i| {
                let (row, column) = (i / 5, i % 5);
                let dot: f64 = (0..5).map(|k| seed[row * 5 + k] * seed[column * 5 + k]).sum();
                dot + f64::from(u8::from(row == column))
            }).collect();
            let factor = Cholesky::new(&matrix, 5).unwrap();
            let mut solved = x.clone();
            factor.solve(&mut solved);
            for row in 0..5 {
                let back: f64 = (0..5).map(|k| matrix[row * 5 + k] * solved[k]).sum();
                prop_assert!((back - x[row]).abs() < 1e-12);
            }
            let mut white = x.clone();
            factor.whiten(&mut white);
            for (back, x) in factor.colour(&white).iter().zip(&x) {
                prop_assert!((back - x).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn determinant_and_indefinite_matrices() {
        let factor = Cholesky::new(&[4.0, 2.0, 2.0, 3.0], 2).unwrap();
        assert!((factor.log_determinant() - 8f64.ln()).abs() < 1e-14);
        assert_eq!(Cholesky::new(&[1.0, 1.0, 1.0, 1.0], 2).unwrap_err(), 1);
        assert_eq!(Cholesky::new(&[f64::NAN], 1).unwrap_err(), 0);
    }
}
