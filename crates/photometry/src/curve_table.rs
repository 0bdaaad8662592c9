//! Light curves as CSV, a row for each point: of the ZTF Bright Transient Survey, of brokers, of forced photometry.
//!
//! Columns are found by name (see [`crate::columns`]): a time, a band, and either a flux with its error and zero point, or
//! a magnitude with its error, or an upper limit. With a column that names the object, a file may hold many objects,
//! the rows of each together; without one, the file is one object named as the file is.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::ByteRecord;

use crate::columns::{Role, Roles};
use crate::context::Context;
use crate::decode::{Compression, Decoded};
use crate::fault::{Fault, shown};
use crate::object_table::is_unknown;
use crate::plasticc::table_error;
use crate::point::{self, RawPoint};
use crate::read::{Place, Progress, ProgressUnit, Source, Step};
use crate::{Error, LightCurve, Object};

/// A table that is read object by object.
pub(crate) struct CurveTable {
    path: PathBuf,
    compression: Compression,
    rows: csv::Reader<Box<dyn Read + Send>>,
    /// The row read last: the first of the next object, unless `ended`.
    row: ByteRecord,
    ended: bool,
    given: bool,
    /// The line of the first row of the object given last.
    line: u64,
    layout: Layout,
    context: Arc<Context>,
    taken: Arc<AtomicU64>,
    size: u64,
}

/// What a table's head tells of its rows.
pub(crate) struct Layout {
    pub(crate) roles: Roles,
    /// The zero point of fluxes in a table without a column of zero points.
    pub(crate) zero_point: Option<f64>,
    /// The zero point that the unit of the fluxes has, where there is such a unit.
    pub(crate) unit: Option<(String, f64)>,
    /// How many lines stand before the rows' own first line.
    pub(crate) lines_before: u64,
    /// What is known of each object, and its name where no column tells it.
    pub(crate) object: Object,
}

impl CurveTable {
    /// Opens the table of a CSV file.
    pub(crate) fn open(
        path: &Path,
        compression: Compression,
        decoded: Decoded,
        context: &Arc<Context>,
    ) -> Result<Self, Error> {
        let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(decoded.bytes);
        let header = rows.byte_headers().map_err(|error| table_error(path, compression, error))?.clone();
        let names: Vec<String> =
            header.iter().map(|name| String::from_utf8_lossy(name.trim_ascii()).into_owned()).collect();
        let roles = Roles::of(names.iter().map(String::as_str));
        roles.check(false).map_err(|message| Fault::at(line_of(&header), message).into_error(path))?;
        let object = Object::new(object_of_file(path));
        let layout = Layout { roles, zero_point: None, unit: None, lines_before: 0, object };
        Self::of_rows(path, compression, (rows, decoded.taken, decoded.size), layout, context)
    }

    /// The table of these rows.
    pub(crate) fn of_rows(
        path: &Path,
        compression: Compression,
        (rows, taken, size): (csv::Reader<Box<dyn Read + Send>>, Arc<AtomicU64>, u64),
        layout: Layout,
        context: &Arc<Context>,
    ) -> Result<Self, Error> {
        let mut table = Self {
            path: path.to_owned(),
            compression,
            rows,
            row: ByteRecord::new(),
            ended: false,
            given: false,
            line: 1,
            layout,
            context: Arc::clone(context),
            taken,
            size,
        };
        table.next_row()?;
        Ok(table)
    }

    fn next_row(&mut self) -> Result<(), Error> {
        let more = self.rows.read_byte_record(&mut self.row);
        self.ended = !more.map_err(|error| table_error(&self.path, self.compression, error))?;
        Ok(())
    }

    /// The name in the row at hand; of the file, where there is no such column.
    fn name(&self) -> &[u8] {
        match self.layout.roles.place(Role::Object) {
            Some(place) => self.row.get(place).unwrap_or_default().trim_ascii(),
            None => self.layout.object.object_id.as_bytes(),
        }
    }

    fn line(&self) -> u64 {
        self.layout.lines_before + line_of(&self.row)
    }

    /// The object whose first row is at hand; takes all of its rows, though one be bad.
    fn object(&mut self) -> Result<Result<Object, Fault>, Error> {
        let name = self.name().to_vec();
        let ztf = self.layout.roles.ztf || std::str::from_utf8(&name).is_ok_and(point::is_ztf);
        let mut curve = LightCurve::with_capacity(64);
        let mut fault = None;
        self.line = self.line();
        let column = self.layout.roles.name(Role::Object).to_owned();
        while !self.ended {
            // A row without a name spoils the object it stands in.
            let of = self.name();
            if !(of.is_empty() || of == name) {
                break;
            }
            let added = match of.is_empty() {
                true => Err(format!("{column} is empty: correct or remove the row")),
                false => self.layout.point(&self.row, ztf, &self.context, &mut curve),
            };
            if let (None, Err(message)) = (&fault, added) {
                fault = Some(Fault::at(self.line(), message));
            }
            self.next_row()?;
        }
        if let Some(mut fault) = fault {
            if self.layout.roles.has(Role::Object) {
                fault.message = format!("object {}: {}", String::from_utf8_lossy(&name), fault.message);
            }
            return Ok(Err(fault));
        }
        let Ok(name) = String::from_utf8(name) else {
            return Ok(Err(Fault::at(self.line, format!("{column} is not text: correct it"))));
        };
        let mut object = Object { object_id: name, ..self.layout.object.clone() };
        object.lightcurve = curve;
        object.lightcurve.sort_by_time();
        Ok(self.context.describe(object).map_err(|message| Fault::at(self.line, message)))
    }
}

