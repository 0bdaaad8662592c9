//! A probability density of one parameter, and what is told of it.

use serde::Serialize;

/// The probability in a 68 % interval, ±1σ of a normal distribution.
pub(crate) const ONE_SIGMA: f64 = 0.682_689_492_137_086;

/// A density on evenly spaced values, linear between them, and its summary.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Marginal {
    /// The values of the parameter.
    pub values: Vec<f64>,
    /// The density at each, normalised to an integral of 1.
    pub density: Vec<f64>,
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub deviation: f64,
    /// The median.
    pub median: f64,
    /// Where the central 68.27 % begin.
    pub lower: f64,
    /// Where they end.
    pub upper: f64,
    /// Whether the range of the parameter cuts the density where it is above 1 % of its maximum: then the summary depends
    /// on the range.
    pub cut: bool,
}

impl Marginal {
    /// From at least two values at even steps and densities that need no normalisation; `None` where these vanish.
    pub(crate) fn new(values: Vec<f64>, mut density: Vec<f64>) -> Option<Self> {
        let step = values[1] - values[0];
        let integral: f64 = density.windows(2).map(|pair| 0.5 * step * (pair[0] + pair[1])).sum();
        if !(integral > 0.0 && integral.is_finite()) {
            return None;
        }
        density.iter_mut().for_each(|density| *density /= integral);
        // Moments of a density that is linear between the values, exactly: cells have the first moment of a trapezium.
        let (mut mean, mut square) = (0.0, 0.0);
        let anchor = values[0];
        for (cell, pair) in density.windows(2).enumerate() {
            let left = values[cell] - anchor;
            let (flat, slope) = (pair[0], pair[1] - pair[0]);
            let moment = |power: i32| -> f64 {
                // ∫₀¹ tᵏ (flat + slope t) dt
                flat / f64::from(power + 1) + slope / f64::from(power + 2)
            };
            mean += step * (left * moment(0) + step * moment(1));
            square +=
                step * (left * left * moment(0) + 2.0 * left * step * moment(1) + step * step * moment(2));
        }
        let deviation = (square - mean * mean).max(0.0).sqrt();
        let quantile = |probability: f64| quantile(&values, &density, probability);
        let (lower, upper) = (quantile(0.5 - ONE_SIGMA / 2.0), quantile(0.5 + ONE_SIGMA / 2.0));
        let median = quantile(0.5);
        let highest = density.iter().copied().fold(0.0, f64::max);
        let cut = density[0].max(density[density.len() - 1]) > 0.01 * highest;
        Some(Self { mean: anchor + mean, deviation, median, lower, upper, cut, values, density })
    }
}

/// Where the integral of a density that is linear between the values reaches `probability`.
fn quantile(values: &[f64], density: &[f64], probability: f64) -> f64 {
    let step = values[1] - values[0];
    let mut left = probability / step;
    for (cell, pair) in density.windows(2).enumerate() {
        let here = 0.5 * (pair[0] + pair[1]);
        if left <= here && here > 0.0 {
            // The smaller root of flat t + slope t²/2 = left, in the form that does not cancel.
            let root = (pair[0] * pair[0] + 2.0 * (pair[1] - pair[0]) * left).max(0.0).sqrt();
            let t = if left > 0.0 { 2.0 * left / (pair[0] + root) } else { 0.0 };
            return values[cell] + step * t;
        }
        left -= here;
    }
    values[values.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_normal_density_is_told_as_one() {
        let values: Vec<f64> = (0..=400).map(|i| -4.0 + 0.04 * f64::from(i)).collect();
        let density = values.iter().map(|x| 3.0 * (-0.5 * (x - 2.0f64).powi(2)).exp()).collect();
        let told = Marginal::new(values, density).unwrap();
        for (value, expected) in [(told.mean, 2.0), (told.median, 2.0), (told.lower, 1.0), (told.upper, 3.0)]
        {
            assert!((value - expected).abs() < 3e-4, "{value} {expected}");
        }
        assert!((told.deviation - 1.0).abs() < 3e-4);
        assert!(!told.cut);
    }

    #[test]
    fn a_triangle_is_told_exactly() {
        let told = Marginal::new(vec![0.0, 0.5, 1.0], vec![0.0, 1.0, 2.0]).unwrap();
        assert!((told.mean - 2.0 / 3.0).abs() < 1e-15);
        assert!((told.deviation - (1.0f64 / 18.0).sqrt()).abs() < 1e-15);
        assert!((told.median - 0.5f64.sqrt()).abs() < 1e-15);
        assert!(told.cut);
        assert!(Marginal::new(vec![0.0, 1.0], vec![0.0, 0.0]).is_none());
    }
}
