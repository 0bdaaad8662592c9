//! What can go wrong with features.

use std::path::PathBuf;

/// What can go wrong when features are asked for, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No feature or set has that name.
    #[error("there is no feature or set {name:?}; there are {known}{}", nearest.as_ref().map(|n| format!(": did you mean {n:?}?")).unwrap_or_default())]
    Unknown {
        /// The name as given.
        name: String,
        /// The names that there are.
        known: String,
        /// The name most like it, if one is.
        nearest: Option<String>,
    },
    /// There is no object, so there are no bands.
    #[error("there is no object to describe: check that the input holds light curves")]
    Empty,
    /// A parameter of a fit is out of its limits.
    #[error("{name} is {value}, but must be {rule}: change it")]
    Params {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
        /// Its limits.
        rule: &'static str,
    },
    /// Nightly states that are not one for each object.
    #[error("there are {states} states for {objects} objects: keep one for each, in the same order")]
    States {
        /// How many states were given.
        states: usize,
        /// How many objects.
        objects: usize,
    },
    /// The operating system refused to read or write.
    #[error("{}: {source}{}", path.display(), hesper_files::remedy(source))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not a table of features.
    #[error("{}: {message}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What was found, what was wanted, what to do.
        message: String,
    },
}
