//! The values of one parameter.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::check;

/// The values of one parameter of a grid, evenly spaced with both ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// The first value.
    pub from: f64,
    /// The last value.
    pub to: f64,
    /// How many values; 1 keeps the parameter at `from`, else 5 to 10,000.
    pub points: usize,
}

impl Axis {
    /// A parameter that is kept at a value.
    pub fn fixed(value: f64) -> Self {
        Self { from: value, to: value, points: 1 }
    }

    pub(super) fn check(&self, name: &'static str) -> Result<(), Error> {
        let told = format!("{} to {} in {} points", self.from, self.to, self.points);
        let range = self.from.is_finite() && self.to.is_finite() && self.from < self.to;
        let good = if self.points == 1 {
            self.from == self.to
        } else {
            range && (5..=10_000).contains(&self.points)
        };
        check(good, name, told, "rising, in 5 to 10,000 points, or one value twice in 1 point")
    }

    pub(super) fn step(&self) -> f64 {
        if self.points == 1 { 0.0 } else { (self.to - self.from) / (self.points - 1) as f64 }
    }

    pub(super) fn value(&self, index: usize) -> f64 {
        self.from + self.step() * index as f64
    }

    /// All values, from the first to the last.
    pub fn values(&self) -> Vec<f64> {
        (0..self.points).map(|index| self.value(index)).collect()
    }

    /// The axis with `points` values, unless it is fixed.
    pub(super) fn with_points(self, points: usize) -> Self {
        if self.points == 1 { self } else { Self { points, ..self } }
    }

    /// The axis that holds the indices `first` to `last` and one step more on both sides; twice as much on a side where they
    /// reach the end, for there may be more beyond it. It stays within `whole`.
    pub(super) fn around(&self, first: usize, last: usize, whole: Self) -> Self {
        if self.points == 1 {
            return *self;
        }
        let reach = self.to - self.from;
        let from = if first == 0 { self.from - reach } else { self.value(first - 1) };
        let to = if last + 1 == self.points { self.to + reach } else { self.value(last + 1) };
        Self { from: from.max(whole.from), to: to.min(whole.to), points: self.points }
    }

    /// The index nearest to a value.
    pub(super) fn nearest(&self, value: f64) -> usize {
        if self.points == 1 {
            0
        } else {
            (((value - self.from) / self.step()).round() as usize).min(self.points - 1)
        }
    }
}
