//! One reader for all formats: it finds out which, checks that names are unique, and keeps bad objects aside if asked.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::archive::{Archive, is_archive_name};
use crate::context::Context;
use crate::curve_table::Head;
use crate::curves::CurveFormat;
use crate::decode::{self, Compression};
use crate::directory::{self, Directory};
use crate::object_table::ObjectTable;
use crate::parquet_reader::ParquetTable;
use crate::plasticc::PlasticcTable;
use crate::snana_fits::{self, SnanaFits};
use crate::{Band, Error, Object, Skipped, ztf_forced};

/// What to add to the Vega magnitudes of each band to have them in AB.
pub type VegaOffsets = BTreeMap<Band, f64>;

/// How to read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadOptions {
    /// Keep bad objects aside, see [`Reader::skipped`], instead of ending at the first. What spoils the input as a
    /// whole, such as a damaged archive, is an error all the same.
    pub skip_bad: bool,
    /// What is known of the objects, where another file tells it: PLAsTiCC's metadata, or a table of objects for light
    /// curves as CSV, ECSV or JSON. Without it, PLAsTiCC's is looked for beside the light curves: its name contains
    /// `metadata` and ends in `.csv`, `.csv.gz` or `.csv.xz`; and a table of objects in the directory or archive.
    pub metadata: Option<PathBuf>,
    /// For light curves whose magnitude system is Vega. A band that is not here is an error there.
    pub vega_offsets: VegaOffsets,
}

impl ReadOptions {
    /// The table of objects that is named.
    fn table(&self) -> Result<Option<ObjectTable>, Error> {
        self.metadata.as_deref().map(ObjectTable::read).transpose()
    }

    /// The error for metadata where there is nothing that they could tell.
    pub(crate) fn refuse_metadata(&self, path: &Path) -> Result<(), Error> {
        if self.metadata.is_none() {
            return Ok(());
        }
        let message = "a metadata file goes with PLAsTiCC's CSV, and with light curves as CSV, ECSV or JSON, alone: leave it out";
        Err(Error::Format { path: path.to_owned(), message: message.to_owned() })
    }
}

/// A format of light curves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// SNANA text: files, directories and archives of them.
    Snana,
    /// PLAsTiCC's CSV.
    Plasticc,
    /// Parquet with nested light curves.
    Parquet,
    /// SNANA FITS: pairs of tables.
    SnanaFits,
    /// Light curves as CSV: a row for each point, columns found by name.
    Csv,
    /// The same as ECSV.
    Ecsv,
    /// Light curves as JSON.
    Json,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Snana => "SNANA text",
            Self::Plasticc => "PLAsTiCC CSV",
            Self::Parquet => "Parquet",
            Self::SnanaFits => "SNANA FITS",
            Self::Csv => "CSV",
            Self::Ecsv => "ECSV",
            Self::Json => "JSON",
        })
    }
}

/// What progress is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProgressUnit {
    /// Files of a directory.
    Files,
    /// Bytes of the input as it lies on the disk.
    Bytes,
    /// Objects.
    Objects,
}

/// How far a reader has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many are read.
    pub done: u64,
    /// Of how many, where that is known.
    pub total: Option<u64>,
    /// How many what.
    pub unit: ProgressUnit,
}

/// What a source gives.
pub(crate) enum Step {
    Object(Object),
    /// One object is bad; the next may be good.
    Bad(Error),
    /// Nothing more can be read.
    Fatal(Error),
}

/// Where the object given last came from.
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    pub(crate) line: Option<u64>,
}

/// Objects of one format, one after another.
pub(crate) trait Source: Send {
    fn next_step(&mut self) -> Option<Step>;
    fn place(&self) -> Place;
    fn progress(&self) -> Progress;
    /// The metadata that go with it.
    fn metadata(&self) -> Option<&Path> {
        None
    }
}

