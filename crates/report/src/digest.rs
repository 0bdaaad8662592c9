//! Hashes of a run's inputs.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Result, read_error};

/// An input of a run, so that one can tell later whether it is still the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRecord {
    /// The path as it was given.
    pub path: String,
    /// The number of bytes; for a directory, of all its files.
    pub bytes: u64,
    /// The number of files: 1 for a file.
    pub files: u64,
    /// The SHA-256 hash in hexadecimal digits, as [`digest_path`] defines it.
    pub sha256: String,
}

/// Reads a file or directory once, in pieces, and hashes it.
///
/// A file's hash is that of its bytes, as `sha256sum` prints it. A directory's is that of a list with one entry a file,
/// sorted by path: the file's hash in hexadecimal digits, a space, its size in bytes, a space, its path inside the
/// directory with `/` between the parts, and a zero byte. So names, sizes and contents count, dates and permissions do
/// not; links are followed; empty directories do not count. Files are hashed in parallel on the current rayon pool.
///
/// # Errors
/// What the operating system says of a path that cannot be read, and a link that leads back to a directory above it.
pub fn digest_path(path: &Path) -> Result<InputRecord> {
    let given = path.display().to_string();
    if !path.is_dir() {
        let (bytes, hash) = digest_file(path)?;
        return Ok(InputRecord { path: given, bytes, files: 1, sha256: hex(&hash) });
    }
    let mut files = Vec::new();
    let root = path.canonicalize().map_err(read_error(path))?;
    list(path, "", &mut vec![root], &mut files)?;
    files.sort();
    let digests: Vec<(u64, [u8; 32])> =
        files.par_iter().map(|(_, file)| digest_file(file)).collect::<Result<_>>()?;
    let mut all = Sha256::new();
    for ((name, _), (bytes, hash)) in files.iter().zip(&digests) {
        all.update(format!("{} {bytes} {name}\0", hex(hash)));
    }
    let bytes = digests.iter().map(|(bytes, _)| bytes).sum();
    Ok(InputRecord { path: given, bytes, files: files.len() as u64, sha256: hex(&all.finalize()) })
}

/// Collects the files below a directory with their names inside it. `above` holds the directories on the way.
fn list(
    directory: &Path,
    inside: &str,
    above: &mut Vec<PathBuf>,
    files: &mut Vec<(String, PathBuf)>,
) -> Result<()> {
    for entry in std::fs::read_dir(directory).map_err(read_error(directory))? {
        let entry = entry.map_err(read_error(directory))?;
        let path = entry.path();
        let name = format!("{inside}{}", entry.file_name().to_string_lossy());
        let mut kind = entry.file_type().map_err(read_error(&path))?;
        if kind.is_symlink() {
            kind = std::fs::metadata(&path).map_err(read_error(&path))?.file_type();
        }
        if kind.is_dir() {
            let real = path.canonicalize().map_err(read_error(&path))?;
            if above.contains(&real) {
                let source = std::io::Error::new(
                    std::io::ErrorKind::InvalidInput,
                    "a link that leads back to a directory above it: remove it",
                );
                return Err(read_error(&path)(source));
            }
            above.push(real);
            list(&path, &format!("{name}/"), above, files)?;
            above.pop();
        } else {
            files.push((name, path));
        }
    }
    Ok(())
}

fn digest_file(path: &Path) -> Result<(u64, [u8; 32])> {
    let mut file = File::open(path).map_err(read_error(path))?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 17];
    let mut bytes = 0;
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => {
                hash.update(&piece[..read]);
                bytes += read as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(read_error(path)(error)),
        }
    }
    Ok((bytes, hash.finalize().into()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_known_hash() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("abc");
        std::fs::write(&path, "abc").unwrap();
        let record = digest_path(&path).unwrap();
        // FIPS 180-4's example.
        assert_eq!(record.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!((record.bytes, record.files), (3, 1));
        std::fs::write(&path, "").unwrap();
        assert!(digest_path(&path).unwrap().sha256.starts_with("e3b0c44298fc1c14"));
        std::fs::write(&path, vec![b'a'; 1_000_000]).unwrap();
        let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
        assert_eq!(digest_path(&path).unwrap().sha256, million);
    }

    #[test]
    fn a_directory_hashes_names_sizes_and_contents() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("b")).unwrap();
        std::fs::write(dir.path().join("b/two"), "").unwrap();
        std::fs::write(dir.path().join("one"), "abc").unwrap();
        let record = digest_path(dir.path()).unwrap();
        // (printf '%s 0 b/two\0' "$(sha256sum </dev/null | cut -c-64)"; printf '%s 3 one\0' "$(printf abc | sha256sum | cut -c-64)") | sha256sum
        assert_eq!(record.sha256, "fe6e951ac7a585579faf49358f3139599205a595bb3ba220c5ad2a6f5ee71dee");
        assert_eq!((record.bytes, record.files), (3, 2));
        std::fs::rename(dir.path().join("one"), dir.path().join("uno")).unwrap();
        assert_ne!(digest_path(dir.path()).unwrap().sha256, record.sha256);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_back_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("loop")).unwrap();
        assert!(digest_path(dir.path()).unwrap_err().to_string().contains("leads back"));
        assert!(digest_path(&dir.path().join("absent")).unwrap_err().to_string().contains("check the path"));
    }
}
