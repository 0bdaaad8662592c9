//! Temperature scaling.

use super::LEAST;
use crate::Matrix;

/// The inverse temperature is sought from e⁻¹⁰ to e¹⁰.
const RANGE: f64 = 10.0;

/// p'_c ∝ p_c^(1/T): one number for all classes, which leaves their order alone (Guo et al. 2017, arXiv:1706.04599, on
/// the logarithms of the probabilities instead of a network's logits).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Temperature {
    /// 1/T.
    pub(crate) inverse: f64,
}

impl Temperature {
    /// The temperature with the least weighted log-loss, among the classes that are `known`.
    ///
    /// The loss is convex in 1/T: its slope is brought to 0 by Newton's steps, or by halving the bracket where these
    /// would leave it.
    pub(crate) fn fit(probabilities: &Matrix, y: &[u32], weights: &[f64], known: &[bool]) -> Self {
        let logs: Vec<f64> = probabilities.data().iter().map(|p| (p + LEAST).ln()).collect();
        let classes: Vec<usize> = (0..known.len()).filter(|&class| known[class]).collect();
        let slope = |inverse: f64| {
            let (mut first, mut second) = (0.0, 0.0);
            for (row, logs) in logs.chunks_exact(known.len()).enumerate() {
                if weights[row] > 0.0 {
                    let (mean, variance) = moments(logs, &classes, inverse);
                    first += weights[row] * (mean - logs[y[row] as usize]);
                    second += weights[row] * variance;
                }
            }
            (first, second)
        };
        let (mut low, mut high) = ((-RANGE).exp(), RANGE.exp());
        let mut at = 1.0;
        for _ in 0..200 {
            let (first, second) = slope(at);
            if first > 0.0 {
                high = at;
            } else {
                low = at;
            }
            let step = at - first / second;
            let next = if step > low && step < high { step } else { (low * high).sqrt() };
            if (next - at).abs() <= 1e-13 * at {
                break;
            }
            at = next;
        }
        Self { inverse: at }
    }

    /// Brings a row of probabilities to the temperature; the values of classes that are not `known` are left alone and
    /// the others add up to 1.
    pub(crate) fn apply(&self, row: &mut [f64], known: &[bool]) {
        let known = || known.iter().enumerate().filter(|(_, known)| **known).map(|(class, _)| class);
        let highest = known().map(|class| row[class]).fold(0.0, f64::max);
        let mut sum = 0.0;
        for class in known() {
            row[class] = (self.inverse * ((row[class] + LEAST) / (highest + LEAST)).ln()).exp();
            sum += row[class];
        }
        known().for_each(|class| row[class] /= sum);
    }
}

/// The mean and the variance of the logarithms under the tempered probabilities.
fn moments(logs: &[f64], classes: &[usize], inverse: f64) -> (f64, f64) {
    let highest = classes.iter().map(|&class| logs[class]).fold(f64::NEG_INFINITY, f64::max);
    let (mut sum, mut first, mut second) = (0.0, 0.0, 0.0);
    for &class in classes {
        let below = logs[class] - highest;
        let share = (inverse * below).exp();
        sum += share;
        first += share * below;
        second += share * below * below;
    }
    let mean = first / sum;
    (highest + mean, (second / sum - mean * mean).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_temperature_is_found() {
        // Each row of probabilities p comes once for each class, weighted by p tempered with T = 2.5.
        let rows: Vec<[f64; 3]> = (1..40u32)
            .map(|i| {
                let raw = [1.0, f64::from(i), f64::from(i * i % 17) + 0.1];
                raw.map(|value| value / raw.iter().sum::<f64>())
            })
            .collect();
        let (mut all, mut y, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for row in &rows {
            let tempered = row.map(|p| p.powf(0.4));
            for (class, p) in tempered.iter().enumerate() {
                all.push(*row);
                y.push(class as u32);
                weights.push(p / tempered.iter().sum::<f64>());
            }
        }
        let x = Matrix::from_rows(&all).unwrap();
        let found = Temperature::fit(&x, &y, &weights, &[true; 3]);
        assert!((found.inverse - 0.4).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn what_is_always_right_becomes_certain_and_always_wrong_even() {
        let x = Matrix::from_rows(&[[0.6, 0.4], [0.3, 0.7]]).unwrap();
        let right = Temperature::fit(&x, &[0, 1], &[1.0; 2], &[true; 2]);
        let wrong = Temperature::fit(&x, &[1, 0], &[1.0; 2], &[true; 2]);
        let apply = |temperature: Temperature| {
            let mut row = [0.6, 0.4];
            temperature.apply(&mut row, &[true; 2]);
            row[0]
        };
        assert!(apply(right) > 1.0 - 1e-9 && (apply(wrong) - 0.5).abs() < 1e-4);
    }
}
