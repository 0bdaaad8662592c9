//! Where the light curves stand in a JSON document.
//!
//! A document may be
//! - a list of objects; or a map with such a list under `ltcvs` (FASTDB; `objinfo` beside it tells of the objects),
//!   `diaobject` (the TOM), `objects`, `data` or `lightcurves`; or one object;
//! - a map of lists, one entry an object (FASTDB's `return_format` 2): then `mjd` is a list of lists.
//!
//! An object is a map. Its points are `mjd`, `band`, `flux`, `fluxerr` and others (see [`crate::columns`]), either lists of
//! one length or a list of maps under `photometry`, `lightcurve` or `light_curve`, or lists in the object itself. `zp`
//! may stand with the points or with the object; the fluxes of `ltcvs` are nJy.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::columns::{Role, Roles};
use crate::context::Context;
use crate::fault::shown;
use crate::json_points::PointReader;
use crate::object_table::{angle, class_of, is_unknown};
use crate::point;
use crate::snana::known;
use crate::{LightCurve, NJY_ZERO_POINT, Object, Sample};

/// Where a document may have its list of objects.
const LISTS: [&str; 6] = ["ltcvs", "diaobject", "objects", "data", "lightcurves", "transients"];
/// Where an object may have its points.
const POINTS: [&str; 3] = ["photometry", "lightcurve", "light_curve"];
/// What joins FASTDB's light curves and its table of objects.
const INFO_ID: &str = "rootid";
const IDS: [&str; 9] =
    ["object_id", "objectid", "rootid", "diaobjectid", "ztfid", "oid", "snid", "name", "id"];
const CLASSES: [&str; 6] = ["class", "type", "classification", "label", "sncode", "gentype"];

/// An object as the document has it.
pub(crate) struct Curve {
    /// Its place in the document, from 1.
    number: usize,
    map: Map<String, Value>,
    /// The zero point of a service that gives none.
    zero_point: Option<f64>,
}

/// The objects of a document, in its order.
pub(crate) fn curves(document: Value) -> Result<Vec<Result<Curve, String>>, String> {
    let nothing = || {
        "there is no light curve in the JSON: wanted is an object, or a list of objects, with mjd, band, flux, fluxerr \
         and zp: check that it is the right file"
            .to_owned()
    };
    let (list, info, zero_point) = match document {
        Value::Array(list) => (list, Vec::new(), None),
        Value::Object(mut map) => {
            let key = LISTS.into_iter().find(|key| map.get(*key).is_some_and(Value::is_array));
            match key.and_then(|key| Some((key, map.remove(key)?))) {
                Some((key, Value::Array(list))) => {
                    let info = map.remove("objinfo").map(rows).unwrap_or_default();
                    (list, info, (key == "ltcvs").then_some(NJY_ZERO_POINT))
                }
                _ if map.get("ltcvs").is_some_and(Value::is_object) => {
                    let info = map.remove("objinfo").map(rows).unwrap_or_default();
                    (map.remove("ltcvs").into_iter().collect(), info, Some(NJY_ZERO_POINT))
                }
                _ if is_list_of_lists(&map) => {
                    (rows(Value::Object(map)).into_iter().map(Value::Object).collect(), Vec::new(), None)
                }
                _ if points_of(&map).is_some() => (vec![Value::Object(map)], Vec::new(), None),
                _ => return Err(nothing()),
            }
        }
        _ => return Err(nothing()),
    };
    let mut info: HashMap<String, Map<String, Value>> =
        info.into_iter().filter_map(|row| Some((row.get(INFO_ID)?.to_string(), row))).collect();
    let curve = |(index, value): (usize, Value)| match value {
        Value::Object(mut map) => {
            let told = map.get(INFO_ID).and_then(|id| info.remove(&id.to_string()));
            for (key, value) in told.into_iter().flatten() {
                map.entry(key).or_insert(value);
            }
            Ok(Curve { number: index + 1, map, zero_point })
        }
        other => Err(format!("object {} is {}, not a map: correct it", index + 1, kind(&other))),
    };
    Ok(list.into_iter().enumerate().map(curve).collect())
}

/// Whether the times are a list for each object.
fn is_list_of_lists(map: &Map<String, Value>) -> bool {
    let times = map.iter().find(|(key, _)| Roles::of([key.as_str()]).has(Role::Mjd));
    matches!(times, Some((_, Value::Array(times))) if times.iter().all(Value::is_array) && !times.is_empty())
}

/// The rows of a list of maps, or of a map of lists.
fn rows(table: Value) -> Vec<Map<String, Value>> {
    match table {
        Value::Array(list) => {
            let map = |row| match row {
                Value::Object(map) => Some(map),
                _ => None,
            };
            list.into_iter().filter_map(map).collect()
        }
        Value::Object(columns) => {
            let length = |value: &Value| value.as_array().map_or(0, Vec::len);
            let rows = columns.values().map(length).max().unwrap_or(0);
            let mut table = vec![Map::new(); rows];
            for (name, values) in columns {
                let Value::Array(values) = values else { continue };
                for (row, value) in table.iter_mut().zip(values) {
                    row.insert(name.clone(), value);
                }
            }
            table
        }
        _ => Vec::new(),
    }
}

