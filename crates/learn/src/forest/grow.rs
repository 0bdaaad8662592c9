//! Grows one tree.

use super::codes::Column;
use super::node::Node;
use super::split::{Best, Search};
use crate::random::Stream;

/// What the growth of every tree of a forest needs.
pub(super) struct Ground<'a> {
    pub(super) columns: &'a [Column],
    pub(super) rows: usize,
    pub(super) max_features: usize,
    pub(super) max_depth: usize,
    pub(super) bootstrap: bool,
}

/// One tree; the nodes number their children from the tree's own root, 0.
#[derive(Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// For each leaf, the class if it is pure; else the number of classes plus the row in `shares`.
    pub(super) leaves: Vec<u32>,
    /// Class shares of the leaves that are not pure, leaf after leaf.
    pub(super) shares: Vec<f64>,
    /// Decrease of impurity by feature.
    pub(super) importances: Vec<f64>,
}

/// Working memory that trees share one after the other.
pub(super) struct Workshop<S: Search> {
    search: S,
    rows: Vec<u32>,
    values: Vec<S::Value>,
    spare_rows: Vec<u32>,
    spare_values: Vec<S::Value>,
    draws: Vec<u32>,
    features: Vec<usize>,
    class_weights: Vec<f64>,
}

/// A run of rows that is to become a node.
struct Task {
    node: usize,
    start: usize,
    end: usize,
    depth: usize,
}

impl<S: Search> Workshop<S> {
    pub(super) fn new(search: S, ground: &Ground<'_>) -> Self {
        Self {
            search,
            rows: Vec::with_capacity(ground.rows),
            values: Vec::with_capacity(ground.rows),
            spare_rows: vec![0; ground.rows],
            spare_values: vec![S::Value::default(); ground.rows],
            draws: vec![0; ground.rows],
            features: (0..ground.columns.len()).collect(),
            class_weights: Vec::new(),
        }
    }

    /// Grows the tree of one stream of random numbers.
    pub(super) fn grow(&mut self, ground: &Ground<'_>, mut random: Stream) -> Tree {
        self.draw_rows(ground, &mut random);
        // The order that earlier trees left the features in must not matter.
        for (place, feature) in self.features.iter_mut().enumerate() {
            *feature = place;
        }
        let mut tree = Tree { importances: vec![0.0; ground.columns.len()], ..Default::default() };
        tree.push_leaf();
        let mut tasks = vec![Task { node: 0, start: 0, end: self.rows.len(), depth: 0 }];
        while let Some(task) = tasks.pop() {
            let several = self.search.begin(&self.values[task.start..task.end]);
            let best = if several && task.depth < ground.max_depth {
                self.best_split(ground, &task, &mut random)
            } else {
                None
            };
            let Some(best) = best else {
                self.finish_leaf(&mut tree, task.node);
                continue;
            };
            tree.importances[best.feature] += self.search.decrease(best.score);
            let column = &ground.columns[best.feature];
            let middle = task.start + self.partition(&task, column, &best);
            let missing_left = best.missing_left.unwrap_or_else(|| {
                let left = self.search.weight(&self.values[task.start..middle]);
                left >= self.search.weight(&self.values[middle..task.end])
            });
            let child = tree.nodes.len();
            tree.push_leaf();
            tree.push_leaf();
            let threshold = column.threshold(best.code, best.above);
            tree.nodes[task.node] = Node::split(best.feature, threshold, missing_left, child);
            let depth = task.depth + 1;
            tasks.push(Task { node: child + 1, start: middle, end: task.end, depth });
            tasks.push(Task { node: child, start: task.start, end: middle, depth });
        }
        tree
    }

    fn draw_rows(&mut self, ground: &Ground<'_>, random: &mut Stream) {
        if ground.bootstrap {
            self.draws.fill(0);
            for _ in 0..ground.rows {
                self.draws[random.below(ground.rows as u32) as usize] += 1;
            }
        } else {
            self.draws.fill(1);
        }
        self.rows.clear();
        self.values.clear();
        for (row, &draws) in self.draws.iter().enumerate() {
            if draws > 0 {
                self.rows.push(row as u32);
                self.values.push(self.search.value(row as u32, draws));
            }
        }
    }

    /// Draws features without replacement until enough are drawn and one of them splits the node.
    fn best_split(&mut self, ground: &Ground<'_>, task: &Task, random: &mut Stream) -> Option<Best> {
        let (rows, values) = (&self.rows[task.start..task.end], &self.values[task.start..task.end]);
        let (mut best, mut usable) = (Best::NONE, false);
        let count = self.features.len();
        for drawn in 0..count {
            if usable && (drawn >= ground.max_features || self.search.is_perfect(best.score)) {
                break;
            }
            self.features.swap(drawn, drawn + random.below((count - drawn) as u32) as usize);
            let feature = self.features[drawn];
            usable |= self.search.search(rows, values, &ground.columns[feature], feature, &mut best);
        }
        (best.score >= 0.0).then_some(best)
    }

    /// Brings the rows that go left before those that go right, each in their order; returns how many go left.
    fn partition(&mut self, task: &Task, column: &Column, best: &Best) -> usize {
        let (codes, missing_code) = (column.codes.as_slice(), column.bins());
        let missing_left = best.missing_left == Some(true);
        let rows = &mut self.rows[task.start..task.end];
        let values = &mut self.values[task.start..task.end];
        let (mut left, mut right) = (0, 0);
        for place in 0..rows.len() {
            let (row, value) = (rows[place], values[place]);
            let code = codes[row as usize];
            let goes_left = code <= best.code || (missing_left && code == missing_code);
            // Written to both sides, counted on one: cheaper than a branch that cannot be foreseen.
            rows[left] = row;
            values[left] = value;
            self.spare_rows[right] = row;
            self.spare_values[right] = value;
            left += usize::from(goes_left);
            right += usize::from(!goes_left);
        }
        rows[left..].copy_from_slice(&self.spare_rows[..right]);
        values[left..].copy_from_slice(&self.spare_values[..right]);
        left
    }

    /// Writes down the class shares of the node that the search has taken up.
    fn finish_leaf(&mut self, tree: &mut Tree, node: usize) {
        self.search.class_weights(&mut self.class_weights);
        let weights = &self.class_weights;
        let n_classes = weights.len();
        let mut with_weight = weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0);
        tree.leaves[node] = match (with_weight.next(), with_weight.next()) {
            (Some((class, _)), None) => class as u32,
            _ => {
                let sum: f64 = weights.iter().sum();
                let row = tree.shares.len() / n_classes;
                tree.shares.extend(weights.iter().map(|weight| weight / sum));
                (n_classes + row) as u32
            }
        };
    }
}

impl Tree {
    fn push_leaf(&mut self) {
        self.nodes.push(Node::leaf(self.nodes.len()));
        self.leaves.push(0);
    }
}
