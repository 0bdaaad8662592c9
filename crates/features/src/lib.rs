//! What a light curve looks like, in numbers that learners can use.
//!
//! A [`Feature`] is a constant in a file of its own: its name, its documentation as a value, its columns and the function
//! that computes them. [`select`] finds features by name, [`describe()`] turns objects into a [`FeatureTable`].
//! [`Nightly`] describes objects again as their points come in, and foretells how bright they will be.

pub mod augment;
mod bazin;
mod bump;
mod colour;
mod coverage;
mod decline;
mod delay;
mod describe;
mod error;
mod exponential;
mod feature;
mod gaussian_process;
mod joint;
mod levenberg_marquardt;
mod luminosity;
mod nightly;
mod peak;
mod periodogram;
mod photoz;
mod registry;
mod shape;
mod smooth;
mod statistics;
mod table;
mod table_file;
mod uncertainty;
mod villar;
mod width;

pub use bazin::{BazinFit, BazinFitter, BazinParams, Gaussian, Priors, bazin as bazin_flux};
pub use bump::BumpFit;
pub use describe::{DescribeOptions, describe, describe_with, survey_bands};
pub use error::Error;
pub use feature::{Described, Errors, Feature, Fitters, per_band};
pub use gaussian_process::{GaussianProcess, WAVELENGTH_SCALE};
pub use nightly::{Forecast, Nightly, NightlyState};
pub use periodogram::{FrequencyGrid, Periodogram, lomb_scargle};
pub use registry::{DEFAULT, FEATURES, FeatureSet, SETS, select};
pub use table::FeatureTable;
pub use uncertainty::{Bootstrap, Uncertainty};
pub use villar::{VillarFit, villar as villar_flux};
