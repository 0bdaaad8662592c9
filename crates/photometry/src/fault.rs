//! What is wrong with one object, before its file is known.

use std::path::PathBuf;

use crate::Error;

/// What a parser found wrong, and at which line.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) line: Option<u64>,
    pub(crate) message: String,
}

impl Fault {
    /// A fault of the file as a whole.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into() }
    }

    /// A fault of one line.
    pub(crate) fn at(line: u64, message: impl Into<String>) -> Self {
        Self { line: Some(line), message: message.into() }
    }

    /// The error, now that the file is known.
    pub(crate) fn into_error(self, path: impl Into<PathBuf>) -> Error {
        Error::Malformed { path: path.into(), line: self.line, message: self.message }
    }
}

/// Text of a file as it is shown in messages: printable, and not longer than a line.
pub(crate) fn shown(bytes: &[u8]) -> String {
    const LONGEST: usize = 40;
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST)]);
    let more = if bytes.len() > LONGEST { "…" } else { "" };
    format!("'{}{more}'", text.escape_debug())
}
