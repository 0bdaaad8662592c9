//! The Bazin fit against known truths, slow references and an independent program.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod covariance;
mod edges;
mod golden;
mod invariances;
mod joint;
mod priors;
mod recovery;
mod reference;

use hesper_features::{BazinFit, BazinFitter, BazinParams};
use hesper_photometry::BandCurve;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// The five parameters of a curve that a test makes; `t0` in MJD.
#[derive(Clone, Copy, Debug)]
struct Truth {
    amplitude: f64,
    baseline: f64,
    t0: f64,
    rise: f64,
    fall: f64,
}

/// A supernova as the tests like it: well covered by `every_days(…)` with its turn at 56230.
const TRUTH: Truth = Truth { amplitude: 1000.0, baseline: 30.0, t0: 56_230.0, rise: 4.0, fall: 25.0 };

impl Truth {
    /// The formula as the paper has it.
    fn flux(&self, mjd: f64) -> f64 {
        let x = mjd - self.t0;
        self.amplitude * (-x / self.fall).exp() / (1.0 + (-x / self.rise).exp()) + self.baseline
    }

    /// Where the derivative of the formula is zero.
    fn peak(&self) -> f64 {
        self.t0 + self.rise * (self.fall / self.rise - 1.0).ln()
    }

    fn array(&self) -> [f64; 5] {
        [self.amplitude, self.baseline, self.t0, self.rise, self.fall]
    }
}

fn parameters(fit: &BazinFit) -> [f64; 5] {
    [fit.amplitude, fit.baseline, fit.t0, fit.rise, fit.fall]
}

fn fitter() -> BazinFitter {
    BazinFitter::new(BazinParams::default())
}

fn seeded(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// `n` times from MJD 56171, `step` days apart.
fn every_days(step: f64, n: usize) -> Vec<f64> {
    (0..n).map(|i| 56_171.0 + step * i as f64).collect()
}

/// Points without noise.
fn noiseless(mjd: Vec<f64>, error: f64, flux: impl Fn(f64) -> f64) -> BandCurve {
    BandCurve { flux: mjd.iter().map(|t| flux(*t)).collect(), flux_err: vec![error; mjd.len()], mjd }
}

/// The same points with Gaussian noise of their errors' size.
fn with_noise(mut curve: BandCurve, rng: &mut ChaCha8Rng) -> BandCurve {
    for (flux, error) in curve.flux.iter_mut().zip(&curve.flux_err) {
        *flux += error * normal(rng);
    }
    curve
}

/// χ² of a model, by its definition.
fn chi2(curve: &BandCurve, model: impl Fn(f64) -> f64) -> f64 {
    (0..curve.len()).map(|i| ((curve.flux[i] - model(curve.mjd[i])) / curve.flux_err[i]).powi(2)).sum()
}

/// A band as surveys give them: few to many points, bright to invisible, seen whole or in part; and three in ten are
/// no Bazin function at all.
fn survey_curve(rng: &mut ChaCha8Rng) -> BandCurve {
    let n = rng.random_range(8..45);
    let span = rng.random_range(30.0..170.0);
    let mut mjd: Vec<f64> = (0..n).map(|_| 56_171.0 + span * rng.random::<f64>()).collect();
    mjd.sort_by(f64::total_cmp);
    let noise = 10.0 * (0.5 * normal(rng)).exp();
    let truth = Truth {
        amplitude: noise * 10f64.powf(rng.random_range(0.0..2.3)),
        baseline: noise * normal(rng),
        t0: 56_171.0 + span * rng.random_range(-0.1..1.05),
        rise: 3.5 * (0.6 * normal(rng)).exp(),
        fall: 28.0 * (0.7 * normal(rng)).exp(),
    };
    let kind = rng.random_range(0..10);
    let second = Truth { t0: truth.t0 + 25.0, amplitude: 0.6 * truth.amplitude, baseline: 0.0, ..truth };
    let flux = |t: f64| match kind {
        0 => truth.flux(t) + second.flux(t),
        1 => truth.baseline + if (0.0..60.0).contains(&(t - truth.t0)) { truth.amplitude } else { 0.0 },
        2 => truth.baseline,
        _ => truth.flux(t),
    };
    let flux_err: Vec<f64> = mjd
        .iter()
        .map(|t| (noise * noise + 4e-4 * flux(*t).powi(2)).sqrt() * rng.random_range(0.7..1.5))
        .collect();
    let flux = mjd.iter().zip(&flux_err).map(|(t, error)| flux(*t) + error * normal(rng)).collect();
    BandCurve { mjd, flux, flux_err }
}
