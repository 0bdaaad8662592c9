//! Grows one tree, the leaf that gains most first.

use rayon::prelude::*;

use super::bins::Column;
use super::split::{Best, Rules};
use super::sums::Sum;
use crate::forest::Node;

/// A node with fewer rows is searched straight from them; of others the histograms are kept, so that the larger child's
/// is its parent's less its sibling's.
const FEW_ROWS: usize = 512;
/// Fewer additions to bins than this are not worth being shared among threads.
const PARALLEL_WORK: usize = 1 << 18;
/// Bins of a feature, that of missing values among them.
const MAX_CODES: usize = 256;

/// The sums in each feature's bins, the last that of missing values.
type Histogram = Vec<Vec<Sum>>;

/// A grown tree; the nodes number their children from the root, 0.
#[derive(Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// The sum of each node, in units of the scale.
    pub(super) sums: Vec<Sum>,
    /// The leaves' nodes with where their rows begin and end in [`Grower::rows`].
    pub(super) leaves: Vec<(usize, usize, usize)>,
    /// The feature and the gain of each split.
    pub(super) gains: Vec<(usize, f64)>,
}

/// A leaf that may be split.
struct Open {
    node: usize,
    start: usize,
    end: usize,
    depth: usize,
    sum: Sum,
    /// Nothing for few rows.
    histogram: Option<Histogram>,
    best: Best,
    gain: f64,
}

/// Limits of growth.
pub(super) struct Limits {
    pub(super) leaves: usize,
    pub(super) depth: usize,
}

/// Working memory that trees share one after the other.
pub(super) struct Grower<'a> {
    columns: &'a [Column],
    /// The rows that the present tree learns from, ordered by leaf.
    pub(super) rows: Vec<u32>,
    spare: Vec<u32>,
    /// The derivatives of a node's rows, one after the other.
    gathered: Vec<Sum>,
    bins: Box<Bins>,
    pool: Vec<Histogram>,
}

/// The sums in one feature's bins, and which of them have rows.
struct Bins {
    sums: [Sum; MAX_CODES],
    used: [u64; MAX_CODES / 64],
    codes: Vec<u8>,
    packed: Vec<Sum>,
}

impl Bins {
    fn new() -> Self {
        Self {
            sums: [Sum::ZERO; MAX_CODES],
            used: [0; MAX_CODES / 64],
            codes: Vec::with_capacity(MAX_CODES),
            packed: Vec::with_capacity(MAX_CODES),
        }
    }

    /// Adds all rows.
    fn fill_all(&mut self, codes: &[u8], rows: &[Sum]) {
        for (&code, &row) in codes.iter().zip(rows) {
            self.sums[usize::from(code)] += row;
        }
    }

    /// Adds the rows with these numbers.
    fn fill(&mut self, codes: &[u8], rows: &[u32], sums: &[Sum]) {
        for (&row, &sum) in rows.iter().zip(sums) {
            self.sums[usize::from(codes[row as usize])] += sum;
        }
    }

    /// As [`Self::fill`], and marks the bins.
    fn fill_few(&mut self, codes: &[u8], rows: &[u32], sums: &[Sum]) {
        for (&row, &sum) in rows.iter().zip(sums) {
            let code = codes[row as usize];
            self.sums[usize::from(code)] += sum;
            self.used[usize::from(code >> 6)] |= 1 << (code & 63);
        }
    }

    /// Leaves all bins empty and their sums in a kept histogram.
    fn move_to(&mut self, kept: &mut [Sum]) {
        let sums = &mut self.sums[..kept.len()];
        kept.copy_from_slice(sums);
        sums.fill(Sum::ZERO);
    }

    /// Leaves all bins empty and those that had rows in [`Self::codes`] and [`Self::packed`]; returns the sum of bin
    /// `missing`, which is not among these.
    fn pack(&mut self, missing: usize) -> Sum {
        let of_missing = std::mem::take(&mut self.sums[missing]);
        self.used[missing >> 6] &= !(1 << (missing & 63));
        self.codes.clear();
        self.packed.clear();
        for (place, word) in self.used.iter_mut().enumerate() {
            let mut word = std::mem::take(word);
            while word != 0 {
                let code = place << 6 | word.trailing_zeros() as usize;
                word &= word - 1;
                self.codes.push(code as u8);
                self.packed.push(std::mem::take(&mut self.sums[code]));
            }
        }
        of_missing
    }
}

impl<'a> Grower<'a> {
    pub(super) fn new(columns: &'a [Column], rows: usize) -> Self {
        Self {
            columns,
            rows: Vec::with_capacity(rows),
            spare: vec![0; rows],
            gathered: Vec::with_capacity(rows),
            bins: Box::new(Bins::new()),
            pool: Vec::new(),
        }
    }

