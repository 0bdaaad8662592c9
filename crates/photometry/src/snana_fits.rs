//! SNANA's FITS format: a table of objects, `*_HEAD.FITS`, and a table of points, `*_PHOT.FITS`; either may be `.gz`.
//!
//! The format is described in the SNANA manual (Kessler et al. 2009, PASP 121, 1028). `PTROBS_MIN` and `PTROBS_MAX` of an
//! object name its first and last row of points, counted from 1, and after its last row stands one with `MJD` −777, so
//! that wrong pointers are noticed. Objects come in the order of their points, for the table of points is read as a
//! stream. What the columns mean is as in [`crate::snana`]: fluxes are `FLUXCAL`, -9 is "not known", a point whose flux and
//! error are both -9 was not measured. The class is the simulation's `SIM_TYPE_NAME`, else that of `SNTYPE`.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use crate::decode::{self, Compression};
use crate::fault::{Fault, shown};
use crate::fits::Table;
use crate::read::{Place, Progress, ProgressUnit, Source, Step};
use crate::snana_columns::{END, HeadColumns, PointColumns, Row};
use crate::{Error, LightCurve, Object};

/// Pairs of tables, one after another.
pub(crate) struct SnanaFits {
    /// The tables of objects not yet opened, the next last.
    waiting: Vec<PathBuf>,
    open: Option<Pair>,
    /// The table of objects in which the object given last stands.
    head: PathBuf,
    /// Bytes of the tables of points: of those read whole, and of all.
    done: u64,
    total: u64,
}

/// A pair of tables.
struct Pair {
    rows: std::vec::IntoIter<Result<Row, Fault>>,
    points: Table,
    columns: PointColumns,
    size: u64,
}

impl SnanaFits {
    /// These tables of objects, each with its table of points.
    pub(crate) fn open(mut heads: Vec<PathBuf>) -> Self {
        let size = |head: &PathBuf| phot_beside(head, None).and_then(|phot| std::fs::metadata(phot).ok());
        let total = heads.iter().filter_map(size).map(|metadata| metadata.len()).sum();
        let head = heads.first().cloned().unwrap_or_default();
        heads.reverse();
        Self { waiting: heads, open: None, head, done: 0, total }
    }

    fn next_object(&mut self) -> Result<Option<Result<Object, Fault>>, Error> {
        loop {
            if let Some(pair) = &mut self.open {
                if let Some(row) = pair.rows.next() {
                    return match row {
                        Ok(row) => pair.object(row).map(Some),
                        Err(fault) => Ok(Some(Err(fault))),
                    };
                }
                self.done += pair.size;
                self.open = None;
            }
            let Some(head) = self.waiting.pop() else { return Ok(None) };
            self.head.clone_from(&head);
            self.open = Some(Pair::open(&head)?);
        }
    }
}

impl Source for SnanaFits {
    fn next_step(&mut self) -> Option<Step> {
        match self.next_object() {
            Ok(None) => None,
            Ok(Some(Ok(object))) => Some(Step::Object(object)),
            Ok(Some(Err(fault))) => Some(Step::Bad(fault.into_error(&self.head))),
            Err(error) => {
                (self.open, self.waiting) = (None, Vec::new());
                Some(Step::Fatal(error))
            }
        }
    }

    fn place(&self) -> Place {
        Place { path: self.head.clone(), line: None }
    }

    fn progress(&self) -> Progress {
        let now = self.open.as_ref().map_or(0, |pair| pair.points.taken().load(Ordering::Relaxed));
        Progress { done: self.done + now, total: Some(self.total), unit: ProgressUnit::Bytes }
    }
}

/// Whether a file's name is that of a table of objects.
pub(crate) fn is_head_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    !name.starts_with('.') && (name.ends_with("head.fits") || name.ends_with("head.fits.gz"))
}

/// The tables of objects that a version's list names, in its order; SNANA's lists leave out the `.gz`.
pub(crate) fn listed(list: &Path) -> Result<Vec<PathBuf>, Error> {
    let text = std::fs::read_to_string(list).map_err(|source| Error::Io { path: list.to_owned(), source })?;
    let directory = list.parent().unwrap_or(Path::new(""));
    let mut heads = Vec::new();
    for (line, name) in (1..).zip(text.lines()) {
        let name = name.trim();
        if name.is_empty() || name.starts_with('#') {
            continue;
        }
        let path = directory.join(name);
        let fault = |message: String| Fault::at(line, message).into_error(list);
        if !is_head_name(&path) {
            let message = format!("{} is no _HEAD.FITS", shown(name.as_bytes()));
            return Err(fault(format!("{message}: give the directory, if the light curves are .DAT files")));
        }
        match with_or_without_gz(&path) {
            Some(path) => heads.push(path),
            None => return Err(fault(format!("there is no {}: copy it, too", path.display()))),
        }
    }
    if heads.is_empty() {
        return Err(Fault::new("the list is empty: give the _HEAD.FITS file itself").into_error(list));
    }
    Ok(heads)
}

