//! Markov chains: the adaptive Metropolis algorithm.
//!
//! Each chain proposes normal steps with the covariance of what it has seen (Haario, Saksman & Tamminen 2001,
//! doi:10.2307/3318737), scaled so that a fraction of them is accepted (Andrieu & Thoms 2008,
//! doi:10.1007/s11222-008-9110-y, algorithm 4). Both are learnt in the warm-up and kept afterwards, so that the draws
//! that count come from a Markov chain in the strict sense.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cholesky::Cholesky;
use crate::error::check;
use crate::random::Stream;
use crate::{Cosmology, Error, GridParams, Likelihood, effective_size, split_r_hat};

/// The fraction of accepted steps to aim at: the best for one dimension is 0.44, for many 0.234 (Roberts & Rosenthal 2001).
const ACCEPTANCE: f64 = 0.3;
/// How many steps of the warm-up share a covariance.
const EPOCH: usize = 50;

/// How long and how many chains run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChainParams {
    /// Independent chains, 2 to 1,000.
    pub chains: usize,
    /// Steps of each chain in which it learns its proposals, 200 or more.
    pub warmup: usize,
    /// Steps of each chain that count, 100 or more.
    pub draws: usize,
    /// The seed of all random numbers.
    pub seed: u64,
}

impl Default for ChainParams {
    fn default() -> Self {
        Self { chains: 4, warmup: 1500, draws: 5000, seed: 1 }
    }
}

impl ChainParams {
    /// Whether the parameters are in their ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first that is not.
    pub fn check(&self) -> Result<(), Error> {
        check(
            (2..=1000).contains(&self.chains),
            "chains",
            self.chains,
            "2 to 1,000: one cannot be compared",
        )?;
        check(self.warmup >= 200, "warmup", self.warmup, "200 steps or more")?;
        check(self.draws >= 100, "draws", self.draws, "100 steps or more")
    }
}

/// The draws of several chains.
#[derive(Debug, Clone, PartialEq)]
pub struct Chains {
    /// For each chain and parameter the draws.
    draws: Vec<Vec<Vec<f64>>>,
    /// The fraction of steps that each chain accepted.
    pub acceptance: Vec<f64>,
}

impl Chains {
    /// The draws of a parameter in each chain; empty for a parameter that there is not.
    pub fn draws(&self, parameter: usize) -> Vec<&[f64]> {
        self.draws.iter().filter_map(|chain| chain.get(parameter)).map(Vec::as_slice).collect()
    }

