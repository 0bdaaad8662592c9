use serde::{Deserialize, Serialize};

use super::kernel::Points;
use super::kliep::{WIDTHS, centres, kernels, mean, shuffled};
use super::linear::{Cholesky, dot};
use super::{check_domains, require, require_width};
use crate::{Error, Info, Source, Target, Weighting, Weights};

const RIDGES: [f64; 5] = [1e-3, 1e-2, 1e-1, 1.0, 10.0];

/// Unconstrained least-squares importance fitting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ulsif {
    /// The width σ of the Gaussian kernels, in the unit of the features. Default: the best of 0.25 to 4 times the median
    /// distance by cross-validation.
    pub width: Option<f64>,
    /// The penalty λ, from 1e-9 to 1e9. Default: the best of 0.001 to 10 by cross-validation.
    pub ridge: Option<f64>,
    /// The number of kernels, centred on target objects drawn at random, at least 1. Default 100.
    pub centres: usize,
    /// The number of folds, at least 2. Default 5.
    pub folds: usize,
}

impl Default for Ulsif {
    fn default() -> Self {
        Self { width: None, ridge: None, centres: 100, folds: 5 }
    }
}

impl Ulsif {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first parameter that is out of its range.
    pub fn check(&self) -> Result<(), Error> {
        require_width(self.width)?;
        let ridge = self.ridge.unwrap_or(1.0);
        require((1e-9..=1e9).contains(&ridge), "ridge", ridge, "from 1e-9 to 1e9")?;
        require(self.centres > 0, "centres", self.centres, "at least 1")?;
        require(self.folds > 1, "folds", self.folds, "at least 2")
    }
}

impl Weighting for Ulsif {
    fn info(&self) -> &'static Info {
        &Info {
            name: "ulsif",
            doc: "w(x) = max(0, Σ θ_l k(x, c_l)) with θ = (H + λ I)⁻¹ h, H the mean of φφᵀ over the source and h that of φ \
                  over the target: least squares to the ratio of densities; width and λ by cross-validation (Kanamori, Hido \
                  & Sugiyama 2009, JMLR 10:1391).",
        }
    }

    fn weights(&self, source: &Source<'_>, target: &Target<'_>, seed: u64) -> Result<Weights, Error> {
        weights(self, 0.0, "ulsif", source, target, seed)
    }
}

/// Relative unconstrained least-squares importance fitting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rulsif {
    /// The share α of the target in the denominator, from 0 up to 1; no weight exceeds 1/α. Default 0.1.
    pub relative: f64,
    /// The rest.
    pub fit: Ulsif,
}

impl Default for Rulsif {
    fn default() -> Self {
        Self { relative: 0.1, fit: Ulsif::default() }
    }
}

impl Rulsif {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first parameter that is out of its range.
    pub fn check(&self) -> Result<(), Error> {
        require((0.0..1.0).contains(&self.relative), "relative", self.relative, "from 0 up to 1")?;
        self.fit.check()
    }
}

impl Weighting for Rulsif {
    fn info(&self) -> &'static Info {
        &Info {
            name: "rulsif",
            doc: "As ulsif, to the relative ratio p_target/(α p_target + (1 − α) p_source), which is bounded by 1/α (Yamada, \
                  Suzuki, Kanamori, Hachiya & Sugiyama 2013, doi:10.1162/NECO_a_00442).",
        }
    }

    fn weights(&self, source: &Source<'_>, target: &Target<'_>, seed: u64) -> Result<Weights, Error> {
        self.check()?;
        weights(&self.fit, self.relative, "rulsif", source, target, seed)
    }
}

