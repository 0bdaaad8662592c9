//! The Villar fit of one band.

mod feature;
mod model;

use hesper_photometry::BandCurve;

use crate::BazinFit;
use crate::levenberg_marquardt::Arrival;
pub(crate) use feature::FEATURE;
pub use model::villar;
use model::{Plateau, walk};

/// Plateaus with which walks may start, days.
const PLATEAUS: [f64; 4] = [4.0, 12.0, 30.0, 70.0];

/// The fit of Villar et al. 2019, equation 1, to one band: with x = t − t0,
///
/// ```text
/// f(t) = (amplitude + slope·x) / (1 + exp(−x/rise))                                      x < plateau
/// f(t) = (amplitude + slope·plateau)·exp(−(x − plateau)/fall) / (1 + exp(−x/rise))       x ≥ plateau
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VillarFit {
    /// A ≥ 0, nJy.
    pub amplitude: f64,
    /// β ≤ 0, nJy/day: the slope of the plateau, which ends at or above 0.
    pub slope: f64,
    /// t0, the time of the turn, MJD.
    pub t0: f64,
    /// γ = t1 − t0, how long the plateau lasts, days.
    pub plateau: f64,
    /// τ_rise, days.
    pub rise: f64,
    /// τ_fall, days.
    pub fall: f64,
    /// χ² of the points, without the priors' part.
    pub chi2: f64,
    /// The number of points.
    pub n: usize,
    /// Whether the search ended because nothing more was to be gained.
    pub converged: bool,
}

impl VillarFit {
    /// The fewest points that can be fitted: one more than there are parameters.
    pub const MIN_POINTS: usize = Self::PARAMETERS + 1;
    const PARAMETERS: usize = 6;

    /// Fits the points of a band, starting from a Bazin fit of it (its t0, rise and fall); `None` where the points are
    /// fewer than [`VillarFit::MIN_POINTS`], or they or the start hold numbers that bear no fit: NaN, infinite, or
    /// beyond the range of their squares.
    pub fn new(curve: &BandCurve, start: &BazinFit) -> Option<Self> {
        if curve.len() < Self::MIN_POINTS {
            return None;
        }
        let mut band = Plateau::load(curve, start)?;
        // The corner at the plateau's end makes minima of its own: each plateau sends its best start.
        let starts = PLATEAUS.map(|plateau| band.best_start(plateau, start));
        let walk = walk();
        let ends = starts.into_iter().map(|(_, place)| walk.run(&mut band, place));
        let Arrival { place, converged, .. } = ends.min_by(|a, b| a.cost.total_cmp(&b.cost))?;
        let fit = band.describe(&place);
        Some(Self { chi2: chi2(curve, &fit), converged, ..fit })
    }

    /// The model's flux at a time (MJD), nJy.
    pub fn flux(&self, mjd: f64) -> f64 {
        villar(mjd, [self.amplitude, self.slope, self.t0, self.plateau, self.rise, self.fall])
    }

    /// χ² by the number of points less that of the parameters.
    pub fn reduced_chi2(&self) -> f64 {
        self.chi2 / (self.n - Self::PARAMETERS) as f64
    }
}

fn chi2(curve: &BandCurve, fit: &VillarFit) -> f64 {
    (0..curve.len()).map(|i| ((curve.flux[i] - fit.flux(curve.mjd[i])) / curve.flux_err[i]).powi(2)).sum()
}
