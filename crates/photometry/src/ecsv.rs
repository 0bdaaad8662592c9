//! Light curves as ECSV, as sncosmo and astropy write them: a YAML head in comment lines, then CSV.
//!
//! The format is Astropy Proposal for Enhancement 6: the first line is `# %ECSV 1.0`, the head lists the columns under
//! `datatype` and may hold anything under `meta`; values are parted by spaces or commas. Columns are found by name (see
//! [`crate::columns`]). Without a column of zero points, the zero point is that of the flux's unit (Jy, mJy, uJy, nJy),
//! or `zp` of the metadata. The metadata tell the object's name, place, redshift and class, where they do.

use std::path::Path;
use std::sync::Arc;

use crate::columns::{Role, Roles};
use crate::context::Context;
use crate::curve_table::{CurveTable, Layout, object_of_file};
use crate::decode::{self, Compression, Decoded};
use crate::fault::{Fault, shown};
use crate::object_table::{angle, class_of, is_unknown};
use crate::plasticc::table_error;
use crate::snana::known;
use crate::yaml::{self, Yaml};
use crate::{Error, Object, Sample};

/// The AB zero points of units of flux.
const UNITS: [(&str, f64); 5] = [("nJy", 31.4), ("uJy", 23.9), ("µJy", 23.9), ("mJy", 16.4), ("Jy", 8.9)];

/// Opens the light curves of a file.
pub(crate) fn open(
    path: &Path,
    compression: Compression,
    decoded: Decoded,
    context: &Arc<Context>,
) -> Result<CurveTable, Error> {
    let (taken, size) = (Arc::clone(&decoded.taken), decoded.size);
    let bytes = decode::whole(path, compression, decoded)?;
    let head = Head::of(&bytes).map_err(|fault| fault.into_error(path))?;
    let rows = bytes[head.length..].to_vec();
    let mut rows = csv::ReaderBuilder::new()
        .flexible(true)
        .delimiter(head.delimiter)
        .from_reader(decode::of_bytes(rows).bytes);
    let names = rows.byte_headers().map_err(|error| table_error(path, compression, error))?;
    let names: Vec<String> = names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let fault = |line, message: String| Fault::at(line, message).into_error(path);
    let wanted: Vec<&str> = head.columns.iter().map(|column| column.name.as_str()).collect();
    if names != wanted {
        let message = format!(
            "the columns are {}, but the head lists {}: write the file again",
            shown(names.join(" ").as_bytes()),
            shown(wanted.join(" ").as_bytes())
        );
        return Err(fault(head.lines + 1, message));
    }
    let roles = Roles::of(wanted);
    let unit = roles.place(Role::Flux).and_then(|place| head.columns[place].unit.clone());
    let unit = unit.and_then(|unit| {
        UNITS.iter().find(|(name, _)| *name == unit).map(|(_, zero_point)| (unit, *zero_point))
    });
    let meta = Meta::of(&head.meta).map_err(|message| fault(1, message))?;
    let zero_point = meta.zero_point.or(unit.as_ref().map(|(_, zero_point)| *zero_point));
    roles.check(zero_point.is_some()).map_err(|message| fault(head.lines + 1, message))?;
    let mut object = meta.object;
    if object.object_id.is_empty() {
        object.object_id = object_of_file(path);
    }
    let layout = Layout { roles, zero_point, unit, lines_before: head.lines, object };
    CurveTable::of_rows(path, compression, (rows, taken, size), layout, context)
}

/// The head of a file.
struct Head {
    /// In bytes.
    length: usize,
    lines: u64,
    delimiter: u8,
    columns: Vec<Column>,
    meta: Yaml,
}

struct Column {
    name: String,
    unit: Option<String>,
}

