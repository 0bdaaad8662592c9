//! One measurement as a file has it, and what it is in nJy.

use crate::magnitude::{LIMIT_SIGMAS, flux_scale, limiting_flux, measured_flux};
use crate::{Band, LightCurve, VegaOffsets};

/// Magnitudes from here on are codes for "not measured", such as 99.
const NO_MAGNITUDE: f64 = 90.0;

/// The first Julian day that can be no modified Julian day: MJD 1,000,000 is in the year 4596.
const NO_MJD: f64 = 1e6;

/// The Julian day of MJD 0.
const MJD_ZERO: f64 = 2_400_000.5;

/// The brightness of a point as the file has it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RawPoint<'a> {
    pub(crate) flux: Option<f64>,
    pub(crate) flux_err: Option<f64>,
    pub(crate) zero_point: Option<f64>,
    pub(crate) magnitude: Option<f64>,
    pub(crate) magnitude_err: Option<f64>,
    pub(crate) limit: Option<f64>,
    /// `ab` where it is not given.
    pub(crate) system: Option<&'a str>,
    /// The image grew fainter here: the flux of the difference is negative.
    pub(crate) faded: bool,
}

impl RawPoint<'_> {
    /// Flux and error in nJy; `None` where nothing was measured.
    pub(crate) fn njy(&self, band: Band, vega: &VegaOffsets) -> Result<Option<(f64, f64)>, String> {
        let offset = self.offset(band, vega)?;
        let sign = if self.faded { -1.0 } else { 1.0 };
        if self.flux.is_some() || self.flux_err.is_some() {
            let flux = self.flux.ok_or("flux is missing, but not its error: correct or remove the point")?;
            let error =
                self.flux_err.ok_or("the error of the flux is missing: correct or remove the point")?;
            let zero_point = self.zero_point.ok_or("zp is missing: give the point its zero point")?;
            if !zero_point.is_finite() {
                return Err(format!("zp is {zero_point}, but must be finite: correct it"));
            }
            // The file's own values go into the message; their product with the scale goes into the light curve.
            LightCurve::check_point(0.0, flux, error).map_err(|error| error.to_string())?;
            let scale = flux_scale(zero_point + offset);
            return checked(sign * flux * scale, error * scale).map(Some);
        }
        if let Some(magnitude) = self.magnitude.filter(|magnitude| *magnitude < NO_MAGNITUDE) {
            let error = self
                .magnitude_err
                .ok_or("the error of the magnitude is missing: correct or remove the point")?;
            if !(error.is_finite() && error > 0.0) {
                return Err(format!(
                    "the error of the magnitude is {error}, but must be finite and positive: correct or remove the \
                     point"
                ));
            }
            let (flux, error) = measured_flux(magnitude + offset, error);
            return checked(sign * flux, error).map(Some);
        }
        if let Some(limit) = self.limit.filter(|limit| *limit < NO_MAGNITUDE) {
            let (flux, error) = limiting_flux(limit + offset, LIMIT_SIGMAS);
            return checked(flux, error).map(Some);
        }
        Ok(None)
    }

    /// What to add to a magnitude to have it in AB.
    fn offset(&self, band: Band, vega: &VegaOffsets) -> Result<f64, String> {
        match self.system.map(str::trim).unwrap_or_default() {
            "" => Ok(0.0),
            system if system.eq_ignore_ascii_case("ab") => Ok(0.0),
            system if system.eq_ignore_ascii_case("vega") => vega.get(&band).copied().ok_or_else(|| {
                format!(
                    "the magnitude system is vega, and what to add for AB in the band {band} is not known: give it \
                     with --vega-offset {band}=MAG"
                )
            }),
            system => Err(format!(
                "the magnitude system is '{}', neither ab nor vega: convert the point to AB",
                system.escape_debug()
            )),
        }
    }
}

fn checked(flux: f64, error: f64) -> Result<(f64, f64), String> {
    LightCurve::check_point(0.0, flux, error).map_err(|error| format!("in nJy, {error}"))?;
    Ok((flux, error))
}

/// The MJD of a time, which is a Julian day where `julian`.
pub(crate) fn mjd(time: f64, julian: bool, name: &str) -> Result<f64, String> {
    let mjd = if julian { time - MJD_ZERO } else { time };
    if !mjd.is_finite() {
        return Err(format!("{name} is {time}, but must be finite: correct or remove the point"));
    }
    if !julian && mjd.abs() >= NO_MJD {
        return Err(format!(
            "{name} is {time}, which is no modified Julian day: name the column jd if these are Julian days, or \
             correct it"
        ));
    }
    Ok(mjd)
}

