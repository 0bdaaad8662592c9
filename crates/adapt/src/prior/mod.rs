//! Other shares of the classes: what changes in the probabilities when only they differ.

mod correction;

pub use correction::{Estimate, PriorCorrection, Shares};
