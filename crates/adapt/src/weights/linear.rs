//! Dense linear algebra in small: symmetric systems.

/// Σ a·b, in eight sums that the processor can add side by side.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a_blocks, b_blocks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = a_blocks.remainder().iter().zip(b_blocks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_blocks.zip(b_blocks) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// The lower triangle L of a symmetric, positive definite matrix: A = L Lᵀ.
pub(crate) struct Cholesky {
    n: usize,
    factor: Vec<f64>,
}

impl Cholesky {
    /// Of an n × n matrix, row after row, of which the lower triangle is read; nothing if it is not positive definite.
    pub(crate) fn new(n: usize, mut factor: Vec<f64>) -> Option<Self> {
        for i in 0..n {
            let (above, from) = factor.split_at_mut(i * n);
            for j in 0..i {
                let row = &above[j * n..j * n + n];
                from[j] = (from[j] - dot(&from[..j], &row[..j])) / row[j];
            }
            let pivot = from[i] - dot(&from[..i], &from[..i]);
            // Also refuses NaN.
            if !(pivot > 0.0 && pivot.is_finite()) {
                return None;
            }
            from[i] = pivot.sqrt();
        }
        Some(Self { n, factor })
    }

    /// Of the matrix with something added to its diagonal.
    pub(crate) fn with_ridge(n: usize, mut matrix: Vec<f64>, ridge: f64) -> Option<Self> {
        (0..n).for_each(|i| matrix[i * n + i] += ridge);
        Self::new(n, matrix)
    }

    /// L⁻¹ b.
    pub(crate) fn forward(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for i in 0..self.n {
            let row = &self.factor[i * self.n..(i + 1) * self.n];
            x[i] = (x[i] - dot(&row[..i], &x[..i])) / row[i];
        }
        x
    }

    /// A⁻¹ b.
    pub(crate) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = self.forward(b);
        for i in (0..self.n).rev() {
            let row = &self.factor[i * self.n..(i + 1) * self.n];
            x[i] /= row[i];
            let value = x[i];
            x[..i].iter_mut().zip(row).for_each(|(x, l)| *x -= value * l);
        }
        x
    }

    /// ln det A.
    pub(crate) fn log_determinant(&self) -> f64 {
        2.0 * (0..self.n).map(|i| self.factor[i * self.n + i].ln()).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_solved() {
        let a = [4.0, 2.0, 1.0, 2.0, 5.0, 3.0, 1.0, 3.0, 6.0];
        let cholesky = Cholesky::new(3, a.to_vec()).unwrap();
        let x = cholesky.solve(&[1.0, -2.0, 3.0]);
        for (i, b) in [1.0, -2.0, 3.0].iter().enumerate() {
            assert!((dot(&a[i * 3..i * 3 + 3], &x) - b).abs() < 1e-12);
        }
        // 4·(30 − 9) − 2·(12 − 3) + 1·(6 − 5)
        assert!((cholesky.log_determinant() - 67f64.ln()).abs() < 1e-12);
        assert!(Cholesky::new(2, vec![1.0, 1.0, 1.0, 1.0]).is_none());
        assert!(Cholesky::with_ridge(2, vec![1.0, 1.0, 1.0, 1.0], 0.1).is_some());
    }
}
