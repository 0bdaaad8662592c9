//! Directories of light curves: read in parallel, given in the order of their paths.
//!
//! A directory is read as the first of these that it, or a directory below it, holds: SNANA text, SNANA FITS, other light
//! curves (CSV, ECSV, JSON, with their table of objects), or one archive.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::archive::{Archive, is_archive_name};
use crate::context::Context;
use crate::curves::{Content, CurveFormat};
use crate::decode::{self, Compression};
use crate::object_table::ObjectTable;
use crate::read::{Place, Progress, ProgressUnit, Source, Step};
use crate::snana_fits::{self, SnanaFits};
use crate::{Error, Format, Object, ReadOptions, snana};

/// How many files are read at once: enough to share among threads, few enough to hold.
const CHUNK: usize = 512;

/// The files of a directory and those below it, or one file: light curves of one object, or a few, each.
pub(crate) struct Directory {
    files: Vec<PathBuf>,
    kind: Kind,
    read: usize,
    /// The files that were read, and what they gave.
    ready: std::vec::IntoIter<(usize, Step)>,
    given: usize,
}

/// What the files are.
enum Kind {
    Snana,
    Curves(Arc<Context>),
}

/// Opens a directory.
pub(crate) fn open(root: &Path, options: &ReadOptions) -> Result<(Format, Box<dyn Source>), Error> {
    let mut found = Found::default();
    walk(root, &mut found, &mut HashSet::new())?;
    found.sort();
    if !found.snana.is_empty() || !found.heads.is_empty() {
        options.refuse_metadata(root)?;
    }
    if !found.snana.is_empty() {
        return Ok((Format::Snana, Box::new(Directory::of_files(found.snana, Kind::Snana))));
    }
    if !found.heads.is_empty() {
        let heads = found.listed_heads()?;
        return Ok((Format::SnanaFits, Box::new(SnanaFits::open(heads))));
    }
    let (curves, tables) = found.curves()?;
    let table = match (&options.metadata, &tables[..]) {
        (Some(path), _) => Some(ObjectTable::read(path)?),
        (None, [table]) => Some(ObjectTable::read(table)?),
        (None, [one, other, ..]) if !curves.is_empty() => {
            let message = format!(
                "both {} and {} may be the table of its objects: say which with --metadata",
                one.display(),
                other.display()
            );
            return Err(Error::Format { path: root.to_owned(), message });
        }
        (None, _) => None,
    };
    if let Some(first) = curves.first() {
        let format = CurveFormat::of(first).map_or(Format::Csv, Format::from);
        let context = Arc::new(Context { table, vega: options.vega_offsets.clone() });
        return Ok((format, Box::new(Directory::of_files(curves, Kind::Curves(context)))));
    }
    if let [archive] = &found.archives[..] {
        let compression = Compression::of(archive);
        return Archive::open(archive, compression, options, table);
    }
    Err(Error::Format { path: root.to_owned(), message: nothing_found(root) })
}

impl Directory {
    /// One file of SNANA text.
    pub(crate) fn of_file(path: &Path) -> Self {
        Self::of_files(vec![path.to_owned()], Kind::Snana)
    }

    fn of_files(files: Vec<PathBuf>, kind: Kind) -> Self {
        Self { files, kind, read: 0, ready: Vec::new().into_iter(), given: 0 }
    }

    /// Reads the next files.
    fn read_more(&mut self) {
        let chunk = &self.files[self.read..self.files.len().min(self.read + CHUNK)];
        let first = self.read;
        self.read += chunk.len();
        let kind = &self.kind;
        let steps: Vec<Vec<Step>> = chunk
            .par_iter()
            .with_min_len(32)
            .map_init(
                || vec![0; 1 << 15],
                |buffer, path| match kind {
                    Kind::Snana => vec![read_one(path, buffer).map_or_else(Step::Bad, Step::Object)],
                    Kind::Curves(context) => read_curves(path, context),
                },
            )
            .collect();
        let steps = (first..).zip(steps);
        let steps: Vec<(usize, Step)> =
            steps.flat_map(|(file, steps)| steps.into_iter().map(move |step| (file, step))).collect();
        self.ready = steps.into_iter();
    }
}

