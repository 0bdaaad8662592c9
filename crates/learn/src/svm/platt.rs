//! Decision values to probabilities by a sigmoid (Platt 1999), fitted by Newton's method with backtracking (Lin, Lin &
//! Weng 2007, doi:10.1007/s10994-007-5018-6).

/// p(f) = 1 / (1 + exp(slope · f + offset)).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sigmoid {
    pub(super) slope: f64,
    pub(super) offset: f64,
}

impl Sigmoid {
    pub(super) fn apply(self, decision: f64) -> f64 {
        1.0 / (1.0 + (self.slope * decision + self.offset).exp())
    }

    /// From decision values, whether each row is of the class in favour of which they are positive, and weights. The
    /// targets are not 1 and 0 but (N₊ + 1) / (N₊ + 2) and 1 / (N₋ + 2) for the weights N₊ and N₋ of the classes.
    pub(super) fn fit(decisions: &[f64], truth: &[bool], weights: &[f64]) -> Self {
        let weigh = |class: bool| -> f64 {
            truth.iter().zip(weights).filter(|(truth, _)| **truth == class).map(|(_, weight)| weight).sum()
        };
        let (positive, negative) = (weigh(true), weigh(false));
        let targets = [1.0 / (negative + 2.0), (positive + 1.0) / (positive + 2.0)];
        let rows = || {
            let both = decisions.iter().zip(truth).zip(weights);
            both.map(|((decision, truth), weight)| (*decision, targets[usize::from(*truth)], *weight))
        };
        let loss = |sigmoid: Self| -> f64 {
            rows()
                .map(|(decision, target, weight)| {
                    let exponent = sigmoid.slope * decision + sigmoid.offset;
                    // −t ln p − (1 − t) ln (1 − p), without a large exponential.
                    weight * ((-exponent.abs()).exp().ln_1p() + exponent.max(0.0) - (1.0 - target) * exponent)
                })
                .sum()
        };
        let mut sigmoid = Self { slope: 0.0, offset: ((negative + 1.0) / (positive + 1.0)).ln() };
        let mut value = loss(sigmoid);
        for _ in 0..100 {
            // A little on the diagonal keeps the matrix positive definite.
            let (mut h11, mut h12, mut h22) = (1e-12, 0.0, 1e-12);
            let (mut g1, mut g2) = (0.0, 0.0);
            for (decision, target, weight) in rows() {
                let p = sigmoid.apply(decision);
                let (curvature, residual) = (weight * p * (1.0 - p), weight * (target - p));
                h11 += decision * decision * curvature;
                h12 += decision * curvature;
                h22 += curvature;
                g1 += decision * residual;
                g2 += residual;
            }
            if g1.abs() < 1e-9 && g2.abs() < 1e-9 {
                break;
            }
            let determinant = h11 * h22 - h12 * h12;
            let step = Self {
                slope: -(h22 * g1 - h12 * g2) / determinant,
                offset: -(h11 * g2 - h12 * g1) / determinant,
            };
            let descent = g1 * step.slope + g2 * step.offset;
            let Some((next, next_value)) = (0..40).find_map(|halvings| {
                let length = 0.5f64.powi(halvings);
                let next = Self {
                    slope: sigmoid.slope + length * step.slope,
                    offset: sigmoid.offset + length * step.offset,
                };
                let next_value = loss(next);
                (next_value < value + 1e-4 * length * descent).then_some((next, next_value))
            }) else {
                break;
            };
            (sigmoid, value) = (next, next_value);
        }
        sigmoid
    }
}
