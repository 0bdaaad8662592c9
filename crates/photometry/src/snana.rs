//! SNANA's text format: one object a file, `KEY: value` lines, then one `OBS:` line for each point.
//!
//! The format is described in the SNANA manual (Kessler et al. 2009, PASP 121, 1028). Fluxes are `FLUXCAL`, with zero
//! point 27.5, and become nJy. Columns are found by their names in `VARLIST`, so their order and number are free.
//! A point whose flux and error are both -9, SNANA's code for "not known", was not measured and is left out; any other
//! error that is not positive is a fault.

use crate::fault::{Fault, shown};
use crate::nearest::missing_column;
use crate::object_table::{class_of, is_unknown};
use crate::{Band, Error, LightCurve, Object, Sample, fluxcal_to_njy};

/// The code that stands for "not known" in `SNTYPE`, redshifts, reddening and photometry.
pub(crate) const UNKNOWN: f64 = -9.0;

/// Parses one file.
///
/// # Errors
/// A [`Fault`] with the line where the text is cut short, lacks a name or a column, or holds an unusable value.
pub(crate) fn parse(bytes: &[u8]) -> Result<Object, Fault> {
    if bytes.is_empty() {
        return Err(Fault::new("the file is empty: copy it again, or remove it"));
    }
    let mut parser = Parser::default();
    let mut start = 0;
    let mut line = 0;
    while start < bytes.len() {
        let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |length| start + length);
        line += 1;
        parser.line(&bytes[start..end], line)?;
        start = end + 1;
    }
    parser.finish(line, bytes.ends_with(b"\n"))
}

/// What the lines so far have told.
#[derive(Default)]
struct Parser {
    object_id: Option<String>,
    declared_points: Option<u64>,
    points: u64,
    columns: Option<Columns>,
    ended: bool,
    spectroscopic_class: Option<&'static str>,
    simulated_class: Option<String>,
    spectroscopic: bool,
    ra: Option<f64>,
    dec: Option<f64>,
    mwebv: Option<f64>,
    redshift: Option<(f64, Option<f64>)>,
    host_photoz: Option<(f64, Option<f64>)>,
    lightcurve: LightCurve,
}

impl Parser {
    fn line(&mut self, text: &[u8], line: u64) -> Result<(), Fault> {
        if text.starts_with(b"OBS:") {
            let Some(columns) = &self.columns else {
                return Err(Fault::at(
                    line,
                    "an OBS line comes before VARLIST, which names its columns: restore the VARLIST line",
                ));
            };
            self.points += 1;
            return columns
                .point(&text[4..], &mut self.lightcurve)
                .map_err(|message| Fault::at(line, message));
        }
        let text = text.trim_ascii_start();
        // A key ends at its colon; comments and blank lines have none that counts.
        let Some(colon) = text.iter().position(|&b| b == b':' || b.is_ascii_whitespace()) else {
            return Ok(());
        };
        if text[colon] != b':' {
            return Ok(());
        }
        let (key, value) = (&text[..colon], text[colon + 1..].trim_ascii());
        self.header(key, value).map_err(|message| Fault::at(line, message))
    }

    fn header(&mut self, key: &[u8], value: &[u8]) -> Result<(), String> {
        match key {
            b"SNID" => {
                let name = first_word(value);
                if name.is_empty() {
                    return Err("SNID is empty: give the object a name".to_owned());
                }
                let name =
                    std::str::from_utf8(name).map_err(|_| format!("SNID is {}, not text", shown(name)))?;
                if let Some(first) = &self.object_id {
                    return Err(format!("a second SNID, {name}, after {first}: keep one object a file"));
                }
                self.object_id = Some(name.to_owned());
            }
            b"SNTYPE" => {
                let code = number("SNTYPE", first_word(value))?;
                self.spectroscopic = code != UNKNOWN;
                self.spectroscopic_class = class_of_code(code);
            }
            b"RA" => self.ra = position("RA", value, 360.0)?,
            b"DECL" | b"DEC" => self.dec = position("DECL", value, 90.0)?,
            b"MWEBV" => self.mwebv = known(number("MWEBV", first_word(value))?),
            b"REDSHIFT_FINAL" => self.redshift = with_error("REDSHIFT_FINAL", value)?,
            b"HOST_GALAXY_PHOTO-Z" | b"HOSTGAL_PHOTOZ" => {
                self.host_photoz = with_error("HOST_GALAXY_PHOTO-Z", value)?
            }
            b"SIM_COMMENT" => self.simulated_class = simulated_class(value).or(self.simulated_class.take()),
            b"SIM_TYPE_NAME" => {
                let name = std::str::from_utf8(first_word(value)).ok().filter(|name| !is_unknown(name));
                self.simulated_class =
                    name.map(|name| class_of(name).to_owned()).or(self.simulated_class.take());
            }
            b"NOBS" => {
                let count = number("NOBS", first_word(value))?;
                if count < 0.0 || count.fract() != 0.0 {
                    return Err(format!(
                        "NOBS is {count}, but must be a whole number, 0 or more: correct it"
                    ));
                }
                self.declared_points = Some(count as u64);
            }
            b"VARLIST" => {
                self.columns = Some(Columns::new(value)?);
                // A wrong count must not ask for more memory than a file of a thousand points would.
                let room = self.declared_points.unwrap_or(0).min(1024) as usize;
                self.lightcurve = LightCurve::with_capacity(room);
            }
            b"END" | b"END_PHOTOMETRY" => self.ended = true,
            _ => {}
        }
        Ok(())
    }

