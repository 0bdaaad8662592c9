//! The fits of an object that the next night starts from.

use hesper_photometry::BandCurve;
use serde::{Deserialize, Serialize};

use super::fingerprint::of_points;
use super::{bits, hints};
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
        BazinFit {
            amplitude,
            baseline,
            t0,
            rise,
            fall,
            chi2,
            n: self.n,
            converged: self.converged,
            covariance,
        }
    }
}

impl Memory {
    /// Nothing known of any of `bands` bands.
    pub(super) fn new(bands: usize) -> Self {
        Self { shared: Trail::default(), bands: vec![BandMemory::default(); bands] }
    }

    /// One shape for all bands.
    pub(crate) fn shared(&mut self, fitter: &mut BazinFitter, curves: &[BandCurve]) -> Vec<BazinFit> {
        fitter.follow(curves.iter(), smooth::shared_priors(), &mut self.shared, &hints::of_all(curves))
    }

    /// Each band near the shared shape: [`smooth::band`], but from where it ended last night.
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
                let near = fitter.nearby(curve, priors, Place::of(&start));
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
                    let hints = hints::of_band(curve, smooth.as_ref());
                    let fits = fitter.follow(std::iter::once(curve), priors, &mut memory.trail, &hints);
                    memory.free = fits.first().map(Kept::of);
                    memory.fingerprint = fingerprint;
                }
                memory.free.as_ref().map(Kept::fit)
            })
            .collect()
    }
}
