//! What can go wrong in cosmology.

use std::path::{Path, PathBuf};

/// What can go wrong when distances are read or cosmologies are fitted to them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
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
    /// The data cannot bear what was asked of them.
    #[error("{0}")]
    Data(String),
    /// The operating system refused to read.
    #[error("{}: {source}: check the path and who may read it", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file's content is not what its format says.
    #[error("{}{}: {message}", path.display(), line.map(|line| format!(":{line}")).unwrap_or_default())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1, where one is to blame.
        line: Option<u64>,
        /// What was found, what was wanted, what to do.
        message: String,
    },
}

impl Error {
    pub(crate) fn parameter(name: &'static str, value: impl ToString, rule: impl Into<String>) -> Self {
        Self::Parameter { name, value: value.to_string(), rule: rule.into() }
    }

    pub(crate) fn malformed(path: &Path, line: Option<u64>, message: impl Into<String>) -> Self {
        Self::Malformed { path: path.to_owned(), line, message: message.into() }
    }

    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}

/// The error of a parameter that is not in its range, or nothing.
pub(crate) fn check(holds: bool, name: &'static str, value: impl ToString, rule: &str) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::parameter(name, value, rule)) }
}
