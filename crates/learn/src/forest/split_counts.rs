//! The best split for two classes and whole-number weights: all sums are exact integers.

use super::code_set::CodeSet;
use super::codes::Column;
use super::split::{Best, Search};

/// Weights of one or more rows: all of them in the lower half, those of class 1 in the upper.
type Counts = u64;

fn all(counts: Counts) -> i64 {
    i64::from(counts as u32)
}

fn ones(counts: Counts) -> i64 {
    (counts >> 32) as i64
}

/// Search by histogram. With n rows of which n₁ are of class 1, and l and l₁ of these on the left, the weighted Gini
/// impurity falls by 2/n · (l₁n − n₁l)² / (l(n − l)); the score is that without the constant 2/n.
pub(super) struct CountSearch<'a> {
    classes: &'a [u32],
    weights: Option<&'a [u32]>,
    node: Counts,
    histogram: Vec<Counts>,
    present: CodeSet,
    /// The bins with rows, in order, and their counts.
    codes: Vec<u16>,
    counts: Vec<Counts>,
}

impl<'a> CountSearch<'a> {
    /// Classes are 0 and 1; the weights of all rows, as often as they are drawn, add up to less than 2³¹;
    /// no feature has more than `bins` bins.
    pub(super) fn new(classes: &'a [u32], weights: Option<&'a [u32]>, bins: usize) -> Self {
        Self {
            classes,
            weights,
            node: 0,
            histogram: vec![0; bins + 1],
            present: CodeSet::new(),
            codes: vec![0; bins + 1],
            counts: vec![0; bins + 1],
        }
    }

    /// Sorts the node's rows into bins; returns the number of bins and the counts of the missing.
    fn fill(&mut self, rows: &[u32], values: &[Counts], column: &Column) -> (usize, Counts) {
        let (codes, bins) = (column.codes.as_slice(), column.bins());
        let mut found = 0;
        if rows.len() * 4 >= usize::from(bins) {
            for (&row, &value) in rows.iter().zip(values) {
                self.histogram[usize::from(codes[row as usize])] += value;
            }
            for code in 0..bins {
                let counts = std::mem::take(&mut self.histogram[usize::from(code)]);
                self.codes[found] = code;
                self.counts[found] = counts;
                found += usize::from(counts != 0);
            }
        } else {
            for (&row, &value) in rows.iter().zip(values) {
                let code = codes[row as usize];
                self.histogram[usize::from(code)] += value;
                self.present.insert(code);
            }
            let Self { histogram, codes, counts, present, .. } = self;
            present.drain(bins, |code| {
                if code < bins {
                    codes[found] = code;
                    counts[found] = std::mem::take(&mut histogram[usize::from(code)]);
                    found += 1;
                }
            });
        }
        (found, std::mem::take(&mut self.histogram[usize::from(bins)]))
    }

    /// The best place to cut the bins found, with `left` on the left to begin with. The last bin may only go left if
    /// something stays right.
    #[inline]
    fn scan(&self, found: usize, mut left: Counts, mut best: f64) -> Option<(usize, f64)> {
        let (n, n1) = (all(self.node), ones(self.node));
        let mut at = None;
        for (place, &counts) in self.counts[..found].iter().enumerate() {
            left += counts;
            let (l, l1) = (all(left), ones(left));
            let numerator = (l1 * n - n1 * l) as f64;
            // With nothing on the right this is 0/0, which is no better than anything.
            let score = numerator * numerator / (l * (n - l)) as f64;
            if score > best {
                best = score;
                at = Some(place);
            }
        }
        at.map(|place| (place, best))
    }
}

impl Search for CountSearch<'_> {
    type Value = Counts;

    fn value(&self, row: u32, draws: u32) -> Counts {
        let weight = u64::from(draws * self.weights.map_or(1, |weights| weights[row as usize]));
        weight | (weight * u64::from(self.classes[row as usize])) << 32
    }

    fn begin(&mut self, values: &[Counts]) -> bool {
        self.node = values.iter().sum();
        ones(self.node) != 0 && ones(self.node) != all(self.node)
    }

    fn search(
        &mut self,
        rows: &[u32],
        values: &[Counts],
        column: &Column,
        feature: usize,
        best: &mut Best,
    ) -> bool {
        let (found, missing) = self.fill(rows, values, column);
        if found < 2 && (found == 0 || missing == 0) {
            return false;
        }
        let starts = [(0, false), (missing, true)];
        for (left, missing_left) in starts.into_iter().take(if missing == 0 { 1 } else { 2 }) {
            if let Some((place, score)) = self.scan(found, left, best.score) {
                *best = Best {
                    score,
                    feature,
                    code: self.codes[place],
                    above: (place + 1 < found).then(|| self.codes[place + 1]),
                    missing_left: (missing != 0).then_some(missing_left),
                };
            }
        }
        true
    }

    fn is_perfect(&self, score: f64) -> bool {
        let zeros = all(self.node) - ones(self.node);
        score >= (zeros * ones(self.node)) as f64
    }

    fn decrease(&self, score: f64) -> f64 {
        2.0 * score / all(self.node) as f64
    }

    fn weight(&self, values: &[Counts]) -> f64 {
        all(values.iter().sum()) as f64
    }

    fn class_weights(&self, into: &mut Vec<f64>) {
        into.clear();
        into.extend([(all(self.node) - ones(self.node)) as f64, ones(self.node) as f64]);
    }
}
