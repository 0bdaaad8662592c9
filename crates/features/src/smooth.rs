//! Fits that sparse and noisy bands can bear.
//!
//! The free fit of one band follows its noise where the points are few: it spends five parameters on a dozen points.
//! Here all bands first share one shape, with a weak prior on its two time scales and without a baseline, because
//! difference photometry has none. Then each band may depart from the shared shape as far as its own points insist.

use hesper_photometry::BandCurve;

use crate::{BazinFit, BazinFitter, Gaussian, Priors};

/// No baseline: a deviation of .001 nJy is below any survey's noise.
const NO_BASELINE: Gaussian = Gaussian { mean: 0.0, sd: 1e-3 };

/// What is known of the shared shape: supernovae rise in days and fall in weeks, within a factor of three or so.
pub(crate) fn shared_priors() -> Priors {
    Priors {
        t0: None,
        ln_rise: Some(Gaussian { mean: 4.0f64.ln(), sd: 0.7 }),
        ln_fall: Some(Gaussian { mean: 30.0f64.ln(), sd: 0.8 }),
        baseline: Some(NO_BASELINE),
    }
}

/// How far one band may depart from the shared shape.
pub(crate) fn band_priors(shared: &BazinFit) -> Priors {
    Priors {
        t0: Some(Gaussian { mean: shared.t0, sd: 4.0 }),
        ln_rise: Some(Gaussian { mean: shared.rise.ln(), sd: 0.4 }),
        ln_fall: Some(Gaussian { mean: shared.fall.ln(), sd: 0.5 }),
        baseline: Some(NO_BASELINE),
    }
}

/// The fit of one band near the shared shape; the shared shape itself where the band has too few points of its own.
pub(crate) fn band(fitter: &mut BazinFitter, curve: &BandCurve, shared: &BazinFit) -> Option<BazinFit> {
    if curve.is_empty() {
        return None;
    }
    Some(fitter.refit_with(curve, shared, band_priors(shared)).unwrap_or(*shared))
}
