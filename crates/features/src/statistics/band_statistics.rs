//! What the features of one band share.

use std::cmp::Ordering;

use hesper_photometry::BandCurve;

/// Sums over the points of one band and its fluxes in order. NaN where there are too few points.
#[derive(Clone, Debug)]
pub(crate) struct BandStatistics {
    /// The fluxes, ascending.
    pub(crate) sorted: Vec<f64>,
    /// Mean flux.
    pub(crate) mean: f64,
    /// Standard deviation of the fluxes, with N − 1; exactly 0 where all are equal.
    pub(crate) sd: f64,
    /// Mean flux, weighted by 1/flux_err².
    pub(crate) weighted_mean: f64,
    /// Σ ((flux − weighted mean) / flux_err)².
    pub(crate) chi2: f64,
    /// Σ |flux − weighted mean| / flux_err.
    pub(crate) deviation: f64,
}

impl BandStatistics {
    /// The statistics of a band's points.
    pub(crate) fn new(curve: &BandCurve) -> Self {
        let mut sorted = curve.flux.clone();
        sort(&mut sorted);
        let n = sorted.len() as f64;
        // Rounding would make the mean of equal fluxes another number, and their deviations noise.
        let flat = sorted.first() == sorted.last();
        let mean = match sorted.first() {
            Some(flux) if flat => *flux,
            _ => sorted.iter().sum::<f64>() / n,
        };
        let sum_of_squares: f64 = sorted.iter().map(|flux| (flux - mean) * (flux - mean)).sum();
        let (mut weights, mut weighted) = (0.0, 0.0);
        for (flux, error) in curve.flux.iter().zip(&curve.flux_err) {
            let weight = 1.0 / (error * error);
            weights += weight;
            weighted += weight * (flux - mean);
        }
        let weighted_mean = mean + weighted / weights;
        let (mut chi2, mut deviation) = (0.0, 0.0);
        for (flux, error) in curve.flux.iter().zip(&curve.flux_err) {
            let residual = (flux - weighted_mean) / error;
            chi2 += residual * residual;
            deviation += residual.abs();
        }
        Self { sorted, mean, sd: (sum_of_squares / (n - 1.0)).sqrt(), weighted_mean, chi2, deviation }
    }

    /// Whether all fluxes are equal, so that nothing can be measured in units of their spread.
    pub(crate) fn is_flat(&self) -> bool {
        self.sorted.first() == self.sorted.last()
    }

    /// The quantile of the fluxes: linear between the points (i + ½)/N, flat beyond the outermost (Hazen 1914).
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let Some(last) = self.sorted.len().checked_sub(1) else { return f64::NAN };
        let place = (share * self.sorted.len() as f64 - 0.5).clamp(0.0, last as f64);
        let below = place as usize;
        let above = (below + 1).min(last);
        self.sorted[below] + (place - below as f64) * (self.sorted[above] - self.sorted[below])
    }

    /// From the quantile `share` to that of 1 − `share`.
    pub(crate) fn range(&self, share: f64) -> f64 {
        self.quantile(1.0 - share) - self.quantile(share)
    }

    /// The middle flux, or the mean of the two in the middle.
    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The lowest flux.
    pub(crate) fn minimum(&self) -> f64 {
        self.sorted.first().copied().unwrap_or(f64::NAN)
    }

    /// The highest flux.
    pub(crate) fn maximum(&self) -> f64 {
        self.sorted.last().copied().unwrap_or(f64::NAN)
    }
}

/// Sorts numbers, those that are none in the order of `total_cmp`; that order costs four times as much where all are numbers.
fn sort(numbers: &mut [f64]) {
    if numbers.iter().any(|number| number.is_nan()) {
        numbers.sort_unstable_by(f64::total_cmp);
    } else {
        numbers.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(flux: &[f64]) -> BandCurve {
        BandCurve {
            mjd: (0..flux.len()).map(|i| i as f64).collect(),
            flux: flux.to_vec(),
            flux_err: vec![1.0; flux.len()],
        }
    }

    #[test]
    fn quantiles_stand_between_points() {
        let statistics = BandStatistics::new(&curve(&[4.0, 1.0, 3.0, 2.0]));
        for (share, expected) in [(0.0, 1.0), (0.125, 1.0), (0.25, 1.5), (0.5, 2.5), (0.875, 4.0), (1.0, 4.0)]
        {
            assert_eq!(statistics.quantile(share), expected);
        }
        assert!(BandStatistics::new(&curve(&[])).median().is_nan());
    }

    #[test]
    fn equal_fluxes_have_no_spread_whatever_the_rounding() {
        for n in 1..50 {
            let statistics = BandStatistics::new(&curve(&vec![0.1; n]));
            assert!(statistics.is_flat());
            assert_eq!((statistics.mean, statistics.chi2), (0.1, 0.0));
            assert!(n == 1 || statistics.sd == 0.0);
        }
    }

    #[test]
    fn points_without_sense_are_seen_in_the_numbers() {
        for flux in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let statistics = BandStatistics::new(&curve(&[1.0, flux, 2.0]));
            assert!(!statistics.mean.is_finite() && statistics.sd.is_nan() && statistics.chi2.is_nan());
            assert!(!statistics.is_flat());
        }
    }
}
