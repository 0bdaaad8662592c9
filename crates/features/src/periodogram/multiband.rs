//! Periodograms of one band and of several.

use std::ops::Range;

use hesper_photometry::BandCurve;

use super::false_alarm::Noise;
use super::sums::Points;
use super::{FrequencyGrid, powers};
use crate::Error;

/// The generalised Lomb–Scargle periodogram of one series: weighted, and with a mean that is fitted along.
///
/// At each frequency f of the grid it is the share of χ² that a + b·cos 2πft + c·sin 2πft removes from that of a constant:
/// (χ²_constant − χ²_sine)/χ²_constant, from 0 to 1 (astropy's `normalization="standard"`). Times are days, frequencies per day.
/// The power is NaN at frequencies where a sine cannot be told from a constant, such as 0, and everywhere for fewer than 3
/// points or values that are all equal.
///
/// Source: Zechmeister & Kürster 2009, doi:10.1051/0004-6361:200811296.
///
/// # Errors
/// [`Error::Params`] where the three slices differ in length, a number is not finite, an error is not positive, or the grid
/// makes no sense.
///
/// ```
/// use hesper_features::{FrequencyGrid, lomb_scargle};
///
/// let times: Vec<f64> = (0..60).map(|i| 1.3 * f64::from(i) + 0.2 * f64::from(i % 7)).collect();
/// let values: Vec<f64> = times.iter().map(|t| 5.0 + (std::f64::consts::TAU * t / 4.0).sin()).collect();
/// let grid = FrequencyGrid::covering(80.0, 10.0, 0.5)?;
/// let power = lomb_scargle(&times, &values, &[0.1; 60], &grid)?;
/// let best = (0..grid.count).max_by(|a, b| power[*a].total_cmp(&power[*b])).unwrap_or(0);
/// assert!((1.0 / grid.frequency(best) - 4.0).abs() < 0.02 && power[best] > 0.99);
/// # Ok::<(), hesper_features::Error>(())
/// ```
pub fn lomb_scargle(
    times: &[f64],
    values: &[f64],
    errors: &[f64],
    grid: &FrequencyGrid,
) -> Result<Vec<f64>, Error> {
    grid.check()?;
    check(times, values, errors)?;
    Ok(prepare(times, values, errors, middle(times))
        .map_or_else(|| vec![f64::NAN; grid.count], |points| powers(&points, grid)))
}

/// The periodogram of an object: of its bands together, and of each.
///
/// All bands share the frequency; each has its own mean, amplitude and phase. The power is the share of χ² that the sines
/// remove from that of constants, all bands taken together: Σ χ²_b·P_b / Σ χ²_b with P_b the power of band b and χ²_b that of its
/// weighted mean.
///
/// Source: VanderPlas & Ivezić 2015, doi:10.1088/0004-637X/812/1/18, the multi-phase model; the false-alarm probability is Baluev
/// 2008, doi:10.1111/j.1365-2966.2008.12689.x, carried over to several bands.
#[derive(Clone, Debug)]
pub struct Periodogram {
    /// The frequencies.
    pub grid: FrequencyGrid,
    /// The power of all bands together at each frequency, 0 to 1.
    pub power: Vec<f64>,
    /// The power of each band at each frequency; none for bands with fewer than [`Periodogram::MIN_POINTS`] points or with fluxes
    /// all equal, which tell nothing of periods and have no part in `power`.
    pub bands: Vec<Option<Vec<f64>>>,
    span: f64,
    noise: Noise,
}

impl Periodogram {
    /// The fewest points of a band that are looked at: fewer are fitted by almost any sine.
    pub const MIN_POINTS: usize = 5;

    /// The periodogram of bands' fluxes; `None` where no band has enough points.
    ///
    /// # Errors
    /// [`Error::Params`] as for [`lomb_scargle`].
    pub fn new(curves: &[BandCurve], grid: &FrequencyGrid) -> Result<Option<Self>, Error> {
        grid.check()?;
        for curve in curves {
            check(&curve.mjd, &curve.flux, &curve.flux_err)?;
        }
        let Some(range) = Self::range(curves) else { return Ok(None) };
        let centre = 0.5 * (range.start + range.end);
        let (mut power, mut chi2) = (vec![0.0; grid.count], 0.0);
        let mut noise = Noise { points: 0, bands: 0, time_variance: 0.0, highest: grid.last() };
        let mut weights = 0.0;
        let mut bands = Vec::with_capacity(curves.len());
        for curve in curves {
            let enough = curve.len() >= Self::MIN_POINTS;
            let points = prepare(&curve.mjd, &curve.flux, &curve.flux_err, centre).filter(|_| enough);
            bands.push(points.map(|points| {
                let weight: f64 = curve.flux_err.iter().map(|error| 1.0 / (error * error)).sum();
                let band_chi2 = weight * points.variance;
                let band = powers(&points, grid);
                for (power, band) in power.iter_mut().zip(&band) {
                    // Where a sine is no other model than a constant, it removes nothing.
                    *power += if band.is_nan() { 0.0 } else { band_chi2 * band };
                }
                chi2 += band_chi2;
                weights += weight;
                noise.points += curve.len();
                noise.bands += 1;
                noise.time_variance += weight * points.time_variance();
                band
            }));
        }
        if noise.bands == 0 {
            return Ok(None);
        }
        noise.time_variance /= weights;
        power.iter_mut().for_each(|power| *power /= chi2);
        Ok(Some(Self { grid: *grid, power, bands, span: range.end - range.start, noise }))
    }

