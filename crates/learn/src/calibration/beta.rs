//! Beta calibration.

use super::{LEAST, logistic};

/// ln(p/(1 − p)) = a ln s − b ln(1 − s) + c with a, b ≥ 0, where s is the score (Kull, Silva Filho & Flach 2017,
/// doi:10.1214/17-EJS1338SI): what is right where the scores of each class follow a beta distribution. The identity is
/// among these maps (a = b = 1, c = 0), which it is not for Platt's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Beta {
    pub(crate) a: f64,
    pub(crate) b: f64,
    pub(crate) c: f64,
}

impl Beta {
    /// Learns from scores, whether each is positive, and weights. A slope that would be negative is left out, as in the
    /// paper.
    pub(crate) fn fit(scores: &[f64], positive: impl Fn(usize) -> bool, weights: &[f64]) -> Self {
        let targets: Vec<f64> = (0..scores.len()).map(|row| f64::from(u8::from(positive(row)))).collect();
        let both: Vec<[f64; 3]> = scores.iter().map(|&score| terms(score)).collect();
        let [a, b, c] = logistic::fit(&both, &targets, weights);
        if a >= 0.0 && b >= 0.0 {
            return Self { a, b, c };
        }
        let kept = usize::from(a < 0.0);
        let one: Vec<[f64; 2]> = both.iter().map(|terms| [terms[kept], 1.0]).collect();
        let [slope, c] = logistic::fit(&one, &targets, weights);
        if slope >= 0.0 {
            let (a, b) = if kept == 0 { (slope, 0.0) } else { (0.0, slope) };
            return Self { a, b, c };
        }
        let [c] = logistic::fit(&vec![[1.0]; both.len()], &targets, weights);
        Self { a: 0.0, b: 0.0, c }
    }

    /// The probability at a score.
    pub(crate) fn apply(&self, score: f64) -> f64 {
        let [low, high, one] = terms(score);
        logistic::sigmoid(self.a * low + self.b * high + self.c * one)
    }
}

fn terms(score: f64) -> [f64; 3] {
    let score = score.clamp(LEAST, 1.0 - LEAST);
    [score.ln(), -(-score).ln_1p(), 1.0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_calibrated_is_left_alone() {
        let scores: Vec<f64> = (0..2000).map(|row| (f64::from(row / 2) + 0.5) / 1000.0).collect();
        let weights: Vec<f64> =
            (0..2000).map(|row| if row % 2 == 0 { scores[row] } else { 1.0 - scores[row] }).collect();
        let beta = Beta::fit(&scores, |row| row % 2 == 0, &weights);
        for score in [0.01, 0.3, 0.5, 0.97] {
            assert!((beta.apply(score) - score).abs() < 1e-6, "{beta:?}");
        }
    }

    #[test]
    fn it_never_falls() {
        let scores: Vec<f64> = (0..100).map(|row| f64::from(row) / 99.0).collect();
        for pattern in 0..7 {
            let beta = Beta::fit(&scores, |row| row * row % 7 >= pattern || row < 20, &[1.0; 100]);
            assert!(beta.a >= 0.0 && beta.b >= 0.0, "{beta:?}");
            assert!(scores.windows(2).all(|pair| beta.apply(pair[0]) <= beta.apply(pair[1])));
        }
        let backwards = Beta::fit(&scores, |row| row < 25, &[1.0; 100]);
        assert!((backwards.apply(0.0) - 0.25).abs() < 1e-6 && (backwards.apply(1.0) - 0.25).abs() < 1e-6);
    }
}
