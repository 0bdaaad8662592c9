//! The mean flux, noisy points counting less.

use super::{columns, each_band};
use crate::Feature;

/// The weighted mean of the fluxes.
pub(crate) const FEATURE: Feature = Feature {
    name: "weighted_mean",
    summary: "mean flux of each band, weighted by the inverse squares of the errors",
    doc: "\
**weighted_mean**: the mean flux, noisy points counting less: Σ (flux_i/flux_err_i²) / Σ (1/flux_err_i²).

| column | unit | meaning |
|---|---|---|
| `weighted_mean_<band>` | nJy | the weighted mean |

Minimum data: 1 point in the band.
Reference: Bevington & Robinson, Data Reduction and Error Analysis for the Physical Sciences, 2003.
",
    cost: "5 µs",
    errors: None,
    min_points: 1,
    columns: |bands| columns(&["weighted_mean"], bands),
    compute: |described, values| each_band(described, values, 1, |_, statistics| [statistics.weighted_mean]),
};