    /// The mean of a parameter and its standard deviation.
    pub fn moments(&self, parameter: usize) -> (f64, f64) {
        let all = self.draws(parameter).concat();
        let n = all.len() as f64;
        let mean = all.iter().sum::<f64>() / n;
        (mean, (all.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
    }

    /// The value below which this fraction of a parameter's draws is.
    pub fn quantile(&self, parameter: usize, fraction: f64) -> f64 {
        let mut all = self.draws(parameter).concat();
        all.sort_by(f64::total_cmp);
        let place = (fraction.clamp(0.0, 1.0) * all.len().saturating_sub(1) as f64).round() as usize;
        all.get(place).copied().unwrap_or(f64::NAN)
    }

    /// Split R̂ of a parameter, see [`split_r_hat`].
    pub fn r_hat(&self, parameter: usize) -> f64 {
        split_r_hat(&self.draws(parameter))
    }

    /// The effective sample size of a parameter, see [`effective_size`].
    pub fn effective_size(&self, parameter: usize) -> f64 {
        effective_size(&self.draws(parameter))
    }
}

/// Draws from the distribution with this log-density, up to a constant; −∞ or NaN outside its support. `start` is a point where
/// it is finite, `scale` a rough size of the distribution in each parameter, above 0: the chains begin at normal
/// deviates of that size around `start`.
///
/// # Errors
/// [`Error::Parameter`] for parameters out of range, [`Error::Data`] where the log-density at the start is not finite.
pub fn sample(
    log_density: impl Fn(&[f64]) -> f64 + Sync,
    start: &[f64],
    scale: &[f64],
    params: &ChainParams,
) -> Result<Chains, Error> {
    params.check()?;
    let good = |scale: &f64| *scale > 0.0 && scale.is_finite();
    let sizes = start.len() == scale.len() && !start.is_empty() && scale.iter().all(good);
    check(sizes, "scale", format!("{scale:?}"), "a number above 0 for each value of the start")?;
    let at_start = log_density(start);
    if !at_start.is_finite() {
        return Err(Error::Data(format!(
            "the log-density at the start {start:?} is {at_start}: begin where the data and priors allow"
        )));
    }
    let run = |chain| run(&log_density, start, scale, params, chain as u64);
    let (draws, acceptance) = (0..params.chains).into_par_iter().map(run).unzip();
    Ok(Chains { draws, acceptance })
}

/// The mean and covariance of what a chain has seen.
struct Seen {
    count: f64,
    mean: Vec<f64>,
    products: Vec<f64>,
}

impl Seen {
    fn new(dimensions: usize) -> Self {
        Self { count: 0.0, mean: vec![0.0; dimensions], products: vec![0.0; dimensions * dimensions] }
    }

    fn add(&mut self, x: &[f64]) {
        self.count += 1.0;
        let before: Vec<f64> = x.iter().zip(&self.mean).map(|(x, mean)| x - mean).collect();
        self.mean.iter_mut().zip(&before).for_each(|(mean, before)| *mean += before / self.count);
        for (row, before) in self.products.chunks_mut(x.len()).zip(&before) {
            for (product, (x, mean)) in row.iter_mut().zip(x.iter().zip(&self.mean)) {
                *product += before * (x - mean);
            }
        }
    }

    /// The factor of the covariance, drawn a little towards that of the scales so that it always has one.
    fn factor(&self, scale: &[f64]) -> Option<Cholesky> {
        let n = scale.len();
        let mut matrix: Vec<f64> =
            self.products.iter().map(|product| product / (self.count + 10.0)).collect();
        (0..n).for_each(|k| matrix[k * (n + 1)] += 1e-5 * scale[k] * scale[k]);
        Cholesky::new(&matrix, n).ok()
    }
}

fn run(
    log_density: &impl Fn(&[f64]) -> f64,
    start: &[f64],
    scale: &[f64],
    params: &ChainParams,
    chain: u64,
) -> (Vec<Vec<f64>>, f64) {
    let n = start.len();
    let mut random = Stream::new(params.seed, chain);
    let (mut x, mut here) = (start.to_vec(), log_density(start));
    for _ in 0..100 {
        let candidate: Vec<f64> = start.iter().zip(scale).map(|(x, s)| x + s * random.normal()).collect();
        let there = log_density(&candidate);
        if there.is_finite() {
            (x, here) = (candidate, there);
            break;
        }
    }
    let mut factor = None;
    let mut log_scale = (2.38 / (n as f64).sqrt()).ln();
    let mut seen = Seen::new(n);
    let mut draws = vec![Vec::with_capacity(params.draws); n];
    let mut accepted = 0;
    for step in 0..params.warmup + params.draws {
        let warming = step < params.warmup;
        if warming && step > 0 && step % EPOCH == 0 {
            factor = seen.factor(scale).or(factor);
            // The way from the start to the distribution says nothing of its shape.
            if step == params.warmup / 4 / EPOCH * EPOCH || step == params.warmup / 2 / EPOCH * EPOCH {
                seen = Seen::new(n);
            }
        }
        let deviates: Vec<f64> = (0..n).map(|_| random.normal()).collect();
        let move_by = match &factor {
            Some(factor) => factor.colour(&deviates),
            None => deviates.iter().zip(scale).map(|(deviate, scale)| deviate * scale).collect(),
        };
        let size = log_scale.exp();
        let candidate: Vec<f64> = x.iter().zip(&move_by).map(|(x, by)| x + size * by).collect();
        let there = log_density(&candidate);
        let ratio = if there.is_nan() { 0.0 } else { (there - here).min(0.0).exp() };
        if random.uniform() < ratio {
            (x, here) = (candidate, there);
            accepted += usize::from(!warming);
        }
        if warming {
            log_scale += (ratio - ACCEPTANCE) / (1.0 + step as f64).powf(0.6);
            seen.add(&x);
        } else {
            draws.iter_mut().zip(&x).for_each(|(draws, x)| draws.push(*x));
        }
    }
    (draws, accepted as f64 / params.draws as f64)
}

/// Draws Ωm and w (parameters 0 and 1), or Ωm alone where w is fixed, from the posterior that [`crate::on_grid`] computes with the
/// same ranges and priors.
///
/// # Errors
/// As [`sample`]; [`Error::Data`] where the posterior is nowhere finite.
pub fn sample_wcdm(
    likelihood: &impl Likelihood,
    grid: &GridParams,
    params: &ChainParams,
) -> Result<Chains, Error> {
    grid.check()?;
    let (matter, w0) = (grid.matter, grid.w0);
    let inside = |value: f64, axis: crate::Axis| (axis.from..=axis.to).contains(&value);
    let density = |x: &[f64]| {
        let cosmology = Cosmology::flat_w(x[0], x.get(1).copied().unwrap_or(w0.from));
        if !inside(cosmology.matter, matter) || !inside(cosmology.w0, w0) {
            return f64::NEG_INFINITY;
        }
        likelihood.log_likelihood(&cosmology) + grid.prior.log_density(&cosmology)
    };
    // A coarse grid knows where to begin.
    let coarse = |axis: crate::Axis| if axis.points == 1 { axis } else { crate::Axis { points: 15, ..axis } };
    let rough = GridParams { matter: coarse(matter), w0: coarse(w0), ..grid.clone() };
    let rough = crate::on_grid(likelihood, &rough)?;
    let (mut start, mut scale) = (vec![rough.best.matter], vec![rough.matter.deviation]);
    if let Some(marginal) = &rough.w0 {
        start.push(rough.best.w0);
        scale.push(marginal.deviation);
    }
    sample(density, &start, &scale, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A normal distribution of unlike sizes and strong correlation, cut at x = 0 in its third parameter.
    fn density(x: &[f64]) -> f64 {
        let (a, b) = ((x[0] - 3.0) / 0.01, (x[1] + 200.0) / 50.0);
        let cut = if x[2] < 0.0 { f64::NEG_INFINITY } else { -0.5 * x[2] * x[2] };
        -0.5 * (a * a + b * b - 1.8 * a * b) / 0.19 + cut
    }

    #[test]
    fn a_known_distribution_is_drawn_from() {
        let chains =
            sample(density, &[3.05, -300.0, 1.0], &[0.1, 30.0, 1.0], &ChainParams::default()).unwrap();
        let half_normal = ((2.0 / std::f64::consts::PI).sqrt(), (1.0 - 2.0 / std::f64::consts::PI).sqrt());
        for (k, (mean, sigma)) in [(3.0, 0.01), (-200.0, 50.0), half_normal].into_iter().enumerate() {
            let (size, moments) = (chains.effective_size(k), chains.moments(k));
            assert!(size > 800.0, "{k}: {size}");
            assert!((moments.0 - mean).abs() < 4.0 * sigma / size.sqrt(), "{k}: {moments:?}");
            assert!((moments.1 / sigma - 1.0).abs() < 4.0 / size.sqrt(), "{k}: {moments:?}");
            assert!(chains.r_hat(k) < 1.02);
        }
        assert!((chains.quantile(0, 0.158_655) - 2.99).abs() < 0.001);
        assert!(chains.acceptance.iter().all(|part| (0.15..0.45).contains(part)), "{:?}", chains.acceptance);
    }

    #[test]
    fn the_seed_and_nothing_else_decides() {
        let params = ChainParams { warmup: 200, draws: 100, ..ChainParams::default() };
        let draw = |threads: usize, seed| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let params = ChainParams { seed, ..params.clone() };
            pool.install(|| sample(density, &[3.0, -200.0, 1.0], &[0.01, 50.0, 1.0], &params).unwrap())
        };
        assert_eq!(draw(1, 1), draw(3, 1));
        assert_ne!(draw(1, 1), draw(1, 2));
    }

    #[test]
    fn bad_requests_are_refused() {
        let params = ChainParams::default();
        assert!(
            sample(density, &[3.0, -200.0, -1.0], &[1.0; 3], &params)
                .unwrap_err()
                .to_string()
                .contains("start")
        );
        assert!(sample(density, &[3.0], &[0.0], &params).is_err());
        assert!(sample(density, &[], &[], &params).is_err());
        assert!(sample(density, &[3.0], &[1.0], &ChainParams { chains: 1, ..params }).is_err());
    }
}