    /// Grows a tree on [`Self::rows`] from the derivatives of all rows.
    pub(super) fn grow(&mut self, rules: &Rules, limits: &Limits, rows: &[Sum], features: &[usize]) -> Tree {
        let mut tree = Tree::default();
        let mut sum = Sum::ZERO;
        self.rows.iter().for_each(|&row| sum += rows[row as usize]);
        tree.push_leaf(sum);
        let mut open = Vec::with_capacity(limits.leaves);
        let mut root = Open::new(rules, 0, 0, self.rows.len(), 0, sum);
        if limits.depth > 0 && rules.divisible(sum) {
            self.search_root(rules, rows, features, &mut root);
        }
        open.push(root);
        for leaves in 2..=limits.leaves {
            let Some(next) = most_gain(&open) else { break };
            let parent = open.swap_remove(next);
            tree.gains.push((parent.best.feature, parent.gain));
            let (mut left, mut right) = self.split(rules, &mut tree, &parent);
            if leaves < limits.leaves && left.depth < limits.depth {
                self.search_children(rules, rows, features, parent.histogram, &mut left, &mut right);
            } else {
                self.pool.extend(parent.histogram);
            }
            open.push(left);
            open.push(right);
        }
        for leaf in open {
            tree.leaves.push((leaf.node, leaf.start, leaf.end));
            self.pool.extend(leaf.histogram);
        }
        tree
    }

    /// Makes two leaves of one and gives them their rows.
    fn split(&mut self, rules: &Rules, tree: &mut Tree, parent: &Open) -> (Open, Open) {
        let best = &parent.best;
        let column = &self.columns[best.feature];
        let middle = parent.start + self.partition(parent, column);
        let child = tree.nodes.len();
        let threshold = column.threshold(best.below, best.above);
        tree.nodes[parent.node] = Node::split(best.feature, threshold, best.missing_left, child);
        let right = parent.sum - best.left;
        tree.push_leaf(best.left);
        tree.push_leaf(right);
        let depth = parent.depth + 1;
        (
            Open::new(rules, child, parent.start, middle, depth, best.left),
            Open::new(rules, child + 1, middle, parent.end, depth, right),
        )
    }

    /// Brings the rows that go left before those that go right, each in their order; returns how many go left.
    fn partition(&mut self, parent: &Open, column: &Column) -> usize {
        let codes = column.codes.as_slice();
        let (below, missing) = (parent.best.below, column.bins());
        let missing_left = parent.best.missing_left;
        let rows = &mut self.rows[parent.start..parent.end];
        let spare = &mut self.spare[..rows.len()];
        let (mut left, mut right) = (0, 0);
        for place in 0..rows.len() {
            let row = rows[place];
            let code = codes[row as usize];
            let goes_left = (code <= below) | (missing_left & (usize::from(code) == missing));
            // Written to both sides, counted on one: cheaper than a branch that cannot be foreseen.
            rows[left] = row;
            spare[right] = row;
            left += usize::from(goes_left);
            right += usize::from(!goes_left);
        }
        rows[left..].copy_from_slice(&spare[..right]);
        left
    }

    fn search_root(&mut self, rules: &Rules, rows: &[Sum], features: &[usize], root: &mut Open) {
        if root.rows() < FEW_ROWS {
            return self.search_few(rules, rows, features, root);
        }
        let nothing = vec![Vec::new(); features.len()];
        let mut nobody = Open::new(rules, 0, 0, 0, 0, Sum::ZERO);
        self.search_both(rules, rows, features, nothing, root, &mut nobody);
    }

    /// Looks for the best split of both children of a node.
    fn search_children(
        &mut self,
        rules: &Rules,
        rows: &[Sum],
        features: &[usize],
        parent: Option<Histogram>,
        left: &mut Open,
        right: &mut Open,
    ) {
        let (small, large) = if left.rows() <= right.rows() { (left, right) } else { (right, left) };
        match parent {
            Some(histogram) if large.rows() >= FEW_ROWS && (rules.divisible(large.sum)) => {
                self.search_both(rules, rows, features, histogram, small, large);
            }
            parent => {
                self.pool.extend(parent);
                for child in [small, large] {
                    if rules.divisible(child.sum) {
                        self.search_few(rules, rows, features, child);
                    }
                }
            }
        }
    }

    /// Fills the smaller child's histogram from its rows and makes that of the larger child from it and the parent's.
    fn search_both(
        &mut self,
        rules: &Rules,
        rows: &[Sum],
        features: &[usize],
        mut parent: Histogram,
        small: &mut Open,
        large: &mut Open,
    ) {
        self.gather(rows, small);
        let mut histogram = self.take_histogram(features);
        let (of_small, gathered) = (&self.rows[small.start..small.end], &self.gathered);
        let (columns, all) = (self.columns, of_small.len() == self.spare.len());
        let sums = [small.sum, large.sum];
        let divisible = sums.map(|sum| rules.divisible(sum));
        let search =
            |bins: &mut Bins, feature: usize, kept: &mut [Sum], parent: &mut [Sum], best: &mut [Best; 2]| {
                let codes = &columns[feature].codes;
                if all {
                    bins.fill_all(codes, rows)
                } else {
                    bins.fill(codes, of_small, gathered)
                }
                bins.move_to(kept);
                for (sum, small) in parent.iter_mut().zip(kept.iter()) {
                    *sum -= *small;
                }
                for ((histogram, best), place) in [kept, parent].into_iter().zip(best).zip(0..) {
                    if divisible[place] {
                        search_kept(rules, histogram, sums[place], feature, best);
                    }
                }
            };
        let work = features.len() * of_small.len();
        let start = [small.best, large.best];
        [small.best, large.best] =
            each_feature(work, &mut self.bins, start, (features, &mut histogram, &mut parent), search);
        small.finish(rules);
        large.finish(rules);
        large.histogram = Some(parent);
        if small.rows() >= FEW_ROWS {
            small.histogram = Some(histogram);
        } else {
            self.pool.push(histogram);
        }
    }

