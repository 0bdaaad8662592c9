//! How far the fluxes reach.

use super::{columns, each_band};
use crate::Feature;

/// Half the range, and the farthest from the median.
pub(crate) const FEATURE: Feature = Feature {
    name: "amplitude",
    summary: "half the range of the fluxes of each band, and how far the farthest is from the median",
    doc: "\
**amplitude**: how far the fluxes of a band reach.

| column | unit | meaning |
|---|---|---|
| `amplitude_half_<band>` | nJy | (highest − lowest flux)/2 |
| `amplitude_median_<band>` | nJy | the greatest distance of a flux from the median (also known as percent amplitude) |

Minimum data: 1 point in the band.
Reference: D'Isanto et al. 2016, doi:10.1093/mnras/stw157.
",
    cost: "5 µs",
    errors: None,
    min_points: 1,
    columns: |bands| columns(&["amplitude_half", "amplitude_median"], bands),
    compute: |described, values| {
        each_band(described, values, 1, |_, statistics| {
            let (low, high, median) = (statistics.minimum(), statistics.maximum(), statistics.median());
            [0.5 * (high - low), (high - median).max(median - low)]
        });
    },
};
