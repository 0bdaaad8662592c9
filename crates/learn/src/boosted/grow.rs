//! Grows one tree, the leaf that gains most first.

use super::bins::Column;
use super::split::{Best, Rules};
use super::sums::Sum;
use crate::forest::Node;

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

/// What the growth of a tree needs.
pub(super) struct Ground<'a> {
    pub(super) columns: &'a [Column],
    /// The derivatives of all rows.
    pub(super) rows: &'a [Sum],
    /// The features that the tree may split by.
    pub(super) features: &'a [usize],
    pub(super) rules: Rules,
    pub(super) max_leaves: usize,
    pub(super) max_depth: usize,
}

/// A leaf that may be split.
pub(super) struct Leaf<K> {
    node: usize,
    /// Where its rows begin and end among those of the tree.
    pub(super) start: usize,
    pub(super) end: usize,
    depth: usize,
    pub(super) sum: Sum,
    pub(super) best: Best,
    gain: f64,
    /// What the search keeps of it.
    pub(super) kept: Option<K>,
}

impl<K> Leaf<K> {
    pub(super) fn new(
        rules: &Rules,
        node: usize,
        (start, end): (usize, usize),
        depth: usize,
        sum: Sum,
    ) -> Self {
        Self { node, start, end, depth, sum, best: rules.nothing(sum), gain: 0.0, kept: None }
    }

    pub(super) fn rows(&self) -> usize {
        self.end - self.start
    }

    /// What the best split gains, once it is found.
    fn weigh(&mut self, rules: &Rules) {
        if self.best.feature != usize::MAX {
            self.gain = rules.gain(&self.best, self.sum);
        }
    }
}

/// A way of looking for the best splits. Leaves get theirs in [`Leaf::best`].
pub(super) trait Search {
    /// What it keeps of a leaf.
    type Kept;

    /// Looks for the best split of the root, which is divisible. `rows` are those of the tree, ascending.
    fn root(&mut self, ground: &Ground<'_>, rows: &[u32], root: &mut Leaf<Self::Kept>);

    /// Looks for the best splits of two leaves that were one, of which at least one is divisible. `rows` are those of
    /// the tree, ordered by leaf; `of_small` are the derivatives of the rows of the smaller leaf.
    fn children(
        &mut self,
        ground: &Ground<'_>,
        rows: &[u32],
        of_small: &[Sum],
        parent: Option<Self::Kept>,
        small: &mut Leaf<Self::Kept>,
        large: &mut Leaf<Self::Kept>,
    );

    /// Takes back what it kept of a leaf that is not split any more.
    fn give_back(&mut self, kept: Option<Self::Kept>);
}

/// Working memory that trees share one after the other.
pub(super) struct Grower<S> {
    search: S,
    /// The rows that the present tree learns from, ordered by leaf.
    pub(super) rows: Vec<u32>,
    spare: Vec<u32>,
    /// The derivatives of a leaf's rows, one after the other.
    gathered: Vec<Sum>,
}

impl<S: Search> Grower<S> {
    pub(super) fn new(search: S, rows: usize) -> Self {
        Self {
            search,
            rows: Vec::with_capacity(rows),
            spare: vec![0; rows],
            gathered: Vec::with_capacity(rows),
        }
    }

    /// Grows a tree on [`Self::rows`], which are ascending.
    pub(super) fn grow(&mut self, ground: &Ground<'_>) -> Tree {
        let rules = &ground.rules;
        let mut tree = Tree::default();
        let mut sum = Sum::ZERO;
        self.rows.iter().for_each(|&row| sum += ground.rows[row as usize]);
        tree.push_leaf(sum);
        let mut root = Leaf::new(rules, 0, (0, self.rows.len()), 0, sum);
        if ground.max_depth > 0 && rules.divisible(sum) {
            self.search.root(ground, &self.rows, &mut root);
            root.weigh(rules);
        }
        let mut open = vec![root];
        while let Some(next) = most_gain(&open).filter(|_| open.len() < ground.max_leaves) {
            let mut parent = open.swap_remove(next);
            let kept = parent.kept.take();
            tree.gains.push((parent.best.feature, parent.gain));
            let (mut left, mut right) = self.split(ground, &mut tree, &parent);
            // The two stand for one of the leaves still counted.
            let last = open.len() + 2 >= ground.max_leaves || left.depth >= ground.max_depth;
            if last || !(rules.divisible(left.sum) || rules.divisible(right.sum)) {
                self.search.give_back(kept);
            } else {
                let (small, large) = if left.rows() <= right.rows() {
                    (&mut left, &mut right)
                } else {
                    (&mut right, &mut left)
                };
                self.search.children(ground, &self.rows, &self.gathered, kept, small, large);
                left.weigh(rules);
                right.weigh(rules);
            }
            open.push(left);
            open.push(right);
        }
        for leaf in open {
            tree.leaves.push((leaf.node, leaf.start, leaf.end));
            self.search.give_back(leaf.kept);
        }
        tree
    }

    /// Makes two leaves of one and gives them their rows; leaves the derivatives of the smaller one gathered.
    fn split(
        &mut self,
        ground: &Ground<'_>,
        tree: &mut Tree,
        parent: &Leaf<S::Kept>,
    ) -> (Leaf<S::Kept>, Leaf<S::Kept>) {
        let best = &parent.best;
        let column = &ground.columns[best.feature];
        let middle = parent.start + self.partition(parent, column);
        let left_is_small = middle - parent.start <= parent.end - middle;
        let small = if left_is_small { parent.start..middle } else { middle..parent.end };
        self.gathered.clear();
        self.gathered.extend(self.rows[small].iter().map(|&row| ground.rows[row as usize]));
        let mut sum = Sum::ZERO;
        self.gathered.iter().for_each(|&row| sum += row);
        let (left, right) = if left_is_small { (sum, parent.sum - sum) } else { (parent.sum - sum, sum) };

        let child = tree.nodes.len();
        let threshold = column.threshold(best.below, best.above);
        let missing_left = best.missing_left.unwrap_or(middle - parent.start >= parent.end - middle);
        tree.nodes[parent.node] = Node::split(best.feature, threshold, missing_left, child);
        tree.push_leaf(left);
        tree.push_leaf(right);
        let depth = parent.depth + 1;
        (
            Leaf::new(&ground.rules, child, (parent.start, middle), depth, left),
            Leaf::new(&ground.rules, child + 1, (middle, parent.end), depth, right),
        )
    }

    /// Brings the rows that go left before those that go right, each in their order; returns how many go left.
    fn partition(&mut self, parent: &Leaf<S::Kept>, column: &Column) -> usize {
        let codes = column.codes.as_slice();
        let (below, missing) = (parent.best.below, column.bins());
        let missing_left = parent.best.missing_left == Some(true);
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
}

impl Tree {
    fn push_leaf(&mut self, sum: Sum) {
        self.nodes.push(Node::leaf(self.nodes.len()));
        self.sums.push(sum);
    }
}

/// The leaf whose split gains most; of equal ones, the one that came first.
fn most_gain<K>(open: &[Leaf<K>]) -> Option<usize> {
    let splits = open.iter().enumerate().filter(|(_, leaf)| leaf.gain > 0.0);
    splits
        .max_by(|(_, a), (_, b)| a.gain.total_cmp(&b.gain).then(b.node.cmp(&a.node)))
        .map(|(place, _)| place)
}
