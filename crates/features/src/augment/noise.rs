//! How a survey's errors grow with the flux, learned from its light curves.

use std::collections::BTreeMap;

use hesper_photometry::{Band, Object};

/// Points brighter than this many errors tell of the object's own photons.
const BRIGHT: f64 = 10.0;
/// Points fainter than this many errors tell of the sky.
const FAINT: f64 = 3.0;
/// The fewest bright and faint points that a band's photons are learned from.
const FEWEST: usize = 30;
/// However bright the object was, the sky is taken to have had at least this part of a point's variance.
const SKY: f64 = 0.1;

/// The variance that an object's own photons add, per nJy, in each band: σ² = σ_sky² + photons·max(flux, 0).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SurveyNoise {
    photons: BTreeMap<Band, f64>,
}

/// Points of one band.
#[derive(Default)]
struct Points {
    /// Variances.
    faint: Vec<f64>,
    /// Fluxes and variances.
    bright: Vec<(f64, f64)>,
}

impl SurveyNoise {
    /// Learns it: the median over bright points of (σ² − median σ² of faint points)/flux, but not less than 0. Bands with
    /// fewer than 30 bright or faint points are taken to have none.
    pub fn fit(objects: &[Object]) -> Self {
        let mut points: BTreeMap<Band, Points> = BTreeMap::new();
        for curve in objects.iter().map(|object| &object.lightcurve) {
            for i in 0..curve.len() {
                let (flux, error) = (curve.flux[i], curve.flux_err[i]);
                let points = points.entry(curve.band[i]).or_default();
                if flux < FAINT * error {
                    points.faint.push(error * error);
                } else if flux > BRIGHT * error {
                    points.bright.push((flux, error * error));
                }
            }
        }
        let photons = points.into_iter().map(|(band, Points { mut faint, bright })| {
            if faint.len() < FEWEST || bright.len() < FEWEST {
                return (band, 0.0);
            }
            let sky = median(&mut faint);
            let mut slopes: Vec<f64> =
                bright.iter().map(|(flux, variance)| (variance - sky) / flux).collect();
            (band, median(&mut slopes).max(0.0))
        });
        Self { photons: photons.collect() }
    }

    /// The error (nJy) that a point in a band would have had with the flux `to`, where it had `error` with the flux `from`.
    pub fn error(&self, band: Band, error: f64, from: f64, to: f64) -> f64 {
        let photons = self.photons.get(&band).copied().unwrap_or(0.0);
        let variance = error * error;
        let sky = (variance - photons * from.max(0.0)).max(SKY * variance);
        (sky + photons * to.max(0.0)).sqrt()
    }
}

fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use hesper_photometry::LightCurve;

    use super::*;

    #[test]
    fn photons_are_found_and_change_errors() {
        let band = Band::new("r").unwrap();
        let mut curve = LightCurve::default();
        for i in 0..400 {
            let flux = if i % 2 == 0 { 0.0 } else { 4_000.0 + f64::from(i) };
            let sky = 80.0 + f64::from(i % 5);
            curve.push(f64::from(i), band, flux, (sky * sky + 3.0 * flux).sqrt());
        }
        let object = Object { lightcurve: curve, ..Object::new("a") };
        let noise = SurveyNoise::fit(&[object]);
        assert!((noise.photons[&band] - 3.0).abs() < 0.2, "{noise:?}");
        let bright = (80.0f64.powi(2) + 3.0 * 5_000.0).sqrt();
        assert!((noise.error(band, bright, 5_000.0, 0.0) - 80.0).abs() < 5.0);
        assert!((noise.error(band, 80.0, -50.0, 5_000.0) - bright).abs() < 5.0);
        // A band that is not known, or without photons, keeps its errors.
        assert_eq!(noise.error(Band::new("u").unwrap(), 7.0, 5.0, 900.0), 7.0);
        assert_eq!(SurveyNoise::fit(&[]), SurveyNoise::default());
    }
}
