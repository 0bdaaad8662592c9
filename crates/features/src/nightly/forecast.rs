//! How bright an object will be.

use hesper_photometry::{Band, Object, measured_magnitude};

use super::{Nightly, NightlyState};
use crate::levenberg_marquardt::damped_step;
use crate::{BazinFit, smooth};

/// How far beyond the last point a fit is believed, days.
const HORIZON: f64 = 30.0;
/// How many magnitudes brighter than at the band's points a fit may become. Without a limit, fits of objects that have just
/// begun to rise foretell peaks a magnitude too bright.
const BRIGHTER: f64 = 0.5;

/// The error of the model itself, as a share of the flux: what the parameters' errors leave unexplained on SNPCC.
const MODEL_ERROR: f64 = 0.1;

/// A flux that a fit foretells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// nJy, at least 0.
    pub flux: f64,
    /// Its one-sigma error, nJy.
    pub flux_err: f64,
}

impl Forecast {
    /// AB magnitude and its error; `None` where the flux is 0.
    pub fn magnitude(&self) -> Option<(f64, f64)> {
        measured_magnitude(self.flux, self.flux_err)
    }
}

impl Nightly {
    /// The smooth fit of a band that `state` knows, and the flux (nJy) that a forecast by it never exceeds. The fit's
    /// covariance is NaN. `None` where the band has no points or the object fewer than 5.
    pub fn smooth(&self, state: &NightlyState, object: &Object, band: Band) -> Option<(BazinFit, f64)> {
        let place = self.bands.iter().position(|known| *known == band)?;
        let last = state.last()?;
        let fit = state.memory.bands.get(place)?.smooth.as_ref()?.fit();
        let curve = &object.lightcurve;
        let points = (0..curve.len()).filter(|&i| curve.mjd[i] <= last && curve.band[i] == band);
        let brightest = points.map(|i| fit.flux(curve.mjd[i])).fold(0.0, f64::max);
        Some((fit, brightest * 10f64.powf(0.4 * BRIGHTER)))
    }

    /// The flux of an object in a band at a time (MJD), by the smooth fit of the points that `state` knows.
    ///
    /// `None` where the band has no points or the object fewer than 5, and beyond 30 days after the last point of any band. The flux
    /// is never more than 0.5 mag brighter than the fit is at any of the band's points: a rise goes on for some nights, but a peak
    /// that the points do not show yet is a guess. Times before the last point give the fit there, under the same limit.
    ///
    /// The error comes from the matrix of second derivatives of χ² and priors of the band's amplitude, t0, ln rise and ln fall at the
    /// fit, scaled by √(χ²/n) where that is above 1, and a tenth of the flux for what is no Bazin function.
    pub fn forecast(&self, state: &NightlyState, object: &Object, band: Band, mjd: f64) -> Option<Forecast> {
        let last = state.last()?;
        if state.settings != self.settings || !mjd.is_finite() || mjd > last + HORIZON {
            return None;
        }
        let (fit, ceiling) = self.smooth(state, object, band)?;
        let curve = &object.lightcurve;
        let points = || (0..curve.len()).filter(|&i| curve.mjd[i] <= last && curve.band[i] == band);
        let flux = fit.flux(mjd).min(ceiling).max(0.0);
        let mut precision = [[0.0; 4]; 4];
        for (axis, prior) in smooth::band_priors(&fit).shape().into_iter().enumerate() {
            precision[axis + 1][axis + 1] = prior.map_or(0.0, |prior| prior.precision());
        }
        for i in points() {
            let gradient = fit.gradient(curve.mjd[i]);
            let weight = curve.flux_err[i].powi(-2);
            for a in 0..4 {
                for b in 0..=a {
                    precision[a][b] += weight * gradient[a] * gradient[b];
                }
            }
        }
        let gradient = fit.gradient(mjd);
        // No gradient, no error: the fit is 0 there, whatever its parameters.
        let step = damped_step(&precision, &gradient, 0.0).unwrap_or_default();
        let variance: f64 = gradient.iter().zip(step).map(|(a, b)| a * b).sum();
        let scale = (fit.chi2 / fit.n.max(1) as f64).max(1.0);
        let flux_err = (scale * variance).sqrt().hypot(MODEL_ERROR * flux);
        (flux.is_finite() && flux_err.is_finite()).then_some(Forecast { flux, flux_err })
    }
}
