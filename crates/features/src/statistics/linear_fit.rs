//! A straight line through the fluxes.

use hesper_photometry::BandCurve;

use super::{BandStatistics, columns, each_band};
use crate::Feature;

/// Slope, its error and reduced χ².
pub(crate) const FEATURE: Feature = Feature {
    name: "linear_fit",
    summary: "straight line through the fluxes of each band: slope, its error, reduced chi-squared",
    doc: "\
**linear_fit**: flux = a + b·mjd, fitted to a band by weighted least squares.

With weights 1/flux_err² and t, f relative to their weighted means, b = Σ w·t·f / Σ w·t², its error is (Σ w·t²)^(−1/2), and
χ² = Σ w·(f − b·t)².

| column | unit | meaning |
|---|---|---|
| `linear_fit_slope_<band>`, `linear_fit_slope_err_<band>` | nJy/day | b and its error |
| `linear_fit_chi2_<band>` | – | χ²/(N − 2) |

Minimum data: 3 points in the band, not all of one time.
Reference: Bevington & Robinson, Data Reduction and Error Analysis for the Physical Sciences, 2003, chapter 6.
",
    cost: "5 µs",
    errors: None,
    min_points: 3,
    columns: |bands| columns(&["linear_fit_slope", "linear_fit_slope_err", "linear_fit_chi2"], bands),
    compute: |described, values| each_band(described, values, 3, linear_fit),
};

fn linear_fit(curve: &BandCurve, statistics: &BandStatistics) -> [f64; 3] {
    let first = curve.mjd[0];
    if curve.mjd.iter().all(|mjd| *mjd == first) {
        return [f64::NAN; 3];
    }
    let (mut weights, mut mean_time) = (0.0, 0.0);
    for (mjd, error) in curve.mjd.iter().zip(&curve.flux_err) {
        let weight = 1.0 / (error * error);
        weights += weight;
        mean_time += weight * (mjd - first);
    }
    mean_time = first + mean_time / weights;
    let (mut times, mut products) = (0.0, 0.0);
    for ((mjd, flux), error) in curve.mjd.iter().zip(&curve.flux).zip(&curve.flux_err) {
        let weight = 1.0 / (error * error);
        let (time, flux) = (mjd - mean_time, flux - statistics.weighted_mean);
        times += weight * time * time;
        products += weight * time * flux;
    }
    let slope = products / times;
    // The residuals themselves, for the difference of the sums would be noise where the line is a good one.
    let mut chi2 = 0.0;
    for ((mjd, flux), error) in curve.mjd.iter().zip(&curve.flux).zip(&curve.flux_err) {
        let residual = (flux - statistics.weighted_mean - slope * (mjd - mean_time)) / error;
        chi2 += residual * residual;
    }
    [slope, times.sqrt().recip(), chi2 / (curve.len() - 2) as f64]
}
