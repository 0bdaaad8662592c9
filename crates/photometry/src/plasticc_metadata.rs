//! PLAsTiCC's metadata: what is known of each object, in a CSV file of its own.
//!
//! Columns are found by name: `object_id`, and where they are there `ra`, `decl`, `hostgal_specz`, `hostgal_photoz`,
//! `hostgal_photoz_err`, `mwebv`, `target`, `true_target`. An object with a `target` has its class by a spectrum. The
//! photometric redshift of a Galactic object is 0, and stays so, for it tells that the object is Galactic.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use csv::ByteRecord;

use crate::decode::{self, Compression};
use crate::fault::{Fault, shown};
use crate::nearest::missing_column;
use crate::plasticc::table_error;
use crate::{Error, Object, Sample};

const NUMBERS: [&str; 6] = ["ra", "decl", "hostgal_specz", "hostgal_photoz", "hostgal_photoz_err", "mwebv"];
const ENDS: [(&str, Compression); 3] =
    [(".csv", Compression::None), (".csv.gz", Compression::Gzip), (".csv.xz", Compression::Xz)];

/// The metadata of all objects, by name.
pub(crate) struct Metadata {
    path: PathBuf,
    rows: HashMap<Box<[u8]>, Row>,
}

struct Row {
    /// In the order of `NUMBERS`.
    numbers: [Option<f64>; NUMBERS.len()],
    target: Option<Box<str>>,
    true_target: Option<Box<str>>,
}

/// The metadata file beside the light curves, if there is one: of several, that whose name begins most like theirs.
pub(crate) fn beside(light_curves: &Path) -> Result<Option<PathBuf>, Error> {
    let directory = match light_curves.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let own_name = light_curves.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    // A directory that may be entered but not listed holds no metadata as far as can be seen.
    let mut found: Vec<(usize, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let fits = name.contains("metadata") && !name.starts_with('.') && name != own_name;
        if fits && ENDS.iter().any(|(end, _)| name.ends_with(end)) {
            let alike = name.bytes().zip(own_name.bytes()).take_while(|(a, b)| a == b).count();
            found.push((alike, entry.path()));
        }
    }
    found.sort();
    let Some((most, best)) = found.pop() else { return Ok(None) };
    match found.pop() {
        Some((alike, other)) if alike == most => Err(Error::Format {
            path: light_curves.to_owned(),
            message: format!(
                "both {} and {} may be its metadata: say which with --metadata",
                other.display(),
                best.display()
            ),
        }),
        _ => Ok(Some(best)),
    }
}

impl Metadata {
    /// Reads the whole file.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let compression =
            ENDS.iter().find(|(end, _)| name.ends_with(end)).map(|(_, compression)| *compression);
        let Some(compression) = compression else {
            let message = "metadata must be .csv, .csv.gz or .csv.xz: give such a file".to_owned();
            return Err(Error::Format { path: path.to_owned(), message });
        };
        let decoded = decode::open(path, compression)?;
        let mut table = csv::ReaderBuilder::new().flexible(true).from_reader(decoded.bytes);
        let failed = |error| table_error(path, compression, error);
        let header = table.byte_headers().map_err(failed)?;
        let columns = Columns::new(header).map_err(|message| Fault::at(1, message).into_error(path))?;
        let mut rows = HashMap::new();
        let mut record = ByteRecord::new();
        while table.read_byte_record(&mut record).map_err(failed)? {
            let line = record.position().map_or(1, csv::Position::line);
            let fault = |message: String| Fault::at(line, message).into_error(path);
            let (name, row) = columns.row(&record).map_err(fault)?;
            if rows.insert(name.into(), row).is_some() {
                let name = String::from_utf8_lossy(name);
                return Err(fault(format!("object {name} has a row already: remove one of the two")));
            }
        }
        Ok(Self { path: path.to_owned(), rows })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Fills in what is known of the object; false where it has no row.
    pub(crate) fn describe(&self, object: &mut Object) -> bool {
        let Some(row) = self.rows.get(object.object_id.as_bytes()) else { return false };
        let [ra, dec, specz, photoz, photoz_err, mwebv] = row.numbers;
        (object.ra, object.dec, object.mwebv) = (ra, dec, mwebv);
        (object.host_photoz, object.host_photoz_err) = (photoz, photoz_err);
        (object.redshift, object.redshift_err) =
            if specz.is_some() { (specz, None) } else { (photoz, photoz_err) };
        object.class = row.target.as_ref().or(row.true_target.as_ref()).map(|class| class.to_string());
        object.sample = if row.target.is_some() { Sample::Spectroscopic } else { Sample::Photometric };
        true
    }
}

/// The places of the columns.
struct Columns {
    object_id: usize,
    numbers: [Option<usize>; NUMBERS.len()],
    target: Option<usize>,
    true_target: Option<usize>,
}

impl Columns {
    fn new(header: &ByteRecord) -> Result<Self, String> {
        let names: Vec<String> =
            header.iter().map(|name| String::from_utf8_lossy(name.trim_ascii()).into_owned()).collect();
        let place = |wanted: &str| names.iter().position(|name| name == wanted);
        let Some(object_id) = place("object_id") else {
            let remedy = "give PLAsTiCC's table of metadata, or rename the column";
            return Err(missing_column("object_id", names.iter().map(String::as_str), remedy));
        };
        Ok(Self {
            object_id,
            numbers: NUMBERS.map(place),
            target: place("target"),
            true_target: place("true_target"),
        })
    }

    fn row<'a>(&self, record: &'a ByteRecord) -> Result<(&'a [u8], Row), String> {
        let value = |place: usize, name: &str| match record.get(place) {
            Some(value) => Ok(value.trim_ascii()),
            None => Err(format!("the row ends before {name}: it is cut short; copy the file again")),
        };
        let object_id = value(self.object_id, "object_id")?;
        let mut numbers = [None; NUMBERS.len()];
        for ((number, place), name) in numbers.iter_mut().zip(self.numbers).zip(NUMBERS) {
            let Some(place) = place else { continue };
            let text = value(place, name)?;
            if text.is_empty() {
                continue;
            }
            let parsed: f64 = fast_float2::parse(text).map_err(|_| {
                format!("{name} is {}, not a number: correct it or leave it empty", shown(text))
            })?;
            // -9 stands for "not known", except in an angle.
            let unknown = !parsed.is_finite() || (parsed == -9.0 && !matches!(name, "ra" | "decl"));
            *number = (!unknown).then_some(parsed);
        }
        let class = |place: Option<usize>, name: &str| -> Result<Option<Box<str>>, String> {
            let Some(place) = place else { return Ok(None) };
            let text = value(place, name)?;
            let class =
                std::str::from_utf8(text).map_err(|_| format!("{name} is {}, not text", shown(text)))?;
            Ok((!class.is_empty() && !class.starts_with('-')).then(|| class.into()))
        };
        let row = Row {
            numbers,
            target: class(self.target, "target")?,
            true_target: class(self.true_target, "true_target")?,
        };
        Ok((object_id, row))
    }
}
