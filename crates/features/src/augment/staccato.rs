//! Light curves drawn anew at their own times.

use hesper_photometry::{LightCurve, Object};

use super::noise::SurveyNoise;
use super::random::Dice;
use crate::GaussianProcess;

/// Draws an object's light curve from the posterior of its process, and measures it at the object's own times and with
/// its own errors. Points of bands whose wavelength is not known are left out.
pub(super) fn redraw(
    object: &Object,
    process: &GaussianProcess,
    noise: &SurveyNoise,
    dice: &mut Dice,
) -> Object {
    let seen = &object.lightcurve;
    let known: Vec<(usize, f64)> =
        (0..seen.len()).filter_map(|i| Some((i, seen.band[i].wavelength()?))).collect();
    let places: Vec<(f64, f64)> = known.iter().map(|(i, wavelength)| (seen.mjd[*i], *wavelength)).collect();
    let drawn = process.curve(&places, &dice.gaussians(places.len()));
    let mut curve = LightCurve::with_capacity(places.len());
    for ((i, _), flux) in known.into_iter().zip(drawn) {
        let error = noise.error(seen.band[i], seen.flux_err[i], seen.flux[i], flux);
        curve.push(seen.mjd[i], seen.band[i], flux + error * dice.gaussian(), error);
    }
    Object { lightcurve: curve, ..object.clone() }
}