/// Opens light curves, finding out their format by the end of the name, and for CSV by its columns:
///
/// | name | format |
/// |---|---|
/// | a directory | SNANA text or FITS, or CSV, ECSV, JSON with their table of objects, or one archive |
/// | `.dat` | SNANA text |
/// | `_head.fits`, `_head.fits.gz`, `.list` | SNANA FITS |
/// | `.tar`, `.tar.gz`, `.tgz`, `.tar.xz`, `.txz` | SNANA text, or CSV, ECSV, JSON with their table of objects |
/// | `.csv` | PLAsTiCC's table, or light curves by the names of their columns |
/// | `.ecsv`, `.json`, `.jsonl`, `.ndjson` | ECSV, JSON |
/// | `.txt` | ZTF's forced photometry |
/// | `.parquet`, `.parq` | Parquet |
///
/// `.csv`, `.ecsv` and JSON may be compressed, with `.gz` or `.xz`.
///
/// # Errors
/// [`Error::Io`] where the file or directory cannot be read; [`Error::Format`] where the format is not known or the
/// directory holds no light curve; [`Error::Malformed`] where a head is damaged, lacks columns, or the file is empty.
pub fn read(path: &Path, options: &ReadOptions) -> Result<Reader, Error> {
    let (format, source) = open(path, options)?;
    Ok(Reader {
        path: path.to_owned(),
        format,
        source,
        skip_bad: options.skip_bad,
        names: HashSet::new(),
        skipped: Vec::new(),
        objects: 0,
        finished: false,
        spoilt: false,
    })
}

/// Reads all objects into memory, and the list of those skipped.
///
/// # Errors
/// As [`read`] and [`Reader`].
pub fn read_all(path: &Path, options: &ReadOptions) -> Result<(Vec<Object>, Vec<Skipped>), Error> {
    let mut reader = read(path, options)?;
    let objects = reader.by_ref().collect::<Result<Vec<Object>, Error>>()?;
    Ok((objects, reader.skipped))
}

