use crate::parameters::{Parameters, Role};

/// How much of the earlier mean of derivatives, and of their squares, a step keeps.
const KEPT: [f32; 2] = [0.9, 0.999];
/// Added to the root of the squares' mean.
const EPSILON: f32 = 1e-8;

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2): with g the derivative and
/// t the step, m ← 0.9 m + 0.1 g, v ← 0.999 v + 0.001 g²,
/// θ ← θ − rate · (m/(1 − 0.9ᵗ) / (√(v/(1 − 0.999ᵗ)) + 10⁻⁸) + decay · θ).
#[derive(Debug)]
pub(crate) struct AdamW {
    decay: f32,
    steps: i32,
    /// Mean of derivatives and of their squares, for each tensor.
    moments: Vec<[Vec<f32>; 2]>,
}

impl AdamW {
    pub(crate) fn new(parameters: &Parameters, decay: f64) -> Self {
        let zeros = |count: usize| [vec![0.0; count], vec![0.0; count]];
        let moments = parameters.tensors.iter().map(|parameter| zeros(parameter.values.len())).collect();
        Self { decay: decay as f32, steps: 0, moments }
    }

    /// One step at this rate; tensors without derivatives stay.
    pub(crate) fn step(&mut self, parameters: &mut Parameters, derivatives: &[Vec<f32>], rate: f64) {
        self.steps = self.steps.saturating_add(1);
        let corrections = KEPT.map(|kept| 1.0 / (1.0 - kept.powi(self.steps)));
        let rate = rate as f32;
        for ((parameter, derivatives), [mean, square]) in
            parameters.tensors.iter_mut().zip(derivatives).zip(&mut self.moments)
        {
            let decay = if parameter.role == Role::Weight { self.decay } else { 0.0 };
            let moments = mean.iter_mut().zip(square);
            for ((value, &g), (mean, square)) in parameter.values.iter_mut().zip(derivatives).zip(moments) {
                *mean = KEPT[0] * *mean + (1.0 - KEPT[0]) * g;
                *square = KEPT[1] * *square + (1.0 - KEPT[1]) * g * g;
                let step = *mean * corrections[0] / ((*square * corrections[1]).sqrt() + EPSILON);
                *value -= rate * (step + decay * *value);
            }
        }
    }
}

/// Scales derivatives down so that their norm over all tensors is at most `limit` (Pascanu et al. 2013, arXiv:1211.5063).
pub(crate) fn clip(derivatives: &mut [Vec<f32>], limit: f64) {
    let square: f64 = derivatives.iter().flatten().map(|g| f64::from(*g) * f64::from(*g)).sum();
    if square > limit * limit {
        let factor = (limit / square.sqrt()) as f32;
        derivatives.iter_mut().flatten().for_each(|g| *g *= factor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_those_of_the_formula() {
        let mut parameters = Parameters::default();
        let weight = parameters.add(1, 2, Role::Weight, vec![1.0, -2.0]);
        let bias = parameters.add(1, 1, Role::Free, vec![3.0]);
        let still = parameters.add(1, 1, Role::Weight, vec![5.0]);
        let mut adamw = AdamW::new(&parameters, 0.1);
        let mut expected = [1.0f64, -2.0, 3.0];
        let (mut m, mut v) = ([0.0f64; 3], [0.0f64; 3]);
        for t in 1..=5 {
            let g = [0.5 * f64::from(t), -1.0, 0.25];
            adamw.step(&mut parameters, &[vec![g[0] as f32, g[1] as f32], vec![g[2] as f32], vec![]], 0.01);
            for at in 0..3 {
                m[at] = 0.9 * m[at] + 0.1 * g[at];
                v[at] = 0.999 * v[at] + 0.001 * g[at] * g[at];
                let step =
                    m[at] / (1.0 - 0.9f64.powi(t)) / ((v[at] / (1.0 - 0.999f64.powi(t))).sqrt() + 1e-8);
                expected[at] -= 0.01 * (step + if at < 2 { 0.1 * expected[at] } else { 0.0 });
            }
        }
        let actual = [parameters.values(weight), parameters.values(bias)].concat();
        for (a, b) in actual.iter().zip(expected) {
            assert!((f64::from(*a) - b).abs() < 1e-5, "{a} is not {b}");
        }
        assert_eq!(parameters.values(still), [5.0]);
    }

    #[test]
    fn long_derivatives_are_shortened() {
        let mut derivatives = vec![vec![3.0, 0.0], vec![4.0]];
        clip(&mut derivatives, 10.0);
        assert_eq!(derivatives, [vec![3.0, 0.0], vec![4.0]]);
        clip(&mut derivatives, 2.5);
        assert_eq!(derivatives, [vec![1.5, 0.0], vec![2.0]]);
    }
}
