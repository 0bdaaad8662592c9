//! Class probabilities from all trees.
//!
//! A block of rows goes down a tree together. Near the root a node divides its rows into those that go left and those
//! that go right, which costs a few instructions per row and nothing to foresee; further down, where few rows are left,
//! these walk on side by side, so that one waits for memory while the others go on.

use rayon::prelude::*;

use super::Forest;
use super::node::Node;
use crate::{Error, Matrix};

/// The most rows in a block; `u16` numbers them.
const BLOCK_ROWS: usize = 8192;
/// The most values in a block, for tables with many columns: they are to stay in the cache while all trees come by.
const BLOCK_VALUES: usize = 1 << 18;
/// A node with fewer rows lets them walk.
const FEW: usize = 9;
/// Rows that walk side by side.
const LANES: usize = 8;

/// Rows on their way down, and working memory.
struct Block<'a> {
    /// The values, row after row.
    rows: &'a [f64],
    /// The same, column after column.
    columns: Vec<f64>,
    count: usize,
    /// Whether a value is missing.
    missing: bool,
    /// Row numbers, ordered by node: the nodes of one level stand in one list, those of the next in the other.
    order: [Vec<u16>; 2],
    tasks: Vec<Task>,
}

/// A node with some of its rows.
struct Task {
    node: u32,
    start: usize,
    end: usize,
    list: usize,
}

impl<'a> Block<'a> {
    fn new(rows: &'a [f64], cols: usize) -> Self {
        let count = rows.len() / cols;
        let mut columns = Vec::with_capacity(rows.len());
        for col in 0..cols {
            columns.extend(rows[col..].iter().step_by(cols));
        }
        let missing = rows.iter().any(|value| value.is_nan());
        Self { rows, columns, count, missing, order: [vec![0; count], vec![0; count]], tasks: Vec::new() }
    }
}

impl Forest {
    pub(super) fn probabilities(&self, x: &Matrix) -> Result<Matrix, Error> {
        Error::check_length("features of the rows", self.n_features, x.cols())?;
        let (cols, classes) = (self.n_features, self.n_classes);
        let mut probabilities = Matrix::filled(x.rows(), classes, 0.0);
        let block = self.block_rows(x);
        probabilities
            .data_mut()
            .par_chunks_mut(block * classes)
            .zip(x.data().par_chunks(block * cols))
            .for_each(|(out, rows)| self.mean_of(&self.roots, &mut Block::new(rows, cols), out));
        Ok(probabilities)
    }

    /// The probabilities by each of `groups` runs of trees, equally long but for one tree; the rows are brought into
    /// blocks once for all of them.
    pub(super) fn group_probabilities(&self, x: &Matrix, groups: usize) -> Result<Vec<Matrix>, Error> {
        Error::check_length("features of the rows", self.n_features, x.cols())?;
        let (cols, classes, trees) = (self.n_features, self.n_classes, self.roots.len());
        let mut probabilities = vec![Matrix::filled(x.rows(), classes, 0.0); groups];
        let block = self.block_rows(x);
        let mut places: Vec<_> =
            probabilities.iter_mut().map(|matrix| matrix.data_mut().chunks_mut(block * classes)).collect();
        let blocks: Vec<(&[f64], Vec<&mut [f64]>)> = (x.data().chunks(block * cols))
            .map(|rows| (rows, places.iter_mut().filter_map(Iterator::next).collect()))
            .collect();
        blocks.into_par_iter().for_each(|(rows, outs)| {
            let mut block = Block::new(rows, cols);
            for (group, out) in outs.into_iter().enumerate() {
                let trees = group * trees / groups..(group + 1) * trees / groups;
                self.mean_of(&self.roots[trees], &mut block, out);
            }
        });
        Ok(probabilities)
    }

    /// How many rows go down the trees together: fewer when there are not enough for all threads. No row's result
    /// depends on its block.
    fn block_rows(&self, x: &Matrix) -> usize {
        let most = (BLOCK_VALUES / self.n_features).clamp(4 * LANES, BLOCK_ROWS);
        x.rows().div_ceil(rayon::current_num_threads()).clamp(4 * LANES, most)
    }

