//! Choosing among methods without labels of the target.

pub(crate) mod folds;
