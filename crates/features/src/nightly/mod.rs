//! Features night after night: only the points taken by then, fits that start from last night's.

pub(crate) mod bits;
mod fingerprint;
mod forecast;
mod hints;
mod memory;
mod state;
mod tracker;

pub use forecast::Forecast;
pub(crate) use memory::Memory;
pub use state::NightlyState;
pub use tracker::Nightly;
