//! Decision values and probabilities of new rows.

use rayon::prelude::*;

use super::Svm;
use super::couple::couple;
use crate::distance::squared_distance;
use crate::{Error, Matrix};

/// Rows that one task predicts.
const BLOCK_ROWS: usize = 64;

impl Svm {
    /// The decision value of each pair of [`Self::present`] classes, rows × pairs, in the order (0, 1), (0, 2), …, (1, 2),
    /// …; positive in favour of the first of the two.
    ///
    /// # Errors
    /// When the rows have another number of features than those learned from; missing values, or such beyond ±1e100.
    pub fn decision(&self, x: &Matrix) -> Result<Matrix, Error> {
        let mut decisions = Matrix::filled(x.rows(), self.pairs.len(), 0.0);
        self.each(x, decisions.data_mut(), self.pairs.len(), |decisions, out| {
            out.copy_from_slice(decisions)
        })?;
        Ok(decisions)
    }

    pub(super) fn probabilities(&self, x: &Matrix) -> Result<Matrix, Error> {
        let mut probabilities = Matrix::filled(x.rows(), self.n_classes, 0.0);
        let k = self.present.len();
        self.each(x, probabilities.data_mut(), self.n_classes, |decisions, out| {
            let (mut pairs, mut p) = (vec![0.0; k * k], vec![1.0; k]);
            let mut own = self.pairs.iter().zip(decisions).map(|(pair, value)| pair.sigmoid.apply(*value));
            for first in 0..k {
                for second in first + 1..k {
                    pairs[first * k + second] = own.next().unwrap_or(0.5);
                }
            }
            match k {
                1 => {}
                2 => p = vec![pairs[1], 1.0 - pairs[1]],
                _ => couple(&mut pairs, &mut p),
            }
            for (class, p) in self.present.iter().zip(p) {
                out[*class as usize] = p;
            }
        })?;
        Ok(probabilities)
    }

    /// Calls `take` with each row's decision values and its slice of `out`, which has `width` numbers for each row.
    fn each(
        &self,
        x: &Matrix,
        out: &mut [f64],
        width: usize,
        take: impl Fn(&[f64], &mut [f64]) + Sync,
    ) -> Result<(), Error> {
        Error::check_numbers(self.n_features, x)?;
        if width == 0 {
            return Ok(());
        }
        let cols = self.n_features;
        out.par_chunks_mut(BLOCK_ROWS * width).zip(x.data().par_chunks(BLOCK_ROWS * cols)).for_each(
            |(out, rows)| {
                let mut kernel = vec![0.0; self.support.rows()];
                let mut decisions = vec![0.0; self.pairs.len()];
                for (out, row) in out.chunks_exact_mut(width).zip(rows.chunks_exact(cols)) {
                    for (kernel, support) in kernel.iter_mut().zip(self.support.data().chunks_exact(cols)) {
                        *kernel = (-self.gamma * squared_distance(row, support)).exp();
                    }
                    self.decide(&kernel, &mut decisions);
                    take(&decisions, out);
                }
            },
        );
        Ok(())
    }

    /// The decision values, given the kernel between a row and each support vector.
    fn decide(&self, kernel: &[f64], decisions: &mut [f64]) {
        let starts: Vec<usize> = std::iter::once(0)
            .chain(self.counts.iter().scan(0, |sum, &count| {
                *sum += count as usize;
                Some(*sum)
            }))
            .collect();
        let part = |class: usize, against: usize| -> f64 {
            let own = starts[class]..starts[class + 1];
            let dual = &self.dual[against * kernel.len()..][own.clone()];
            dual.iter().zip(&kernel[own]).map(|(dual, kernel)| dual * kernel).sum()
        };
        let k = self.present.len();
        let pairs = (0..k).flat_map(|first| (first + 1..k).map(move |second| (first, second)));
        for ((decision, pair), (first, second)) in decisions.iter_mut().zip(&self.pairs).zip(pairs) {
            *decision = part(first, second - 1) + part(second, first) + pair.bias;
        }
    }
}
