//! Directories of SNANA text files: read in parallel, given in the order of their paths.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::read::{Place, Progress, ProgressUnit, Source, Step};
use crate::{Error, Object, snana};

/// How many files are read at once: enough to share among threads, few enough to hold.
const CHUNK: usize = 512;

/// The `.DAT` files of a directory and those below it, or one such file.
pub(crate) struct Directory {
    files: Vec<PathBuf>,
    read: usize,
    ready: std::vec::IntoIter<Result<Object, Error>>,
    given: usize,
}

impl Directory {
    /// Lists the files, without reading them.
    pub(crate) fn open(root: &Path) -> Result<Self, Error> {
        let mut files = Vec::new();
        walk(root, &mut files, &mut HashSet::new())?;
        if files.is_empty() {
            return Err(Error::Format { path: root.to_owned(), message: nothing_found(root) });
        }
        files.sort_unstable_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
        Ok(Self::of_files(files))
    }

    /// One file.
    pub(crate) fn of_file(path: &Path) -> Self {
        Self::of_files(vec![path.to_owned()])
    }

    fn of_files(files: Vec<PathBuf>) -> Self {
        Self { files, read: 0, ready: Vec::new().into_iter(), given: 0 }
    }
}

impl Source for Directory {
    fn next_step(&mut self) -> Option<Step> {
        if self.ready.as_slice().is_empty() {
            let chunk = &self.files[self.read..self.files.len().min(self.read + CHUNK)];
            self.read += chunk.len();
            let objects: Vec<Result<Object, Error>> = chunk
                .par_iter()
                .with_min_len(32)
                .map_init(|| vec![0; 1 << 15], |buffer, path| read_one(path, buffer))
                .collect();
            self.ready = objects.into_iter();
        }
        let step = self.ready.next()?;
        self.given += 1;
        Some(step.map_or_else(Step::Bad, Step::Object))
    }

    fn place(&self) -> Place {
        Place { path: self.files[self.given.saturating_sub(1)].clone(), line: None }
    }

    fn progress(&self) -> Progress {
        Progress { done: self.given as u64, total: Some(self.files.len() as u64), unit: ProgressUnit::Files }
    }
}

/// Whether a file's name ends like that of SNANA text, and is not hidden.
pub(crate) fn is_snana_name(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    !hidden && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("dat"))
}

/// Reads one file into `buffer`, whose length is its room: it grows and stays for the next file.
fn read_one(path: &Path, buffer: &mut Vec<u8>) -> Result<Object, Error> {
    let length = read_bytes(path, buffer).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    snana::parse(&buffer[..length]).map_err(|fault| fault.into_error(path))
}

/// Three or four system calls a file: its size is not asked for, since the room mostly suffices.
fn read_bytes(path: &Path, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let mut file = File::open(path)?;
    let mut length = 0;
    loop {
        if length == buffer.len() {
            buffer.resize(2 * length, 0);
        }
        match file.read(&mut buffer[length..]) {
            Ok(0) => return Ok(length),
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Adds the SNANA files below `directory`; `seen` holds the true paths of directories, so that a link cannot lead in
/// circles.
fn walk(directory: &Path, files: &mut Vec<PathBuf>, seen: &mut HashSet<PathBuf>) -> Result<(), Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Io { path, source }
    };
    if !seen.insert(fs::canonicalize(directory).map_err(failed(directory))?) {
        return Ok(());
    }
    for entry in fs::read_dir(directory).map_err(failed(directory))? {
        let entry = entry.map_err(failed(directory))?;
        let path = entry.path();
        let mut kind = entry.file_type().map_err(failed(&path))?;
        if kind.is_symlink() {
            match fs::metadata(&path) {
                Ok(metadata) => kind = metadata.file_type(),
                // A link to nothing that is named like a light curve will be told of when it is read.
                Err(_) if is_snana_name(&path) => {
                    files.push(path);
                    continue;
                }
                Err(_) => continue,
            }
        }
        if kind.is_dir() {
            walk(&path, files, seen)?;
        } else if is_snana_name(&path) {
            files.push(path);
        }
    }
    Ok(())
}

/// The message for a directory without SNANA files: says what is there instead.
fn nothing_found(root: &Path) -> String {
    let mut names: Vec<String> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    let single = names.iter().find(|name| {
        let name = name.to_lowercase();
        !name.contains("metadata")
            && [".parquet", ".tar", ".tar.gz", ".tar.xz", ".csv", ".csv.gz", ".csv.xz"]
                .iter()
                .any(|end| name.ends_with(end))
    });
    match (single, names.first()) {
        (_, None) => "the directory is empty: give one that holds .DAT files, or a file".to_owned(),
        (Some(file), _) => {
            format!("the directory holds no .DAT file: did you mean {}?", root.join(file).display())
        }
        (None, Some(first)) => format!(
            "the directory holds no .DAT file, but {} other entries such as '{first}': give the directory of the \
             light curves",
            names.len()
        ),
    }
}
