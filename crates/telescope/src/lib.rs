//! What a telescope can do in a night: exposure times, nights, what can be seen in them, and which objects share its time.
//!
//! A [`Telescope`] is read from TOML ([`Telescope::read`]) or taken from the [presets](Telescope::preset). [`exposure`] says
//! how long it must look at an object of some magnitude, [`Telescope::night`] when it is dark there, and
//! [`Night::visibility`] when an object can be seen then, through how much air and how far from the Moon. [`allocate`] spends
//! the time of several telescopes on many objects.
//!
//! ```
//! use hesper_telescope::{Observability, Telescope, exposure};
//!
//! # fn main() -> Result<(), hesper_telescope::Error> {
//! let telescope = Telescope::preset("ntt-efosc2")?;
//! let night = telescope.night(56_250.0)?;
//! if let Observability::Visible(visible) = night.visibility(54.0, -28.0)? {
//!     let needed = exposure(&telescope, 20.5, &night.conditions(&visible));
//!     assert!(needed.seconds().is_some_and(|seconds| seconds.0 / 3600.0 < visible.hours()));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Places are good to 0.01°, that of the Moon to 0.03°, nights to a minute away from the poles: enough to plan with, not
//! to point with. Dates are modified Julian days of
//! coordinated universal time from 1900 to 2100. Nothing here refracts: altitudes are true ones, and [`sky::airmass`]
//! allows for that.

pub mod allocate;
mod error;
mod exposure;
mod file;
mod night;
mod preset;
mod site;
pub mod sky;
mod telescope;
mod visibility;

pub use error::Error;
pub use exposure::{
    Conditions, Exposure, Moonlight, Seconds, SnrEquation, exposure, in_fibre, in_slit, snr_after,
    snr_equation,
};
pub use night::{Interval, MJD_RANGE, Night};
pub use site::Site;
pub use sky::Direction;
pub use telescope::{Aperture, Instrument, Limits, Mode, Observing, Sky, Telescope};
pub use visibility::{Hidden, Observability, Visibility, window};