    /// The first and the last time of the bands that have enough points, if any has.
    pub fn range(curves: &[BandCurve]) -> Option<Range<f64>> {
        let enough = curves.iter().filter(|curve| curve.len() >= Self::MIN_POINTS);
        let times = || enough.clone().flat_map(|curve| curve.mjd.iter().copied());
        let (first, last) = (times().reduce(f64::min)?, times().reduce(f64::max)?);
        Some(first..last)
    }

    /// The index of the highest power.
    pub fn peak(&self) -> Option<usize> {
        (0..self.power.len()).reduce(|best, i| if self.power[i] > self.power[best] { i } else { best })
    }

    /// The index of the highest local maximum that is farther from the peak than a peak is wide, 1/(time from first to last point).
    pub fn second_peak(&self) -> Option<usize> {
        let peak = self.peak()?;
        let width = (1.0 / (self.span * self.grid.step)).ceil() as usize;
        let power = &self.power;
        let local = |i: &usize| {
            i.abs_diff(peak) > width
                && (*i == 0 || power[*i] >= power[i - 1])
                && (i + 1 == power.len() || power[*i] >= power[i + 1])
        };
        let maxima = (0..power.len()).filter(local);
        maxima.reduce(|best, i| if power[i] > power[best] { i } else { best })
    }

    /// The natural logarithm of the probability that noise has a power of at least `power` at any frequency from 0 to the
    /// highest of the grid. For one band it is astropy's `false_alarm_probability(method="baluev")` but for powers below
    /// 1/(N − 3), where it is nearly 1. The noise is taken as
    /// normal, in proportion to the errors, and independent from point to point; bands as if of like distribution in time.
    pub fn ln_false_alarm(&self, power: f64) -> f64 {
        self.noise.ln_false_alarm(power)
    }
}

fn check(times: &[f64], values: &[f64], errors: &[f64]) -> Result<(), Error> {
    for (name, slice) in [("values", values), ("errors", errors)] {
        if slice.len() != times.len() {
            return Err(Error::Params {
                name,
                value: format!("{} long", slice.len()),
                rule: "as long as times",
            });
        }
    }
    for (name, slice) in [("times", times), ("values", values), ("errors", errors)] {
        if let Some(value) = slice.iter().find(|value| !value.is_finite()) {
            return Err(Error::Params { name, value: value.to_string(), rule: "finite" });
        }
    }
    match errors.iter().find(|error| **error <= 0.0) {
        Some(error) => Err(Error::Params { name: "errors", value: error.to_string(), rule: "positive" }),
        None => Ok(()),
    }
}

fn middle(times: &[f64]) -> f64 {
    let (first, last) = times
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(first, last), time| (time.min(first), time.max(last)));
    0.5 * (first + last)
}

/// `None` for fewer than 3 points or equal values.
fn prepare(times: &[f64], values: &[f64], errors: &[f64], centre: f64) -> Option<Points> {
    let first = *values.first()?;
    if values.len() < 3 || values.iter().all(|value| *value == first) {
        return None;
    }
    // Relative to the smallest error, whose square might be too small a number.
    let smallest = errors.iter().copied().reduce(f64::min)?;
    let mut weight: Vec<f64> = errors.iter().map(|error| (smallest / error).powi(2)).collect();
    let sum: f64 = weight.iter().sum();
    weight.iter_mut().for_each(|weight| *weight /= sum);
    let mean = first + weight.iter().zip(values).map(|(weight, value)| weight * (value - first)).sum::<f64>();
    let value: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let variance = weight.iter().zip(&value).map(|(weight, value)| weight * value * value).sum();
    Some(Points { time: times.iter().map(|time| time - centre).collect(), weight, value, variance })
}

impl Points {
    /// The weighted variance of the times, days².
    fn time_variance(&self) -> f64 {
        let mean: f64 = self.weight.iter().zip(&self.time).map(|(weight, time)| weight * time).sum();
        self.weight.iter().zip(&self.time).map(|(weight, time)| weight * (time - mean).powi(2)).sum()
    }
}
