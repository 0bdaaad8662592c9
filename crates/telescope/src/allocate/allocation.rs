//! What an allocator answers.

use serde::{Deserialize, Serialize};

/// A plan for a night.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Allocation {
    /// What is observed, best first. No object occurs twice.
    pub picks: Vec<Pick>,
    /// The sum of the picks' worths, in the order of their ranks.
    pub value: f64,
    /// A number that no plan's value exceeds, where one is known; at least `value`.
    pub bound: Option<f64>,
    /// Seconds spent by each telescope: exactly the sum of its picks' seconds, and never more than its budget.
    pub used: Vec<f64>,
}

/// An object that is to be observed, where, and why.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pick {
    /// Its place among the requests.
    pub object: usize,
    /// The telescope, by its place in the budget.
    pub telescope: usize,
    /// Seconds of the telescope's time that are charged to it: exposure and overhead, in whole 1/2²⁰ s, rounded up. Of the
    /// objects that share a pointing the first is charged for all of it, and the others are free.
    pub seconds: f64,
    /// Seconds for which it is exposed: as long as the slowest object of its pointing needs.
    pub exposure: f64,
    /// What it added to the plan when it was taken.
    pub worth: f64,
    /// 0 for the best.
    pub rank: usize,
    /// Picks with the same number are observed together. Numbers are counted over all telescopes.
    pub pointing: usize,
}

impl Allocation {
    /// How far from optimal the plan may be at most: (bound − value) / bound, 0 where the bound is 0. `None` without a
    /// bound.
    pub fn gap(&self) -> Option<f64> {
        self.bound.map(|bound| if bound > 0.0 { (bound - self.value) / bound } else { 0.0 })
    }
}
