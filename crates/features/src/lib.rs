//! What a light curve looks like, in numbers that learners can use.

mod bazin;
mod describe;
mod error;
mod feature;
mod table;
mod table_file;

pub use bazin::{Bazin, BazinFit, BazinFitter, BazinParams, Gaussian, Priors, bazin};
pub use describe::{describe, survey_bands};
pub use error::Error;
pub use feature::{Described, Feature, Fitters, Info, per_band};
pub use table::FeatureTable;
