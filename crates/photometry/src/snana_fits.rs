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
use crate::fits::{Column, Table, Wanted};
use crate::object_table::{class_of, is_unknown};
use crate::read::{Place, Progress, ProgressUnit, Source, Step};
use crate::snana::{UNKNOWN, class_of_code, known};
use crate::{Band, Error, LightCurve, Object, Sample, fluxcal_to_njy};

/// The MJD of the row after an object's last point.
const END: f64 = -777.0;

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

/// An object, and where its points are.
struct Row {
    object: Object,
    /// The row in the table of objects, from 1.
    number: u64,
    first: u64,
    last: u64,
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

/// The columns of the table of objects.
struct HeadColumns {
    snid: Column,
    first: Column,
    last: Column,
    points: Option<Column>,
    ra: Option<Column>,
    dec: Option<Column>,
    class: Option<Column>,
    type_name: Option<Column>,
    type_index: Option<Column>,
    mwebv: Option<Column>,
    redshifts: [(Option<Column>, Option<Column>); 2],
    photoz: (Option<Column>, Option<Column>),
}

impl HeadColumns {
    fn of(table: &Table) -> Result<Self, Error> {
        let with_error = |name: &str| (table.find(&[name]), table.find(&[&format!("{name}_ERR")]));
        Ok(Self {
            snid: table.column(&["SNID"], Wanted::Name)?,
            first: table.column(&["PTROBS_MIN"], Wanted::Number)?,
            last: table.column(&["PTROBS_MAX"], Wanted::Number)?,
            points: table.find(&["NOBS"]),
            ra: table.find(&["RA"]),
            dec: table.find(&["DEC", "DECL"]),
            class: table.find(&["SNTYPE"]),
            type_name: table.find(&["SIM_TYPE_NAME"]),
            type_index: table.find(&["SIM_TYPE_INDEX"]),
            mwebv: table.find(&["MWEBV"]),
            redshifts: ["REDSHIFT_FINAL", "REDSHIFT_HELIO"].map(with_error),
            photoz: with_error("HOSTGAL_PHOTOZ"),
        })
    }

    fn row(&self, row: &[u8]) -> Result<Row, String> {
        let name = self.snid.text(row).ok_or("SNID is empty or no text: give the object a name")?;
        let of = |message: String| format!("SNID {name}: {message}");
        let pointer = |column: &Column| {
            let value = column.number(row).unwrap_or(f64::NAN);
            // Beyond 2⁵³ not every number is a f64.
            if (0.0..9e15).contains(&value) && value.fract() == 0.0 {
                return Ok(value as u64);
            }
            Err(of(format!("{} is {value}, no number of a row: write both files again", column.name())))
        };
        let (first, last) = (pointer(&self.first)?, pointer(&self.last)?);
        let count = (last + 1).saturating_sub(first);
        if let Some(column) = &self.points {
            let declared = pointer(column)?;
            if declared != count || (first == 0 && count > 0) {
                return Err(of(format!(
                    "NOBS is {declared}, but PTROBS_MIN is {first} and PTROBS_MAX {last}: write both files again"
                )));
            }
        } else if first == 0 {
            return Err(
                of("PTROBS_MIN is 0, but rows are counted from 1: write both files again".to_owned()),
            );
        }
        let value =
            |column: &Option<Column>| column.as_ref().and_then(|column| column.number(row)).and_then(known);
        let angle = |column: &Option<Column>, limit: f64| {
            // An angle may be -9 degrees.
            let value = column.as_ref().and_then(|column| column.number(row));
            match value.filter(|value| ![-999.0, -9999.0].contains(value)) {
                Some(angle) if angle.abs() > limit => {
                    let name = column.as_ref().map_or("", Column::name);
                    Err(of(format!(
                        "{name} is {angle}, but must be between -{limit} and {limit} degrees: correct it"
                    )))
                }
                angle => Ok(angle),
            }
        };
        let with_error = |(column, error): &(Option<Column>, Option<Column>)| {
            value(column).map(|found| (found, value(error).filter(|error| *error >= 0.0)))
        };
        let mut object = Object::new(name.clone());
        object.ra = angle(&self.ra, 360.0)?;
        object.dec = angle(&self.dec, 90.0)?;
        object.mwebv = value(&self.mwebv);
        if let Some((redshift, error)) = self.redshifts.iter().find_map(with_error) {
            (object.redshift, object.redshift_err) = (Some(redshift), error);
        }
        if let Some((redshift, error)) = with_error(&self.photoz) {
            (object.host_photoz, object.host_photoz_err) = (Some(redshift), error);
        }
        let code = self.class.as_ref().and_then(|column| column.number(row)).unwrap_or(UNKNOWN);
        object.class = self.simulated_class(row).or_else(|| class_of_code(code).map(str::to_owned));
        object.sample = if code == UNKNOWN { Sample::Photometric } else { Sample::Spectroscopic };
        Ok(Row { object, number: 0, first, last })
    }