/// The file of that name, or with `.gz` added or left out.
fn with_or_without_gz(path: &Path) -> Option<PathBuf> {
    let name = path.to_string_lossy();
    let other = match name.strip_suffix(".gz") {
        Some(plain) => PathBuf::from(plain),
        None => PathBuf::from(format!("{name}.gz")),
    };
    [path.to_owned(), other].into_iter().find(|path| path.is_file())
}

/// The table of points that goes with a table of objects: the one it names, or the one named like it.
fn phot_beside(head: &Path, named: Option<&str>) -> Option<PathBuf> {
    // A name in the file must not lead to another directory.
    let named = named.map(Path::new).and_then(Path::file_name);
    if let Some(phot) = named.and_then(|name| with_or_without_gz(&head.with_file_name(name))) {
        return Some(phot);
    }
    let name = head.file_name()?.to_str()?;
    let place = name.to_lowercase().rfind("head.fits")?;
    let phot = if name[place..].starts_with("HEAD") { "PHOT" } else { "phot" };
    let name = format!("{}{phot}{}", &name[..place], &name[place + 4..]);
    with_or_without_gz(&head.with_file_name(name))
}

impl Pair {
    fn open(head: &Path) -> Result<Self, Error> {
        let compression = Compression::of(head);
        let mut table = Table::open(head, compression, decode::open(head, compression)?)?;
        let named = table.keyword("PHOTFILE").map(str::to_owned);
        let Some(phot) = phot_beside(head, named.as_deref()) else {
            let wanted = named.unwrap_or_else(|| "the _PHOT.FITS of the same name".to_owned());
            let message = format!("its points are missing: {wanted} is not beside it; copy it, too");
            return Err(Fault::new(message).into_error(head));
        };
        let columns = HeadColumns::of(&table)?;
        let mut rows = Vec::new();
        while let Some(row) = table.read()? {
            let row = columns.row(row).map_err(|message| (rows.len() as u64 + 1, message));
            rows.push(row.map_err(|(number, message)| Fault::new(format!("row {number}: {message}"))));
            if let Some(Ok(row)) = rows.last_mut() {
                row.number = table.next() - 1;
            }
        }
        // In the order of their points; a row that is bad comes where it stands.
        let mut first = 0;
        let mut keyed: Vec<(u64, Result<Row, Fault>)> = Vec::with_capacity(rows.len());
        for row in rows {
            if let Ok(row) = &row {
                first = row.first;
            }
            keyed.push((first, row));
        }
        keyed.sort_by_key(|(first, _)| *first);
        let rows: Vec<Result<Row, Fault>> = keyed.into_iter().map(|(_, row)| row).collect();
        let compression = Compression::of(&phot);
        let decoded = decode::open(&phot, compression)?;
        let size = decoded.size;
        let points = Table::open(&phot, compression, decoded)?;
        let columns = PointColumns::of(&points)?;
        Ok(Self { rows: rows.into_iter(), points, columns, size })
    }

    /// Reads an object's points.
    fn object(&mut self, row: Row) -> Result<Result<Object, Fault>, Error> {
        let Row { mut object, number, first, last } = row;
        let of = format!("row {number} (SNID {})", object.object_id);
        let phot = self.points.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let wrong = |what: String| {
            Ok(Err(Fault::new(format!(
                "{of}: PTROBS_MIN {first} and PTROBS_MAX {last} are wrong, for {what}; write both files again"
            ))))
        };
        if last < first {
            return Ok(Ok(object));
        }
        if last > self.points.rows() {
            return wrong(format!(
                "{phot} has {} rows: it is of another version or cut short",
                self.points.rows()
            ));
        }
        if first < self.points.next() {
            return wrong(format!("the object before ends with row {} of {phot}", self.points.next() - 1));
        }
        self.points.seek(first)?;
        let room = (last - first + 1).min(4096) as usize;
        object.lightcurve = LightCurve::with_capacity(room);
        let mut fault = None;
        for at in first..=last {
            let Some(bytes) = self.points.read()? else { break };
            let added = self.columns.point(bytes, &mut object.lightcurve);
            if let (None, Err(message)) = (&fault, added) {
                fault = Some(Fault::new(format!("{of}: row {at} of {phot}: {message}")));
            }
        }
        // The row between this object and the next must be the one that ends it.
        let between = match self.rows.as_slice().first() {
            Some(Ok(next)) => next.first > last + 1,
            _ => false,
        };
        if fault.is_none()
            && between
            && let Some(bytes) = self.points.read()?
            && self.columns.mjd.number(bytes) != Some(END)
        {
            return wrong(format!("row {} of {phot} does not end the object with MJD -777", last + 1));
        }
        object.lightcurve.sort_by_time();
        Ok(fault.map_or(Ok(object), Err))
    }
}

#[cfg(test)]
#[path = "snana_fits_tests.rs"]
mod tests;
