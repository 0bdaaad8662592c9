//! Which objects deserve a spectrum: query strategies, and the loop that tests them on a fixed hold-out.
//!
//! [`LoopData::partition`] sets the hold-out aside, [`run_loop`] runs [`strategies`] over many seeds, [`curve`] and
//! [`difference`] say what they show.

mod data;
mod error;
mod query_loop;
mod strategy;
mod summary;

pub use data::{LoopData, Partition, Start};
pub use error::Error;
pub use query_loop::{LoopParams, Query, Run, Scores, run_loop};
pub use strategy::{
    Canonical, Certainty, Choice, Entropy, Info, LeastConfident, Margin, Pool, Random, Strategy, Uncertainty,
    highest, strategies, strategy,
};
pub use summary::{METRICS, Metric, curve, difference, last};
