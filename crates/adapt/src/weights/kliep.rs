use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::kernel::{Points, gaussian};
use super::linear::dot;
use super::{check_domains, require, require_width};
use crate::{Error, Info, Source, Target, Weighting, Weights};

/// Widths that are tried, in units of the median distance.
pub(super) const WIDTHS: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];

/// Kullback–Leibler importance estimation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Kliep {
    /// The width σ of the Gaussian kernels, in the unit of the features. Default: the best of 0.25 to 4 times the median
    /// distance by cross-validated likelihood.
    pub width: Option<f64>,
    /// The number of kernels, centred on target objects drawn at random, at least 1. Default 100.
    pub centres: usize,
    /// The number of folds, at least 2. Default 5.
    pub folds: usize,
}

impl Default for Kliep {
    fn default() -> Self {
        Self { width: None, centres: 100, folds: 5 }
    }
}

impl Kliep {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first parameter that is out of its range.
    pub fn check(&self) -> Result<(), Error> {
        require_width(self.width)?;
        require(self.centres > 0, "centres", self.centres, "at least 1")?;
        require(self.folds > 1, "folds", self.folds, "at least 2")
    }
}

impl Weighting for Kliep {
    fn info(&self) -> &'static Info {
        &Info {
            name: "kliep",
            doc: "w(x) = Σ α_l k(x, c_l) that maximises the mean of ln w over the target, with α ≥ 0 and a mean w of 1 over \
                  the source; the width by cross-validated likelihood (Sugiyama, Suzuki, Nakajima, Kashima, von Bünau & \
                  Kawanabe 2008, doi:10.1007/s10463-008-0197-x). Solved as a mixture by expectation maximisation.",
        }
    }

    fn weights(&self, source: &Source<'_>, target: &Target<'_>, seed: u64) -> Result<Weights, Error> {
        self.check()?;
        check_domains(source, target)?;
        let points = Points::new(source, target);
        let order = shuffled(target.x.rows(), seed);
        let centres = centres(&points, &order, self.centres);
        let width = match self.width {
            Some(_) => points.width(self.width),
            None => self.best_width(&points, &centres, &order),
        };
        let (own, other) = kernels(&points, &centres, width);
        let count = centres.len() / points.cols;
        let alpha = fit(&mean(&own, count), &other, count, |_| true);
        Ok(Weights::new(own.chunks_exact(count).map(|row| dot(row, &alpha)).collect()))
    }
}

impl Kliep {
    fn best_width(&self, points: &Points, centres: &[f64], order: &[usize]) -> f64 {
        let median = points.width(None);
        let folds = self.folds.min(order.len());
        if folds < 2 {
            return median;
        }
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(at, &row)| place[row] = at % folds);
        let count = centres.len() / points.cols;
        let mut best = (f64::NEG_INFINITY, median);
        for width in WIDTHS.map(|factor| factor * median) {
            let (own, other) = kernels(points, centres, width);
            let own_mean = mean(&own, count);
            let mut score = 0.0;
            for fold in 0..folds {
                let alpha = fit(&own_mean, &other, count, |row| place[row] != fold);
                let tested = other.chunks_exact(count).zip(&place).filter(|(_, place)| **place == fold);
                score += tested.map(|(row, _)| dot(row, &alpha).max(1e-300).ln()).sum::<f64>();
            }
            if score > best.0 {
                best = (score, width);
            }
        }
        best.1
    }
}

/// Rows in random order.
pub(super) fn shuffled(rows: usize, seed: u64) -> Vec<usize> {
    use rand::seq::SliceRandom;
    let mut order: Vec<usize> = (0..rows).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    order
}

/// The first target objects of an order.
pub(super) fn centres(points: &Points, order: &[usize], count: usize) -> Vec<f64> {
    let cols = points.cols;
    order.iter().take(count).flat_map(|&row| &points.target[row * cols..(row + 1) * cols]).copied().collect()
}

/// The kernels of source and target objects, objects × centres.
pub(super) fn kernels(points: &Points, centres: &[f64], width: f64) -> (Vec<f64>, Vec<f64>) {
    let of = |x: &[f64]| gaussian(x, centres, points.cols, width);
    (of(&points.source), of(&points.target))
}

/// The mean of each column.
pub(super) fn mean(values: &[f64], cols: usize) -> Vec<f64> {
    let rows = (values.len() / cols) as f64;
    let mut mean = vec![0.0; cols];
    values
        .chunks_exact(cols)
        .for_each(|row| mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += x / rows));
    mean
}

/// The α that maximises the mean of ln Σ α_l k_tl with Σ α_l b_l = 1: shares θ_l = α_l b_l of a mixture of densities
/// k_tl/b_l.
fn fit(b: &[f64], other: &[f64], count: usize, used: impl Fn(usize) -> bool) -> Vec<f64> {
    // A kernel that no source object is near would have the largest density of all, and give weight to no object.
    let inverse: Vec<f64> = b.iter().map(|&b| if b > 1e-12 { 1.0 / b } else { 0.0 }).collect();
    let kernels = inverse.iter().filter(|inverse| **inverse > 0.0).count().max(1) as f64;
    let mut alpha: Vec<f64> = inverse.iter().map(|inverse| inverse / kernels).collect();
    let mut before = f64::NEG_INFINITY;
    for _ in 0..300 {
        let (mut sums, mut likelihood, mut rows) = (vec![0.0; count], 0.0, 0.0);
        for (_, row) in other.chunks_exact(count).enumerate().filter(|(row, _)| used(*row)) {
            let density = dot(row, &alpha);
            if density > 1e-300 {
                sums.iter_mut().zip(row).for_each(|(sum, k)| *sum += k / density);
                likelihood += density.ln();
                rows += 1.0;
            }
        }
        if rows == 0.0 || likelihood - before <= 1e-7 * rows {
            break;
        }
        before = likelihood;
        for ((alpha, sum), inverse) in alpha.iter_mut().zip(&sums).zip(&inverse) {
            *alpha *= sum * inverse / rows;
        }
    }
    alpha
}
