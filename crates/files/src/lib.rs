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

use tempfile::NamedTempFile;

/// A buffered file that is written aside, in the directory of its path, and takes its name when committed.
/// Dropped before that, it vanishes, and what stood under its name still stands.
#[derive(Debug)]
pub struct AtomicFile {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl AtomicFile {
    /// Opens the file to be; makes the directories above it.
    ///
    /// # Errors
    /// What the operating system says, such as a directory without permission.
    pub fn create(path: &Path) -> io::Result<Self> {
        if path.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory, but a file is to be written"));
        }
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        std::fs::create_dir_all(directory)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".hesper-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // The umask takes from this what it takes from any other new file.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        Ok(Self { file: BufWriter::with_capacity(1 << 16, builder.tempfile_in(directory)?), path: path.to_owned() })
    }

    /// Gives the file its name, replacing what had it.
    ///
    /// # Errors
    /// What the operating system says while the last bytes are written, such as a full disk; the file is gone then.
    pub fn commit(self) -> io::Result<()> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_data()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }

    /// The path that the file will have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file itself, for writers that want one.
    pub fn get_ref(&self) -> &File {
        self.file.get_ref().as_file()
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
    use io::ErrorKind::{NotFound, PermissionDenied, StorageFull};
    match error.kind() {
        NotFound => ": check the path",
        PermissionDenied => ": check who may read or write it",
        StorageFull => ": free some space or write elsewhere; nothing half-written was left",
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
    fn a_directory_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(write(dir.path(), "x").unwrap_err().kind(), io::ErrorKind::IsADirectory);
    }
}
