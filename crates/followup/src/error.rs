//! What can go wrong in follow-up.

/// What can go wrong when a query loop is set up or run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No strategy has that name.
    #[error("there is no strategy {name:?}; there are {known}")]
    Strategy {
        /// The name as given.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// No adapter has that name.
    #[error("there is no adapter {name:?}; there are {known}")]
    Adapter {
        /// The name as given.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// The labelled sample cannot be adapted to the sky.
    #[error(transparent)]
    Adapt(#[from] hesper_adapt::Error),
    /// The night cannot be allocated, or no allocator has that name.
    #[error(transparent)]
    Allocate(#[from] hesper_telescope::allocate::Error),
    /// A telescope, a date or a place is out of its range.
    #[error(transparent)]
    Telescope(#[from] hesper_telescope::Error),
    /// A parameter is out of its range.
    #[error("{name} is {value}, but must be {rule}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// The value as given.
        value: String,
        /// What it must be.
        rule: String,
    },
    /// The data cannot bear the loop that was asked for.
    #[error("{0}")]
    Data(String),
    /// The light curves cannot be described.
    #[error(transparent)]
    Features(#[from] hesper_features::Error),
    /// The learner failed.
    #[error(transparent)]
    Learn(#[from] hesper_learn::Error),
}

impl Error {
    pub(crate) fn parameter(name: &'static str, value: impl ToString, rule: impl Into<String>) -> Self {
        Self::Parameter { name, value: value.to_string(), rule: rule.into() }
    }
}
