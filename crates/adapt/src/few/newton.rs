//! Newton's method for logistic regression around a given point, its steps by conjugate gradients (Nocedal & Wright 2006,
//! Numerical Optimization, chapter 7).

use crate::maps::{add, dot};

/// Σ −ln p(class of row i) + strength/2 |θ − centre|², where p ∝ exp(θ_k · x) with one output k for each class.
pub(super) struct Problem<'a> {
    /// Features and a 1, row after row.
    pub(super) x: &'a [f64],
    /// Features and 1.
    pub(super) width: usize,
    /// The output of each row's class.
    pub(super) y: Vec<usize>,
    /// Outputs × width.
    pub(super) centre: &'a [f64],
    pub(super) strength: f64,
}

struct Evaluation {
    value: f64,
    gradient: Vec<f64>,
    /// Rows × outputs.
    probabilities: Vec<f64>,
}

const MOST_STEPS: usize = 200;

impl Problem<'_> {
    /// The lowest point; nothing if that many steps do not lead there.
    pub(super) fn minimise(&self) -> Option<Vec<f64>> {
        let mut theta = self.centre.to_vec();
        let mut at = self.evaluate(&theta);
        for _ in 0..MOST_STEPS {
            let step = self.step(&at);
            let slope = dot(&at.gradient, &step);
            let largest = theta.iter().fold(1.0f64, |largest, value| largest.max(value.abs()));
            let change = step.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
            if !(at.value.is_finite() && change.is_finite()) {
                return None;
            }
            let mut length = 1.0;
            let next = loop {
                let mut there = theta.clone();
                add(&mut there, length, &step);
                let evaluation = self.evaluate(&there);
                // A fall that rounding hides is one.
                if evaluation.value <= at.value + 1e-4 * length * slope + 1e-14 * (1.0 + at.value) {
                    break Some((there, evaluation));
                }
                length *= 0.5;
                if length < 1e-10 {
                    break None;
                }
            };
            // No way down: this is the lowest point that can be told from others.
            let Some((there, evaluation)) = next else { return Some(theta) };
            let lost = evaluation.value >= at.value && -slope <= 1e-12 * (1.0 + at.value);
            (theta, at) = (there, evaluation);
            if lost || (length == 1.0 && change <= 1e-9 * largest) {
                return Some(theta);
            }
        }
        None
    }

    fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.x.chunks_exact(self.width)
    }

    fn evaluate(&self, theta: &[f64]) -> Evaluation {
        let outputs = theta.len() / self.width;
        let mut probabilities = Vec::with_capacity(self.y.len() * outputs);
        let (mut value, mut gradient) = (0.0, vec![0.0; theta.len()]);
        for (x, &class) in self.rows().zip(&self.y) {
            let mut p: Vec<f64> = theta.chunks_exact(self.width).map(|theta| dot(x, theta)).collect();
            let own = p[class];
            value += softmax(&mut p) - own;
            for (output, (p, gradient)) in p.iter().zip(gradient.chunks_exact_mut(self.width)).enumerate() {
                add(gradient, p - f64::from(u8::from(output == class)), x);
            }
            probabilities.extend(p);
        }
        for ((gradient, theta), centre) in gradient.iter_mut().zip(theta).zip(self.centre) {
            value += 0.5 * self.strength * (theta - centre) * (theta - centre);
            *gradient += self.strength * (theta - centre);
        }
        Evaluation { value, gradient, probabilities }
    }

    /// The matrix of second derivatives times a vector.
    fn curvature_times(&self, probabilities: &[f64], vector: &[f64]) -> Vec<f64> {
        let outputs = vector.len() / self.width;
        let mut product: Vec<f64> = vector.iter().map(|value| self.strength * value).collect();
        for (x, p) in self.rows().zip(probabilities.chunks_exact(outputs)) {
            let along: Vec<f64> = vector.chunks_exact(self.width).map(|vector| dot(x, vector)).collect();
            let mean = dot(p, &along);
            for ((p, along), product) in p.iter().zip(&along).zip(product.chunks_exact_mut(self.width)) {
                add(product, p * (along - mean), x);
            }
        }
        product
    }

    fn diagonal(&self, probabilities: &[f64], outputs: usize) -> Vec<f64> {
        let mut diagonal = vec![self.strength; outputs * self.width];
        for (x, p) in self.rows().zip(probabilities.chunks_exact(outputs)) {
            for (p, sums) in p.iter().zip(diagonal.chunks_exact_mut(self.width)) {
                sums.iter_mut().zip(x).for_each(|(sum, x)| *sum += p * (1.0 - p) * x * x);
            }
        }
        diagonal
    }

    /// Newton's step, the more exact the smaller the gradient.
    fn step(&self, at: &Evaluation) -> Vec<f64> {
        let diagonal = self.diagonal(&at.probabilities, at.gradient.len() / self.width);
        let scaled = |residual: &[f64]| -> Vec<f64> {
            residual.iter().zip(&diagonal).map(|(value, scale)| value / scale).collect()
        };
        let mut step = vec![0.0; at.gradient.len()];
        let mut residual: Vec<f64> = at.gradient.iter().map(|value| -value).collect();
        let mut direction = scaled(&residual);
        let mut product = dot(&residual, &direction);
        let start = product.sqrt();
        let enough = start * start.sqrt().clamp(1e-8, 0.1);
        for _ in 0..2 * step.len() {
            if product.sqrt() <= enough {
                break;
            }
            let image = self.curvature_times(&at.probabilities, &direction);
            let curvature = dot(&direction, &image);
            if curvature.is_nan() || curvature <= 0.0 {
                break;
            }
            let length = product / curvature;
            add(&mut step, length, &direction);
            add(&mut residual, -length, &image);
            let preconditioned = scaled(&residual);
            let next = dot(&residual, &preconditioned);
            let share = next / product;
            product = next;
            direction.iter_mut().zip(preconditioned).for_each(|(value, new)| *value = new + share * *value);
        }
        step
    }
}

/// Logits become probabilities; gives ln Σ exp of them.
pub(super) fn softmax(logits: &mut [f64]) -> f64 {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logits.iter_mut().for_each(|logit| *logit = (*logit - largest).exp());
    let sum: f64 = logits.iter().sum();
    logits.iter_mut().for_each(|value| *value /= sum);
    largest + sum.ln()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_gradient_is_nothing_at_the_lowest_point(
            numbers in prop::collection::vec(-1.0..1.0f64, 30 * 4 + 12),
            strength in (-3..4i32).prop_map(|power| 10f64.powi(power)),
        ) {
            let x: Vec<f64> = numbers[..120].chunks_exact(4).flat_map(|row| [row[0], 5.0 * row[1], 0.2 * row[2], 1.0]).collect();
            let y = numbers[..120].chunks_exact(4).map(|row| if row[0] + row[3] > 0.3 { 2 } else { usize::from(row[1] > 0.0) });
            let problem = Problem { x: &x, width: 4, y: y.collect(), centre: &numbers[120..], strength };
            let lowest = problem.evaluate(&problem.minimise().unwrap());
            let diagonal = problem.diagonal(&lowest.probabilities, 3);
            for (gradient, curvature) in lowest.gradient.iter().zip(&diagonal) {
                prop_assert!(gradient * gradient / curvature <= 1e-8 * (1.0 + lowest.value), "{gradient} {curvature}");
            }
        }
    }
}