    /// The class that a simulation names, or else numbers.
    fn simulated_class(&self, row: &[u8]) -> Option<String> {
        let name = self.type_name.as_ref().and_then(|column| column.text(row));
        if let Some(name) = name.filter(|name| !is_unknown(name)) {
            return Some(class_of(&name).to_owned());
        }
        let code = self.type_index.as_ref()?.number(row).filter(|code| *code > 0.0)?;
        Some(class_of_code(code).map_or_else(|| code.to_string(), str::to_owned))
    }
}

/// The columns of the table of points.
struct PointColumns {
    mjd: Column,
    band: Column,
    flux: Column,
    flux_err: Column,
    /// nJy of one unit of flux.
    scale: f64,
}

impl PointColumns {
    fn of(table: &Table) -> Result<Self, Error> {
        Ok(Self {
            mjd: table.column(&["MJD"], Wanted::Number)?,
            band: table.column(&["BAND", "FLT"], Wanted::Text)?,
            flux: table.column(&["FLUXCAL"], Wanted::Number)?,
            flux_err: table.column(&["FLUXCALERR"], Wanted::Number)?,
            scale: fluxcal_to_njy(),
        })
    }

    fn point(&self, row: &[u8], curve: &mut LightCurve) -> Result<(), String> {
        let number = |column: &Column| column.number(row).unwrap_or(f64::NAN);
        let (mjd, flux, flux_err) = (number(&self.mjd), number(&self.flux), number(&self.flux_err));
        if mjd == END {
            return Err(
                "MJD is -777, which ends an object: PTROBS_MAX leads too far; write both files again"
                    .to_owned(),
            );
        }
        if flux == UNKNOWN && flux_err == UNKNOWN {
            return Ok(());
        }
        let (scaled, scaled_err) = (flux * self.scale, flux_err * self.scale);
        if let Err(error) = LightCurve::check_point(mjd, scaled, scaled_err) {
            let (name, value, rule) = match error {
                Error::Point { column: "mjd", rule, .. } => ("MJD", mjd, rule),
                Error::Point { column: "flux", rule, .. } => ("FLUXCAL", flux, rule),
                Error::Point { rule, .. } => ("FLUXCALERR", flux_err, rule),
                other => return Err(other.to_string()),
            };
            return Err(format!("{name} is {value}, but must be {rule}: correct it or remove the point"));
        }
        let word = self.band.word(row);
        // Mostly the band is that of one of the last few points.
        let band = match curve.band.iter().rev().take(4).find(|band| band.as_str().as_bytes() == word) {
            Some(band) => *band,
            None => {
                let name = std::str::from_utf8(word)
                    .map_err(|_| format!("the band is {}, not text: rename it", shown(word)))?;
                Band::new(name).map_err(|error| error.to_string())?
            }
        };
        curve.push(mjd, band, scaled, scaled_err);
        Ok(())
    }
}

#[cfg(test)]
#[path = "snana_fits_tests.rs"]
mod tests;
