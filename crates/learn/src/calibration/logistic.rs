//! Logistic regression with very few coefficients, the common ground of Platt's and of beta calibration.

/// How strongly slopes are drawn to 0, per unit of weight. So little that it shows in no digit that matters, and enough
/// that classes that can be told apart without error do not send the slopes to infinity.
const RIDGE: f64 = 1e-10;

/// The coefficients that minimise Σ w [ln(1 + eᶻ) − t z] with z = Σ β x, by Newton's method with halved steps (Lin, Lin &
/// Weng 2007, doi:10.1007/s10994-007-5018-6). The last column of `rows` is the constant 1.
pub(super) fn fit<const D: usize>(rows: &[[f64; D]], targets: &[f64], weights: &[f64]) -> [f64; D] {
    let total: f64 = weights.iter().sum();
    let mean = targets.iter().zip(weights).map(|(target, weight)| target * weight).sum::<f64>() / total;
    let mut beta = [0.0; D];
    beta[D - 1] = (mean.max(1e-12) / (1.0 - mean).max(1e-12)).ln();
    let ridge = RIDGE * total;
    let loss = |beta: &[f64; D]| {
        let penalty: f64 = beta[..D - 1].iter().map(|slope| 0.5 * ridge * slope * slope).sum();
        let of_row = |((row, target), weight): ((&[f64; D], &f64), &f64)| {
            let z = dot(row, beta);
            weight * (z.max(0.0) + (-z.abs()).exp().ln_1p() - target * z)
        };
        penalty + rows.iter().zip(targets).zip(weights).map(of_row).sum::<f64>()
    };
    let mut now = loss(&beta);
    for _ in 0..100 {
        let (mut gradient, mut hessian) = ([0.0; D], [[0.0; D]; D]);
        for ((row, target), weight) in rows.iter().zip(targets).zip(weights) {
            let p = sigmoid(dot(row, &beta));
            for i in 0..D {
                gradient[i] += weight * (p - target) * row[i];
                for j in 0..=i {
                    hessian[i][j] += weight * p * (1.0 - p) * row[i] * row[j];
                }
            }
        }
        for i in 0..D - 1 {
            gradient[i] += ridge * beta[i];
            hessian[i][i] += ridge;
        }
        hessian[D - 1][D - 1] += ridge;
        let step = solve(hessian, gradient);
        let decrease: f64 = step.iter().zip(&gradient).map(|(step, slope)| step * slope).sum();
        let mut length = 1.0;
        let next = loop {
            let next: [f64; D] = std::array::from_fn(|i| beta[i] - length * step[i]);
            let then = loss(&next);
            if then <= now - 1e-4 * length * decrease {
                now = then;
                break Some(next);
            }
            length *= 0.5;
            if length < 1e-10 {
                break None;
            }
        };
        let Some(next) = next else { break };
        beta = next;
        if decrease <= 1e-14 * total {
            break;
        }
    }
    beta
}

/// 1/(1 + e⁻ᶻ).
pub(super) fn sigmoid(z: f64) -> f64 {
    if z >= 0.0 {
        1.0 / (1.0 + (-z).exp())
    } else {
        let e = z.exp();
        e / (1.0 + e)
    }
}

fn dot<const D: usize>(a: &[f64; D], b: &[f64; D]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves a symmetric, positive definite system, of which the lower half is given, by Cholesky's factors; a pivot that
/// rounding made too small counts as a tiny one.
fn solve<const D: usize>(mut lower: [[f64; D]; D], mut right: [f64; D]) -> [f64; D] {
    let least = (0..D).map(|i| lower[i][i]).fold(0.0, f64::max) * 1e-15 + f64::MIN_POSITIVE;
    for i in 0..D {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
            let rest = lower[i][j] - sum;
            lower[i][j] = if i == j { rest.max(least).sqrt() } else { rest / lower[j][j] };
        }
    }
    for i in 0..D {
        let sum: f64 = (0..i).map(|k| lower[i][k] * right[k]).sum();
        right[i] = (right[i] - sum) / lower[i][i];
    }
    for i in (0..D).rev() {
        let sum: f64 = (i + 1..D).map(|k| lower[k][i] * right[k]).sum();
        right[i] = (right[i] - sum) / lower[i][i];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_of_the_loss_is_nothing_at_the_end() {
        let rows: Vec<[f64; 3]> = (0..50).map(|i| [f64::from(i) / 50.0, f64::from(i * i % 7), 1.0]).collect();
        let targets: Vec<f64> = (0..50).map(|i| f64::from(u8::from(i * i % 11 < 5))).collect();
        let weights: Vec<f64> = (0..50).map(|i| 0.5 + f64::from(i % 3)).collect();
        let beta = fit(&rows, &targets, &weights);
        for i in 0..3 {
            let slope: f64 = (0..50)
                .map(|row| weights[row] * (sigmoid(dot(&rows[row], &beta)) - targets[row]) * rows[row][i])
                .sum();
            assert!(slope.abs() < 1e-6, "{i}: {slope}");
        }
    }

    #[test]
    fn what_can_be_told_apart_stays_finite() {
        let rows = [[0.0, 1.0], [0.1, 1.0], [0.9, 1.0], [1.0, 1.0]];
        let beta = fit(&rows, &[0.0, 0.0, 1.0, 1.0], &[1.0; 4]);
        assert!(beta.iter().all(|value| value.is_finite()) && beta[0] > 10.0, "{beta:?}");
        let same = fit(&[[0.5, 1.0], [0.5, 1.0]], &[0.0, 1.0], &[1.0, 3.0]);
        assert!((sigmoid(0.5 * same[0] + same[1]) - 0.75).abs() < 1e-6);
    }

    #[test]
    fn the_sigmoid_is_right_far_out() {
        assert_eq!([-1e4, 0.0, 1e4].map(sigmoid), [0.0, 0.5, 1.0]);
    }
}
