//! What of the light curve was seen.

use crate::{Feature, per_band};

/// When the peak was, within the points taken, and how many points see the object.
pub(crate) const FEATURE: Feature = Feature {
    name: "coverage",
    summary: "rest-frame days seen before and after the peak, and points of signal-to-noise 3 in each band",
    doc: "\
**coverage**: what of the light curve was seen; it tells a learner how far to trust the other features.

| column | unit | meaning |
|---|---|---|
| `coverage_before`, `coverage_after` | days | from the first point to the peak of the shared shape, from it to the last point, rest frame |
| `coverage_detections_<band>` | – | points with flux ≥ 3·flux_err |

Minimum data: 5 points in all bands together.
Reference: none needed.
",
    cost: "160 µs",
    min_points: 5,
    columns: |bands| {
        let mut names: Vec<String> = ["coverage_before", "coverage_after"].map(str::to_owned).into();
        names.extend(per_band("coverage_detections", bands));
        names
    },
    compute: |described, values| {
        let stretch = described.time_dilation();
        let peak = described.peak_time().unwrap_or(f64::NAN);
        let times = || described.curves().iter().flat_map(|curve| curve.mjd.iter().copied());
        values.push((peak - times().fold(f64::NAN, f64::min)) / stretch);
        values.push((times().fold(f64::NAN, f64::max) - peak) / stretch);
        values.extend(described.curves().iter().map(|curve| {
            (0..curve.len()).filter(|&i| curve.flux[i] >= 3.0 * curve.flux_err[i]).count() as f64
        }));
    },
    errors: None,
};