    /// Looks for the best split of a node straight from its rows.
    fn search_few(&mut self, rules: &Rules, rows: &[Sum], features: &[usize], leaf: &mut Open) {
        self.gather(rows, leaf);
        let of_leaf = &self.rows[leaf.start..leaf.end];
        for &feature in features {
            let column = &self.columns[feature];
            let bins = self.bins.as_mut();
            bins.fill_few(&column.codes, of_leaf, &self.gathered);
            let missing = bins.pack(column.bins());
            let (codes, sums) = (&bins.codes, &bins.packed);
            let filled = || codes.iter().copied().zip(sums.iter().copied());
            rules.search(filled, missing, leaf.sum, feature, &mut leaf.best);
        }
        leaf.finish(rules);
    }

    fn gather(&mut self, rows: &[Sum], leaf: &Open) {
        self.gathered.clear();
        self.gathered.extend(self.rows[leaf.start..leaf.end].iter().map(|&row| rows[row as usize]));
    }

    /// A histogram to be written over.
    fn take_histogram(&mut self, features: &[usize]) -> Histogram {
        let mut histogram = self.pool.pop().unwrap_or_default();
        histogram.resize_with(features.len(), Vec::new);
        for (kept, &feature) in histogram.iter_mut().zip(features) {
            kept.resize(self.columns[feature].bins() + 1, Sum::ZERO);
        }
        histogram
    }
}

impl Open {
    fn new(rules: &Rules, node: usize, start: usize, end: usize, depth: usize, sum: Sum) -> Self {
        Self { node, start, end, depth, sum, histogram: None, best: rules.nothing(sum), gain: 0.0 }
    }

    fn rows(&self) -> usize {
        self.end - self.start
    }

    fn finish(&mut self, rules: &Rules) {
        if self.best.feature != usize::MAX {
            self.gain = rules.gain(&self.best, self.sum);
        }
    }
}

impl Tree {
    fn push_leaf(&mut self, sum: Sum) {
        self.nodes.push(Node::leaf(self.nodes.len()));
        self.sums.push(sum);
    }
}

/// Looks for the best split by a feature with a kept histogram.
fn search_kept(rules: &Rules, histogram: &[Sum], total: Sum, feature: usize, best: &mut Best) {
    let Some((&missing, bins)) = histogram.split_last() else { return };
    let filled = || (0..=u8::MAX).zip(bins.iter().copied()).filter(|(_, sum)| !sum.is_empty());
    rules.search(filled, missing, total, feature, best);
}

/// Runs `search` for each feature with its part of two histograms, on many threads if it is worth it, and returns the
/// best splits: of equal ones, that by the first feature.
fn each_feature(
    work: usize,
    bins: &mut Bins,
    start: [Best; 2],
    (features, kept, parent): (&[usize], &mut Histogram, &mut Histogram),
    search: impl Fn(&mut Bins, usize, &mut [Sum], &mut [Sum], &mut [Best; 2]) + Sync,
) -> [Best; 2] {
    let mut best = start;
    if work < PARALLEL_WORK || rayon::current_num_threads() == 1 {
        for ((&feature, kept), parent) in features.iter().zip(kept).zip(parent) {
            search(bins, feature, kept, parent, &mut best);
        }
        return best;
    }
    let parts = features.par_iter().zip(kept.par_iter_mut()).zip(parent.par_iter_mut());
    let found = parts.map_init(
        || Box::new(Bins::new()),
        |bins, ((&feature, kept), parent)| {
            let mut best = start;
            search(bins, feature, kept, parent, &mut best);
            best
        },
    );
    for pair in found.collect::<Vec<_>>() {
        for (best, found) in best.iter_mut().zip(pair) {
            if found.score > best.score {
                *best = found;
            }
        }
    }
    best
}

/// The leaf whose split gains most; of equal ones, the one that came first.
fn most_gain(open: &[Open]) -> Option<usize> {
    let splits = open.iter().enumerate().filter(|(_, leaf)| leaf.gain > 0.0);
    splits
        .max_by(|(_, a), (_, b)| a.gain.total_cmp(&b.gain).then(b.node.cmp(&a.node)))
        .map(|(place, _)| place)
}
