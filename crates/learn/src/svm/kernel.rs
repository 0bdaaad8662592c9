//! Rows of the kernel matrix, computed when they are asked for and kept as long as there is room.

use std::sync::{Arc, Mutex, PoisonError};

use crate::distance::squared_distance;

/// exp(−γ |a − b|²) of all pairs of some rows, in single precision.
pub(super) struct Kernel {
    x: Vec<f64>,
    cols: usize,
    gamma: f64,
    kept: Mutex<Kept>,
}

struct Kept {
    rows: Vec<Option<Arc<[f32]>>>,
    /// When each row was last asked for.
    asked: Vec<u64>,
    now: u64,
    count: usize,
    room: usize,
}

impl Kernel {
    /// Of the rows in `x`, each of `cols` values; about `bytes` are kept, two rows at least.
    pub(super) fn new(x: Vec<f64>, cols: usize, gamma: f64, bytes: usize) -> Self {
        let count = x.len() / cols;
        let kept = Kept {
            rows: vec![None; count],
            asked: vec![0; count],
            now: 0,
            count: 0,
            room: (bytes / (size_of::<f32>() * count)).max(2),
        };
        Self { x, cols, gamma, kept: Mutex::new(kept) }
    }

    /// The number of rows.
    pub(super) fn len(&self) -> usize {
        self.x.len() / self.cols
    }

    /// A row of the matrix. The numbers do not depend on what is kept.
    pub(super) fn row(&self, row: usize) -> Arc<[f32]> {
        if let Some(values) = self.lock().look(row) {
            return values;
        }
        // Others may go on meanwhile; two that compute the same row find the same.
        let own = &self.x[row * self.cols..(row + 1) * self.cols];
        let values: Arc<[f32]> = self
            .x
            .chunks_exact(self.cols)
            .map(|other| (-(self.gamma * squared_distance(own, other)) as f32).exp())
            .collect();
        self.lock().keep(row, Arc::clone(&values));
        values
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn look(&mut self, row: usize) -> Option<Arc<[f32]>> {
        self.now += 1;
        self.asked[row] = self.now;
        self.rows[row].clone()
    }

    fn keep(&mut self, row: usize, values: Arc<[f32]>) {
        if self.rows[row].is_none() {
            if self.count == self.room {
                let oldest = (0..self.rows.len())
                    .filter(|&at| self.rows[at].is_some())
                    .min_by_key(|&at| self.asked[at]);
                if let Some(oldest) = oldest {
                    self.rows[oldest] = None;
                    self.count -= 1;
                }
            }
            self.count += 1;
        }
        self.rows[row] = Some(values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_the_same_kept_or_not() {
        let x: Vec<f64> = (0..40).map(|at| f64::from(at * 17 % 23) / 7.0).collect();
        let (all, two) = (Kernel::new(x.clone(), 2, 0.5, 1 << 20), Kernel::new(x.clone(), 2, 0.5, 0));
        for row in [0, 5, 19, 5, 0, 7, 19, 0] {
            assert_eq!(all.row(row), two.row(row));
            assert_eq!(all.row(row)[row], 1.0);
            assert!(two.lock().rows.iter().flatten().count() <= 2);
        }
        let square = (x[0] - x[2]).powi(2) + (x[1] - x[3]).powi(2);
        assert!((f64::from(all.row(0)[1]) - (-0.5 * square).exp()).abs() < 1e-7);
    }
}
