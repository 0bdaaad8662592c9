//! A synthetic supernova survey with known truth and a biased spectroscopic sample.
//!
//! [`simulate`] draws transients of eleven classes from their volumetric rates, gives each a light curve out of a small
//! spectral model (so that time dilation, K-correction and colours hang together), looks at it through a griz cadence
//! with weather, moon and noise, keeps what is detected, and chooses a spectroscopic sample that is brighter, nearer
//! and richer in type Ia than the rest: the shift that follow-up has to live with. The defaults resemble the Supernova
//! Photometric Classification Challenge (Kessler et al. 2010, arXiv:1008.1024).
//!
//! ```
//! use hesper_simulate::{SurveyParams, simulate};
//!
//! # fn main() -> Result<(), hesper_simulate::Error> {
//! let survey = simulate(&SurveyParams { objects: 20, ..SurveyParams::default() })?;
//! assert_eq!(survey.objects.len(), 20);
//! assert_eq!(survey.objects[7].object_id, survey.truth[7].object_id);
//! # Ok(())
//! # }
//! ```
//!
//! What it is not: it holds no host-galaxy light, no lensing, no peculiar velocities, no subtraction artefacts, and its
//! spectra are black bodies with a few corrections, evaluated at one wavelength a band.

mod cadence;
mod class;
mod dust;
mod error;
mod event;
mod observe;
mod params;
mod population;
mod profile;
mod spectrum;
mod survey;
mod template;
mod truth;

pub use class::Class;
pub use dust::extinction;
pub use error::Error;
pub use params::{
    CadenceParams, DetectionParams, Field, HostParams, NoiseParams, PopulationParams, SpectroscopyParams,
    SurveyParams,
};
pub use survey::{Survey, simulate};
pub use truth::Truth;

/// The names of the bands, in order of wavelength: the order of every array of four in this crate.
pub const BANDS: [&str; 4] = ["g", "r", "i", "z"];

/// Effective wavelengths of the bands, Å: those of the Dark Energy Camera, rounded.
pub const WAVELENGTHS: [f64; 4] = [4770.0, 6370.0, 7770.0, 9130.0];
