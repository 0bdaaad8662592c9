//! What can go wrong in adaptation.

/// What can go wrong when a method is fitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A domain cannot be adapted.
    #[error("the {domain}: {what}")]
    Domain {
        /// Which domain.
        domain: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// There is nothing of that name.
    #[error("there is no {what} {name:?}; there are {known}")]
    Unknown {
        /// What was asked for.
        what: &'static str,
        /// The name as given.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A parameter is out of its range.
    #[error("{name} is {value}, but must be {rule}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// The value as given.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
    /// A method did not come to an end.
    #[error("{method}: {what}")]
    Failed {
        /// The method.
        method: &'static str,
        /// Why, and what may help.
        what: String,
    },
    /// A learner failed.
    #[error(transparent)]
    Learn(#[from] hesper_learn::Error),
}
