//! What is kept of an object from night to night.

use serde::{Deserialize, Serialize};

use super::bits;
use super::memory::Memory;

/// What [`super::Nightly`] keeps of an object from night to night: the last values and where the fits ended.
///
/// The default is an object never seen. A state that was written and read again is the same to the last bit: all
/// numbers are kept as their bits, which JSON holds exactly, NaN among them. Some 2.5 kB for four bands and the set `default`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NightlyState {
    /// Of the features, the bands and the parameters: a state of others is none.
    pub(super) settings: u64,
    /// Of the points and what else of the object the values depend on.
    pub(super) fingerprint: u64,
    /// How many points were known.
    pub(super) points: usize,
    /// When the last of them was taken, MJD.
    #[serde(with = "bits")]
    pub(super) last: f64,
    #[serde(with = "bits::vector")]
    pub(super) values: Vec<f64>,
    pub(super) memory: Memory,
}

impl NightlyState {
    /// The values of the last night, in the order of [`super::Nightly::names`]; empty before the first.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// How many points were known in the last night, those of other bands among them.
    pub fn points(&self) -> usize {
        self.points
    }

    /// When the last point known was taken, MJD; `None` before the first.
    pub fn last(&self) -> Option<f64> {
        (self.points > 0).then_some(self.last)
    }
}
