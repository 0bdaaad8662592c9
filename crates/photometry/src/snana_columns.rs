//! The columns of SNANA's two FITS tables, and what their values mean.

use crate::fault::shown;
use crate::fits::{Column, Table, Wanted};
use crate::object_table::{class_of, is_unknown};
use crate::snana::{UNKNOWN, class_of_code, known};
use crate::{Band, Error, LightCurve, Object, Sample, fluxcal_to_njy};

/// The MJD of the row after an object's last point.
pub(crate) const END: f64 = -777.0;

/// An object, and where its points are.
pub(crate) struct Row {
    pub(crate) object: Object,
    /// The row in the table of objects, from 1.
    pub(crate) number: u64,
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// The columns of the table of objects.
pub(crate) struct HeadColumns {
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
    pub(crate) fn of(table: &Table) -> Result<Self, Error> {
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

    pub(crate) fn row(&self, row: &[u8]) -> Result<Row, String> {
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
pub(crate) struct PointColumns {
    pub(crate) mjd: Column,
    band: Column,
    flux: Column,
    flux_err: Column,
    /// nJy of one unit of flux.
    scale: f64,
}

impl PointColumns {
    pub(crate) fn of(table: &Table) -> Result<Self, Error> {
        Ok(Self {
            mjd: table.column(&["MJD"], Wanted::Number)?,
            band: table.column(&["BAND", "FLT"], Wanted::Text)?,
            flux: table.column(&["FLUXCAL"], Wanted::Number)?,
            flux_err: table.column(&["FLUXCALERR"], Wanted::Number)?,
            scale: fluxcal_to_njy(),
        })
    }

    pub(crate) fn point(&self, row: &[u8], curve: &mut LightCurve) -> Result<(), String> {
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
