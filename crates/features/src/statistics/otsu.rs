//! The fluxes in two groups: a bright one and a faint one.

use super::{BandStatistics, columns, each_band};
use crate::Feature;

/// Otsu's split.
pub(crate) const FEATURE: Feature = Feature {
    name: "otsu",
    summary: "Otsu's split of the fluxes of each band in two groups: distance of means, scatter in each, share of the lower",
    doc: "\
**otsu**: the fluxes of a band in two groups, such that the variance between the groups is greatest:
n_low·n_high·(mean_high − mean_low)², over all thresholds. Of several such thresholds the lowest is taken.

| column | unit | meaning |
|---|---|---|
| `otsu_difference_<band>` | nJy | mean_high − mean_low |
| `otsu_sd_low_<band>`, `otsu_sd_high_<band>` | nJy | standard deviations of the groups (with n − 1; 0 for a group of one) |
| `otsu_share_low_<band>` | – | n_low/N |

Minimum data: 2 points in the band, not all of one flux.
Reference: Otsu 1979, doi:10.1109/TSMC.1979.4310076.
",
    cost: "5 µs",
    errors: None,
    min_points: 2,
    columns: |bands| columns(&["otsu_difference", "otsu_sd_low", "otsu_sd_high", "otsu_share_low"], bands),
    compute: |described, values| each_band(described, values, 2, |_, statistics| otsu(statistics)),
};

/// A split must be better than another by this share of it to be no tie: rounding must not choose.
const TIE: f64 = 1e-12;

fn otsu(statistics: &BandStatistics) -> [f64; 4] {
    if statistics.is_flat() {
        return [f64::NAN; 4];
    }
    let sorted = &statistics.sorted;
    let n = sorted.len() as f64;
    // About the mean of all, the two groups' sums are opposite: with s that of the lower group, the means differ by
    // s/n_low + s/n_high, and the variance between them is s²/(n_low·n_high) up to a factor.
    let (mut sum, mut best, mut lower) = (0.0, 0.0, 1);
    for (index, flux) in sorted[..sorted.len() - 1].iter().enumerate() {
        sum += flux - statistics.mean;
        let count = (index + 1) as f64;
        let between = sum * sum / (count * (n - count));
        if between > best * (1.0 + TIE) {
            (best, lower) = (between, index + 1);
        }
    }
    let (low, high) = sorted.split_at(lower);
    let ((mean_low, sd_low), (mean_high, sd_high)) = (mean_and_sd(low), mean_and_sd(high));
    [mean_high - mean_low, sd_low, sd_high, lower as f64 / n]
}

/// Mean and standard deviation, with n − 1, of ascending fluxes; 0 where they are equal.
fn mean_and_sd(sorted: &[f64]) -> (f64, f64) {
    if sorted.first() == sorted.last() {
        return (sorted.first().copied().unwrap_or(f64::NAN), 0.0);
    }
    let n = sorted.len() as f64;
    let mean = sorted.iter().sum::<f64>() / n;
    let squares: f64 = sorted.iter().map(|flux| (flux - mean) * (flux - mean)).sum();
    (mean, (squares / (n - 1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesper_photometry::BandCurve;
    use proptest::prelude::*;

    fn statistics(flux: &[f64]) -> BandStatistics {
        BandStatistics::new(&BandCurve {
            mjd: vec![0.0; flux.len()],
            flux: flux.to_vec(),
            flux_err: vec![1.0; flux.len()],
        })
    }

    #[test]
    fn of_equal_splits_the_lowest_is_taken() {
        assert_eq!(otsu(&statistics(&[3.0, 1.0, 2.0])), [1.5, 0.0, 0.5f64.sqrt(), 1.0 / 3.0]);
        assert_eq!(otsu(&statistics(&[0.3, 0.1, 0.2]))[3], 1.0 / 3.0);
        assert_eq!(otsu(&statistics(&[-0.3, -0.1, -0.2]))[3], 1.0 / 3.0);
    }

    proptest! {
        /// All thresholds, by the definition.
        #[test]
        fn no_split_is_better(flux in prop::collection::vec(-100.0..100.0f64, 2..40)) {
            let statistics = statistics(&flux);
            let n = flux.len();
            let between = |lower: usize| {
                let (low, high) = statistics.sorted.split_at(lower);
                let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
                (lower * (n - lower)) as f64 * (mean(high) - mean(low)).powi(2)
            };
            let best = (1..n).map(between).fold(0.0, f64::max);
            let [difference, _, _, share] = otsu(&statistics);
            let found = between((share * n as f64).round() as usize);
            prop_assert!(found >= best * (1.0 - 1e-9), "{found} {best}");
            prop_assert!(difference > 0.0);
        }
    }
}
