//! The frequencies at which a periodogram is computed.

use serde::{Deserialize, Serialize};

use crate::Error;

/// Frequencies at equal distances: `first + i·step` for i < `count`, in cycles per day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrequencyGrid {
    /// The lowest frequency, per day, not negative. At 0 the periodogram has no value.
    pub first: f64,
    /// From one frequency to the next, per day, positive.
    pub step: f64,
    /// How many frequencies, at least 1.
    pub count: usize,
}

impl FrequencyGrid {
    /// The grid that `span` days of data call for: a peak is about 1/`span` wide and gets `samples_per_peak` frequencies;
    /// the lowest is half a step, the highest about `highest` per day. (So does astropy's `autofrequency`.)
    ///
    /// # Errors
    /// [`Error::Params`] where one of the three is not positive and finite.
    pub fn covering(span: f64, samples_per_peak: f64, highest: f64) -> Result<Self, Error> {
        for (name, value) in [("span", span), ("samples_per_peak", samples_per_peak), ("highest", highest)] {
            if !(value.is_finite() && value > 0.0) {
                return Err(Error::Params { name, value: value.to_string(), rule: "positive and finite" });
            }
        }
        let step = 1.0 / (span * samples_per_peak);
        let first = 0.5 * step;
        let grid = Self { first, step, count: 1 + ((highest - first) / step).round() as usize };
        grid.check().map(|()| grid)
    }

    /// Whether the grid makes sense.
    ///
    /// # Errors
    /// [`Error::Params`] names the field that is out of its limits, and what they are.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |name, value: String, rule| Err(Error::Params { name, value, rule });
        if !(self.first.is_finite() && self.first >= 0.0) {
            return wrong("first", self.first.to_string(), "finite and not negative");
        }
        if !(self.step.is_finite() && self.step > 0.0) {
            return wrong("step", self.step.to_string(), "finite and positive");
        }
        if self.count == 0 || self.count > Self::MAX_COUNT {
            return wrong("count", self.count.to_string(), "from 1 to 2^28");
        }
        Ok(())
    }

    /// The most frequencies that are computed in one go: 2 GiB of powers.
    pub const MAX_COUNT: usize = 1 << 28;

    /// The frequency of index `i`, per day.
    pub fn frequency(&self, i: usize) -> f64 {
        self.first + i as f64 * self.step
    }

    /// The highest frequency, per day.
    pub fn last(&self) -> f64 {
        self.frequency(self.count.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_covers_what_it_should() {
        let grid = FrequencyGrid::covering(100.0, 5.0, 2.0).unwrap();
        assert_eq!((grid.first, grid.step, grid.count), (0.001, 0.002, 1001));
        assert!((grid.last() - 2.001).abs() < 1e-12);
        // A highest frequency below the lowest leaves one.
        assert_eq!(FrequencyGrid::covering(1.0, 5.0, 0.01).unwrap().count, 1);
    }

    #[test]
    fn grids_without_sense_are_refused() {
        for (span, samples, highest, named) in [
            (0.0, 5.0, 1.0, "span"),
            (f64::NAN, 5.0, 1.0, "span"),
            (1.0, -1.0, 1.0, "samples"),
            (1.0, 5.0, f64::INFINITY, "highest"),
            (1e9, 5.0, 1e9, "count"),
        ] {
            let message = FrequencyGrid::covering(span, samples, highest).unwrap_err().to_string();
            assert!(message.contains(named), "{message}");
        }
        assert!(FrequencyGrid { first: -1.0, step: 1.0, count: 1 }.check().is_err());
        assert!(FrequencyGrid { first: 0.0, step: 0.0, count: 1 }.check().is_err());
        assert!(FrequencyGrid { first: 0.0, step: 1.0, count: 0 }.check().is_err());
    }
}
