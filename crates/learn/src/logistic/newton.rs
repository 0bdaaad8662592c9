//! Newton's method with a line search, for a convex objective (Nocedal & Wright 2006, Numerical Optimization, chapters 3
//! and 7): the step by Cholesky's factors where there are few unknowns, by conjugate gradients where there are many.

use super::cholesky::{dot, solve};
use super::objective::{Evaluation, Objective};
use crate::Error;

/// Up to so many unknowns it pays to form the matrix of second derivatives.
pub(super) const DENSE: usize = 400;

/// The point where the objective is least. The matrix of second derivatives is formed for up to `dense` unknowns.
///
/// # Errors
/// When that many steps do not lead there.
pub(super) fn minimise(
    objective: &Objective,
    tolerance: f64,
    max_iterations: usize,
    dense: usize,
) -> Result<Vec<f64>, Error> {
    let mut theta = vec![0.0; objective.dimension()];
    let mut at = objective.evaluate(&theta);
    for _ in 0..max_iterations {
        let step =
            if theta.len() <= dense { dense_step(objective, &at) } else { conjugate_step(objective, &at) };
        let slope = dot(&at.gradient, &step);
        let largest = theta.iter().fold(1.0f64, |largest, value| largest.max(value.abs()));
        let change = step.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
        let mut length = 1.0;
        let next = loop {
            let there: Vec<f64> =
                theta.iter().zip(&step).map(|(theta, step)| theta + length * step).collect();
            let evaluation = objective.evaluate(&there);
            // A fall that rounding hides is one.
            let slack = 1e-14 * (1.0 + at.value.abs());
            if evaluation.value <= at.value + 1e-4 * length * slope + slack {
                break Some((there, evaluation));
            }
            length *= 0.5;
            if length < 1e-10 {
                break None;
            }
        };
        // No way down: this is the lowest point that can be told from others.
        let Some((there, evaluation)) = next else { return Ok(theta) };
        // The step was to gain no more than rounding hides, and gained nothing: the next would wander about.
        let lost = evaluation.value >= at.value && -slope <= 1e-12 * (1.0 + at.value);
        (theta, at) = (there, evaluation);
        if lost || (length == 1.0 && change <= tolerance * largest) {
            return Ok(theta);
        }
    }
    Err(Error::NotConverged { what: "logistic regression", iterations: max_iterations })
}

fn dense_step(objective: &Objective, at: &Evaluation) -> Vec<f64> {
    let dimension = at.gradient.len();
    let mut hessian = objective.hessian(&at.probabilities);
    if objective.outputs > 1 {
        // The same number on all intercepts changes nothing, so that the matrix is singular; made stiff in this direction,
        // in which the gradient is 0, it gives the step whose intercepts add up to 0.
        let total: f64 = objective.weights.iter().sum();
        let intercepts = || (1..=objective.outputs).map(|output| output * objective.width - 1);
        for row in intercepts() {
            for col in intercepts() {
                hessian[row * dimension + col] += total / (objective.outputs * objective.outputs) as f64;
            }
        }
    }
    let mut ridge = 0.0;
    loop {
        let mut factors = hessian.clone();
        let mut step: Vec<f64> = at.gradient.iter().map(|value| -value).collect();
        for row in 0..dimension {
            factors[row * dimension + row] *= 1.0 + ridge;
            factors[row * dimension + row] += ridge * f64::MIN_POSITIVE.sqrt();
        }
        if solve(&mut factors, &mut step) || ridge > 1e6 {
            return step;
        }
        ridge = if ridge == 0.0 { 1e-12 } else { ridge * 100.0 };
    }
}

