//! The terms of the mixture's likelihood and their derivatives.

/// How many nuisances there are: the offset and scatter of the Ia, three coefficients of the contaminants' level, their width,
/// and the shift of the log-odds.
pub(super) const DIMENSIONS: usize = 7;
const OFFSET: usize = 0;
pub(super) const SCATTER: usize = 1;
pub(super) const CONTAMINANT: usize = 2;
pub(super) const WIDTH: usize = 5;
const SHIFT: usize = 6;

/// An object as the mixture sees it.
#[derive(Debug, Clone)]
pub(super) struct Object {
    /// The powers 0, 1, 2 of the redshift less the mean of all.
    powers: [f64; 3],
    variance: f64,
    /// ln p/(1−p).
    log_odds: f64,
}

/// The logarithm of 1 + eˣ.
fn soft_plus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// 1/(1 + e⁻ˣ).
fn logistic(x: f64) -> f64 {
    let small = (-x.abs()).exp();
    if x >= 0.0 { 1.0 / (1.0 + small) } else { small / (1.0 + small) }
}

/// ln of a normal density at distance `d` from its mean.
fn log_normal(d: f64, variance: f64) -> f64 {
    -0.5 * ((std::f64::consts::TAU * variance).ln() + d * d / variance)
}

impl Object {
    pub(super) fn new(x: f64, variance: f64, probability: f64) -> Self {
        Self { powers: [1.0, x, x * x], variance, log_odds: (probability / (1.0 - probability)).ln() }
    }

    /// The residual's distances from the means of Ia and contaminants.
    fn distances(&self, residual: f64, x: &[f64; DIMENSIONS]) -> [f64; 2] {
        let level: f64 = self.powers.iter().zip(&x[CONTAMINANT..]).map(|(power, b)| power * b).sum();
        [residual - x[OFFSET], residual - level]
    }

    /// ln of the object's likelihood, and the probability of being a Ia that it leaves.
    pub(super) fn weigh(&self, residual: f64, x: &[f64; DIMENSIONS]) -> (f64, f64) {
        let [ia, other] = self.distances(residual, x);
        let variance = |scatter: f64| self.variance + scatter * scatter;
        let odds = self.log_odds + x[SHIFT];
        if odds == f64::INFINITY {
            return (log_normal(ia, variance(x[SCATTER])), 1.0);
        }
        if odds == f64::NEG_INFINITY {
            return (log_normal(other, variance(x[WIDTH])), 0.0);
        }
        let other = log_normal(other, variance(x[WIDTH]));
        let posterior = odds + log_normal(ia, variance(x[SCATTER])) - other;
        // ln(p A + (1−p) B) = ln B + ln(1 + odds A/B) − ln(1 + odds)
        (other + soft_plus(posterior) - soft_plus(odds), logistic(posterior))
    }

    /// The prior probability of being a Ia.
    fn probability(&self, x: &[f64; DIMENSIONS]) -> f64 {
        logistic(self.log_odds + x[SHIFT])
    }
}

/// The log-likelihood with its first and second derivatives by the nuisances.
pub(super) struct Sums {
    pub(super) log: f64,
    pub(super) gradient: [f64; DIMENSIONS],
    pub(super) hessian: [f64; DIMENSIONS * DIMENSIONS],
}

/// The derivatives of ln N(d; 0, v + s²) by the mean and by s: first (mean, s), then second (mean², mean·s, s²).
fn slopes(d: f64, variance: f64, scatter: f64) -> ([f64; 2], [f64; 3]) {
    let precision = (variance + scatter * scatter).recip();
    let pull = d * precision;
    let excess = pull * pull - precision;
    let second = excess + 2.0 * scatter * scatter * precision * (precision - 2.0 * pull * pull);
    ([pull, scatter * excess], [-precision, -2.0 * scatter * precision * pull, second])
}

impl Sums {
    pub(super) fn of(objects: &[Object], residuals: &[f64], x: &[f64; DIMENSIONS]) -> Self {
        let mut sums =
            Self { log: 0.0, gradient: [0.0; DIMENSIONS], hessian: [0.0; DIMENSIONS * DIMENSIONS] };
        for (object, residual) in objects.iter().zip(residuals) {
            sums.add(object, *residual, x);
        }
        sums
    }

