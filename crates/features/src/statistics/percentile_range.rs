//! The width of the distribution of fluxes without its tails.

use super::{columns, each_band};
use crate::Feature;

/// From the fifth to the ninety-fifth percentile.
pub(crate) const FEATURE: Feature = Feature {
    name: "percentile_range",
    summary: "from the 5th to the 95th percentile of the fluxes of each band",
    doc: "\
**percentile_range**: the width of the distribution of fluxes without its tails: Q(0.95) − Q(0.05).

The quantile Q is linear between the points (i − ½)/N of the ascending fluxes i = 1..N and flat beyond the outermost.

| column | unit | meaning |
|---|---|---|
| `percentile_range_<band>` | nJy | Q(0.95) − Q(0.05) |

Minimum data: 1 point in the band.
Reference: Hyndman & Fan 1996, doi:10.1080/00031305.1996.10473566 (their definition 5).
",
    cost: "5 µs",
    errors: None,
    min_points: 1,
    columns: |bands| columns(&["percentile_range"], bands),
    compute: |described, values| each_band(described, values, 1, |_, statistics| [statistics.range(0.05)]),
};
