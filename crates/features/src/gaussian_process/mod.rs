//! A Gaussian process over time and wavelength: one for all bands of an object.
//!
//! The covariance of the fluxes of two points is
//!
//! ```text
//! k = amplitude² · (1 + √3·|Δt|/ℓ)·exp(−√3·|Δt|/ℓ) · exp(−Δλ²/(2·(6000 Å)²))
//! ```
//!
//! a Matérn-3/2 kernel of time, by a Gaussian of wavelength. The two numbers that are free, amplitude and time scale ℓ, are
//! those of the largest marginal likelihood.
//!
//! In time the process is Markovian, so the likelihood and its derivatives need one pass over the points ([`filter`]); one
//! Cholesky decomposition at the end gives means and variances ([`posterior`]). Both are exact.

mod draw;
mod feature;
mod filter;
mod peak;
mod points;
mod posterior;

use hesper_photometry::{Band, LightCurve};

use crate::levenberg_marquardt::{Tolerance, Walk};
pub(crate) use feature::FEATURE;
use filter::{Ground, Likelihood};
use points::Points;
use posterior::Posterior;

/// The kernel's scale of wavelength, Å.
pub const WAVELENGTH_SCALE: f64 = 6_000.0;
/// Bounds of the time scale, days.
const TIME_SCALE: (f64, f64) = (1.0, 500.0);
/// Time scales where the search may start, days.
const STARTS: [f64; 2] = [12.0, 40.0];
/// Bounds of the amplitude, in units of the largest flux.
const AMPLITUDE: (f64, f64) = (1e-3, 1e3);

/// The Gaussian process of one object, given its points.
#[derive(Clone, Debug)]
pub struct GaussianProcess {
    points: Points,
    posterior: Posterior,
    time_scale: f64,
    log_likelihood: f64,
}

impl GaussianProcess {
    /// The fewest points, of all bands together, that amplitude and time scale are chosen by.
    pub const MIN_POINTS: usize = 5;
    /// The most points that are taken as they are. Where there are more, points of one band within a night (or two, four, …
    /// nights, until they are few enough) become one, their weighted mean.
    pub const MAX_POINTS: usize = 500;

    /// The process of the largest marginal likelihood; `None` where fewer than [`GaussianProcess::MIN_POINTS`] points are of
    /// bands whose wavelength is known, or numbers bear no fit: NaN, infinite, or beyond the range of their squares.
    pub fn fit(curve: &LightCurve) -> Option<Self> {
        let points = Points::load(curve)?;
        if points.len() < Self::MIN_POINTS {
            return None;
        }
        // Sizes that the compiler knows are several times as fast. No more than 14 wavelengths are known.
        let [ln_amplitude, ln_time_scale] = match points.wavelengths.len() {
            0..=2 => likeliest::<2>(&points),
            3..=4 => likeliest::<4>(&points),
            5..=6 => likeliest::<6>(&points),
            _ => likeliest::<14>(&points),
        };
        Self::settle(points, ln_amplitude.exp(), ln_time_scale.exp())
    }

    /// The process of a given amplitude (nJy) and time scale (days); `None` where they are not above 0 or the points bear no
    /// fit. One point suffices.
    pub fn with(curve: &LightCurve, amplitude: f64, time_scale: f64) -> Option<Self> {
        let points = Points::load(curve)?;
        let amplitude = amplitude / points.unit;
        let good = |value: f64| value > 0.0 && value.is_finite();
        if !(good(amplitude) && good(time_scale)) {
            return None;
        }
        Self::settle(points, amplitude, time_scale)
    }

    fn settle(points: Points, amplitude: f64, time_scale: f64) -> Option<Self> {
        let (posterior, log_likelihood) = Posterior::new(&points, amplitude, time_scale)?;
        Some(Self { points, posterior, time_scale, log_likelihood })
    }

    /// The amplitude, nJy.
    pub fn amplitude(&self) -> f64 {
        self.posterior.amplitude() * self.points.unit
    }

    /// The time scale ℓ, days.
    pub fn time_scale(&self) -> f64 {
        self.time_scale
    }

    /// The number of points, after points of one night were merged.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there is no point: never.
    pub fn is_empty(&self) -> bool {
        self.points.len() == 0
    }

    /// The logarithm of the marginal likelihood of the fluxes, each in units of its own error: that of the fluxes in nJy plus
    /// Σ ln(flux_err / nJy). So it does not depend on the unit of flux.
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// The posterior mean of the flux at a time (MJD) in a band, nJy; `None` where the band's wavelength is not known.
    pub fn flux(&self, mjd: f64, band: Band) -> Option<f64> {
        let wave = self.posterior.wave(&self.points, band.wavelength()?);
        Some(wave.mean(&self.points, mjd - self.points.start) * self.points.unit)
    }

    /// The posterior standard deviation of the flux at a time (MJD) in a band, without the errors of measurement, nJy; `None`
    /// where the band's wavelength is not known.
    pub fn flux_err(&self, mjd: f64, band: Band) -> Option<f64> {
        let variance = self.posterior.variance(&self.points, mjd - self.points.start, band.wavelength()?);
        Some(variance.sqrt() * self.points.unit)
    }
}

/// The logarithms of amplitude and time scale at which the points are likeliest.
fn likeliest<const M: usize>(points: &Points) -> [f64; 2] {
    let mut likelihood = Likelihood::<M>::new(points);
    let ln = |(least, largest): (f64, f64)| (least.ln(), largest.ln());
    let walk = Walk {
        bounds: [ln(AMPLITUDE), ln(TIME_SCALE)],
        stride: [1.5, 1.0],
        iterations: 30,
        tolerance: Tolerance::Absolute(1e-4),
        promise: 0.0,
    };
    // Half the largest flux (which is 1) is a fair guess of the amplitude.
    let starts = STARTS.map(|time_scale| [0.5f64.ln(), time_scale.ln()]);
    let [short, long] = starts.map(|start| likelihood.cost(start[0], start[1]));
    let start = if short < long { starts[0] } else { starts[1] };
    walk.run(&mut Ground { likelihood: &mut likelihood, walk: &walk }, start).place
}

/// The share that two wavelengths have in common.
fn coupling(one: f64, other: f64) -> f64 {
    (-0.5 * ((one - other) / WAVELENGTH_SCALE).powi(2)).exp()
}