impl Source for CurveTable {
    fn next_step(&mut self) -> Option<Step> {
        // A file without rows is an object without points, if the file is the object.
        let is_empty = !self.given && !self.layout.roles.has(Role::Object);
        if self.ended && !is_empty {
            return None;
        }
        self.given = true;
        Some(match self.object() {
            Ok(Ok(object)) => Step::Object(object),
            Ok(Err(fault)) => Step::Bad(fault.into_error(&self.path)),
            Err(error) => {
                self.ended = true;
                Step::Fatal(error)
            }
        })
    }

    fn place(&self) -> Place {
        Place { path: self.path.clone(), line: Some(self.line) }
    }

    fn progress(&self) -> Progress {
        let done = self.taken.load(Ordering::Relaxed);
        Progress { done, total: Some(self.size), unit: ProgressUnit::Bytes }
    }

    fn metadata(&self) -> Option<&Path> {
        self.context.table_path()
    }
}

/// The object's name in that of its file: what stands before the first point.
pub(crate) fn object_of_file(path: &Path) -> String {
    // A member of an archive is named `archive.tar!folder/member`.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.rsplit('!').next().unwrap_or(&name);
    name.split('.').next().unwrap_or(name).to_owned()
}

fn line_of(row: &ByteRecord) -> u64 {
    row.position().map_or(1, csv::Position::line)
}

impl Layout {
    /// Adds the point of a row.
    fn point(
        &self,
        row: &ByteRecord,
        ztf: bool,
        context: &Context,
        curve: &mut LightCurve,
    ) -> Result<(), String> {
        let roles = &self.roles;
        if row.len() != roles.width() {
            return Err(format!(
                "there are {} values in {} columns: the row is cut short or damaged; copy the file again",
                row.len(),
                roles.width()
            ));
        }
        let text = |role| -> Result<Option<&str>, String> {
            let Some(place) = roles.place(role) else { return Ok(None) };
            let bytes = row.get(place).unwrap_or_default().trim_ascii();
            let text = std::str::from_utf8(bytes)
                .map_err(|_| format!("{} is {}, not text: correct it", roles.name(role), shown(bytes)))?;
            Ok((!is_unknown(text)).then_some(text))
        };
        let number = |role| -> Result<Option<f64>, String> {
            let Some(text) = text(role)? else { return Ok(None) };
            fast_float2::parse(text).map(Some).map_err(|_| {
                let name = roles.name(role);
                format!("{name} is {}, not a number: correct or remove the point", shown(text.as_bytes()))
            })
        };
        let missing = |role| format!("{} is empty: correct or remove the point", roles.name(role));
        let time = if roles.has(Role::Mjd) { Role::Mjd } else { Role::Jd };
        let mjd = number(time)?.ok_or_else(|| missing(time))?;
        let mjd = point::mjd(mjd, time == Role::Jd, roles.name(time))?;
        let column = if roles.has(Role::Band) { Role::Band } else { Role::BandNumber };
        let band = point::band(text(column)?.ok_or_else(|| missing(column))?, ztf)?;
        let zero_point = number(Role::ZeroPoint)?.or(self.zero_point);
        if let (Some((unit, wanted)), Some(found)) = (&self.unit, zero_point)
            && (wanted - found).abs() > 0.01
        {
            return Err(format!(
                "the unit of the flux is {unit}, whose zero point is {wanted}, but zp is {found}: correct one of them"
            ));
        }
        let raw = RawPoint {
            flux: number(Role::Flux)?,
            flux_err: number(Role::FluxError)?,
            zero_point,
            magnitude: number(Role::Magnitude)?,
            magnitude_err: number(Role::MagnitudeError)?,
            limit: number(Role::Limit)?,
            system: text(Role::System)?,
            faded: faded(text(Role::Positive)?)?,
        };
        if let Some((flux, error)) = raw.njy(band, &context.vega)? {
            curve.push(mjd, band, flux, error);
        }
        Ok(())
    }
}

/// What `isdiffpos` says: ZTF writes t, f, 1 or 0, brokers 1 or -1.
pub(crate) fn faded(text: Option<&str>) -> Result<bool, String> {
    let known = |words: &[&str], text: &str| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match text {
        None => Ok(false),
        Some(text) if known(&["t", "true", "1", "1.0"], text) => Ok(false),
        Some(text) if known(&["f", "false", "0", "0.0", "-1", "-1.0"], text) => Ok(true),
        Some(text) => {
            let text = shown(text.as_bytes());
            Err(format!("isdiffpos is {text}, but must be t, f, 1, 0 or -1: correct it"))
        }
    }
}

/// What the head of a CSV file says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// Light curves for [`CurveTable`].
    Curves,
    /// PLAsTiCC's table of light curves.
    Plasticc,
    /// A table of objects, without light curves.
    Objects,
    /// Anything else.
    Other,
}

impl Head {
    /// Looks at the first bytes of a file.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let names: Vec<&str> = line.split(',').map(|name| name.trim().trim_matches('"')).collect();
        let roles = Roles::of(names.iter().copied());
        let has = |wanted: &str| names.contains(&wanted);
        if has("object_id") && has("passband") && !roles.has(Role::ZeroPoint) && !roles.has(Role::Magnitude) {
            Self::Plasticc
        } else if roles.is_light_curve() {
            Self::Curves
        } else if crate::object_table::is_object_table(&names) {
            Self::Objects
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
#[path = "curve_table_tests.rs"]
mod tests;
