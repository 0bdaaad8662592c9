//! The fits beside Bazin's against independent programs and known truths, and what is told of their errors.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod bump;
mod gaussian_process;
mod nightly;
mod uncertainty;
mod villar;

use hesper_photometry::{Band, BandCurve, Object};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

fn band(name: &str) -> Band {
    Band::new(name).unwrap()
}

fn numbers(line: &str) -> Vec<f64> {
    line.split(' ').filter_map(|word| word.parse().ok()).collect()
}

/// Points every `step` days from MJD 56200 with Gaussian noise of the error's size.
fn observed(n: usize, step: f64, error: f64, seed: u64, flux: impl Fn(f64) -> f64) -> BandCurve {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut noise = || -> f64 { StandardNormal.sample(&mut rng) };
    let mjd: Vec<f64> = (0..n).map(|i| 56_200.0 + step * i as f64).collect();
    BandCurve {
        flux: mjd.iter().map(|t| flux(*t) + error * noise()).collect(),
        flux_err: vec![error; n],
        mjd,
    }
}

/// An object of bands.
fn object(id: &str, bands: &[(&str, BandCurve)]) -> Object {
    let mut object = Object::new(id);
    for (name, curve) in bands {
        for i in 0..curve.len() {
            object.lightcurve.push(curve.mjd[i], band(name), curve.flux[i], curve.flux_err[i]);
        }
    }
    object.lightcurve.sort_by_time();
    object
}

/// Numbers that bear no fit, in place of a point's flux or error.
fn unusable(curve: &BandCurve) -> Vec<BandCurve> {
    let mut curves = Vec::new();
    for (flux, error) in [(f64::NAN, 1.0), (f64::INFINITY, 1.0), (1e200, 1e-200), (1.0, f64::NAN), (1.0, 0.0)]
    {
        let mut other = curve.clone();
        (other.flux[3], other.flux_err[3]) = (flux, error);
        curves.push(other);
    }
    let mut other = curve.clone();
    other.mjd[3] = f64::NAN;
    curves.push(other);
    curves
}
