//! The points of a light curve in JSON: lists of one length, or a map for each point.

use serde_json::{Map, Value};

use crate::LightCurve;
use crate::columns::{Role, Roles};
use crate::context::Context;
use crate::json_object::{kind, number_of, text_of};
use crate::point::{self, RawPoint};

/// Reads points of either form.
pub(crate) struct PointReader<'a> {
    pub(crate) ztf: bool,
    pub(crate) zero_point: Option<f64>,
    pub(crate) system: Option<&'a str>,
    pub(crate) context: &'a Context,
}

impl PointReader<'_> {
    pub(crate) fn lists(&mut self, map: &Map<String, Value>) -> Result<LightCurve, String> {
        let names: Vec<&str> = map.keys().map(String::as_str).collect();
        let columns: Vec<&Value> = map.values().collect();
        // A zero point or system may be one for all points.
        let roles = Roles::of(names.iter().copied());
        let one = |role| roles.place(role).map(|place| columns[place]).filter(|value| !value.is_array());
        self.zero_point = one(Role::ZeroPoint).and_then(Value::as_f64).or(self.zero_point);
        roles.check(self.zero_point.is_some())?;
        let list = |role: Role| roles.place(role).and_then(|place| columns[place].as_array());
        let time = if roles.has(Role::Mjd) { Role::Mjd } else { Role::Jd };
        let length = match list(time) {
            Some(times) => times.len(),
            None => return Err(format!("{} is no list: write one value a point", roles.name(time))),
        };
        for role in [Role::Band, Role::Flux, Role::FluxError, Role::Magnitude, Role::MagnitudeError] {
            match (roles.has(role), list(role)) {
                (true, Some(values)) if values.len() != length => {
                    let (name, of, found) = (roles.name(role), roles.name(time), values.len());
                    return Err(format!(
                        "{of} has {length} values, but {name} {found}: give every point all of them"
                    ));
                }
                (true, None) => {
                    return Err(format!("{} is no list: write one value a point", roles.name(role)));
                }
                _ => {}
            }
        }
        let mut curve = LightCurve::with_capacity(length);
        for index in 0..length {
            self.point(&roles, &mut curve, |role| list(role).and_then(|values| values.get(index)))
                .map_err(|message| format!("point {}: {message}", index + 1))?;
        }
        Ok(curve)
    }

    pub(crate) fn maps(&mut self, points: &[Value]) -> Result<LightCurve, String> {
        let mut curve = LightCurve::with_capacity(points.len());
        for (index, value) in points.iter().enumerate() {
            let of = |message: String| format!("point {}: {message}", index + 1);
            let Value::Object(map) = value else {
                return Err(of(format!("it is {}, not a map: correct it", kind(value))));
            };
            let roles = Roles::of(map.keys().map(String::as_str));
            roles.check(self.zero_point.is_some()).map_err(of)?;
            self.point(&roles, &mut curve, |role| map.values().nth(roles.place(role)?)).map_err(of)?;
        }
        Ok(curve)
    }

    fn point<'v>(
        &self,
        roles: &Roles,
        curve: &mut LightCurve,
        value: impl Fn(Role) -> Option<&'v Value>,
    ) -> Result<(), String> {
        let number = |role| -> Result<Option<f64>, String> {
            let Some(found) = value(role) else { return Ok(None) };
            number_of(found).ok_or_else(|| {
                let (name, found) = (roles.name(role), text_of(found));
                format!("{name} is {found}, not a number: correct or remove the point")
            })
        };
        let missing = |role| format!("{} is null or missing: correct or remove the point", roles.name(role));
        let time = if roles.has(Role::Mjd) { Role::Mjd } else { Role::Jd };
        let mjd = number(time)?.ok_or_else(|| missing(time))?;
        let mjd = point::mjd(mjd, time == Role::Jd, roles.name(time))?;
        let column = if roles.has(Role::Band) { Role::Band } else { Role::BandNumber };
        let code;
        let name = match value(column) {
            Some(Value::String(name)) => name.trim(),
            Some(Value::Number(number)) => {
                code = number.to_string();
                code.as_str()
            }
            _ => return Err(missing(column)),
        };
        let band = point::band(name, self.ztf || roles.ztf)?;
        let raw = RawPoint {
            flux: number(Role::Flux)?,
            flux_err: number(Role::FluxError)?,
            zero_point: number(Role::ZeroPoint)?.or(self.zero_point),
            magnitude: number(Role::Magnitude)?,
            magnitude_err: number(Role::MagnitudeError)?,
            limit: number(Role::Limit)?,
            system: value(Role::System).and_then(Value::as_str).or(self.system),
            faded: faded(value(Role::Positive))?,
        };
        if let Some((flux, error)) = raw.njy(band, &self.context.vega)? {
            curve.push(mjd, band, flux, error);
        }
        Ok(())
    }
}

fn faded(value: Option<&Value>) -> Result<bool, String> {
    let text = match value {
        None | Some(Value::Null) => return Ok(false),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    crate::curve_table::faded(Some(&text))
}
