//! What the two searches for the best split of a node have in common.

use super::codes::Column;

/// The best split found so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Best {
    /// What is maximised; its meaning is the search's own.
    pub(super) score: f64,
    pub(super) feature: usize,
    /// Bins up to this one go left.
    pub(super) code: u16,
    /// The next bin that has rows, if any.
    pub(super) above: Option<u16>,
    /// Where missing values go; nothing when the node has none.
    pub(super) missing_left: Option<bool>,
}

impl Best {
    pub(super) const NONE: Self = Self { score: -1.0, feature: 0, code: 0, above: None, missing_left: None };
}

/// A search for splits, with what it needs to know of each row and its working memory.
///
/// A node is a run of `rows` (numbers of training rows) and the `values` beside them.
pub(super) trait Search {
    /// What is known of a row besides its features: class and weight.
    type Value: Copy + Default;

    /// The value of a row that was drawn `draws` times.
    fn value(&self, row: u32, draws: u32) -> Self::Value;

    /// Takes up a node. Returns whether it could be split at all: it has two classes and enough rows.
    fn begin(&mut self, values: &[Self::Value]) -> bool;

    /// Improves `best` with the best split of the node by one feature. Returns whether the feature splits the node.
    fn search(
        &mut self,
        rows: &[u32],
        values: &[Self::Value],
        column: &Column,
        feature: usize,
        best: &mut Best,
    ) -> bool;

    /// Whether no split can be better.
    fn is_perfect(&self, score: f64) -> bool;

    /// The weighted decrease of impurity that a split of this score brings.
    fn decrease(&self, score: f64) -> f64;

    /// The weight of the rows.
    fn weight(&self, values: &[Self::Value]) -> f64;

    /// Weight of each class in the node taken up last.
    fn class_weights(&self, into: &mut Vec<f64>);
}
