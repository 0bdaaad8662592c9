//! Output files that appear whole or not at all.
//!
//! ```
//! use std::io::Write;
//! # fn main() -> std::io::Result<()> {
//! # let dir = tempfile::tempdir()?;
//! # let path = dir.path().join("metrics.csv");
//! let mut file = hesper_files::AtomicFile::create(&path)?;
//! file.write_all(b"strategy,fom\n")?;
//! assert!(!path.exists());
//! file.commit()?;
//! assert!(path.exists());
//! # Ok(())
//! # }
//! ```

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

/// What the names of files begin and end with that have not got their own yet.
const PREFIX: &str = ".hesper-";
const SUFFIX: &str = ".part";

/// A buffered file that is written aside, in the directory of its path, and takes its name when committed.
/// Dropped before that, it vanishes, and what stood under its name still stands.
#[derive(Debug)]
pub struct AtomicFile {
    file: BufWriter<File>,
    aside: TempPath,
    path: PathBuf,
}

impl AtomicFile {
    /// Opens the file to be; makes the directories above it.
    ///
    /// # Errors
    /// What the operating system says, such as a directory without permission.
    pub fn create(path: &Path) -> io::Result<Self> {
        let directory = directory_of(path)?;
        std::fs::create_dir_all(directory).map_err(|error| file_in_the_way(directory).unwrap_or(error))?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // The umask takes from this what it takes from any other new file.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let (file, aside) = make_in(&builder, directory)?.into_parts();
        Ok(Self { file: BufWriter::with_capacity(1 << 16, file), aside, path: path.to_owned() })
    }

    /// Gives the file its name, replacing what had it.
    ///
    /// # Errors
    /// What the operating system says while the last bytes are written, such as a full disk; the file is gone then.
    pub fn commit(self) -> io::Result<()> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_data()?;
        self.aside.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }

    /// The path that the file will have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file itself, for writers that want one.
    pub fn get_ref(&self) -> &File {
        self.file.get_ref()
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The error for a directory that cannot be made because a file has its name or that of one above it.
fn file_in_the_way(directory: &Path) -> Option<io::Error> {
    let file = directory.ancestors().find(|above| above.is_file())?;
    let message = format!("{} is a file, but must be a directory", file.display());
    Some(io::Error::new(io::ErrorKind::NotADirectory, message))
}

/// Finds out before the work whether a file can be written at `path`, and leaves nothing behind.
///
/// # Errors
/// As [`AtomicFile::create`].
pub fn check(path: &Path) -> io::Result<()> {
    let directory = directory_of(path)?;
    if let Some(error) = file_in_the_way(directory) {
        return Err(error);
    }
    // What is missing will be made below the first directory that is there.
    let there = directory.ancestors().find(|above| above.is_dir()).unwrap_or(Path::new("."));
    make_in(tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX), there).map(drop)
}

/// Makes the file aside. Its own name tells nobody anything, so it is taken out of the error.
fn make_in(builder: &tempfile::Builder<'_, '_>, directory: &Path) -> io::Result<NamedTempFile> {
    use io::ErrorKind::{NotFound, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    builder.tempfile_in(directory).map_err(|error| match error.kind() {
        kind @ (NotFound | PermissionDenied | QuotaExceeded | ReadOnlyFilesystem | StorageFull) => {
            kind.into()
        }
        _ => error,
    })
}

/// The directory that a file is to be written in.
fn directory_of(path: &Path) -> io::Result<&Path> {
    if path.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::IsADirectory,
            "is a directory, but a file is to be written",
        ));
    }
    Ok(match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    })
}

/// Writes `bytes` to `path`, whole or not at all.
///
/// # Errors
/// As [`AtomicFile::create`] and [`AtomicFile::commit`].
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes.as_ref())?;
    file.commit()
}

/// The hint that follows an operating system's message in an error, or nothing.
pub fn remedy(error: &io::Error) -> &'static str {
    use io::ErrorKind::{
        IsADirectory, NotADirectory, NotFound, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem,
        StorageFull,
    };
    match error.kind() {
        NotFound => ": check the path",
        IsADirectory | NotADirectory => ": name another path",
        ReadOnlyFilesystem => ": write elsewhere",
        PermissionDenied => ": check who may read or write it",
        StorageFull | QuotaExceeded => ": free some space or write elsewhere; nothing half-written was left",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_committed_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/table.csv");
        write(&path, "old").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_is_no_directory_to_write_in() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        write(&file, "x").unwrap();
        let error = check(&file.join("deep/table.csv")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
        assert!(error.to_string().contains("file is a file, but must be a directory"), "{error}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_directory_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(write(dir.path(), "x").unwrap_err().kind(), io::ErrorKind::IsADirectory);
    }
}
