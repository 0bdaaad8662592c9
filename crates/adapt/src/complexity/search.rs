use hesper_learn::{TrainingSet, metrics};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Family, Score};
use crate::maps::refuse;
use crate::{Error, Source};

/// How a [`super::ComplexityPrior`] is learned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PriorParams {
    /// The number of bootstraps, at least 1. Default 20.
    pub bootstraps: usize,
    /// How many objects each bootstrap draws, with replacement, at least 1; as many as the source has when absent, the default.
    /// How complex a model ought to be depends on how many objects it learns from: with the number of labels that the target
    /// will have, the prior is about models of that size.
    pub objects: Option<usize>,
    /// What multiplies √n_b, above 0. With 1, the default, members must differ by several standard errors of one bootstrap's score
    /// before the prior tells them apart; more of it makes a steeper prior, of which fewer members make up the mass.
    pub sharpness: f64,
    /// By what members are judged on the objects that were not drawn. Default: accuracy.
    pub score: Score,
    /// ε0, added before the masses are made to add up to 1, so that no member is ruled out; above 0. Default 1e-3.
    pub floor: f64,
}

impl Default for PriorParams {
    fn default() -> Self {
        Self { bootstraps: 20, objects: None, sharpness: 1.0, score: Score::Accuracy, floor: 1e-3 }
    }
}

impl PriorParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        if self.bootstraps == 0 {
            return refuse("bootstraps", 0, "at least 1");
        }
        if self.objects == Some(0) {
            return refuse("objects", 0, "at least 1");
        }
        for (name, value) in [("sharpness", self.sharpness), ("floor", self.floor)] {
            if !(value > 0.0 && value.is_finite()) {
                return refuse(name, value, "above 0, and finite");
            }
        }
        Ok(())
    }
}

/// What the exhaustive search found.
pub(super) struct Found {
    /// Of each member, not yet made to add up to 1.
    pub mass: Vec<f64>,
    /// Of each member, the mean over the bootstraps.
    pub scores: Vec<f64>,
    /// How many models were fitted.
    pub fits: usize,
}

/// Fits every member to every bootstrap: see [`super::ComplexityPrior`].
pub(super) fn search(
    source: &Source<'_>,
    family: &Family,
    params: &PriorParams,
    seed: u64,
) -> Result<Found, Error> {
    params.check()?;
    family.check()?;
    source.check()?;
    let scaled = match family.prepare(source.x)? {
        None => source.x.clone(),
        Some(prepare) => prepare.apply(source.x)?,
    };
    let draws: Vec<Draw> = (0..params.bootstraps)
        .map(|number| Draw::new(source.x.rows(), params.objects, seed, number as u64))
        .collect::<Result<_, _>>()?;
    let members = family.members.len();
    let scores: Vec<f64> = (0..draws.len() * members)
        .into_par_iter()
        .map(|task| {
            let draw = &draws[task / members];
            let classes = |rows: &[usize]| rows.iter().map(|&row| source.y[row]).collect::<Vec<u32>>();
            let (x, y) = (scaled.select_rows(&draw.drawn), classes(&draw.drawn));
            let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: source.n_classes };
            let seed = seed.wrapping_add((task / members) as u64);
            let fitted = family.members[task % members].learner.fit(&data, seed)?;
            let guessed = metrics::most_probable(&fitted.predict_proba(&scaled.select_rows(&draw.left))?);
            params.score.of(&classes(&draw.left), &guessed)
        })
        .collect::<Result<_, Error>>()?;
    let (mut mass, mut means) = (vec![params.floor; members], vec![0.0; members]);
    for (scores, draw) in scores.chunks_exact(members).zip(&draws) {
        let root = params.sharpness * (draw.left.len() as f64).sqrt();
        for (at, share) in softmax(scores, root).into_iter().enumerate() {
            mass[at] += share / draws.len() as f64;
            means[at] += scores[at] / draws.len() as f64;
        }
    }
    Ok(Found { mass, scores: means, fits: scores.len() })
}

/// One bootstrap.
struct Draw {
    drawn: Vec<usize>,
    left: Vec<usize>,
}

impl Draw {
    fn new(rows: usize, objects: Option<usize>, seed: u64, number: u64) -> Result<Self, Error> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(number);
        let objects = objects.unwrap_or(rows);
        // Of few objects a bootstrap often draws all, and then leaves nothing to judge by.
        for _ in 0..100 {
            let drawn: Vec<usize> = (0..objects).map(|_| random.random_range(0..rows)).collect();
            let mut seen = vec![false; rows];
            drawn.iter().for_each(|&row| seen[row] = true);
            let left: Vec<usize> = (0..rows).filter(|&row| !seen[row]).collect();
            if !left.is_empty() {
                return Ok(Self { drawn, left });
            }
        }
        let what = format!(
            "bootstraps of {objects} draws take all of {rows} objects: draw fewer, or give a larger source"
        );
        Err(Error::Domain { domain: "source", what })
    }
}

/// exp(factor · value), adding up to 1.
fn softmax(values: &[f64], factor: f64) -> Vec<f64> {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = values.iter().map(|value| (factor * (value - largest)).exp()).collect();
    let total: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / total).collect()
}

#[cfg(test)]
mod tests {
    use hesper_learn::{Matrix, Scaling};

    use super::*;

    #[test]
    fn masses_follow_the_formula() {
        let x = Matrix::new(60, 1, (0..60).map(f64::from).collect()).unwrap();
        let y: Vec<u32> = (0..60).map(|row| row / 6 % 2).collect();
        let source = Source { x: &x, y: &y, n_classes: 2 };
        let family = Family::knn(&[1, 5, 40], Scaling::None);
        let params = PriorParams { bootstraps: 1, sharpness: 2.0, floor: 0.1, ..PriorParams::default() };
        let found = search(&source, &family, &params, 7).unwrap();
        let left = Draw::new(60, None, 7, 0).unwrap().left.len() as f64;
        let powers: Vec<f64> = found.scores.iter().map(|score| (2.0 * left.sqrt() * score).exp()).collect();
        let total: f64 = powers.iter().sum();
        for (mass, power) in found.mass.iter().zip(powers) {
            assert!((mass - (0.1 + power / total)).abs() < 1e-12);
        }
    }

    #[test]
    fn ranges_are_checked() {
        PriorParams::default().check().unwrap();
        for params in [
            PriorParams { bootstraps: 0, ..PriorParams::default() },
            PriorParams { objects: Some(0), ..PriorParams::default() },
            PriorParams { floor: 0.0, ..PriorParams::default() },
            PriorParams { floor: f64::NAN, ..PriorParams::default() },
            PriorParams { sharpness: 0.0, ..PriorParams::default() },
        ] {
            assert!(matches!(params.check(), Err(Error::Parameter { .. })), "{params:?}");
        }
    }
}