    fn finish(self, lines: u64, whole_line: bool) -> Result<Object, Fault> {
        let ended = if self.ended { "" } else { " and END: is missing" };
        let Some(object_id) = self.object_id else {
            return Err(Fault::new("there is no SNID line: the file is not SNANA text, or its head is lost"));
        };
        if self.columns.is_none() {
            return Err(Fault::at(
                lines,
                format!("the file ends before VARLIST{ended}: it is cut short; copy it again"),
            ));
        }
        match self.declared_points {
            Some(declared) if declared > self.points => {
                return Err(Fault::at(
                    lines,
                    format!(
                        "NOBS is {declared}, but there are {} OBS lines{ended}: the file is cut short; copy it again",
                        self.points
                    ),
                ));
            }
            Some(declared) if declared < self.points => {
                return Err(Fault::new(format!(
                    "NOBS is {declared}, but there are {} OBS lines: correct NOBS, or remove the lines too many",
                    self.points
                )));
            }
            // The last number may have lost digits, and nobody could tell.
            _ if !self.ended && !whole_line => {
                return Err(Fault::at(
                    lines,
                    "the last line has no end and END: is missing: the file is cut short; copy it again",
                ));
            }
            None if !self.ended => {
                return Err(Fault::at(
                    lines,
                    "there is neither NOBS nor END:, so the file may be cut short: add one of them",
                ));
            }
            _ => {}
        }
        let mut object = Object::new(object_id);
        object.ra = self.ra;
        object.dec = self.dec;
        object.mwebv = self.mwebv;
        (object.redshift, object.redshift_err) = split(self.redshift);
        (object.host_photoz, object.host_photoz_err) = split(self.host_photoz);
        object.class = self.simulated_class.or(self.spectroscopic_class.map(str::to_owned));
        object.sample = if self.spectroscopic { Sample::Spectroscopic } else { Sample::Photometric };
        object.lightcurve = self.lightcurve;
        object.lightcurve.sort_by_time();
        Ok(object)
    }
}

/// What a column of the `OBS` lines holds.
#[derive(Clone, Copy, PartialEq)]
enum Column {
    Mjd,
    Band,
    Flux,
    FluxErr,
    Other,
}

/// The columns in the order of `VARLIST`.
struct Columns {
    roles: Vec<Column>,
    /// nJy of one unit of flux.
    scale: f64,
}

impl Columns {
    fn new(varlist: &[u8]) -> Result<Self, String> {
        let text = String::from_utf8_lossy(varlist);
        let names: Vec<&str> = text.split_ascii_whitespace().collect();
        let mut roles = Vec::with_capacity(names.len());
        for name in &names {
            let role = match *name {
                "MJD" => Column::Mjd,
                "FLT" | "BAND" => Column::Band,
                "FLUXCAL" => Column::Flux,
                "FLUXCALERR" => Column::FluxErr,
                _ => Column::Other,
            };
            if role != Column::Other && roles.contains(&role) {
                return Err(format!(
                    "VARLIST names {name} or its other name twice: rename one of the columns"
                ));
            }
            roles.push(role);
        }
        for (role, name) in [
            (Column::Mjd, "MJD"),
            (Column::Band, "FLT"),
            (Column::Flux, "FLUXCAL"),
            (Column::FluxErr, "FLUXCALERR"),
        ] {
            if !roles.contains(&role) {
                return Err(missing_column(name, names.iter().copied(), "correct the VARLIST line"));
            }
        }
        Ok(Self { roles, scale: fluxcal_to_njy() })
    }

