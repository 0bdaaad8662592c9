use serde::{Deserialize, Serialize};

use super::kernel::{Points, gaussian_symmetric, squared_distance, value};
use super::quadratic::Quadratic;
use super::{check_domains, require, require_width};
use crate::{Error, Info, Source, Target, Weighting, Weights};

/// Kernel mean matching.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Kmm {
    /// The width σ of the Gaussian kernel, in the unit of the features. Default: the median distance.
    pub width: Option<f64>,
    /// No weight is larger, before scaling to a mean of 1. Default 1000.
    pub largest: f64,
    /// How far the mean weight may be from 1, from 0 up to 1. Default (√n − 1)/√n for n source objects.
    pub slack: Option<f64>,
    /// Added to the diagonal of the kernel matrix, from 1e-12 to 1: makes the weights of equal objects equal. Default 1e-6.
    pub ridge: f64,
}

impl Default for Kmm {
    fn default() -> Self {
        Self { width: None, largest: 1000.0, slack: None, ridge: 1e-6 }
    }
}

impl Kmm {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first parameter that is out of its range.
    pub fn check(&self) -> Result<(), Error> {
        require_width(self.width)?;
        require((1.0..=1e9).contains(&self.largest), "largest", self.largest, "from 1 to 1e9")?;
        let slack = self.slack.unwrap_or_default();
        require((0.0..1.0).contains(&slack), "slack", slack, "from 0 up to 1")?;
        require((1e-12..=1.0).contains(&self.ridge), "ridge", self.ridge, "from 1e-12 to 1")
    }
}

impl Weighting for Kmm {
    fn info(&self) -> &'static Info {
        &Info {
            name: "kmm",
            doc: "Kernel mean matching: minimises ‖Σ β_i φ(x_i)/n − Σ φ(t_j)/m‖² over 0 ≤ β ≤ B and |Σ β/n − 1| ≤ ε, a \
                  quadratic program ½ βᵀKβ − κᵀβ with κ_i = n/m Σ_j k(x_i, t_j) (Huang, Smola, Gretton, Borgwardt & \
                  Schölkopf 2007).",
        }
    }

    fn weights(&self, source: &Source<'_>, target: &Target<'_>, _seed: u64) -> Result<Weights, Error> {
        self.check()?;
        check_domains(source, target)?;
        let points = Points::new(source, target);
        let (n, width) = (source.x.rows(), points.width(self.width));
        let mut matrix = gaussian_symmetric(&points.source, points.cols, width);
        (0..n).for_each(|i| matrix[i * n + i] += self.ridge);
        let share = n as f64 / target.x.rows() as f64;
        let means = points.source.chunks_exact(points.cols).map(|x| {
            let targets = points.target.chunks_exact(points.cols);
            share * targets.map(|t| value(squared_distance(x, t), width)).sum::<f64>()
        });
        let kappa: Vec<f64> = means.collect();
        let root = (n as f64).sqrt();
        let slack = self.slack.unwrap_or((root - 1.0) / root);
        let sums = (n as f64 * (1.0 - slack), n as f64 * (1.0 + slack));
        let weights = solve(&matrix, &kappa, self.largest, sums).ok_or(Error::Failed {
            method: "kmm",
            what: "the quadratic program has not come to an end: raise `ridge`".to_owned(),
        })?;
        Ok(Weights::new(weights))
    }
}

/// Minimises ½ βᵀKβ − κᵀβ over 0 ≤ β ≤ `upper` with Σ β within `sums`.
///
/// A multiplier μ of the sum turns it into a program with bounds only, of κ − μ. Σ β falls with μ, in straight pieces, and
/// Newton's method finds where it meets the limit.
fn solve(matrix: &[f64], kappa: &[f64], upper: f64, sums: (f64, f64)) -> Option<Vec<f64>> {
    let n = kappa.len();
    let scale = kappa.iter().fold(n as f64, |most, k| most.max(k.abs()));
    let mut beta = vec![1.0; n];
    let (mut mu, mut below, mut above) = (0.0, f64::NEG_INFINITY, f64::INFINITY);
    let mut limit = None;
    for _ in 0..200 {
        let linear: Vec<f64> = kappa.iter().map(|k| k - mu).collect();
        let program = Quadratic { matrix, linear: &linear, upper, tolerance: 1e-12 * scale };
        let free = program.minimise(&mut beta)?;
        let sum: f64 = beta.iter().sum();
        let wanted = match limit {
            None if sum >= sums.0 && sum <= sums.1 => return Some(beta),
            None => *limit.insert(sum.clamp(sums.0, sums.1)),
            Some(wanted) => wanted,
        };
        if (sum - wanted).abs() <= 1e-11 * n as f64 {
            return Some(beta);
        }
        if sum > wanted {
            below = mu
        } else {
            above = mu
        }
        if above - below <= 1e-15 * scale {
            return Some(beta);
        }
        let slope = match free.is_empty() {
            true => 0.0,
            false => program.restricted(&free)?.solve(&vec![1.0; free.len()]).iter().sum::<f64>(),
        };
        let newton = mu + (sum - wanted) / slope;
        mu = if newton.is_finite() && newton > below && newton < above {
            newton
        } else if below.is_finite() && above.is_finite() {
            0.5 * (below + above)
        } else {
            mu + if sum > wanted { scale.max(mu.abs()) } else { -scale.max(mu.abs()) }
        };
    }
    None
}
