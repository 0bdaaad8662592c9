//! Quadratic programs with bounds.

use super::linear::{Cholesky, dot};

/// Minimises ½ xᵀK x − kᵀx over 0 ≤ x ≤ `upper`.
pub(crate) struct Quadratic<'a> {
    /// n × n, symmetric and positive definite.
    pub(crate) matrix: &'a [f64],
    /// n.
    pub(crate) linear: &'a [f64],
    pub(crate) upper: f64,
    /// How far the gradient may be from what a minimum asks.
    pub(crate) tolerance: f64,
}

/// Sweeps of coordinate descent before a Newton step is tried.
const SWEEPS: usize = 10;
const MAX_ROUNDS: usize = 200;

impl Quadratic<'_> {
    /// The gradient K x − k.
    fn gradient(&self, x: &[f64]) -> Vec<f64> {
        let n = x.len();
        (0..n).map(|i| dot(&self.matrix[i * n..(i + 1) * n], x) - self.linear[i]).collect()
    }

    fn at_bound(&self, x: f64, gradient: f64) -> bool {
        (x <= 0.0 && gradient >= 0.0) || (x >= self.upper && gradient <= 0.0)
    }

    /// How far x is from a minimum: the largest gradient of what is free to move.
    fn residual(&self, x: &[f64], gradient: &[f64]) -> f64 {
        x.iter()
            .zip(gradient)
            .filter(|(x, g)| !self.at_bound(**x, **g))
            .fold(0.0, |most, (_, g)| f64::max(most, g.abs()))
    }

    /// Improves x to the minimum and gives the coordinates that are free there; nothing if it is not reached.
    ///
    /// Coordinate descent soon finds which bounds hold, a Newton step on the rest the minimum itself (projected on the
    /// bounds: Bertsekas 1982, doi:10.1137/0320018).
    pub(crate) fn minimise(&self, x: &mut Vec<f64>) -> Option<Vec<usize>> {
        let mut sweeps = SWEEPS;
        for _ in 0..MAX_ROUNDS {
            let mut gradient = self.gradient(x);
            if self.residual(x, &gradient) <= self.tolerance {
                return Some((0..x.len()).filter(|&i| x[i] > 0.0 && x[i] < self.upper).collect());
            }
            for _ in 0..sweeps {
                self.sweep(x, &mut gradient);
            }
            sweeps = if self.newton(x) { 1 } else { 2 * SWEEPS };
        }
        None
    }

    fn sweep(&self, x: &mut [f64], gradient: &mut [f64]) {
        let n = x.len();
        for i in 0..n {
            let row = &self.matrix[i * n..(i + 1) * n];
            let to = (x[i] - gradient[i] / row[i]).clamp(0.0, self.upper);
            let step = to - x[i];
            if step != 0.0 {
                x[i] = to;
                gradient.iter_mut().zip(row).for_each(|(g, k)| *g += step * k);
            }
        }
    }

    /// A Newton step in the free coordinates, shortened until it descends; whether one was taken.
    fn newton(&self, x: &mut Vec<f64>) -> bool {
        let gradient = self.gradient(x);
        let free: Vec<usize> = (0..x.len()).filter(|&i| !self.at_bound(x[i], gradient[i])).collect();
        let Some(cholesky) = self.restricted(&free) else { return false };
        let step = cholesky.solve(&free.iter().map(|&i| gradient[i]).collect::<Vec<f64>>());
        let value = |x: &[f64], gradient: &[f64]| -> f64 {
            x.iter().zip(gradient).zip(self.linear).map(|((x, g), k)| 0.5 * x * (g - k)).sum()
        };
        let before = value(x, &gradient);
        let mut length = 1.0;
        while length > 1e-3 {
            let mut tried = x.clone();
            for (&i, step) in free.iter().zip(&step) {
                tried[i] = (x[i] - length * step).clamp(0.0, self.upper);
            }
            let there = self.gradient(&tried);
            if value(&tried, &there) < before || self.residual(&tried, &there) <= self.tolerance {
                *x = tried;
                return true;
            }
            length *= 0.5;
        }
        false
    }

    /// The matrix restricted to some coordinates, decomposed.
    pub(crate) fn restricted(&self, free: &[usize]) -> Option<Cholesky> {
        let n = self.linear.len();
        let matrix = free.iter().flat_map(|&i| free.iter().map(move |&j| self.matrix[i * n + j])).collect();
        Cholesky::new(free.len(), matrix)
    }
}
