//! PLAsTiCC's table of light curves: CSV, one row a point, the rows of an object together.
//!
//! Columns are found by name: `object_id`, `mjd`, `passband` (0 to 5 for u, g, r, i, z, Y), `flux`, `flux_err`; others
//! are ignored. The fluxes were made by SNANA and keep the zero point of its `FLUXCAL`, 27.5 (Kessler et al. 2019,
//! PASP 131, 094501, describe the simulation); they become nJy. A second file, the metadata, tells what is known of the
//! objects: see [`crate::ReadOptions::metadata`].

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::ByteRecord;

use crate::decode::{self, Compression, stream_error};
use crate::fault::{Fault, shown};
use crate::nearest::missing_column;
use crate::plasticc_metadata::{self, Metadata};
use crate::read::{Place, Progress, ProgressUnit, Source, Step};
use crate::{Band, Error, LightCurve, Object, fluxcal_to_njy};

const BANDS: [&str; 6] = ["u", "g", "r", "i", "z", "Y"];

/// A table that is read object by object.
pub(crate) struct PlasticcTable {
    path: PathBuf,
    compression: Compression,
    rows: csv::Reader<Box<dyn Read + Send>>,
    /// The row read last: the first of the next object, unless `ended`.
    row: ByteRecord,
    ended: bool,
    /// The line of the first row of the object given last.
    line: u64,
    columns: Columns,
    metadata: Option<Metadata>,
    taken: Arc<AtomicU64>,
    size: u64,
}

/// The places of the columns, and what their values mean.
struct Columns {
    width: usize,
    object_id: usize,
    mjd: usize,
    passband: usize,
    flux: usize,
    flux_err: usize,
    bands: Vec<Band>,
    /// nJy of one unit of flux.
    scale: f64,
}

impl PlasticcTable {
    /// Opens a table and its metadata: those given, or those found beside it.
    pub(crate) fn open(
        path: &Path,
        compression: Compression,
        metadata: Option<&Path>,
    ) -> Result<Self, Error> {
        let decoded = decode::open(path, compression)?;
        let mut rows =
            csv::ReaderBuilder::new().flexible(true).buffer_capacity(1 << 16).from_reader(decoded.bytes);
        let header = rows.byte_headers().map_err(|error| table_error(path, compression, error))?;
        let columns = Columns::new(header).map_err(|message| Fault::at(1, message).into_error(path))?;
        let metadata = match metadata {
            Some(metadata) => Some(metadata.to_owned()),
            None => plasticc_metadata::beside(path)?,
        };
        let metadata = metadata.map(|metadata| Metadata::read(&metadata)).transpose()?;
        let mut table = Self {
            path: path.to_owned(),
            compression,
            rows,
            row: ByteRecord::new(),
            ended: false,
            line: 1,
            columns,
            metadata,
            taken: decoded.taken,
            size: decoded.size,
        };
        table.next_row()?;
        Ok(table)
    }

    fn next_row(&mut self) -> Result<(), Error> {
        let more = self.rows.read_byte_record(&mut self.row);
        self.ended = !more.map_err(|error| table_error(&self.path, self.compression, error))?;
        Ok(())
    }

    /// The object whose first row is at hand; takes all of its rows, though one be bad.
    fn object(&mut self) -> Result<Result<Object, Fault>, Error> {
        self.line = line_of(&self.row);
        let name = self.row.get(self.columns.object_id).unwrap_or_default().trim_ascii().to_vec();
        let mut lightcurve = LightCurve::with_capacity(128);
        let mut fault = None;
        while !self.ended {
            // A row without a name spoils the object it stands in.
            let of = self.row.get(self.columns.object_id).unwrap_or_default().trim_ascii();
            if !(of.is_empty() || of == name) {
                break;
            }
            if fault.is_none()
                && let Err(message) = self.columns.point(&self.row, &mut lightcurve)
            {
                let of = String::from_utf8_lossy(&name);
                fault = Some(Fault::at(line_of(&self.row), format!("object {of}: {message}")));
            }
            self.next_row()?;
        }
        if let Some(fault) = fault {
            return Ok(Err(fault));
        }
        let Ok(text) = std::str::from_utf8(&name) else {
            return Ok(Err(Fault::at(
                self.line,
                format!("object_id is {}, not text: correct it", shown(&name)),
            )));
        };
        let mut object = Object::new(text);
        if let Some(metadata) = &self.metadata
            && !metadata.describe(&mut object)
        {
            let message = format!(
                "object {text} has no row in the metadata {}: add it, or give the metadata that go with these light \
                 curves",
                metadata.path().display()
            );
            return Ok(Err(Fault::at(self.line, message)));
        }
        lightcurve.sort_by_time();
        object.lightcurve = lightcurve;
        Ok(Ok(object))
    }
}