impl Source for Directory {
    fn next_step(&mut self) -> Option<Step> {
        // A file may hold no object.
        while self.ready.as_slice().is_empty() && self.read < self.files.len() {
            self.read_more();
        }
        let (file, step) = self.ready.next()?;
        self.given = file + 1;
        Some(step)
    }

    fn place(&self) -> Place {
        Place { path: self.files[self.given.saturating_sub(1)].clone(), line: None }
    }

    fn progress(&self) -> Progress {
        Progress { done: self.given as u64, total: Some(self.files.len() as u64), unit: ProgressUnit::Files }
    }

    fn metadata(&self) -> Option<&Path> {
        match &self.kind {
            Kind::Curves(context) => context.table_path(),
            Kind::Snana => None,
        }
    }
}

/// All that a file of light curves gives.
fn read_curves(path: &Path, context: &Arc<Context>) -> Vec<Step> {
    let compression = Compression::of(path);
    let format = CurveFormat::of(path).unwrap_or(CurveFormat::Csv);
    match decode::open(path, compression) {
        Ok(decoded) => format.steps(path, compression, decoded, context),
        Err(error) => vec![Step::Bad(error)],
    }
}

/// The files of a directory, by their names.
#[derive(Default)]
struct Found {
    snana: Vec<PathBuf>,
    heads: Vec<PathBuf>,
    lists: Vec<PathBuf>,
    /// CSV, ECSV and JSON, of which it is not yet known what they are.
    others: Vec<PathBuf>,
    archives: Vec<PathBuf>,
}

impl Found {
    fn add(&mut self, path: PathBuf) {
        let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let files = match () {
            () if is_hidden => return,
            () if is_snana_name(&path) => &mut self.snana,
            () if snana_fits::is_head_name(&path) => &mut self.heads,
            () if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("list")) => &mut self.lists,
            () if CurveFormat::of(&path).is_some() => &mut self.others,
            () if is_archive_name(&path) => &mut self.archives,
            () => return,
        };
        files.push(path);
    }

    fn sort(&mut self) {
        for files in [&mut self.snana, &mut self.heads, &mut self.lists, &mut self.others, &mut self.archives]
        {
            files.sort_unstable_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
        }
    }

    /// The tables of objects that the lists name, or else all that there are.
    fn listed_heads(&self) -> Result<Vec<PathBuf>, Error> {
        let mut heads = Vec::new();
        for list in &self.lists {
            // A list may be one of text files, or no list of SNANA's at all.
            let text = fs::read_to_string(list).unwrap_or_default();
            let is_of_heads = text.lines().any(|name| snana_fits::is_head_name(Path::new(name.trim())));
            if is_of_heads {
                heads.extend(snana_fits::listed(list)?);
            }
        }
        Ok(if heads.is_empty() { self.heads.clone() } else { heads })
    }

    /// Which of the other files are light curves, and which tables of objects.
    fn curves(&self) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Error> {
        let (mut curves, mut tables) = (Vec::new(), Vec::new());
        for path in &self.others {
            let Some(format) = CurveFormat::of(path) else { continue };
            match format.looks_like(&decode::head(path, Compression::of(path))?) {
                Content::Curves => curves.push(path.clone()),
                Content::Objects => tables.push(path.clone()),
                Content::Other => {}
            }
        }
        Ok((curves, tables))
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

/// Adds the files below `directory`; `seen` holds the true paths of directories, so that a link cannot lead in
/// circles.
fn walk(directory: &Path, files: &mut Found, seen: &mut HashSet<PathBuf>) -> Result<(), Error> {
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
                    files.add(path);
                    continue;
                }
                Err(_) => continue,
            }
        }
        if kind.is_dir() {
            walk(&path, files, seen)?;
        } else {
            files.add(path);
        }
    }
    Ok(())
}

/// The message for a directory without light curves: says what is there instead.
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
        (_, None) => "the directory is empty: give one that holds light curves, or a file".to_owned(),
        (Some(file), _) => {
            format!(
                "the directory holds no light curves in files of their own: did you mean {}?",
                root.join(file).display()
            )
        }
        (None, Some(first)) => format!(
            "the directory holds no light curves, but {} other entries such as '{first}': give the directory of the \
             light curves",
            names.len()
        ),
    }
}
