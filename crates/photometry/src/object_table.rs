//! A table of what is known of objects whose light curves stand elsewhere: CSV, a row for each object.
//!
//! Such is the table of the ZTF Bright Transient Survey (Perley et al. 2020, ApJ 904, 35; columns `ZTFID`, `RA`, `Dec`,
//! `type`, `redshift`, `A_V` and others). Columns are found by name. A place may be in degrees, or sexagesimal with the
//! right ascension in hours. A class loses a leading `SN`, so that `SN Ia-91T` is `Ia-91T`. Reddening is E(B−V), or
//! the extinction `A_V` divided by 3.1. An object with a class has it by a spectrum.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use crate::decode::{self, Compression, Decoded};
use crate::fault::{Fault, shown};
use crate::nearest::missing_column;
use crate::plasticc::table_error;
use crate::snana::known;
use crate::{Error, Object, Sample};

/// A_V/E(B−V) of the Milky Way's mean extinction law.
const A_V_PER_EBV: f64 = 3.1;

const IDS: &[&str] =
    &["ztfid", "object_id", "objectid", "oid", "rootid", "diaobjectid", "snid", "name", "id"];
const RA: &[&str] = &["ra", "meanra", "raj2000"];
const DEC: &[&str] = &["dec", "decl", "meandec", "dej2000"];
const REDSHIFT: &[&str] = &["redshift", "z"];
const REDSHIFT_ERR: &[&str] = &["redshift_err", "redshift_error", "z_err"];
const CLASS: &[&str] = &["type", "class", "classification", "label"];
const EBV: &[&str] = &["mwebv", "ebv"];
const A_V: &[&str] = &["a_v", "av"];

/// What is known of all objects, by name.
pub(crate) struct ObjectTable {
    path: PathBuf,
    rows: HashMap<Box<str>, Row>,
}

#[derive(Default)]
struct Row {
    ra: Option<f64>,
    dec: Option<f64>,
    redshift: Option<f64>,
    redshift_err: Option<f64>,
    class: Option<Box<str>>,
    mwebv: Option<f64>,
}

/// Whether a table's columns are those of a table of objects: a name, and something that is known.
pub(crate) fn is_object_table(names: &[&str]) -> bool {
    let has = |known: &[&str]| place(names, known).is_some();
    has(IDS) && [RA, REDSHIFT, CLASS].into_iter().any(has)
}

fn place(names: &[&str], known: &[&str]) -> Option<usize> {
    known.iter().find_map(|known| names.iter().position(|name| name.trim().eq_ignore_ascii_case(known)))
}

