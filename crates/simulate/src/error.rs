//! What can go wrong with a simulation.

/// What can go wrong when a survey is simulated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter is outside its range.
    #[error("{parameter} is {value}, but must be {rule}")]
    Parameter {
        /// The parameter's path, such as `cadence.interval_days`.
        parameter: String,
        /// The value as given.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
    /// A class is named that is not simulated.
    #[error("{parameter} names the class {name:?}, which is not simulated: use one of {known}")]
    Class {
        /// The parameter's path.
        parameter: &'static str,
        /// The name as given.
        name: String,
        /// The classes there are, separated by commas.
        known: String,
    },
    /// The weather of the random schedule left no visit at all.
    #[error(
        "no night of the survey was clear: lengthen cadence.season_days, lower cadence.bad_weather_fraction, or take another seed"
    )]
    NoVisits,
    /// Far too many candidates were drawn without a detection.
    #[error(
        "object {object}: none of {candidates} candidates was detected: deepen noise.depth, loosen detection, or lower population.max_redshift"
    )]
    NothingDetected {
        /// The number of the object, from 0.
        object: usize,
        /// How many candidates were drawn for it.
        candidates: usize,
    },
    /// A band or a light curve was refused.
    #[error(transparent)]
    Photometry(#[from] hesper_photometry::Error),
}