impl Head {
    fn of(bytes: &[u8]) -> Result<Self, Fault> {
        let (mut length, mut lines) = (0, Vec::new());
        while bytes[length..].starts_with(b"#") {
            let end = memchr::memchr(b'\n', &bytes[length..]).map_or(bytes.len(), |end| length + end + 1);
            let line = std::str::from_utf8(&bytes[length..end]).map_err(|_| {
                Fault::at(lines.len() as u64 + 1, "the head is no UTF-8: write the file again")
            })?;
            let line = line.trim_end();
            lines.push((lines.len() as u64 + 1, line.strip_prefix("# ").unwrap_or(&line[1..])));
            length = end;
        }
        let number = lines.len() as u64;
        match lines.first() {
            Some((_, first)) if first.trim().starts_with("%ECSV 1.") => {}
            Some((_, first)) if first.trim().starts_with("%ECSV") => {
                return Err(Fault::at(1, format!("'{first}' is not ECSV 1.x: write the file again")));
            }
            _ => return Err(Fault::at(1, "the first line is not '# %ECSV 1.0': the file is no ECSV")),
        }
        if length == bytes.len() {
            let message = "the file ends after its head: it is cut short; copy it again";
            return Err(Fault::at(number, message));
        }
        lines.remove(0);
        lines.retain(|(_, line)| line.trim() != "---");
        let yaml = yaml::parse(&lines)?;
        let delimiter = match yaml.get("delimiter").and_then(Yaml::word).unwrap_or(" ") {
            " " => b' ',
            "," => b',',
            other => {
                let message =
                    format!("the delimiter is {}, neither a space nor a comma", shown(other.as_bytes()));
                return Err(Fault::new(format!("{message}: write the file again")));
            }
        };
        let Some(Yaml::List(list)) = yaml.get("datatype") else {
            return Err(Fault::new("the head has no list of columns, datatype: write the file again"));
        };
        let text = |column: &Yaml, key| column.get(key).and_then(Yaml::word).map(str::to_owned);
        let columns = list
            .iter()
            .map(|column| Some(Column { name: text(column, "name")?, unit: text(column, "unit") }))
            .collect::<Option<Vec<Column>>>()
            .ok_or_else(|| Fault::new("a column under datatype has no name: write the file again"))?;
        let meta = yaml.get("meta").cloned().unwrap_or(Yaml::Map(Vec::new()));
        Ok(Self { length, lines: number, delimiter, columns, meta })
    }
}

/// What the metadata tell.
struct Meta {
    object: Object,
    zero_point: Option<f64>,
}

impl Meta {
    fn of(meta: &Yaml) -> Result<Self, String> {
        let value = |keys: &[&str]| {
            let entries = meta.entries();
            keys.iter()
                .find_map(|key| entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)))
                .and_then(|(name, value)| Some((*name, value.word().filter(|word| !is_unknown(word))?)))
        };
        let raw = |keys: &[&str]| -> Result<Option<f64>, String> {
            let Some((name, word)) = value(keys) else { return Ok(None) };
            fast_float2::parse(word).map(Some).map_err(|_| {
                format!("{name} of the metadata is {}, not a number: correct it", shown(word.as_bytes()))
            })
        };
        let number = |keys: &[&str]| -> Result<Option<f64>, String> { Ok(raw(keys)?.and_then(known)) };
        let name = value(&["object_id", "name", "objid", "snid", "id", "sn", "object"]);
        let mut object = Object::new(name.map_or("", |(_, name)| name));
        object.ra = angle("ra of the metadata", raw(&["ra"])?, 0.0, 360.0)?;
        object.dec = angle("dec of the metadata", raw(&["dec", "decl"])?, -90.0, 90.0)?;
        object.redshift = number(&["redshift", "z"])?;
        object.redshift_err = object.redshift.and(number(&["redshift_err", "z_err"])?);
        object.mwebv = number(&["mwebv", "ebv"])?;
        object.class =
            value(&["class", "type", "classification"]).map(|(_, class)| class_of(class).to_owned());
        if object.class.is_some() {
            object.sample = Sample::Spectroscopic;
        }
        Ok(Self { object, zero_point: number(&["zp"])? })
    }
}

#[cfg(test)]
#[path = "ecsv_tests.rs"]
mod tests;
