//! Printing that outlives its readers: `hesper strategies | head -1` ends quietly.

use std::fmt::Display;
use std::io::{ErrorKind, Write};

use crate::Failure;

/// Prints on stdout what was asked for. A reader who has seen enough is no failure; a full disk is.
pub(crate) fn result(text: impl Display) -> Result<(), Failure> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::work(format!("the result cannot be printed on stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Tells a person on stdout how the work goes; the work goes on if nobody can hear.
pub(crate) fn line(text: impl Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// The same on stderr.
pub(crate) fn note(text: impl Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