    /// With the responsibilities r_k, Hessian = Σ r_k (∂² ln c_k + ∂ ln c_k ∂ ln c_kᵀ) − g gᵀ, g = Σ r_k ∂ ln c_k.
    fn add(&mut self, object: &Object, residual: f64, x: &[f64; DIMENSIONS]) {
        let (log, ia) = object.weigh(residual, x);
        self.log += log;
        let [to_ia, to_other] = object.distances(residual, x);
        let prior = object.probability(x);
        let mut gradient = [0.0; DIMENSIONS];
        if ia > 0.0 {
            let (first, second) = slopes(to_ia, object.variance, x[SCATTER]);
            let mut mine = [0.0; DIMENSIONS];
            (mine[OFFSET], mine[SCATTER], mine[SHIFT]) = (first[0], first[1], 1.0 - prior);
            self.hessian[OFFSET * DIMENSIONS + OFFSET] += ia * second[0];
            self.hessian[SCATTER * DIMENSIONS + OFFSET] += ia * second[1];
            self.hessian[SCATTER * DIMENSIONS + SCATTER] += ia * second[2];
            self.outer(ia, &mine);
            gradient.iter_mut().zip(&mine).for_each(|(sum, mine)| *sum += ia * mine);
        }
        if ia < 1.0 {
            let other = 1.0 - ia;
            let (first, second) = slopes(to_other, object.variance, x[WIDTH]);
            let mut mine = [0.0; DIMENSIONS];
            (mine[WIDTH], mine[SHIFT]) = (first[1], -prior);
            for (row, power) in object.powers.iter().enumerate() {
                mine[CONTAMINANT + row] = power * first[0];
                for (column, factor) in object.powers[..=row].iter().enumerate() {
                    let place = (CONTAMINANT + row) * DIMENSIONS + CONTAMINANT + column;
                    self.hessian[place] += other * power * factor * second[0];
                }
                self.hessian[WIDTH * DIMENSIONS + CONTAMINANT + row] += other * power * second[1];
            }
            self.hessian[WIDTH * DIMENSIONS + WIDTH] += other * second[2];
            self.outer(other, &mine);
            gradient.iter_mut().zip(&mine).for_each(|(sum, mine)| *sum += other * mine);
        }
        self.hessian[SHIFT * DIMENSIONS + SHIFT] -= prior * (1.0 - prior);
        self.outer(-1.0, &gradient);
        self.gradient.iter_mut().zip(&gradient).for_each(|(sum, gradient)| *sum += gradient);
    }

    /// Adds `weight` v vᵀ to the lower triangle.
    fn outer(&mut self, weight: f64, v: &[f64; DIMENSIONS]) {
        for row in 0..DIMENSIONS {
            let scaled = weight * v[row];
            let begin = row * DIMENSIONS;
            for (sum, value) in self.hessian[begin..=begin + row].iter_mut().zip(v) {
                *sum += scaled * value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_differences() {
        let objects: Vec<Object> = [(-0.3, 0.02, 0.9), (0.1, 0.05, 0.3), (0.4, 0.01, 1.0), (0.2, 0.03, 0.0)]
            .map(|(x, variance, p)| Object::new(x, variance, p))
            .to_vec();
        let residuals = [0.1, 0.7, -0.2, 1.5];
        let x = [0.05, 0.12, 0.9, -0.4, 0.3, 0.6, 0.2];
        let sums = Sums::of(&objects, &residuals, &x);
        let at = |k: usize, by: f64| {
            let mut moved = x;
            moved[k] += by;
            Sums::of(&objects, &residuals, &moved)
        };
        for k in 0..DIMENSIONS {
            let step = 1e-5;
            let (up, down) = (at(k, step), at(k, -step));
            let slope = (up.log - down.log) / (2.0 * step);
            assert!((slope - sums.gradient[k]).abs() < 1e-7, "{k}: {slope} {}", sums.gradient[k]);
            for row in k..DIMENSIONS {
                let bend = (up.gradient[row] - down.gradient[row]) / (2.0 * step);
                let told = sums.hessian[row * DIMENSIONS + k];
                assert!((bend - told).abs() < 1e-6 * (1.0 + told.abs()), "{row} {k}: {bend} {told}");
            }
        }
    }

    #[test]
    fn far_objects_and_certain_ones_stay_finite() {
        let x = [0.0, 0.1, 1.0, 0.0, 0.0, 0.5, 0.0];
        for p in [0.0, 1e-300, 0.5, 1.0 - 1e-16, 1.0] {
            for residual in [-1e3, 0.0, 1e3] {
                let (log, ia) = Object::new(0.1, 1e-4, p).weigh(residual, &x);
                assert!(log.is_finite() && (0.0..=1.0).contains(&ia), "{p} {residual}: {log} {ia}");
            }
        }
        let (log, ia) = Object::new(0.0, 0.04, 0.25).weigh(0.3, &x);
        let density = |d: f64, v: f64| (-0.5 * d * d / v).exp() / (std::f64::consts::TAU * v).sqrt();
        let (a, b) = (0.25 * density(0.3, 0.05), 0.75 * density(-0.7, 0.29));
        assert!((log - (a + b).ln()).abs() < 1e-12 && (ia - a / (a + b)).abs() < 1e-12);
    }
}
