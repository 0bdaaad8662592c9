//! The middle of the fluxes and the widths around it.

use super::{BandStatistics, columns, each_band};
use crate::Feature;

const COLUMNS: [&str; 7] = [
    "percentiles_median",
    "percentiles_mad",
    "percentiles_range25",
    "percentiles_ratio40",
    "percentiles_ratio20",
    "percentiles_relative_range",
    "percentiles_near_median",
];

/// Median, median absolute deviation, ranges and their ratios.
pub(crate) const FEATURE: Feature = Feature {
    name: "percentiles",
    summary: "median and median absolute deviation of the fluxes of each band, widths of their distribution and ratios of these",
    doc: "\
**percentiles**: the middle of a band's fluxes and the widths around it, which outliers do not move.

With the quantile Q as in `percentile_range` and R(p) = Q(1 − p) − Q(p):

| column | unit | meaning |
|---|---|---|
| `percentiles_median_<band>` | nJy | Q(½) |
| `percentiles_mad_<band>` | nJy | median distance of a flux from the median |
| `percentiles_range25_<band>` | nJy | R(0.25), the interquartile range |
| `percentiles_ratio40_<band>`, `percentiles_ratio20_<band>` | – | R(0.40)/R(0.05), R(0.20)/R(0.05) |
| `percentiles_relative_range_<band>` | – | R(0.05)/median |
| `percentiles_near_median_<band>` | – | share of points nearer to the median than a tenth of half the range of all |

Minimum data: 1 point in the band; the ratios need fluxes that are not all equal.
Reference: D'Isanto et al. 2016, doi:10.1093/mnras/stw157.
",
    cost: "5 µs",
    errors: None,
    min_points: 1,
    columns: |bands| columns(&COLUMNS, bands),
    compute: |described, values| each_band(described, values, 1, |_, statistics| percentiles(statistics)),
};

fn percentiles(statistics: &BandStatistics) -> [f64; COLUMNS.len()] {
    let (median, range) = (statistics.median(), statistics.range(0.05));
    let near = 0.1 * 0.5 * (statistics.maximum() - statistics.minimum());
    let near_median = statistics.sorted.iter().filter(|flux| (**flux - median).abs() < near).count();
    [
        median,
        median_distance(&statistics.sorted, median),
        statistics.range(0.25),
        statistics.range(0.40) / range,
        statistics.range(0.20) / range,
        range / median,
        near_median as f64 / statistics.sorted.len() as f64,
    ]
}

/// The median of the distances from the median: those below it and those above it are in order already, so it is found by
/// walking from the middle outwards.
fn median_distance(sorted: &[f64], median: f64) -> f64 {
    let n = sorted.len();
    let mut above = sorted.partition_point(|flux| *flux < median);
    let mut below = above;
    let (mut previous, mut last) = (f64::NAN, f64::NAN);
    for _ in 0..=n / 2 {
        let up = sorted.get(above).map(|flux| flux - median);
        let down = below.checked_sub(1).map(|index| median - sorted[index]);
        previous = last;
        last = match (down, up) {
            (Some(down), Some(up)) if down < up => {
                below -= 1;
                down
            }
            (Some(down), None) => {
                below -= 1;
                down
            }
            (_, Some(up)) => {
                above += 1;
                up
            }
            (None, None) => return f64::NAN,
        };
    }
    if n.is_multiple_of(2) { 0.5 * (previous + last) } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn walking_outwards_is_sorting(mut flux in prop::collection::vec((-20i32..20).prop_map(f64::from), 1..30)) {
            flux.sort_by(f64::total_cmp);
            let middle = |sorted: &[f64]| 0.5 * (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]);
            let median = middle(&flux);
            let mut distances: Vec<f64> = flux.iter().map(|flux| (flux - median).abs()).collect();
            distances.sort_by(f64::total_cmp);
            prop_assert_eq!(median_distance(&flux, median), middle(&distances));
        }
    }

    #[test]
    fn a_flux_that_is_no_number_has_no_median_distance() {
        assert!(median_distance(&[], f64::NAN).is_nan());
        assert!(median_distance(&[1.0, 2.0, f64::NAN], 2.0).is_nan());
        assert!(median_distance(&[1.0, f64::NAN], f64::NAN).is_nan());
    }
}