    /// Reads one point; `text` is what follows `OBS:`.
    fn point(&self, text: &[u8], lightcurve: &mut LightCurve) -> Result<(), String> {
        let mut words = Words { text, at: 0 };
        let (mut mjd, mut flux, mut flux_err, mut band) = (0.0, 0.0, 0.0, None);
        for (place, role) in self.roles.iter().enumerate() {
            let word = words.next();
            if word.is_empty() {
                return Err(format!(
                    "there are {place} values in {} columns: the line is cut short; copy the file again",
                    self.roles.len()
                ));
            }
            match role {
                Column::Mjd => mjd = number("MJD", word)?,
                Column::Flux => flux = number("FLUXCAL", word)?,
                Column::FluxErr => flux_err = number("FLUXCALERR", word)?,
                Column::Band => band = Some(band_of(word, lightcurve)?),
                Column::Other => {}
            }
        }
        let extra = words.next();
        if !extra.is_empty() {
            return Err(format!(
                "{} stands beyond the {} columns of VARLIST: correct the line",
                shown(extra),
                self.roles.len()
            ));
        }
        if flux == UNKNOWN && flux_err == UNKNOWN {
            return Ok(());
        }
        let (scaled_flux, scaled_err) = (flux * self.scale, flux_err * self.scale);
        if let Err(error) = LightCurve::check_point(mjd, scaled_flux, scaled_err) {
            return Err(match error {
                // In the file's own words and units.
                Error::Point { column: "mjd", rule, .. } => unusable("MJD", mjd, rule),
                Error::Point { column: "flux", rule, .. } => unusable("FLUXCAL", flux, rule),
                Error::Point { rule, .. } => unusable("FLUXCALERR", flux_err, rule),
                other => other.to_string(),
            });
        }
        if let Some(band) = band {
            lightcurve.push(mjd, band, scaled_flux, scaled_err);
        }
        Ok(())
    }
}

fn unusable(column: &str, value: f64, rule: &str) -> String {
    format!("{column} is {value}, but must be {rule}: correct or remove the point and its count in NOBS")
}

/// The band of a point: mostly that of one of the last few.
fn band_of(word: &[u8], lightcurve: &LightCurve) -> Result<Band, String> {
    for band in lightcurve.band.iter().rev().take(4) {
        if band.as_str().as_bytes() == word {
            return Ok(*band);
        }
    }
    let name =
        std::str::from_utf8(word).map_err(|_| format!("the band is {}, not text: rename it", shown(word)))?;
    Band::new(name).map_err(|error| error.to_string())
}

/// The words of a line, one after another; empty when there are no more.
struct Words<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Words<'a> {
    #[inline]
    fn next(&mut self) -> &'a [u8] {
        let text = self.text;
        let mut start = self.at;
        while start < text.len() && text[start] <= b' ' {
            start += 1;
        }
        let mut end = start;
        while end < text.len() && text[end] > b' ' {
            end += 1;
        }
        self.at = end;
        &text[start..end]
    }
}

fn first_word(text: &[u8]) -> &[u8] {
    Words { text, at: 0 }.next()
}

#[inline]
fn number(key: &str, word: &[u8]) -> Result<f64, String> {
    fast_float2::parse(word).map_err(|_| match word {
        b"" => format!("{key} has no value: give it one"),
        _ => format!("{key} is {}, not a number: correct it", shown(word)),
    })
}

/// A value that is not one of SNANA's codes for "not known".
pub(crate) fn known(value: f64) -> Option<f64> {
    (value.is_finite() && ![UNKNOWN, -99.0, -999.0, -9999.0].contains(&value)).then_some(value)
}

/// `value +- error`.
fn with_error(key: &str, text: &[u8]) -> Result<Option<(f64, Option<f64>)>, String> {
    let mut words = Words { text, at: 0 };
    let value = number(key, words.next())?;
    let error = match words.next() {
        b"+-" => Some(number(key, words.next())?),
        _ => None,
    };
    Ok(known(value).map(|value| (value, error.and_then(known).filter(|error| *error >= 0.0))))
}

fn split(pair: Option<(f64, Option<f64>)>) -> (Option<f64>, Option<f64>) {
    pair.map_or((None, None), |(value, error)| (Some(value), error))
}

/// An angle in degrees of at most `limit` either way; -999 is SNANA's "not known".
fn position(key: &str, text: &[u8], limit: f64) -> Result<Option<f64>, String> {
    let value = number(key, first_word(text))?;
    if value == -999.0 || value == -9999.0 {
        return Ok(None);
    }
    if value.abs() <= limit {
        return Ok(Some(value));
    }
    Err(format!("{key} is {value}, but must be between -{limit} and {limit} degrees: correct it"))
}

/// The class of an `SNTYPE` code, as in the key to the Supernova Photometric Classification Challenge's files.
pub(crate) fn class_of_code(code: f64) -> Option<&'static str> {
    match code {
        1.0 => Some("Ia"),
        2.0 => Some("II"),
        3.0 => Some("Ibc"),
        21.0 => Some("IIn"),
        22.0 => Some("IIP"),
        23.0 => Some("IIL"),
        32.0 => Some("Ib"),
        33.0 => Some("Ic"),
        _ => None,
    }
}

/// `Ib` of `SN Type = Ib , MODEL = SDSS-014475`.
fn simulated_class(comment: &[u8]) -> Option<String> {
    let comment = std::str::from_utf8(comment).ok()?;
    let (_, after) = comment.split_once("Type")?;
    let class = after.trim_start().strip_prefix('=')?.split([',', ' ']).find(|word| !word.is_empty())?;
    Some(class.to_owned())
}

#[cfg(test)]
#[path = "snana_tests.rs"]
mod tests;
