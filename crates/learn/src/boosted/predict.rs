//! Margins from all trees. Rows walk down side by side, so that one waits for memory while the others go on.

use rayon::prelude::*;

use super::Boosted;
use crate::forest::Node;
use crate::{Error, Matrix};

/// Rows in a block: their values stay in the cache while all trees come by.
const BLOCK_ROWS: usize = 256;
/// Rows that walk side by side.
const LANES: usize = 8;

impl Boosted {
    /// The margins of each row.
    pub(super) fn sums(&self, x: &Matrix) -> Result<Vec<f64>, Error> {
        Error::check_length("features of the rows", self.n_features, x.cols())?;
        let (cols, margins) = (self.n_features, self.start.len());
        let mut sums = self.start.repeat(x.rows());
        if margins == 0 {
            return Ok(sums);
        }
        let add = |(out, rows): (&mut [f64], &[f64])| {
            if rows.iter().any(|value| value.is_nan()) {
                self.add_block(rows, out, Node::goes_right_or_missing);
            } else {
                self.add_block(rows, out, Node::goes_right);
            }
        };
        if x.rows() <= BLOCK_ROWS {
            add((&mut sums, x.data()));
        } else {
            let rows = x.data().par_chunks(BLOCK_ROWS * cols);
            sums.par_chunks_mut(BLOCK_ROWS * margins).zip(rows).for_each(add);
        }
        Ok(sums)
    }

    /// Adds the value of each row's leaf in each tree, tree after tree.
    #[inline]
    fn add_block(&self, rows: &[f64], out: &mut [f64], goes_right: impl Fn(Node, f64) -> bool + Copy) {
        let (cols, margins) = (self.n_features, self.start.len());
        let count = out.len() / margins;
        for (tree, &root) in self.roots.iter().enumerate() {
            let margin = tree % margins;
            for first in (0..count).step_by(LANES) {
                let mut at = [root; LANES];
                // Lanes beyond the last row follow it.
                let starts: [usize; LANES] = std::array::from_fn(|lane| (first + lane).min(count - 1) * cols);
                loop {
                    let mut moved = 0;
                    for (at, start) in at.iter_mut().zip(starts) {
                        let node = self.nodes[*at as usize];
                        let to = node.child + u32::from(goes_right(node, rows[start + node.feature()]));
                        moved |= to ^ *at;
                        *at = to;
                    }
                    if moved == 0 {
                        break;
                    }
                }
                for (lane, at) in at.into_iter().enumerate().take(count - first) {
                    out[(first + lane) * margins + margin] += self.values[at as usize];
                }
            }
        }
    }

    /// The leaf of a tree that a row comes to.
    pub(super) fn leaf(&self, tree: usize, row: &[f64]) -> usize {
        let mut at = self.roots[tree] as usize;
        loop {
            let node = self.nodes[at];
            let to = node.child as usize + usize::from(node.goes_right_or_missing(row[node.feature()]));
            if to == at {
                return at;
            }
            at = to;
        }
    }
}
