//! How often noise alone would have a peak so high.

use std::f64::consts::PI;

/// What the false-alarm probability depends on, besides the power.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise {
    /// Points of all bands.
    pub(super) points: usize,
    /// Bands, each with a mean, a sine and a cosine of its own.
    pub(super) bands: usize,
    /// Variance of the times, weighted by 1/error², about the mean of each band, days².
    pub(super) time_variance: f64,
    /// The highest frequency that was looked at, per day.
    pub(super) highest: f64,
}

impl Noise {
    /// The natural logarithm of the probability that noise has a power of at least `power` at any frequency from 0 to the
    /// highest: 1 − (1 − s)·exp(−τ).
    ///
    /// For one band s and τ are those of Baluev 2008. For K bands the power of noise at one frequency is a
    /// Beta(K, N_K/2) variable with N_K = N − 3K, so that s = (1 − p)^(N_K/2)·Σ_{j<K} (N_K/2)_j p^j/j!, and Rice's formula for
    /// how often it crosses p, in the way of that paper, gives with N_H = N − K
    ///
    /// τ = f_max·√(4π·var t)·Γ(N_H/2)/(Γ(K)·Γ((N_K + 1)/2))·p^(K − ½)·(1 − p)^((N_K − 1)/2).
    ///
    /// Levels so low that noise is above them most of the time are crossed more seldom again: below the level that
    /// is crossed most, (K − ½)/(K − ½ + (N_K − 1)/2), its τ stands, and the probability, near 1, never falls with p.
    pub(super) fn ln_false_alarm(&self, power: f64) -> f64 {
        if self.points <= 3 * self.bands || power.is_nan() {
            // Nothing is left to judge the noise by.
            return if power.is_nan() { f64::NAN } else { 0.0 };
        }
        let power = power.clamp(0.0, 1.0);
        let (points, bands) = (self.points as f64, self.bands as f64);
        let left = points - 3.0 * bands;
        let ln_rest = (-power).ln_1p();
        let (mut term, mut sum) = (1.0, 1.0);
        for j in 1..self.bands {
            term *= (0.5 * left + (j - 1) as f64) * power / j as f64;
            sum += term;
        }
        let ln_single = 0.5 * left * ln_rest + sum.ln();
        let (rise, decline) = (bands - 0.5, 0.5 * (left - 1.0));
        let level = power.max(rise / (rise + decline));
        let ln_crossings = (self.highest * (4.0 * PI * self.time_variance).sqrt()).ln()
            + ln_gamma(0.5 * (points - bands))
            - ln_gamma(bands)
            - ln_gamma(0.5 * (left + 1.0))
            + rise * level.ln()
            // With one point to spare 1 − p has no say, and 0·ln 0 must not be none.
            + if decline > 0.0 { decline * (-level).ln_1p() } else { 0.0 };
        if ln_crossings < -30.0 {
            // Both are small: their sum, which may be below the smallest number.
            let (large, small) = (ln_single.max(ln_crossings), ln_single.min(ln_crossings));
            return if large == f64::NEG_INFINITY { large } else { large + (small - large).exp().ln_1p() };
        }
        let crossings = ln_crossings.exp();
        (-(-crossings).exp_m1() + (ln_single - crossings).exp()).ln().min(0.0)
    }
}

/// ln Γ(x) for x > 0, to 1e-13: Stirling's series beyond 10, and Γ(x + 1) = x·Γ(x) up to there.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut product) = (x, 1.0);
    while x < 10.0 {
        product *= x;
        x += 1.0;
    }
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let series = inverse
        * (1.0 / 12.0
            - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0))));
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln() + series - f64::ln(product)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ln_gamma_is_that_of_factorials_and_halves() {
        let (mut factorial, mut half) = (0.0f64, 0.5 * PI.ln());
        for n in 1..200 {
            let n = f64::from(n);
            assert!((ln_gamma(n) - factorial).abs() < 1e-12 * factorial.max(1.0), "{n}");
            assert!((ln_gamma(n - 0.5) - half).abs() < 1e-12 * half.abs().max(1.0), "{n}");
            factorial += n.ln();
            half += (n - 0.5).ln();
        }
    }

    #[test]
    fn a_higher_peak_is_never_more_likely() {
        for (points, bands) in [(4, 1), (5, 1), (30, 1), (3000, 1), (20, 4), (200, 6)] {
            let noise = Noise { points, bands, time_variance: 900.0, highest: 5.0 };
            let values: Vec<f64> = (0..=1000).map(|i| noise.ln_false_alarm(f64::from(i) / 1000.0)).collect();
            assert!(values[0].abs() < 1e-9, "{}", values[0]);
            assert!(values.iter().all(|value| !value.is_nan()));
            assert!(values.windows(2).all(|pair| pair[1] <= pair[0] + 1e-9), "{points} {bands}");
        }
    }

    #[test]
    fn nothing_is_known_of_noise_without_points_to_spare() {
        let noise = Noise { points: 6, bands: 2, time_variance: 1.0, highest: 1.0 };
        assert_eq!(noise.ln_false_alarm(1.0), 0.0);
        assert!(noise.ln_false_alarm(f64::NAN).is_nan());
    }
}
