//! The best split for any number of classes and any weights.

use super::code_set::CodeSet;
use super::codes::Column;
use super::split::{Best, Search};

/// What is known of a row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Row {
    class: u32,
    draws: u32,
    weight: f64,
}

/// Search along the rows in the order of their bins. The score is Σ_c l_c²/l + Σ_c r_c²/r with the weights of class c
/// on the left and the right and their sums l and r; the weighted Gini impurity falls as the score grows.
pub(super) struct WeightSearch<'a> {
    classes: &'a [u32],
    weights: Option<&'a [f64]>,
    min_samples_leaf: u64,
    node: Side,
    left: Side,
    right: Side,
    present: CodeSet,
    /// The last row of the node in each bin, and the row before each row; `NOBODY` ends the chain.
    last: Vec<u32>,
    before: Vec<u32>,
    codes: Vec<u16>,
}

const NOBODY: u32 = u32::MAX;

/// The rows on one side of a split.
#[derive(Clone, Debug)]
struct Side {
    by_class: Vec<f64>,
    weight: f64,
    draws: u64,
    /// Σ_c of the squared weights of the classes.
    squares: f64,
}

impl Side {
    fn new(n_classes: usize) -> Self {
        Self { by_class: vec![0.0; n_classes], weight: 0.0, draws: 0, squares: 0.0 }
    }

    fn copy(&mut self, other: &Self) {
        self.by_class.copy_from_slice(&other.by_class);
        (self.weight, self.draws, self.squares) = (other.weight, other.draws, other.squares);
    }

    fn clear(&mut self) {
        self.by_class.fill(0.0);
        (self.weight, self.draws, self.squares) = (0.0, 0, 0.0);
    }

    #[inline]
    fn add(&mut self, row: Row) {
        let class = &mut self.by_class[row.class as usize];
        self.squares += row.weight * (2.0 * *class + row.weight);
        *class += row.weight;
        self.weight += row.weight;
        self.draws += u64::from(row.draws);
    }

    #[inline]
    fn remove(&mut self, row: Row) {
        let class = &mut self.by_class[row.class as usize];
        self.squares -= row.weight * (2.0 * *class - row.weight);
        *class -= row.weight;
        self.weight -= row.weight;
        self.draws -= u64::from(row.draws);
    }

    #[inline]
    fn score(&self) -> f64 {
        self.squares / self.weight
    }
}

impl<'a> WeightSearch<'a> {
    pub(super) fn new(
        classes: &'a [u32],
        weights: Option<&'a [f64]>,
        n_classes: usize,
        min_samples_leaf: usize,
        bins: usize,
    ) -> Self {
        Self {
            classes,
            weights,
            min_samples_leaf: min_samples_leaf as u64,
            node: Side::new(n_classes),
            left: Side::new(n_classes),
            right: Side::new(n_classes),
            present: CodeSet::new(),
            last: vec![NOBODY; bins + 1],
            before: vec![NOBODY; classes.len()],
            codes: Vec::new(),
        }
    }

    /// Moves the rows of a bin from the right to the left.
    #[inline]
    fn move_bin(&mut self, values: &[Row], bin: u16) {
        let mut place = self.last[usize::from(bin)];
        while place != NOBODY {
            let row = values[place as usize];
            self.left.add(row);
            self.right.remove(row);
            place = self.before[place as usize];
        }
    }

    fn scan(&mut self, values: &[Row], bins: usize, mut best: f64) -> Option<(usize, f64)> {
        let mut at = None;
        for place in 0..bins {
            self.move_bin(values, self.codes[place]);
            if self.left.draws < self.min_samples_leaf {
                continue;
            }
            if self.right.draws < self.min_samples_leaf {
                break;
            }
            let score = self.left.score() + self.right.score();
            // Rounding may leave nothing of a side of tiny weight.
            if score > best && self.left.weight > 0.0 && self.right.weight > 0.0 {
                best = score;
                at = Some(place);
            }
        }
        at.map(|place| (place, best))
    }
}

impl Search for WeightSearch<'_> {
    type Value = Row;

    fn value(&self, row: u32, draws: u32) -> Row {
        let weight = self.weights.map_or(1.0, |weights| weights[row as usize]) * f64::from(draws);
        Row { class: self.classes[row as usize], draws, weight }
    }

    fn begin(&mut self, values: &[Row]) -> bool {
        self.node.clear();
        for &row in values {
            self.node.add(row);
        }
        let several = values.iter().any(|row| row.class != values[0].class);
        several && self.node.draws >= 2 * self.min_samples_leaf
    }

    fn search(
        &mut self,
        rows: &[u32],
        values: &[Row],
        column: &Column,
        feature: usize,
        best: &mut Best,
    ) -> bool {
        let missing_code = column.bins();
        for (place, &row) in rows.iter().enumerate() {
            let code = column.codes[row as usize];
            self.before[place] = std::mem::replace(&mut self.last[usize::from(code)], place as u32);
            self.present.insert(code);
        }
        let Self { present, codes, .. } = self;
        codes.clear();
        present.drain(missing_code, |code| codes.push(code));
        let mut bins = codes.len();
        let missing = codes.last() == Some(&missing_code);
        bins -= usize::from(missing);

        let mut splits = false;
        if bins >= 2 || (bins == 1 && missing) {
            for missing_left in [false, true].into_iter().take(if missing { 2 } else { 1 }) {
                self.left.clear();
                self.right.copy(&self.node);
                if missing_left {
                    self.move_bin(values, missing_code);
                }
                // With the missing on the left, the last bin has to stay right.
                let movable = if missing && !missing_left { bins } else { bins - 1 };
                splits |= movable > 0;
                if let Some((place, score)) = self.scan(values, movable, best.score) {
                    *best = Best {
                        score,
                        feature,
                        code: self.codes[place],
                        above: (place + 1 < bins).then(|| self.codes[place + 1]),
                        missing_left: missing.then_some(missing_left),
                    };
                }
            }
        }
        for &code in &self.codes {
            self.last[usize::from(code)] = NOBODY;
        }
        splits
    }

    fn is_perfect(&self, score: f64) -> bool {
        score >= self.node.weight
    }

    fn decrease(&self, score: f64) -> f64 {
        (score - self.node.score()).max(0.0)
    }

    fn weight(&self, values: &[Row]) -> f64 {
        values.iter().map(|row| row.weight).sum()
    }

    fn class_weights(&self, into: &mut Vec<f64>) {
        into.clone_from(&self.node.by_class);
    }
}
