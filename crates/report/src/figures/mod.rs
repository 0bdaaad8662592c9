//! One kind of figure a file.

pub(crate) mod bars_with_intervals;
pub(crate) mod class_distribution;
pub(crate) mod confusion;
pub(crate) mod contours;
pub(crate) mod learning_curves;
pub(crate) mod light_curve_card;
pub(crate) mod light_curves;
mod night_bars;
mod night_clock;
pub(crate) mod night_timeline;
pub(crate) mod redshift_magnitude;
pub(crate) mod reliability;
