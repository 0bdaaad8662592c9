//! How peaked the distribution of residuals is.

use super::{columns, each_band};
use crate::Feature;

/// Stetson's K.
pub(crate) const FEATURE: Feature = Feature {
    name: "stetson_k",
    summary: "Stetson's K: how peaked the residuals of each band from its weighted mean are",
    doc: "\
**stetson_k**: a kurtosis that a few outliers do not rule.

K = Σ |d_i| / √(N·Σ d_i²) with d_i = (flux_i − m)/flux_err_i, m the mean flux weighted by 1/flux_err².

| column | unit | meaning |
|---|---|---|
| `stetson_k_<band>` | – | K: √(2/π) = 0.798 for noise, 0.900 for a sine, 1 for two levels, towards 0 for one high point |

Minimum data: 2 points in the band, not all of one flux.
Reference: Stetson 1996, doi:10.1086/133808.
",
    cost: "5 µs",
    errors: None,
    min_points: 2,
    columns: |bands| columns(&["stetson_k"], bands),
    compute: |described, values| {
        each_band(described, values, 2, |curve, statistics| {
            [statistics.deviation / (curve.len() as f64 * statistics.chi2).sqrt()]
        });
    },
};