fn open(path: &Path, options: &ReadOptions) -> Result<(Format, Box<dyn Source>), Error> {
    let metadata = std::fs::metadata(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    if metadata.is_dir() {
        return directory::open(path, options);
    }
    if metadata.is_file() && metadata.len() == 0 {
        let message = "the file is empty: copy or write it again".to_owned();
        return Err(Error::Malformed { path: path.to_owned(), line: None, message });
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let ends_in = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    let compression = Compression::of(path);
    if let Some(format) = CurveFormat::of(path) {
        return open_curves(path, compression, format, metadata.is_file(), options);
    }
    if is_archive_name(path) {
        return Archive::open(path, compression, options, None);
    }
    if ends_in(&[".txt"]) && metadata.is_file() && ztf_forced::is_one(&decode::head(path, compression)?) {
        let context = Context { table: options.table()?, vega: options.vega_offsets.clone() };
        return Ok((Format::Csv, Box::new(ztf_forced::open(path, &Arc::new(context))?)));
    }
    options.refuse_metadata(path)?;
    if ends_in(&[".dat"]) {
        Ok((Format::Snana, Box::new(Directory::of_file(path))))
    } else if snana_fits::is_head_name(path) {
        Ok((Format::SnanaFits, Box::new(SnanaFits::open(vec![path.to_owned()]))))
    } else if ends_in(&[".list"]) {
        Ok((Format::SnanaFits, Box::new(SnanaFits::open(snana_fits::listed(path)?))))
    } else if ends_in(&[".parquet", ".parq"]) {
        Ok((Format::Parquet, Box::new(ParquetTable::open(path)?)))
    } else if ends_in(&["phot.fits", "phot.fits.gz"]) {
        let message = "these are the points alone: give the _HEAD.FITS that goes with them".to_owned();
        Err(Error::Format { path: path.to_owned(), message })
    } else {
        let message = "the end of the name tells no format: give a directory, .DAT, _HEAD.FITS or .LIST (SNANA), .csv, \
                       .ecsv or .json, .tar, .tar.gz or .tar.xz (of .DAT, .csv, .ecsv or .json files), or .parquet";
        Err(Error::Format { path: path.to_owned(), message: message.to_owned() })
    }
}

/// Opens CSV, ECSV or JSON; of CSV there are several kinds, told by their columns.
fn open_curves(
    path: &Path,
    compression: Compression,
    format: CurveFormat,
    is_file: bool,
    options: &ReadOptions,
) -> Result<(Format, Box<dyn Source>), Error> {
    if format == CurveFormat::Csv {
        // What is no file cannot be read twice.
        let head = if is_file { Head::of(&decode::head(path, compression)?) } else { Head::Plasticc };
        if head == Head::Objects {
            let message = "this is a table of objects without light curves: give the light curves, and this file with \
                           --metadata";
            return Err(Error::Format { path: path.to_owned(), message: message.to_owned() });
        }
        if head != Head::Curves {
            let table = PlasticcTable::open(path, compression, options.metadata.as_deref())?;
            return Ok((Format::Plasticc, Box::new(table)));
        }
    }
    let context = Arc::new(Context { table: options.table()?, vega: options.vega_offsets.clone() });
    let source = format.open(path, compression, decode::open(path, compression)?, &context)?;
    Ok((format.into(), source))
}

/// An iterator over the objects of an input: see [`read`].
///
/// Each item is an object or an error, and an error is the last item. With [`ReadOptions::skip_bad`], a bad object is
/// no item but goes to [`Reader::skipped`]; where none is good, the last item is [`Error::NoObjects`], as it is for an
/// input without any.
pub struct Reader {
    path: PathBuf,
    format: Format,
    source: Box<dyn Source>,
    skip_bad: bool,
    names: HashSet<Box<str>>,
    skipped: Vec<Skipped>,
    objects: u64,
    finished: bool,
    spoilt: bool,
}

impl Reader {
    /// The format found.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The objects left out so far.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// Whether the error that ended the input is one of the input as a whole, such as a damaged archive, which
    /// [`ReadOptions::skip_bad`] does not pass over.
    pub fn is_spoilt(&self) -> bool {
        self.spoilt
    }

    /// How far reading has come.
    pub fn progress(&self) -> Progress {
        self.source.progress()
    }

    /// The metadata file or table of objects in use, see [`ReadOptions::metadata`]; `None` where there is none, so that
    /// places, redshifts and classes are not known unless the light curves tell them.
    pub fn metadata(&self) -> Option<&Path> {
        self.source.metadata()
    }

    /// The error for a name that an earlier object has.
    fn check_name(&mut self, object: &Object) -> Result<(), Error> {
        let name = object.object_id.as_str();
        let problem = if name.is_empty() {
            "the object's name is empty: give it one".to_owned()
        } else if self.names.contains(name) {
            match self.format {
                Format::Plasticc | Format::Csv => format!(
                    "object {name} comes again after another object: sort the rows by object_id, or remove the \
                     repetition"
                ),
                _ => format!(
                    "object {name} was read before: names must be unique; rename or remove one of the two"
                ),
            }
        } else {
            self.names.insert(name.into());
            return Ok(());
        };
        let Place { path, line } = self.source.place();
        Err(Error::Malformed { path, line, message: problem })
    }

    fn end(&mut self) -> Option<Result<Object, Error>> {
        self.finished = true;
        if self.objects > 0 {
            return None;
        }
        Some(Err(Error::NoObjects {
            path: self.path.clone(),
            bad: self.skipped.len(),
            first: self.skipped.first().map(Skipped::to_string),
        }))
    }
}

impl Iterator for Reader {
    type Item = Result<Object, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.finished {
            let error = match self.source.next_step() {
                None => return self.end(),
                Some(Step::Object(object)) => match self.check_name(&object) {
                    Ok(()) => {
                        self.objects += 1;
                        return Some(Ok(object));
                    }
                    Err(error) => error,
                },
                Some(Step::Bad(error)) => error,
                Some(Step::Fatal(error)) => {
                    (self.finished, self.spoilt) = (true, true);
                    return Some(Err(error));
                }
            };
            if !self.skip_bad {
                self.finished = true;
                return Some(Err(error));
            }
            self.skipped.push(Skipped::from(&error));
        }
        None
    }
}

impl std::iter::FusedIterator for Reader {}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("path", &self.path)
            .field("format", &self.format)
            .field("objects", &self.objects)
            .field("skipped", &self.skipped.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