impl Source for PlasticcTable {
    fn next_step(&mut self) -> Option<Step> {
        if self.ended {
            return None;
        }
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
        self.metadata.as_ref().map(Metadata::path)
    }
}

fn line_of(row: &ByteRecord) -> u64 {
    row.position().map_or(1, csv::Position::line)
}

/// The error for a table whose bytes could not be read.
pub(crate) fn table_error(path: &Path, compression: Compression, error: csv::Error) -> Error {
    let line = error.position().map(csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(source) => stream_error(path, compression, source),
        other => {
            let message = format!("the table cannot be read ({other:?}): correct the line");
            Error::Malformed { path: path.to_owned(), line, message }
        }
    }
}

impl Columns {
    fn new(header: &ByteRecord) -> Result<Self, String> {
        let names: Vec<String> =
            header.iter().map(|name| String::from_utf8_lossy(name.trim_ascii()).into_owned()).collect();
        let place = |wanted: &str| {
            names.iter().position(|name| name == wanted).ok_or_else(|| {
                let remedy = "give PLAsTiCC's table of light curves, or rename the column";
                missing_column(wanted, names.iter().map(String::as_str), remedy)
            })
        };
        Ok(Self {
            width: names.len(),
            object_id: place("object_id")?,
            mjd: place("mjd")?,
            passband: place("passband")?,
            flux: place("flux")?,
            flux_err: place("flux_err")?,
            bands: BANDS.iter().filter_map(|name| Band::new(name).ok()).collect(),
            scale: fluxcal_to_njy(),
        })
    }

    fn point(&self, row: &ByteRecord, lightcurve: &mut LightCurve) -> Result<(), String> {
        if row.len() != self.width {
            return Err(format!(
                "there are {} values in {} columns: the row is cut short or damaged; copy the file again",
                row.len(),
                self.width
            ));
        }
        let number = |place: usize, name: &str| {
            let value = row.get(place).unwrap_or_default().trim_ascii();
            fast_float2::parse::<f64, _>(value)
                .map_err(|_| format!("{name} is {}, not a number: correct or remove the point", shown(value)))
        };
        if row.get(self.object_id).unwrap_or_default().trim_ascii().is_empty() {
            return Err("object_id is empty: correct or remove the row".to_owned());
        }
        let mjd = number(self.mjd, "mjd")?;
        let passband = number(self.passband, "passband")?;
        let flux = number(self.flux, "flux")?;
        let flux_err = number(self.flux_err, "flux_err")?;
        let band = match self.bands.get(passband as usize) {
            Some(band) if passband >= 0.0 && passband.fract() == 0.0 => *band,
            _ => {
                return Err(format!(
                    "passband is {passband}, but must be one of 0 to 5 (u, g, r, i, z, Y): correct it"
                ));
            }
        };
        // The file's own values go into the message; their product with the scale goes into the light curve.
        LightCurve::check_point(mjd, flux, flux_err).map_err(|error| error.to_string())?;
        let (flux, flux_err) = (flux * self.scale, flux_err * self.scale);
        LightCurve::check_point(mjd, flux, flux_err).map_err(|error| format!("in nJy, {error}"))?;
        lightcurve.push(mjd, band, flux, flux_err);
        Ok(())
    }
}

#[cfg(test)]
#[path = "plasticc_tests.rs"]
mod tests;
