//! When the band was watched.

use hesper_photometry::BandCurve;

use super::{columns, each_band};
use crate::Feature;

/// Mean and spread of the times, shortest and longest interval.
pub(crate) const FEATURE: Feature = Feature {
    name: "times",
    summary: "mean and standard deviation of the times of each band, shortest and longest interval",
    doc: "\
**times**: when a band was watched, in the observer's frame. The four numbers tell of the survey more than of the source; a learner that
uses them may learn the survey's habits.

| column | unit | meaning |
|---|---|---|
| `times_mean_<band>` | MJD | mean time |
| `times_sd_<band>` | days | standard deviation of the times (with N − 1) |
| `times_shortest_<band>`, `times_longest_<band>` | days | shortest and longest time from one point to the next |

Minimum data: 1 point in the band for the mean, 2 for the others.
Reference: none needed.
",
    cost: "5 µs",
    errors: None,
    min_points: 1,
    columns: |bands| columns(&["times_mean", "times_sd", "times_shortest", "times_longest"], bands),
    compute: |described, values| each_band(described, values, 1, |curve, _| times(curve)),
};

fn times(curve: &BandCurve) -> [f64; 4] {
    let (n, first) = (curve.len() as f64, curve.mjd[0]);
    // Relative to the first, because the squares of 60,000 days would round off minutes.
    let mean = curve.mjd.iter().map(|mjd| mjd - first).sum::<f64>() / n;
    let squares: f64 = curve.mjd.iter().map(|mjd| (mjd - first - mean) * (mjd - first - mean)).sum();
    let (mut shortest, mut longest) = (f64::NAN, f64::NAN);
    for pair in curve.mjd.windows(2) {
        shortest = (pair[1] - pair[0]).min(shortest);
        longest = (pair[1] - pair[0]).max(longest);
    }
    [first + mean, (squares / (n - 1.0)).sqrt(), shortest, longest]
}
