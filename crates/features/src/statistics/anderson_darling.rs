//! How far the fluxes are from a normal distribution.

use super::normal::LN_NORMAL_CDF;
use super::{BandStatistics, columns, each_band};
use crate::Feature;

/// The Anderson–Darling statistic of the fluxes.
pub(crate) const FEATURE: Feature = Feature {
    name: "anderson_darling",
    summary: "Anderson-Darling statistic: how far the fluxes of each band are from a normal distribution",
    doc: "\
**anderson_darling**: how far the fluxes of a band are from a normal distribution of unknown mean and width.

With the N fluxes in ascending order and p_i = Φ((flux_i − mean)/sd), Φ the normal distribution function and sd the standard
deviation with N − 1,

A² = (1 + 4/N − 25/N²)·(−N − 1/N · Σ_{i=1..N} (2i − 1)·(ln p_i + ln(1 − p_{N+1−i}))).

| column | unit | meaning |
|---|---|---|
| `anderson_darling_<band>` | – | A²; noise alone has about 0.3, and more than 0.75 in one of twenty bands |

The factor before the brackets is that of light-curve; it is no Stephens 1974 correction.

Minimum data: 4 points in the band, not all of one flux.
Reference: Anderson & Darling 1954, doi:10.1080/01621459.1954.10501232.
",
    cost: "5 µs",
    errors: None,
    min_points: 4,
    columns: |bands| columns(&["anderson_darling"], bands),
    compute: |described, values| {
        each_band(described, values, 4, |_, statistics| [anderson_darling(statistics)]);
    },
};

fn anderson_darling(statistics: &BandStatistics) -> f64 {
    if statistics.is_flat() {
        return f64::NAN;
    }
    let ln_cdf = &*LN_NORMAL_CDF;
    let n = statistics.sorted.len() as f64;
    let scale = statistics.sd.recip();
    let from_below = statistics.sorted.iter().map(|flux| (flux - statistics.mean) * scale);
    let from_above = statistics.sorted.iter().rev().map(|flux| (statistics.mean - flux) * scale);
    let mut weight = -1.0;
    let sum: f64 = from_below
        .zip(from_above)
        .map(|(low, high)| {
            weight += 2.0;
            weight * (ln_cdf.at(low) + ln_cdf.at(high))
        })
        .sum();
    (1.0 + 4.0 / n - 25.0 / (n * n)) * (-n - sum / n)
}