    /// The mean over some trees of the class shares of each row's leaf; `out` starts as zeros.
    fn mean_of(&self, roots: &[u32], block: &mut Block<'_>, out: &mut [f64]) {
        if block.missing {
            self.add_block(roots, block, out, Node::goes_right_or_missing);
        } else {
            self.add_block(roots, block, out, Node::goes_right);
        }
        let trees = roots.len() as f64;
        out.iter_mut().for_each(|sum| *sum /= trees);
    }

    /// Adds the class shares of each row's leaf in each tree, tree after tree.
    #[inline]
    fn add_block(
        &self,
        roots: &[u32],
        block: &mut Block<'_>,
        out: &mut [f64],
        goes_right: impl Fn(Node, f64) -> bool + Copy,
    ) {
        for &root in roots {
            for (row, place) in block.order[0].iter_mut().enumerate() {
                *place = row as u16;
            }
            block.tasks.push(Task { node: root, start: 0, end: block.count, list: 0 });
            while let Some(task) = block.tasks.pop() {
                if self.nodes[task.node as usize].child == task.node {
                    for &row in &block.order[task.list][task.start..task.end] {
                        self.add_leaf(task.node, usize::from(row), out);
                    }
                } else if task.end - task.start < FEW {
                    self.walk(&task, block, out, goes_right);
                } else {
                    self.divide(&task, block, goes_right);
                }
            }
        }
    }

    /// Gives each child of a node its rows.
    #[inline]
    fn divide(&self, task: &Task, block: &mut Block<'_>, goes_right: impl Fn(Node, f64) -> bool) {
        let node = self.nodes[task.node as usize];
        let column = &block.columns[node.feature() * block.count..][..block.count];
        let [even, odd] = &mut block.order;
        let (from, to) = if task.list == 0 { (even, odd) } else { (odd, even) };
        let (from, to) = (&from[task.start..task.end], &mut to[task.start..task.end]);
        let (mut left, mut right) = (0, to.len());
        for &row in from {
            // Written to both ends, counted at one: cheaper than a branch that cannot be foreseen.
            to[left] = row;
            to[right - 1] = row;
            let goes_right = goes_right(node, column[usize::from(row)]);
            left += usize::from(!goes_right);
            right -= usize::from(goes_right);
        }
        let (middle, list) = (task.start + left, 1 - task.list);
        for (node, start, end) in [(node.child, task.start, middle), (node.child + 1, middle, task.end)] {
            if start < end {
                block.tasks.push(Task { node, start, end, list });
            }
        }
    }

    /// Lets the rows of a node walk to their leaves.
    #[inline]
    fn walk(&self, task: &Task, block: &Block<'_>, out: &mut [f64], goes_right: impl Fn(Node, f64) -> bool) {
        let cols = self.n_features;
        for rows in block.order[task.list][task.start..task.end].chunks(LANES) {
            let mut at = [task.node; LANES];
            // Lanes without a row of their own follow the first one.
            let mut starts = [usize::from(rows[0]) * cols; LANES];
            for (start, &row) in starts.iter_mut().zip(rows) {
                *start = usize::from(row) * cols;
            }
            loop {
                let mut moved = 0;
                for (at, start) in at.iter_mut().zip(starts) {
                    let node = self.nodes[*at as usize];
                    let to = node.child + u32::from(goes_right(node, block.rows[start + node.feature()]));
                    moved |= to ^ *at;
                    *at = to;
                }
                if moved == 0 {
                    break;
                }
            }
            for (&at, &row) in at.iter().zip(rows) {
                self.add_leaf(at, usize::from(row), out);
            }
        }
    }

    #[inline]
    fn add_leaf(&self, node: u32, row: usize, out: &mut [f64]) {
        let classes = self.n_classes;
        let leaf = self.leaves[node as usize] as usize;
        match leaf.checked_sub(classes) {
            None => out[row * classes + leaf] += 1.0,
            Some(shares) => {
                let shares = &self.shares[shares * classes..(shares + 1) * classes];
                for (sum, share) in out[row * classes..].iter_mut().zip(shares) {
                    *sum += share;
                }
            }
        }
    }
}
