//! Whether the fluxes vary by more than their errors.

use super::{columns, each_band};
use crate::Feature;

/// Reduced χ² of a constant flux.
pub(crate) const FEATURE: Feature = Feature {
    name: "reduced_chi2",
    summary: "reduced chi-squared of a constant flux in each band",
    doc: "\
**reduced_chi2**: whether the fluxes of a band vary by more than their errors.

χ²/(N − 1) with χ² = Σ ((flux_i − m)/flux_err_i)², m the mean flux weighted by 1/flux_err².

| column | unit | meaning |
|---|---|---|
| `reduced_chi2_<band>` | – | χ²/(N − 1): about 1 for a constant source |

Minimum data: 2 points in the band.
Reference: Bevington & Robinson, Data Reduction and Error Analysis for the Physical Sciences, 2003.
",
    cost: "5 µs",
    errors: None,
    min_points: 2,
    columns: |bands| columns(&["reduced_chi2"], bands),
    compute: |described, values| {
        each_band(described, values, 2, |curve, statistics| [statistics.chi2 / (curve.len() - 1) as f64]);
    },
};
