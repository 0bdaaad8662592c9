//! Scores by the target's probabilities alone.

use hesper_learn::{Matrix, metrics};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Score, Trial};
use crate::maps::dot;

/// How many objects are compared with each other, at most.
const NEIGHBOURS: usize = 2000;
const TEMPERATURE: f64 = 0.05;
const POWER: i32 = 4;

fn rows(probabilities: &Matrix) -> impl Iterator<Item = &[f64]> {
    (0..probabilities.rows()).map(|row| probabilities.row(row))
}

/// p ln(p/q), 0 where p is.
fn information(p: f64, q: f64) -> f64 {
    if p > 0.0 { p * (p.ln() - q.ln()) } else { 0.0 }
}

pub(super) fn entropy(probabilities: &Matrix) -> Score {
    Score::mean_of(rows(probabilities).map(|row| row.iter().map(|p| information(*p, 1.0)).sum()).collect())
}

/// As the mean divergence of an object's probabilities from the mean of all.
pub(super) fn mutual_information(probabilities: &Matrix) -> Score {
    let mut mean = vec![0.0; probabilities.cols()];
    for row in rows(probabilities) {
        mean.iter_mut().zip(row).for_each(|(mean, p)| *mean += p / probabilities.rows() as f64);
    }
    // A share that underflowed is none.
    let of = |row: &[f64]| {
        row.iter().zip(&mean).filter(|(_, q)| **q > 0.0).map(|(p, q)| information(*p, *q)).sum()
    };
    Score::mean_of(rows(probabilities).map(of).collect())
}

pub(super) fn density(probabilities: &Matrix, seed: u64) -> Score {
    let all = probabilities.rows();
    let mut chosen: Vec<usize> = (0..all).collect();
    if all > NEIGHBOURS {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        chosen = rand::seq::index::sample(&mut random, all, NEIGHBOURS).into_vec();
    }
    let unit = |row: &usize| -> Vec<f64> {
        let row = probabilities.row(*row);
        let length = dot(row, row).sqrt();
        row.iter().map(|p| if length > 0.0 { p / length } else { 0.0 }).collect()
    };
    let points: Vec<Vec<f64>> = chosen.iter().map(unit).collect();
    let entropies = points.par_iter().enumerate().map(|(own, point)| {
        // exp((cosine − 1)/T) is at most 1: nothing overflows. H = ln Z − mean exponent.
        let (mut sum, mut weighted) = (0.0, 0.0);
        for (_, other) in points.iter().enumerate().filter(|(at, _)| *at != own) {
            let exponent = (dot(point, other) - 1.0) / TEMPERATURE;
            sum += exponent.exp();
            weighted += exponent.exp() * exponent;
        }
        if sum > 0.0 { sum.ln() - weighted / sum } else { 0.0 }
    });
    Score::mean_of(entropies.collect())
}

/// An object adds what the norm would change by if there were more of its kind (the delta method).
pub(super) fn mano(probabilities: &Matrix) -> Score {
    let power = |row: &[f64]| row.iter().map(|p| p.powi(POWER)).sum::<f64>() / row.len() as f64;
    let parts: Vec<f64> = rows(probabilities).map(power).collect();
    let mean = parts.iter().sum::<f64>() / parts.len() as f64;
    let value = mean.powf(1.0 / f64::from(POWER));
    let slope = value / (f64::from(POWER) * mean.max(f64::MIN_POSITIVE));
    Score { value, objects: parts.iter().map(|part| value + slope * (part - mean)).collect() }
}

/// Agreement with the ensemble of all.
pub(super) fn consensus(trials: &[Trial<'_>]) -> Vec<Score> {
    let Some(first) = trials.first() else { return Vec::new() };
    let mut sums = vec![0.0; first.probabilities().data().len()];
    for trial in trials {
        sums.iter_mut().zip(trial.probabilities().data()).for_each(|(sum, p)| *sum += p);
    }
    let agreed: Vec<u32> = sums.chunks_exact(first.probabilities().cols()).map(largest).collect();
    let agrees = |(own, agreed): (&u32, &u32)| if own == agreed { 1.0 } else { 0.0 };
    let score = |trial: &Trial<'_>| {
        let said = metrics::most_probable(trial.probabilities());
        Score::mean_of(said.iter().zip(&agreed).map(agrees).collect())
    };
    trials.iter().map(score).collect()
}

/// The place of the largest number, the first of equals.
fn largest(row: &[f64]) -> u32 {
    let mut best = 0;
    for (at, value) in row.iter().enumerate() {
        if *value > row[best] {
            best = at;
        }
    }
    best as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let p = Matrix::from_rows(&[[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]).unwrap();
        let ln2 = 2f64.ln();
        assert!((entropy(&p).value + ln2 / 3.0).abs() < 1e-12);
        assert!((mutual_information(&p).value - (ln2 - ln2 / 3.0)).abs() < 1e-12);
        assert!((mano(&p).value - (2.125 / 6.0f64).powf(0.25)).abs() < 1e-12);
        let mean = mano(&p).objects.iter().sum::<f64>() / 3.0;
        assert!((mean - mano(&p).value).abs() < 1e-12);
        // Each certain object sees the doubtful one much nearer than its opposite; that one sees both alike.
        let near = |x: f64| {
            let share = 1.0 / (1.0 + x.exp());
            -(share * share.ln() + (1.0 - share) * (1.0 - share).ln())
        };
        let cosine = 0.5f64.sqrt() / TEMPERATURE;
        assert!((density(&p, 0).value - (2.0 * near(cosine) + ln2) / 3.0).abs() < 1e-9);
    }

    #[test]
    fn one_object_and_one_class_are_scored_too() {
        for p in [Matrix::from_rows(&[[0.3, 0.7]]).unwrap(), Matrix::from_rows(&[[1.0], [1.0]]).unwrap()] {
            for score in [entropy(&p), mutual_information(&p), density(&p, 1), mano(&p)] {
                assert!(score.value.is_finite() && score.objects.iter().all(|part| part.is_finite()));
            }
        }
    }
}
