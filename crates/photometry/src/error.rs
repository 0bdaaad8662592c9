//! What can go wrong with photometry.

use std::path::PathBuf;

/// What can go wrong when photometry is read or written. Data errors name the file, the place in it, the value and
/// the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A band's name is empty, too long, or not printable ASCII.
    #[error(
        "the band name {name:?} is not 1 to 15 printable ASCII characters without spaces: rename the band"
    )]
    Band {
        /// The name as found.
        name: String,
    },
    /// A point cannot be used.
    #[error("{column} is {value}, but must be {rule}: correct or remove the point")]
    Point {
        /// The column of the value.
        column: &'static str,
        /// The value as found.
        value: f64,
        /// What it must be.
        rule: &'static str,
    },
    /// The operating system refused to read or write.
    #[error("{}: {source}{}", path.display(), hesper_files::remedy(source))]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file's content is not what its format says.
    #[error("{}{}: {message}", path.display(), line.map(|line| format!(":{line}")).unwrap_or_default())]
    Malformed {
        /// The file; `archive.tar!member` for a member of an archive.
        path: PathBuf,
        /// The line, from 1, where the format has lines.
        line: Option<u64>,
        /// What was found, what was wanted, what to do.
        message: String,
    },
    /// The input is not in a format that can be read.
    #[error("{}: {message}", path.display())]
    Format {
        /// The file or directory.
        path: PathBuf,
        /// What was found and which formats there are.
        message: String,
    },
    /// An input without a single good object.
    #[error("{}: {}", path.display(), no_objects(*bad, first.as_deref()))]
    NoObjects {
        /// The file or directory.
        path: PathBuf,
        /// How many objects were bad.
        bad: usize,
        /// What was wrong with the first of them.
        first: Option<String>,
    },
}

fn no_objects(bad: usize, first: Option<&str>) -> String {
    match first {
        Some(first) => format!("every one of the {bad} objects is bad; the first: {first}"),
        None => "there is no object in it: check that it is the right file".to_owned(),
    }
}
