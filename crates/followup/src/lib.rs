//! Which objects deserve a spectrum: query strategies, and the loop that tests them on a fixed hold-out.
//!
//! [`LoopData::partition`] sets the hold-out aside, [`run_loop`] runs [`strategies`] over many seeds, [`curve`] and
//! [`difference`] say what they show. A strategy chooses from a [`Pool`], in which is what it says that it needs ([`Needs`]):
//! probabilities, a committee's opinions, places in a [`Space`] of prepared features or in the classifier's own.

mod asking;
pub mod campaign;
mod committee;
mod data;
mod error;
mod graph;
mod k_means;
mod logarithm;
mod nearest;
mod points;
mod query_loop;
mod run;
mod sample;
mod space;
mod strategy;
mod summary;

pub use data::{LoopData, Partition, Start};
pub use error::Error;
pub use graph::{Graph, NEIGHBOURS};
pub use points::Points;
pub use query_loop::{LoopParams, Query, Run, Scores, run_loop};
pub use space::{FURTHEST, Space};
pub use strategy::{
    Badge, Bald, BatchBald, Canonical, Certainty, Choice, Clustered, CommitteeKl, ConsensusEntropy, CoreSet,
    Density, Entropy, ExpectedError, ExpectedErrorBayes, ExpectedMerit, Info, LabelPropagation,
    LeastConfident, Margin, Needs, Pool, Random, Strategy, Uncertainty, Valued, VoteEntropy, highest,
    strategies, strategy,
};
pub use summary::{METRICS, Metric, curve, difference, last};