/// An inexact step by preconditioned conjugate gradients, the more exact the smaller the gradient.
fn conjugate_step(objective: &Objective, at: &Evaluation) -> Vec<f64> {
    let diagonal = objective.diagonal(&at.probabilities);
    let scaled = |residual: &[f64]| -> Vec<f64> {
        residual.iter().zip(&diagonal).map(|(value, scale)| value / scale.max(1e-300)).collect()
    };
    let mut step = vec![0.0; at.gradient.len()];
    let mut residual: Vec<f64> = at.gradient.iter().map(|value| -value).collect();
    let mut direction = scaled(&residual);
    let mut product = dot(&residual, &direction);
    let start = product.sqrt();
    let target = start * start.sqrt().clamp(1e-8, 0.1);
    for _ in 0..2 * step.len() {
        if product.sqrt() <= target {
            break;
        }
        let image = objective.hessian_times(&at.probabilities, &direction);
        let curvature = dot(&direction, &image);
        if curvature.is_nan() || curvature <= 0.0 {
            break;
        }
        let length = product / curvature;
        step.iter_mut().zip(&direction).for_each(|(step, value)| *step += length * value);
        residual.iter_mut().zip(&image).for_each(|(residual, value)| *residual -= length * value);
        let preconditioned = scaled(&residual);
        let next = dot(&residual, &preconditioned);
        let share = next / product;
        product = next;
        direction.iter_mut().zip(preconditioned).for_each(|(value, new)| *value = new + share * *value);
    }
    if objective.outputs > 1 {
        // The same number on all intercepts changes nothing: theirs add up to 0.
        let intercepts = || (1..=objective.outputs).map(|output| output * objective.width - 1);
        let mean = intercepts().map(|at| step[at]).sum::<f64>() / objective.outputs as f64;
        intercepts().for_each(|at| step[at] -= mean);
    }
    step
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn objective(numbers: &[f64], scales: &[f64], outputs: usize, c: f64) -> Objective {
        let (count, width) = (numbers.len() / 4, 4);
        let row = |row: usize| {
            let own = &numbers[row * 4..row * 4 + 3];
            own.iter().zip(scales).map(|(x, scale)| x * scale).chain([1.0]).collect::<Vec<f64>>()
        };
        let classes = outputs.max(2);
        // Each class has a row, and two of them overlap.
        let class = |row: usize| match row {
            row if row < 2 * classes => (row % classes) as u32,
            row => ((numbers[row * 4 + 3] * 0.4 + numbers[row * 4] * 0.6) * classes as f64) as u32,
        };
        Objective {
            x: (0..count).flat_map(row).collect(),
            width,
            weights: (0..count).map(|row| 0.5 + (row % 3) as f64).collect(),
            y: (0..count).map(class).collect(),
            outputs,
            penalty: 1.0 / c,
        }
    }

    proptest! {
        #[test]
        fn the_lowest_point_is_found(
            numbers in prop::collection::vec(0.0..1.0f64, 4 * 60),
            scales in prop::collection::vec((-4..5i32).prop_map(|power| 10f64.powi(power)), 3),
            outputs in prop::sample::select(vec![1usize, 3, 4]),
            c in (-3..6i32).prop_map(|power| 10f64.powi(power)),
        ) {
            let objective = objective(&numbers, &scales, outputs, c);
            let theta = minimise(&objective, 1e-8, 100, DENSE).unwrap();
            let lowest = objective.evaluate(&theta);
            // The gradient in units in which each unknown has curvature 1, against the value's own size.
            let diagonal = objective.diagonal(&lowest.probabilities);
            for (gradient, curvature) in lowest.gradient.iter().zip(&diagonal) {
                let fall = gradient * gradient / curvature.max(1e-9);
                prop_assert!(fall <= 1e-6 * (1.0 + lowest.value), "{gradient} {curvature} {}", lowest.value);
            }
        }

        #[test]
        fn conjugate_gradients_lead_to_the_same_point(
            numbers in prop::collection::vec(0.0..1.0f64, 4 * 60),
            outputs in prop::sample::select(vec![1usize, 3, 4]),
            c in (-2..3i32).prop_map(|power| 10f64.powi(power)),
        ) {
            let objective = objective(&numbers, &[1.0, 3.0, 0.3], outputs, c);
            let [a, b] = [DENSE, 0].map(|dense| minimise(&objective, 1e-8, 100, dense).unwrap());
            for (a, b) in a.iter().zip(&b) {
                prop_assert!((a - b).abs() < 1e-5 * (1.0 + a.abs()), "{a} {b}");
            }
        }
    }
}
