//! Rows to learn from and rows to judge by. Everything is decided by the seed and the order of the rows.

mod grouped;
mod hold_out;
mod stratified;
mod time;

pub use grouped::grouped_k_fold;
pub use hold_out::stratified_hold_out;
pub use stratified::stratified_k_fold;
pub use time::{time_k_fold, time_split};

/// Rows to learn from and rows to judge by, both in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// The rows to learn from.
    pub train: Vec<usize>,
    /// The rows to judge by.
    pub test: Vec<usize>,
}

/// The folds, given the number of the fold that tests each row.
fn folds_of(fold_of: &[usize], k: usize) -> Vec<Fold> {
    (0..k)
        .map(|fold| {
            let (test, train) = (0..fold_of.len()).partition(|&row| fold_of[row] == fold);
            Fold { train, test }
        })
        .collect()
}
