//! The moments of the fluxes.

use super::{BandStatistics, columns, each_band};
use crate::Feature;

const COLUMNS: [&str; 8] = [
    "moments_mean",
    "moments_sd",
    "moments_skew",
    "moments_kurtosis",
    "moments_relative_sd",
    "moments_excess_variance",
    "moments_beyond1",
    "moments_beyond2",
];

/// Mean, standard deviation, skewness, kurtosis, and shares beyond.
pub(crate) const FEATURE: Feature = Feature {
    name: "moments",
    summary: "mean, standard deviation, skewness and kurtosis of the fluxes of each band, relative and excess variance, outliers",
    doc: "\
**moments**: the moments of the fluxes of a band, all points counting alike.

With M_k = Σ (flux − mean)^k and s² = M_2/(N − 1):

| column | unit | meaning |
|---|---|---|
| `moments_mean_<band>`, `moments_sd_<band>` | nJy | mean and s |
| `moments_skew_<band>` | – | G1 = N/((N − 1)(N − 2)) · M_3/s³ |
| `moments_kurtosis_<band>` | – | G2 = N(N + 1)/((N − 1)(N − 2)(N − 3)) · M_4/s⁴ − 3(N − 1)²/((N − 2)(N − 3)); 0 for noise |
| `moments_relative_sd_<band>` | – | s/mean |
| `moments_excess_variance_<band>` | – | (s² − mean of flux_err²)/mean² |
| `moments_beyond1_<band>`, `moments_beyond2_<band>` | – | share of points farther than s, 2s from the mean |

The mean of difference fluxes may be near 0, and what is divided by it large without meaning.

Minimum data: 1 point in the band for the mean, 2 for the standard deviation, 3 for the skewness, 4 for the kurtosis; skewness and
kurtosis need fluxes that are not all equal.
Reference: Joanes & Gill 1998, doi:10.1111/1467-9884.00122; D'Isanto et al. 2016, doi:10.1093/mnras/stw157.
",
    cost: "5 µs",
    errors: None,
    min_points: 1,
    columns: |bands| columns(&COLUMNS, bands),
    compute: |described, values| {
        each_band(described, values, 1, |curve, statistics| moments(&curve.flux_err, statistics));
    },
};

fn moments(flux_err: &[f64], statistics: &BandStatistics) -> [f64; COLUMNS.len()] {
    let BandStatistics { sorted, mean, sd, .. } = statistics;
    let n = sorted.len() as f64;
    let mut moments = [f64::NAN; COLUMNS.len()];
    moments[0] = *mean;
    if sorted.len() < 2 {
        return moments;
    }
    let (mut third, mut fourth, mut beyond1, mut beyond2) = (0.0, 0.0, 0, 0);
    for flux in sorted {
        let distance = flux - mean;
        let square = distance * distance;
        third += square * distance;
        fourth += square * square;
        beyond1 += usize::from(distance.abs() > *sd);
        beyond2 += usize::from(distance.abs() > 2.0 * sd);
    }
    let errors = flux_err.iter().map(|error| error * error).sum::<f64>() / n;
    moments[1] = *sd;
    // Fewer points than these divide by zero, and equal fluxes zero by zero.
    if sorted.len() >= 3 {
        moments[2] = n / ((n - 1.0) * (n - 2.0)) * third / sd.powi(3);
    }
    if sorted.len() >= 4 {
        moments[3] = n * (n + 1.0) / ((n - 1.0) * (n - 2.0) * (n - 3.0)) * fourth / sd.powi(4)
            - 3.0 * (n - 1.0).powi(2) / ((n - 2.0) * (n - 3.0));
    }
    moments[4] = sd / mean;
    moments[5] = (sd * sd - errors) / (mean * mean);
    moments[6] = beyond1 as f64 / n;
    moments[7] = beyond2 as f64 / n;
    moments
}
