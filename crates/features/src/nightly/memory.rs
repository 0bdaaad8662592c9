//! The fits of an object that the next night starts from.

use hesper_photometry::BandCurve;
use serde::{Deserialize, Serialize};

use super::bits;
use super::fingerprint::of_points;
use crate::bazin::{Place, Trail};
use crate::{BazinFit, BazinFitter, smooth};

/// The fits of one object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Memory {
    /// The shape that all bands share.
    shared: Trail,
    /// Each band's own fits.
    pub(super) bands: Vec<BandMemory>,
}

/// The fits of one band.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BandMemory {
    /// Of the points that `free` fitted.
    fingerprint: u64,
    trail: Trail,
    free: Option<Kept>,
    /// The fit near the shared shape.
    pub(super) smooth: Option<Kept>,
}

/// A fit without its covariance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    /// Amplitude, baseline, t0, rise, fall, χ².
    #[serde(with = "bits::array")]
    numbers: [f64; 6],
    n: usize,
    converged: bool,
}

impl Kept {
    fn of(fit: &BazinFit) -> Self {
        let BazinFit { amplitude, baseline, t0, rise, fall, chi2, n, converged, .. } = *fit;
        Self { numbers: [amplitude, baseline, t0, rise, fall, chi2], n, converged }
    }

    pub(super) fn fit(&self) -> BazinFit {
        let [amplitude, baseline, t0, rise, fall, chi2] = self.numbers;
        let covariance = [[f64::NAN; 5]; 5];
        BazinFit { amplitude, baseline, t0, rise, fall, chi2, n: self.n, converged: self.converged, covariance }
    }
}

impl Memory {
    /// Nothing known of any of `bands` bands.
    pub(super) fn new(bands: usize) -> Self {
        Self { shared: Trail::default(), bands: vec![BandMemory::default(); bands] }
    }

    /// One shape for all bands.
    pub(crate) fn shared(&mut self, fitter: &mut BazinFitter, curves: &[BandCurve]) -> Vec<BazinFit> {
        let hints = guesses(curves);
        fitter.follow(curves.iter(), smooth::shared_priors(), &mut self.shared, &hints)
    }

    /// Each band near the shared shape: [`smooth::band`] from the better of that shape and the last fit.
    pub(crate) fn smooth(
        &mut self,
        fitter: &mut BazinFitter,
        curves: &[BandCurve],
        shared: &[BazinFit],
    ) -> Vec<Option<BazinFit>> {
        let bands = self.bands.iter_mut().zip(curves).enumerate();
        bands
            .map(|(index, (memory, curve))| {
                let shared = shared.get(index).filter(|_| !curve.is_empty());
                let last = memory.smooth.take();
                let shared = shared?;
                let priors = smooth::band_priors(shared);
                let start = last.map_or(*shared, |last| last.fit());
                let near = if crate::bazin::knob("BOTH", 0.0) > 0.0 { fitter.nearby(curve, priors, &[Place::of(&start), Place::of(shared)]) } else { fitter.nearby(curve, priors, &[Place::of(&start)]) };
                let fit = near.unwrap_or(*shared);
                memory.smooth = Some(Kept::of(&fit));
                Some(fit)
            })
            .collect()
    }

    /// The free fit of each band; the last one where no point is new.
    pub(crate) fn free(
        &mut self,
        fitter: &mut BazinFitter,
        curves: &[BandCurve],
        smooth: &[Option<BazinFit>],
    ) -> Vec<Option<BazinFit>> {
        let bands = self.bands.iter_mut().zip(curves).zip(smooth);
        bands
            .map(|((memory, curve), smooth)| {
                let fingerprint = of_points(&curve.mjd, &curve.flux, &curve.flux_err, f64::INFINITY);
                if memory.fingerprint != fingerprint || curve.is_empty() {
                    let priors = fitter.params().priors;
                    let mut hints: Vec<Place> = smooth.as_ref().map(Place::of).into_iter().collect();
                    hints.extend(guesses(std::slice::from_ref(curve)).into_iter().take(crate::bazin::knob("FH", 0.0) as usize));
                    if crate::bazin::knob("SHARP", 0.0) > 0.0 { hints.extend(Place::sharp(curve)); }
                    let fits =
                        fitter.follow(std::iter::once(curve), priors, &mut memory.trail, &hints);
                    memory.free = fits.first().map(Kept::of);
                    memory.fingerprint = fingerprint;
                }
                memory.free.as_ref().map(Kept::fit)
            })
            .collect()
    }
}

/// Where an explosion may have begun: supernovae as they usually are that now rise, or that are brightest at the most significant point.
fn guesses(curves: &[BandCurve]) -> Vec<Place> {
    let (mut last, mut brightest, mut highest) = (f64::NEG_INFINITY, f64::NAN, 0.0);
    for curve in curves {
        for i in 0..curve.len() {
            last = curve.mjd[i].max(last);
            let significance = curve.flux[i] / curve.flux_err[i];
            if significance > highest {
                (highest, brightest) = (significance, curve.mjd[i]);
            }
        }
    }
    let turns = [last, last - 6.0, last - 15.0, brightest, brightest - 8.0, brightest - 20.0];
    turns[..crate::bazin::knob("HINTS", 6.0) as usize].iter().map(|turn| Place::usual(*turn)).collect()
}
