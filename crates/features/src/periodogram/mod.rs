//! The generalised Lomb–Scargle periodogram of one band or of several together.

mod direct;
mod false_alarm;
mod feature;
mod fourier;
mod grid;
mod multiband;
mod nonuniform;
mod sums;

pub(crate) use feature::FEATURE;
pub use grid::FrequencyGrid;
pub use multiband::{Periodogram, lomb_scargle};

use sums::Points;

/// The power at each frequency of the grid, the faster way; NaN where no sine can be told from a constant.
fn powers(points: &Points, grid: &FrequencyGrid) -> Vec<f64> {
    if nonuniform::pays(points.time.len(), grid) {
        nonuniform::powers(points, grid)
    } else {
        direct::powers(points, grid)
    }
}
