use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::weights::kernel::{Points, gaussian_symmetric};
use crate::{Error, Source, Target};

/// The maximum mean discrepancy of two domains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mmd {
    /// The unbiased estimate of MMD², which may be below 0.
    pub squared: f64,
    /// (1 + permutations with at least as much)/(1 + permutations).
    pub p_value: f64,
    /// The width of the kernel, in the unit of the features: the median distance.
    pub width: f64,
}

/// The kernels of all objects with one another, once for all that is asked of them.
pub(super) struct Kernels {
    /// (n + m)², the source first.
    matrix: Vec<f64>,
    n: usize,
    m: usize,
    width: f64,
}

impl Kernels {
    pub(super) fn new(source: &Source<'_>, target: &Target<'_>) -> Self {
        let points = Points::new(source, target);
        let width = points.width(None);
        let matrix = gaussian_symmetric(&points.pooled(), points.cols, width);
        // A width beyond the largest number is as good as that.
        Self { matrix, n: source.x.rows(), m: target.x.rows(), width: (width * points.unit).min(f64::MAX) }
    }

    /// With a sum over pairs within the chosen objects, their row sums and the sum of all pairs, each sum over pairs within
    /// and across follows; so each permutation costs the pairs of the smaller domain only.
    pub(super) fn test(&self, permutations: usize, seed: u64) -> Mmd {
        let total = self.n + self.m;
        // Without the diagonal.
        let rows: Vec<f64> =
            self.matrix.chunks_exact(total).map(|row| row.iter().sum::<f64>() - 1.0).collect();
        let all: f64 = rows.iter().sum();
        let few = self.n.min(self.m);
        let statistic = |chosen: &[usize]| -> f64 {
            let mut within = 0.0;
            for (place, &i) in chosen.iter().enumerate() {
                let row = &self.matrix[i * total..(i + 1) * total];
                within += 2.0 * gathered(row, &chosen[..place]);
            }
            let sums: f64 = chosen.iter().map(|&i| rows[i]).sum();
            let (a, b) = (few as f64, (total - few) as f64);
            let rest = all - 2.0 * sums + within;
            within / (a * (a - 1.0)) + rest / (b * (b - 1.0)) - 2.0 * (sums - within) / (a * b)
        };
        let own: Vec<usize> = if self.n <= self.m { (0..few).collect() } else { (self.n..total).collect() };
        let squared = statistic(&own);
        let reached = |draw: u64| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(draw + 1);
            let mut order: Vec<usize> = (0..total).collect();
            let (chosen, _) = order.partial_shuffle(&mut random, few);
            // In order, so that memory is read in order.
            chosen.sort_unstable();
            usize::from(statistic(chosen) >= squared - 1e-12)
        };
        let reached: usize = (0..permutations as u64).into_par_iter().map(reached).sum();
        Mmd { squared, p_value: (1 + reached) as f64 / (1 + permutations) as f64, width: self.width }
    }

    /// MMD² with weights (adding up to 1) of the source objects, both sums within with their diagonal.
    pub(super) fn weighted(&self, weights: &[f64]) -> f64 {
        let total = self.n + self.m;
        let signed: Vec<f64> =
            weights.iter().copied().chain(std::iter::repeat_n(-1.0 / self.m as f64, self.m)).collect();
        let rows = self.matrix.chunks_exact(total).zip(&signed);
        rows.map(|(row, weight)| weight * row.iter().zip(&signed).map(|(k, s)| k * s).sum::<f64>()).sum()
    }
}

/// Σ row[i], in four sums side by side.
fn gathered(row: &[f64], indices: &[usize]) -> f64 {
    let mut sums = [0.0; 4];
    let blocks = indices.chunks_exact(4);
    let rest: f64 = blocks.remainder().iter().map(|&i| row[i]).sum();
    for block in blocks {
        sums.iter_mut().zip(block).for_each(|(sum, &i)| *sum += row[i]);
    }
    sums.iter().sum::<f64>() + rest
}

/// MMD² between source and target, unbiased, with the Gaussian kernel of the median distance, and its permutation test
/// (Gretton, Borgwardt, Rasch, Schölkopf & Smola 2012, JMLR 13:723).
///
/// Keeps (n + m)² numbers.
///
/// # Errors
/// As [`Target::check`]; fewer than 2 objects in a domain.
pub fn mmd(source: &Source<'_>, target: &Target<'_>, permutations: usize, seed: u64) -> Result<Mmd, Error> {
    super::check_pairs(source, target)?;
    Ok(Kernels::new(source, target).test(permutations, seed))
}
