//! What can go wrong with a telescope.

use std::path::PathBuf;

/// What can go wrong when telescopes are read, or a night is asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file of telescopes cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is not TOML, lacks a key, or holds a value of the wrong kind.
    #[error("{origin}: {source}")]
    Syntax {
        /// The file, or what else the text came from.
        origin: String,
        /// Where in the text, and what.
        source: Box<toml::de::Error>,
    },
    /// A file holds a key that no telescope has.
    #[error("{origin}: {telescope} has the key `{key}`, which is not known: did you mean `{nearest}`?")]
    Key {
        /// The file, or what else the text came from.
        origin: String,
        /// Which telescope.
        telescope: String,
        /// The key, with the tables that it is in.
        key: String,
        /// The known key that resembles it most.
        nearest: String,
    },
    /// A file holds no telescope.
    #[error("{origin} holds no telescope: begin each with a line [[telescope]]")]
    Empty {
        /// The file, or what else the text came from.
        origin: String,
    },
    /// Two telescopes of a file have the same name.
    #[error("{origin} holds two telescopes named {name:?}: rename one")]
    Duplicate {
        /// The file, or what else the text came from.
        origin: String,
        /// The name.
        name: String,
    },
    /// There is no preset of that name.
    #[error("there is no preset telescope {name:?}; there are {known}")]
    Preset {
        /// The name as given.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A value is out of its range.
    #[error("{owner}: {name} is {value}, but must be {rule}")]
    Parameter {
        /// The telescope, or what else the value belongs to.
        owner: String,
        /// The value's name.
        name: &'static str,
        /// The value as given.
        value: String,
        /// What it must be, with its unit.
        rule: &'static str,
    },
}

impl Error {
    /// An error unless the value is finite and within the range, both ends included.
    pub(crate) fn unless_within(
        owner: &str,
        name: &'static str,
        value: f64,
        [low, high]: [f64; 2],
        rule: &'static str,
    ) -> Result<(), Self> {
        if value >= low && value <= high {
            return Ok(());
        }
        Err(Self::Parameter { owner: owner.to_owned(), name, value: value.to_string(), rule })
    }
}