/// The value of points in an object: under a name of its own, or the object itself.
fn points_of(map: &Map<String, Value>) -> Option<Points<'_>> {
    match POINTS.into_iter().find_map(|key| map.get(key)) {
        Some(Value::Object(lists)) => Some(Points::Lists(lists)),
        Some(Value::Array(points)) => Some(Points::Maps(points)),
        _ => Roles::of(map.keys().map(String::as_str)).is_light_curve().then_some(Points::Lists(map)),
    }
}

enum Points<'a> {
    /// A list for each column.
    Lists(&'a Map<String, Value>),
    /// A map for each point.
    Maps(&'a [Value]),
}

impl Curve {
    /// Makes the object.
    pub(crate) fn object(&self, context: &Context) -> Result<Object, String> {
        let name = self.name()?;
        let of = |message: String| format!("object {name}: {message}");
        let mut object = Object::new(name.clone());
        let number = |keys: &[&str]| self.number(keys).map_err(of);
        object.ra = self.angle(&["ra"], 0.0, 360.0).map_err(of)?;
        object.dec = self.angle(&["dec", "decl"], -90.0, 90.0).map_err(of)?;
        object.redshift = number(&["redshift", "z"])?;
        object.redshift_err = object.redshift.and(number(&["redshift_err", "z_err"])?);
        object.host_photoz = number(&["hostgal_photoz", "hostgal_pzmean", "host_photoz"])?;
        object.host_photoz_err =
            object.host_photoz.and(number(&["hostgal_photoz_err", "hostgal_pzstd", "host_photoz_err"])?);
        object.mwebv = number(&["mwebv", "ebv"])?;
        object.class = self.class();
        object.sample = match (self.get(&["sample"]).and_then(Value::as_str), &object.class) {
            (Some(sample), _) => Sample::parse(sample).ok_or_else(|| {
                let found = shown(sample.as_bytes());
                of(format!("sample is {found}, neither spectroscopic nor photometric: correct it"))
            })?,
            (None, Some(_)) => Sample::Spectroscopic,
            (None, None) => Sample::Photometric,
        };
        object.lightcurve = self.light_curve(&name, context).map_err(of)?;
        object.lightcurve.sort_by_time();
        Ok(object)
    }

    fn get(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter().find_map(|key| {
            self.map.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
        })
    }

    fn name(&self) -> Result<String, String> {
        let wrong = |what: String| Err(format!("object {} {what}: give it a name", self.number));
        for key in IDS {
            match self.map.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value) {
                None | Some(Value::Null) => {}
                Some(Value::String(name)) if !name.trim().is_empty() => return Ok(name.trim().to_owned()),
                Some(Value::Number(number)) if !number.is_f64() => return Ok(number.to_string()),
                Some(other) => return wrong(format!("has the {key} {}", text_of(other))),
            }
        }
        wrong("has none of objectid, rootid, diaobjectid, name".to_owned())
    }

    /// A number of the object; codes for "not known" are none.
    fn number(&self, keys: &[&str]) -> Result<Option<f64>, String> {
        Ok(self.raw_number(keys)?.and_then(known))
    }

    fn raw_number(&self, keys: &[&str]) -> Result<Option<f64>, String> {
        let Some(value) = self.get(keys) else { return Ok(None) };
        number_of(value).ok_or_else(|| {
            format!("{} is {}, not a number: correct it, or write null", keys[0], text_of(value))
        })
    }

    fn angle(&self, keys: &[&str], lowest: f64, highest: f64) -> Result<Option<f64>, String> {
        angle(keys[0], self.raw_number(keys)?, lowest, highest)
    }

    /// The class; codes below 0 stand for "not known".
    fn class(&self) -> Option<String> {
        match self.get(&CLASSES)? {
            Value::String(class) if !is_unknown(class) => Some(class_of(class).to_owned()),
            Value::Number(code) if code.as_f64().is_some_and(|code| code >= 0.0) => Some(code.to_string()),
            _ => None,
        }
    }

    fn light_curve(&self, name: &str, context: &Context) -> Result<LightCurve, String> {
        let zero_point = self.number(&["zp"])?.or(self.zero_point);
        let points =
            points_of(&self.map).ok_or("there is no photometry: add mjd, band, flux, fluxerr and zp")?;
        let mut reader = PointReader { ztf: point::is_ztf(name), zero_point, system: None, context };
        reader.system = self.get(&["zpsys", "magsys"]).and_then(Value::as_str);
        match points {
            Points::Lists(lists) => reader.lists(lists),
            Points::Maps(maps) => reader.maps(maps),
        }
    }
}

/// A number, or none for null; `None` where it is neither.
pub(crate) fn number_of(value: &Value) -> Option<Option<f64>> {
    match value {
        Value::Null => Some(None),
        Value::Number(number) => number.as_f64().map(Some),
        _ => None,
    }
}

/// A value as messages show it.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text.as_bytes()),
        other => shown(other.to_string().as_bytes()),
    }
}

pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}
