//! What is asked for, and what there is to spend.

use serde::{Deserialize, Serialize};

use super::Error;

/// The objects that might be observed tonight.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Requests {
    /// One name for each object, all different. Ties are settled by them, smallest first, so that a plan does not depend on
    /// the order of the objects.
    pub keys: Vec<String>,
    /// Exposure times, seconds: objects × telescopes, the telescopes of one object together. NaN, infinite or more than
    /// [`LONGEST`]: cannot be observed from there tonight.
    pub exposures: Vec<f64>,
    /// Right ascension and declination, degrees, of each object; NaN where unknown; empty when nobody's is known. Only
    /// [`Fields`](super::Fields) looks at them.
    pub places: Vec<[f64; 2]>,
    /// The cluster of each object, or none; empty when there are no clusters. Only [`Clustered`](super::Clustered) looks at
    /// them.
    pub clusters: Vec<Option<u64>>,
}

impl Requests {
    /// Objects with names and exposure times (objects × telescopes, seconds) only.
    pub fn new(keys: Vec<String>, exposures: Vec<f64>) -> Self {
        Self { keys, exposures, places: Vec::new(), clusters: Vec::new() }
    }
}

/// The most seconds that a budget, an overhead or an exposure may have: 30 years.
pub const LONGEST: f64 = 1e9;

/// What there is to spend tonight.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// The telescopes, in the order in which objects are offered to them where the order matters.
    pub telescopes: Vec<TelescopeNight>,
    /// Whether time that is left is given to objects whose gain is exactly 0, the shortest first.
    pub fill: bool,
}

/// What one telescope can do tonight.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelescopeNight {
    /// Seconds to spend, from 0 to [`LONGEST`].
    pub seconds: f64,
    /// Seconds that each pointing takes beside the exposure: slewing, acquisition, readout. From 0 to [`LONGEST`]; 0 where
    /// the exposures of the requests hold it already.
    pub overhead: f64,
    /// Objects that one pointing can observe, at least 1. Only [`Fields`](super::Fields) uses more than one.
    pub fibres: usize,
    /// Diameter of the field of view, degrees, from 0 to 360. Only [`Fields`](super::Fields) uses it.
    pub field: f64,
}

impl Default for TelescopeNight {
    /// No time, no overhead, one object at a time.
    fn default() -> Self {
        Self { seconds: 0.0, overhead: 0.0, fibres: 1, field: 0.0 }
    }
}

impl Budget {
    /// Telescopes that observe one object at a time, with overheads in the exposures of the requests.
    pub fn of_seconds(seconds: &[f64]) -> Self {
        let night = |seconds: &f64| TelescopeNight { seconds: *seconds, ..TelescopeNight::default() };
        Self { telescopes: seconds.iter().map(night).collect(), fill: false }
    }

    /// Whether everything is in its range.
    ///
    /// # Errors
    /// [`Error::Telescope`] for the first value that is not.
    pub fn check(&self) -> Result<(), Error> {
        for (telescope, night) in self.telescopes.iter().enumerate() {
            let within = |what, value: f64, most: f64, rule| {
                if (0.0..=most).contains(&value) {
                    return Ok(());
                }
                Err(Error::Telescope { telescope, what, value, rule })
            };
            within("the budget in seconds", night.seconds, LONGEST, "from 0 to 1e9")?;
            within("the overhead in seconds", night.overhead, LONGEST, "from 0 to 1e9")?;
            within("the field of view in degrees", night.field, 360.0, "from 0 to 360")?;
            if night.fibres == 0 {
                let (what, rule) = ("the number of fibres", "at least 1");
                return Err(Error::Telescope { telescope, what, value: 0.0, rule });
            }
        }
        Ok(())
    }
}
