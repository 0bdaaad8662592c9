//! A tree that halves the rows by one column at a time (Friedman, Bentley & Finkel 1977, doi:10.1145/355744.355745):
//! in few dimensions most of it need not be looked at.

use super::nearest::Nearest;
use crate::Matrix;
use crate::distance::squared_distance;

/// So many rows are not divided further.
const LEAF_ROWS: usize = 16;

pub(super) struct Tree {
    cols: usize,
    /// The row numbers, in the order of the leaves.
    rows: Vec<u32>,
    /// The rows' values in this order.
    values: Vec<f64>,
    /// Each node, then all nodes of its lower half, then those of its upper half.
    nodes: Vec<Node>,
}

/// The lower half of the rows has at most `below` in the column, the upper half at least `above`.
struct Node {
    column: u32,
    /// The place of the upper half's first node.
    upper: u32,
    below: f64,
    above: f64,
}

impl Tree {
    pub(super) fn new(x: &Matrix) -> Self {
        let mut rows: Vec<u32> = (0..x.rows() as u32).collect();
        let mut nodes = Vec::new();
        divide(x, &mut rows, &mut nodes);
        let values = rows.iter().flat_map(|&row| x.row(row as usize)).copied().collect();
        Self { cols: x.cols(), rows, values, nodes }
    }

    /// The nearest rows to a query. `offsets` is working memory: a number for each column.
    pub(super) fn search(&self, query: &[f64], nearest: &mut Nearest, offsets: &mut [f64]) {
        offsets.fill(0.0);
        self.descend(0, 0..self.rows.len(), query, 0.0, nearest, offsets);
    }

    /// `square` is the sum of `offsets`, the squared distances in each column from the query to the node's cell.
    fn descend(
        &self,
        node: usize,
        rows: std::ops::Range<usize>,
        query: &[f64],
        square: f64,
        nearest: &mut Nearest,
        offsets: &mut [f64],
    ) {
        if rows.len() <= LEAF_ROWS {
            let values = &self.values[rows.start * self.cols..rows.end * self.cols];
            for (row, values) in self.rows[rows].iter().zip(values.chunks_exact(self.cols)) {
                nearest.offer(squared_distance(query, values), *row);
            }
            return;
        }
        let Node { column, upper, below, above } = self.nodes[node];
        let (column, middle) = (column as usize, middle(&rows));
        let value = query[column];
        let halves = [(node + 1, rows.start..middle), (upper as usize, middle..rows.end)];
        // The half on whose side of the gap's middle the query lies comes first.
        let lower_first = value - below <= above - value;
        let [near, far] = if lower_first {
            halves
        } else {
            {
                let [a, b] = halves;
                [b, a]
            }
        };
        let edge = if lower_first { above } else { below };
        self.descend(near.0, near.1, query, square, nearest, offsets);
        let offset = (edge - value) * (edge - value);
        let old = offsets[column];
        let far_square = square + (offset - old).max(0.0);
        // A little less, as sums round: equal distances count, for the sake of lower rows.
        if far_square * (1.0 - 1e-9) <= nearest.limit() {
            offsets[column] = offset.max(old);
            self.descend(far.0, far.1, query, far_square, nearest, offsets);
            offsets[column] = old;
        }
    }
}

fn middle(rows: &std::ops::Range<usize>) -> usize {
    rows.start + rows.len() / 2
}

/// Divides rows at the median of the column in which they spread the most, and so on.
fn divide(x: &Matrix, rows: &mut [u32], nodes: &mut Vec<Node>) {
    if rows.len() <= LEAF_ROWS {
        return;
    }
    let (mut low, mut high) = (x.row(rows[0] as usize).to_vec(), x.row(rows[0] as usize).to_vec());
    for &row in &*rows {
        for ((low, high), value) in low.iter_mut().zip(&mut high).zip(x.row(row as usize)) {
            *low = low.min(*value);
            *high = high.max(*value);
        }
    }
    let spread = |column: usize| high[column] - low[column];
    let column =
        (1..x.cols()).fold(0, |best, column| if spread(column) > spread(best) { column } else { best });
    let value = |row: u32| x.row(row as usize)[column];
    let middle = middle(&(0..rows.len()));
    rows.select_nth_unstable_by(middle, |&a, &b| value(a).total_cmp(&value(b)).then(a.cmp(&b)));
    let (lower, upper) = rows.split_at_mut(middle);
    let below = lower.iter().fold(f64::NEG_INFINITY, |largest, &row| largest.max(value(row)));
    let above = value(upper[0]);
    let node = nodes.len();
    nodes.push(Node { column: column as u32, upper: 0, below, above });
    divide(x, lower, nodes);
    nodes[node].upper = nodes.len() as u32;
    divide(x, upper, nodes);
}
