//! How a command ends when it does not end well.

use std::process::ExitCode;

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The request was wrong: exit code 2.
    #[error("{0}")]
    Request(String),
    /// The work failed: exit code 1.
    #[error("{0}")]
    Work(String),
}

impl Failure {
    pub(crate) fn request(message: impl ToString) -> Self {
        Self::Request(message.to_string())
    }

    pub(crate) fn work(message: impl ToString) -> Self {
        Self::Work(message.to_string())
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Request(_) => ExitCode::from(2),
            Self::Work(_) => ExitCode::from(1),
        }
    }
}

impl From<hesper_photometry::Error> for Failure {
    fn from(error: hesper_photometry::Error) -> Self {
        Self::work(error)
    }
}

impl From<hesper_features::Error> for Failure {
    fn from(error: hesper_features::Error) -> Self {
        match error {
            hesper_features::Error::Unknown { .. } => Self::request(error),
            other => Self::work(other),
        }
    }
}

impl From<hesper_learn::Error> for Failure {
    fn from(error: hesper_learn::Error) -> Self {
        match error {
            hesper_learn::Error::Parameter { .. } => Self::request(error),
            other => Self::work(other),
        }
    }
}

impl From<hesper_followup::Error> for Failure {
    fn from(error: hesper_followup::Error) -> Self {
        use hesper_followup::Error as E;
        use hesper_telescope::allocate::Error as Allocate;
        match &error {
            E::Strategy { name, known }
            | E::Adapter { name, known }
            | E::Allocate(Allocate::Allocator { name, known }) => {
                let hint = hesper_photometry::nearest(name, known.split(", "));
                let hint = hint.map(|name| format!(": did you mean {name:?}?")).unwrap_or_default();
                Self::request(format!("{error}{hint}"))
            }
            E::Parameter { .. } | E::Telescope(_) => Self::request(error),
            _ => Self::work(error),
        }
    }
}

impl From<hesper_adapt::Error> for Failure {
    fn from(error: hesper_adapt::Error) -> Self {
        use hesper_adapt::Error as E;
        match &error {
            E::Unknown { name, known, .. } => {
                let hint = hesper_photometry::nearest(name, known.split(", "));
                let hint = hint.map(|name| format!(": did you mean {name:?}?")).unwrap_or_default();
                Self::request(format!("{error}{hint}"))
            }
            E::Parameter { .. } => Self::request(error),
            _ => Self::work(error),
        }
    }
}

/// Parameters of a loop have the names of their options.
pub(crate) fn by_option(error: hesper_followup::Error) -> Failure {
    match error {
        hesper_followup::Error::Parameter { name, value, rule } => {
            let name = if name == "committee" { "members" } else { name };
            Failure::request(format!("--{} is {value}, but must be {rule}", name.replace('_', "-")))
        }
        other => other.into(),
    }
}

impl From<hesper_telescope::Error> for Failure {
    fn from(error: hesper_telescope::Error) -> Self {
        Self::request(error)
    }
}

impl From<hesper_cosmology::Error> for Failure {
    fn from(error: hesper_cosmology::Error) -> Self {
        match error {
            hesper_cosmology::Error::Parameter { .. } => Self::request(error),
            other => Self::work(other),
        }
    }
}

impl From<hesper_simulate::Error> for Failure {
    fn from(error: hesper_simulate::Error) -> Self {
        Self::request(error)
    }
}

impl From<hesper_report::Error> for Failure {
    fn from(error: hesper_report::Error) -> Self {
        Self::work(error)
    }
}
