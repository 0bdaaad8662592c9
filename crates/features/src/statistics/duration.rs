//! How long the band was watched.

use super::{columns, each_band};
use crate::Feature;

/// From the first to the last point.
pub(crate) const FEATURE: Feature = Feature {
    name: "duration",
    summary: "days from the first to the last point of each band",
    doc: "\
**duration**: how long a band was watched, in the observer's frame. It tells of the survey more than of the source.

| column | unit | meaning |
|---|---|---|
| `duration_<band>` | days | from the first to the last point |

Minimum data: 1 point in the band.
Reference: none needed.
",
    cost: "5 µs",
    errors: None,
    min_points: 1,
    columns: |bands| columns(&["duration"], bands),
    compute: |described, values| {
        each_band(described, values, 1, |curve, _| [curve.mjd[curve.len() - 1] - curve.mjd[0]]);
    },
};
