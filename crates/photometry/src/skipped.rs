//! Objects that were bad and left out, and the side file that lists them.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Error;

/// An object that was left out because it was bad.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The file; `archive.tar!member` for a member of an archive.
    pub source: String,
    /// The line, from 1, where the format has lines.
    pub line: Option<u64>,
    /// What was wrong with it.
    pub reason: String,
}

impl std::fmt::Display for Skipped {
    /// `source:line: reason`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        write!(f, "{}{line}: {}", self.source, self.reason)
    }
}

impl From<&Error> for Skipped {
    fn from(error: &Error) -> Self {
        let (path, line, reason) = match error {
            Error::Malformed { path, line, message } => (path, *line, message.clone()),
            Error::Format { path, message } => (path, None, message.clone()),
            Error::Io { path, source } => (path, None, format!("{source}{}", hesper_files::remedy(source))),
            other => return Self { source: String::new(), line: None, reason: other.to_string() },
        };
        Self { source: path.display().to_string(), line, reason }
    }
}

/// Writes the list as CSV with the columns `source`, `line`, `reason`; whole or not at all.
///
/// # Errors
/// [`Error::Io`] where the file cannot be written.
pub fn write_skipped(path: &Path, skipped: &[Skipped]) -> Result<(), Error> {
    let failed = |source: std::io::Error| Error::Io { path: path.to_owned(), source };
    let mut table = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    let write = |table: &mut csv::Writer<Vec<u8>>, row: [&str; 3]| {
        table.write_record(row).map_err(|error| failed(std::io::Error::other(error)))
    };
    write(&mut table, ["source", "line", "reason"])?;
    for one in skipped {
        let line = one.line.map(|line| line.to_string()).unwrap_or_default();
        write(&mut table, [&one.source, &line, &one.reason])?;
    }
    let bytes = table.into_inner().map_err(|error| failed(std::io::Error::other(error.to_string())))?;
    hesper_files::write(path, bytes).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_side_file_keeps_commas_quotes_and_missing_lines() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("skipped.csv");
        let list = [
            Skipped { source: "a,b.DAT".into(), line: Some(7), reason: "a \"word\"".into() },
            Skipped { source: "c.tar!d".into(), line: None, reason: "cut short".into() },
        ];
        write_skipped(&path, &list).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "source,line,reason\n\"a,b.DAT\",7,\"a \"\"word\"\"\"\nc.tar!d,,cut short\n");
    }
}
