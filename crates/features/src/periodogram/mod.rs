//! The generalised Lomb–Scargle periodogram of one band or of several together.

mod direct;
mod false_alarm;
mod feature;
mod grid;
mod multiband;

pub(crate) use feature::FEATURE;
pub use grid::FrequencyGrid;
pub use multiband::{Periodogram, lomb_scargle};
