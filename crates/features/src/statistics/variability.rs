//! What the order of the points in time tells.

use hesper_photometry::BandCurve;

use super::{BandStatistics, columns, each_band};
use crate::Feature;

/// Von Neumann's η, its kin for uneven times, the range of cumulative sums, the steepest step.
pub(crate) const FEATURE: Feature = Feature {
    name: "variability",
    summary: "smoothness of each band in time: von Neumann's eta and eta_e, range of cumulative sums, steepest step",
    doc: "\
**variability**: whether the fluxes of a band follow one another smoothly or at random.

With Δ the difference of a point and the one before it, T the time from the first to the last point, and s the standard deviation
of the fluxes (with N − 1):

| column | unit | meaning |
|---|---|---|
| `variability_eta_<band>` | – | von Neumann's η = Σ Δflux² / ((N − 1)·s²): 2 for noise, near 0 for a smooth curve |
| `variability_eta_e_<band>` | – | η^e = T²/(N − 1)³ · Σ (Δflux/Δmjd)² / s², η for uneven times |
| `variability_cusum_<band>` | – | the range of the cumulative sums of (flux − mean)/(N·s) |
| `variability_slope_<band>` | nJy/day | the greatest Δflux/Δmjd, up or down |

Pairs of points of one time have no slope: they are left out of the columns that divide by Δmjd.

Minimum data: 2 points in the band, not all of one flux but for the slope.
Reference: Kim et al. 2014, doi:10.1051/0004-6361/201323252; D'Isanto et al. 2016, doi:10.1093/mnras/stw157.
",
    cost: "5 µs",
    errors: None,
    min_points: 2,
    columns: |bands| {
        columns(&["variability_eta", "variability_eta_e", "variability_cusum", "variability_slope"], bands)
    },
    compute: |described, values| each_band(described, values, 2, variability),
};

fn variability(curve: &BandCurve, statistics: &BandStatistics) -> [f64; 4] {
    let (mut steps, mut slopes, mut steepest) = (0.0, 0.0, f64::NAN);
    for (mjd, flux) in curve.mjd.windows(2).zip(curve.flux.windows(2)) {
        let (days, step) = (mjd[1] - mjd[0], flux[1] - flux[0]);
        steps += step * step;
        if days != 0.0 {
            let slope = (step / days).abs();
            slopes += slope * slope;
            steepest = slope.max(steepest);
        }
    }
    if statistics.is_flat() {
        return [f64::NAN, f64::NAN, f64::NAN, steepest];
    }
    let (mut sum, mut lowest, mut highest) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
    for flux in &curve.flux {
        sum += flux - statistics.mean;
        lowest = sum.min(lowest);
        highest = sum.max(highest);
    }
    let n = curve.len() as f64;
    let variance = statistics.sd * statistics.sd;
    let span = curve.mjd[curve.len() - 1] - curve.mjd[0];
    let eta_e = if span > 0.0 { span * span / (n - 1.0).powi(3) * slopes / variance } else { f64::NAN };
    [steps / ((n - 1.0) * variance), eta_e, (highest - lowest) / (n * statistics.sd), steepest]
}