/// The band of a name; of ZTF's several spellings, the filter's letter.
pub(crate) fn band(name: &str, ztf: bool) -> Result<Band, String> {
    let name = match name {
        "1" | "ZTF_g" | "ztfg" | "zg" if ztf => "g",
        "2" | "ZTF_r" | "ztfr" | "zr" | "R" if ztf => "r",
        "3" | "ZTF_i" | "ztfi" | "zi" if ztf => "i",
        other => other,
    };
    Band::new(name).map_err(|error| error.to_string())
}

/// Whether a name is one of ZTF's, such as ZTF20aadvunl.
pub(crate) fn is_ztf(object_id: &str) -> bool {
    object_id.strip_prefix("ZTF").is_some_and(|rest| {
        let rest = rest.as_bytes();
        rest.len() == 9
            && rest[..2].iter().all(u8::is_ascii_digit)
            && rest[2..].iter().all(u8::is_ascii_lowercase)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn njy(point: RawPoint<'_>) -> Result<Option<(f64, f64)>, String> {
        point.njy(Band::new("g").unwrap(), &VegaOffsets::new())
    }

    #[test]
    fn brightness_becomes_njy() {
        let flux =
            RawPoint { flux: Some(2.0), flux_err: Some(1.0), zero_point: Some(27.5), ..RawPoint::default() };
        let scale = crate::fluxcal_to_njy();
        assert_eq!(njy(flux), Ok(Some((2.0 * scale, scale))));
        assert_eq!(njy(RawPoint { faded: true, ..flux }), Ok(Some((-2.0 * scale, scale))));
        let mag = RawPoint { magnitude: Some(20.0), magnitude_err: Some(0.1), ..RawPoint::default() };
        assert_eq!(njy(mag), Ok(Some(measured_flux(20.0, 0.1))));
        let limit = RawPoint { limit: Some(20.5), magnitude: Some(99.0), ..RawPoint::default() };
        assert_eq!(njy(limit), Ok(Some(limiting_flux(20.5, 5.0))));
        assert_eq!(njy(RawPoint::default()), Ok(None));
        assert_eq!(njy(RawPoint { magnitude: Some(99.0), ..RawPoint::default() }), Ok(None));
    }

    #[test]
    fn vega_needs_its_offset() {
        let band = Band::new("g").unwrap();
        let point = RawPoint {
            magnitude: Some(20.0),
            magnitude_err: Some(0.1),
            system: Some("Vega"),
            ..RawPoint::default()
        };
        assert!(njy(point).unwrap_err().contains("--vega-offset g=MAG"));
        let offsets = VegaOffsets::from([(band, -0.08)]);
        assert_eq!(point.njy(band, &offsets), Ok(Some(measured_flux(20.0 - 0.08, 0.1))));
        assert!(njy(RawPoint { system: Some("csp"), ..point }).unwrap_err().contains("'csp', neither"));
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        let flux =
            RawPoint { flux: Some(2.0), flux_err: Some(1.0), zero_point: Some(27.5), ..RawPoint::default() };
        for (point, wanted) in [
            (RawPoint { flux: None, ..flux }, "flux is missing"),
            (RawPoint { flux_err: None, ..flux }, "error of the flux is missing"),
            (RawPoint { zero_point: None, ..flux }, "zp is missing"),
            (RawPoint { zero_point: Some(f64::NAN), ..flux }, "zp is NaN"),
            (RawPoint { zero_point: Some(-1e9), ..flux }, "in nJy, flux is inf"),
            (RawPoint { flux_err: Some(-1.0), ..flux }, "flux_err is -1"),
            (RawPoint { magnitude: Some(20.0), ..RawPoint::default() }, "error of the magnitude is missing"),
            (
                RawPoint { magnitude: Some(20.0), magnitude_err: Some(0.0), ..RawPoint::default() },
                "error of the magnitude is 0",
            ),
        ] {
            let message = njy(point).unwrap_err();
            assert!(message.contains(wanted), "{wanted}: {message}");
        }
        assert!(mjd(2_459_000.5, false, "time").unwrap_err().contains("name the column jd"));
        assert_eq!(mjd(2_459_000.5, true, "jd"), Ok(59_000.0));
    }

    #[test]
    fn bands_of_ztf_have_one_spelling() {
        for name in ["R", "ZTF_r", "2"] {
            assert_eq!(band(name, true).unwrap().as_str(), "r");
        }
        assert_eq!(band("R", false).unwrap().as_str(), "R");
        assert!(is_ztf("ZTF20aadvunl") && !is_ztf("ZTF20aadvun") && !is_ztf("SN2020adv"));
    }
}