fn weights(
    params: &Ulsif,
    relative: f64,
    method: &'static str,
    source: &Source<'_>,
    target: &Target<'_>,
    seed: u64,
) -> Result<Weights, Error> {
    params.check()?;
    check_domains(source, target)?;
    let points = Points::new(source, target);
    let order = shuffled(target.x.rows(), seed);
    let centres = centres(&points, &order, params.centres);
    let count = centres.len() / points.cols;
    let folds = params.folds.min(source.x.rows()).min(target.x.rows());
    let widths = match params.width {
        Some(_) => vec![points.width(params.width)],
        None if folds < 2 => vec![points.width(None)],
        None => WIDTHS.map(|factor| factor * points.width(None)).to_vec(),
    };
    let ridges = match params.ridge {
        Some(ridge) => vec![ridge],
        None if folds < 2 => vec![0.1],
        None => RIDGES.to_vec(),
    };
    let mut best = (f64::INFINITY, widths[0], ridges[0]);
    if widths.len() * ridges.len() > 1 {
        let places = (places(&shuffled(source.x.rows(), seed ^ 1), folds), places(&order, folds));
        for &width in &widths {
            let (own, other) = kernels(&points, &centres, width);
            for (score, &ridge) in
                scores(&own, &other, count, relative, folds, &places, &ridges).iter().zip(&ridges)
            {
                if *score < best.0 {
                    best = (*score, width, ridge);
                }
            }
        }
    }
    let (own, other) = kernels(&points, &centres, best.1);
    let squares = combine(&moment(&own, count, |_| true), &moment(&other, count, |_| true), relative);
    let singular = || Error::Failed { method, what: "the system is singular: raise `ridge`".to_owned() };
    let theta =
        Cholesky::with_ridge(count, squares, best.2).ok_or_else(singular)?.solve(&mean(&other, count));
    Ok(Weights::new(own.chunks_exact(count).map(|row| dot(row, &theta).max(0.0)).collect()))
}

/// The fold of each row.
fn places(order: &[usize], folds: usize) -> Vec<usize> {
    let mut place = vec![0; order.len()];
    order.iter().enumerate().for_each(|(at, &row)| place[row] = at % folds);
    place
}

/// The mean loss ½ θᵀHθ − hᵀθ over the folds, H and h of the fold and θ of the others, for each ridge.
fn scores(
    own: &[f64],
    other: &[f64],
    count: usize,
    relative: f64,
    folds: usize,
    places: &(Vec<usize>, Vec<usize>),
    ridges: &[f64],
) -> Vec<f64> {
    let mut scores = vec![0.0; ridges.len()];
    for fold in 0..folds {
        let squares = |inside: bool| {
            let own = moment(own, count, |row| (places.0[row] == fold) == inside);
            combine(&own, &moment(other, count, |row| (places.1[row] == fold) == inside), relative)
        };
        let means = |inside: bool| {
            let chosen =
                other.chunks_exact(count).zip(&places.1).filter(|(_, place)| (**place == fold) == inside);
            mean(&chosen.flat_map(|(row, _)| row).copied().collect::<Vec<f64>>(), count)
        };
        let (learned, tested) = ((squares(false), means(false)), (squares(true), means(true)));
        for (score, &ridge) in scores.iter_mut().zip(ridges) {
            let Some(cholesky) = Cholesky::with_ridge(count, learned.0.clone(), ridge) else {
                *score = f64::INFINITY;
                continue;
            };
            let theta = cholesky.solve(&learned.1);
            let quadratic: f64 =
                tested.0.chunks_exact(count).zip(&theta).map(|(row, here)| here * dot(row, &theta)).sum();
            *score += 0.5 * quadratic - dot(&tested.1, &theta);
        }
    }
    scores
}

/// The mean of φφᵀ over some rows.
fn moment(values: &[f64], count: usize, used: impl Fn(usize) -> bool) -> Vec<f64> {
    let mut sums = vec![0.0; count * count];
    let mut rows = 0.0;
    for (_, row) in values.chunks_exact(count).enumerate().filter(|(row, _)| used(*row)) {
        rows += 1.0;
        for (i, (sums, a)) in sums.chunks_exact_mut(count).zip(row).enumerate() {
            sums[..=i].iter_mut().zip(row).for_each(|(sum, b)| *sum += a * b);
        }
    }
    for i in 0..count {
        for j in 0..=i {
            sums[i * count + j] /= rows;
            sums[j * count + i] = sums[i * count + j];
        }
    }
    sums
}

fn combine(own: &[f64], other: &[f64], relative: f64) -> Vec<f64> {
    own.iter().zip(other).map(|(own, other)| (1.0 - relative) * own + relative * other).collect()
}