impl ObjectTable {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let compression = Compression::of(path);
        Self::of(path, compression, decode::open(path, compression)?)
    }

    /// Reads the bytes of a file.
    pub(crate) fn of(path: &Path, compression: Compression, decoded: Decoded) -> Result<Self, Error> {
        let mut table = csv::ReaderBuilder::new().flexible(true).from_reader(decoded.bytes);
        let failed = |error| table_error(path, compression, error);
        let header = table.headers().map_err(failed)?.clone();
        let names: Vec<&str> = header.iter().map(str::trim).collect();
        let Some(id) = place(&names, IDS) else {
            let remedy = "give the table of the objects, or rename the column";
            let message = missing_column("object_id", names.iter().copied(), remedy);
            return Err(Fault::at(1, message).into_error(path));
        };
        let mut rows = HashMap::new();
        let mut record = StringRecord::new();
        while table.read_record(&mut record).map_err(failed)? {
            let line = record.position().map_or(1, csv::Position::line);
            let fault = |message: String| Fault::at(line, message).into_error(path);
            let name = record.get(id).unwrap_or_default().trim();
            if name.is_empty() {
                return Err(fault(format!("{} is empty: correct or remove the row", names[id])));
            }
            if record.len() != names.len() {
                return Err(fault(format!(
                    "there are {} values in {} columns: correct the row",
                    record.len(),
                    names.len()
                )));
            }
            let row = Row::of(&names, &record).map_err(fault)?;
            if rows.insert(name.into(), row).is_some() {
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
        let Some(row) = self.rows.get(object.object_id.as_str()) else { return false };
        object.ra = row.ra.or(object.ra);
        object.dec = row.dec.or(object.dec);
        if row.redshift.is_some() {
            (object.redshift, object.redshift_err) = (row.redshift, row.redshift_err);
        }
        object.mwebv = row.mwebv.or(object.mwebv);
        if let Some(class) = &row.class {
            object.class = Some(class.to_string());
            object.sample = Sample::Spectroscopic;
        }
        true
    }
}

impl Row {
    fn of(names: &[&str], record: &StringRecord) -> Result<Self, String> {
        let value = |known: &[&str]| {
            let place = place(names, known)?;
            let text = record.get(place)?.trim();
            (!is_unknown(text)).then_some((names[place], text))
        };
        let number = |names: &[&str]| -> Result<Option<f64>, String> {
            let Some((name, text)) = value(names) else { return Ok(None) };
            let number: f64 = fast_float2::parse(text).map_err(|_| {
                format!("{name} is {}, not a number: correct it or leave it empty", shown(text.as_bytes()))
            })?;
            Ok(known(number))
        };
        let place = |known: &[&str], per_hour: f64, lowest: f64, highest: f64| {
            let Some((name, text)) = value(known) else { return Ok(None) };
            let found = match text.contains(':') {
                true => sexagesimal(text).map(|value| per_hour * value),
                false => fast_float2::parse(text).ok(),
            };
            let found = found.ok_or_else(|| {
                let found = shown(text.as_bytes());
                format!("{name} is {found}, neither degrees nor sexagesimal: correct it or leave it empty")
            })?;
            angle(name, Some(found), lowest, highest)
        };
        let class = value(CLASS).map(|(_, text)| class_of(text));
        let extinction = number(A_V)?.map(|a_v| a_v / A_V_PER_EBV);
        Ok(Self {
            ra: place(RA, 15.0, 0.0, 360.0)?,
            dec: place(DEC, 1.0, -90.0, 90.0)?,
            redshift: number(REDSHIFT)?,
            redshift_err: number(REDSHIFT_ERR)?.filter(|error| *error >= 0.0),
            class: class.map(Into::into),
            mwebv: number(EBV)?.or(extinction),
        })
    }
}

/// `Ia-91T` of `SN Ia-91T` or `SNIa-91T`; other classes as they are.
pub(crate) fn class_of(text: &str) -> &str {
    let text = text.trim();
    match text.strip_prefix("SN") {
        // `SNe`, `SNR` and the like are words of their own.
        Some(rest) if rest.trim_start().starts_with('I') => rest.trim_start(),
        _ => text,
    }
}

/// Whether a text says that nothing is known.
pub(crate) fn is_unknown(text: &str) -> bool {
    ["", "-", "--", "nan", "null", "none", "masked", "unknown"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
}

/// An angle in degrees, checked; -99, -999 and NaN stand for "not known".
pub(crate) fn angle(
    name: &str,
    value: Option<f64>,
    lowest: f64,
    highest: f64,
) -> Result<Option<f64>, String> {
    match value.filter(|value| !value.is_nan() && ![-99.0, -999.0, -9999.0].contains(value)) {
        Some(angle) if !(lowest..=highest).contains(&angle) => Err(format!(
            "{name} is {angle}, but must be from {lowest} to {highest} degrees: correct it or leave it out"
        )),
        angle => Ok(angle),
    }
}

/// `-01:30:36` as −1.51.
fn sexagesimal(text: &str) -> Option<f64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut parts = text.split(':');
    let mut part = |limit: f64| {
        let value: f64 = fast_float2::parse(parts.next()?.trim()).ok()?;
        (0.0..limit).contains(&value).then_some(value)
    };
    let value = part(361.0)? + part(60.0)? / 60.0 + part(60.0)? / 3600.0;
    parts.next().is_none().then_some(sign * value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BTS: &str = "\nZTFID,IAUID,RA,Dec,type,redshift,A_V\n\
        ZTF17aadlxmv,SN2020adv,08:29:47.59,+33:54:22.8,SN Ia,0.062,0.106\n\
        ZTF20acpkprl,SN2020zfj,00:59:53.80,-00:30:00,SN Ia-91T,-,0.31\n";

    fn table(text: &str) -> Result<ObjectTable, Error> {
        let decoded = decode::of_bytes(text.as_bytes().to_vec());
        ObjectTable::of(Path::new("bts.csv"), Compression::None, decoded)
    }

    #[test]
    fn a_survey_table_is_read() {
        let table = table(BTS).unwrap();
        let mut object = Object::new("ZTF17aadlxmv");
        assert!(table.describe(&mut object));
        let hours: f64 = 8.0 + 29.0 / 60.0 + 47.59 / 3600.0;
        assert!((object.ra.unwrap() - 15.0 * hours).abs() < 1e-12);
        assert!((object.dec.unwrap() - (33.0 + 54.0 / 60.0 + 22.8 / 3600.0)).abs() < 1e-12);
        assert_eq!((object.class.as_deref(), object.redshift), (Some("Ia"), Some(0.062)));
        assert_eq!(object.sample, Sample::Spectroscopic);
        assert!((object.mwebv.unwrap() - 0.106 / 3.1).abs() < 1e-15);
        let mut object = Object::new("ZTF20acpkprl");
        assert!(table.describe(&mut object));
        assert_eq!((object.class.as_deref(), object.redshift), (Some("Ia-91T"), None));
        assert_eq!(object.dec, Some(-0.5));
        assert!(!table.describe(&mut Object::new("ZTF20acpkprm")));
    }

    #[test]
    fn faults_name_line_column_value_and_remedy() {
        for (from, to, wanted) in [
            ("ZTFID", "Nomen", "bts.csv:1: there is no column object_id among Nomen"),
            ("0.062", "O.062", "bts.csv:3: redshift is 'O.062', not a number: correct it or leave it empty"),
            ("08:29:47.59", "28:29:47.59", "bts.csv:3: RA is 427.4"),
            ("08:29:47.59", "8h29m", "RA is '8h29m', neither degrees nor sexagesimal"),
            ("ZTF20acpkprl", "ZTF17aadlxmv", "bts.csv:4: object ZTF17aadlxmv has a row already"),
            (",0.106", "", "bts.csv:3: there are 6 values in 7 columns"),
            ("ZTF20acpkprl", "", "bts.csv:4: ZTFID is empty"),
        ] {
            let text = BTS.replacen(from, to, 1);
            assert_ne!(text, BTS);
            let message = table(&text).map(|_| ()).unwrap_err().to_string();
            assert!(message.contains(wanted), "{from} → {to}: {message}");
        }
    }

    #[test]
    fn classes_lose_their_sn() {
        for (text, class) in
            [("SN Ia-CSM", "Ia-CSM"), ("SNIa", "Ia"), ("SNe", "SNe"), ("TDE", "TDE"), ("SLSN-I", "SLSN-I")]
        {
            assert_eq!(class_of(text), class);
        }
    }
}
