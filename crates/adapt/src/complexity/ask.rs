use hesper_learn::Matrix;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{Query, cover};
use crate::Error;
use crate::maps::refuse;

/// Who knows the classes: takes numbers of objects of the pool and gives their classes, in this order.
pub type Oracle<'a> = dyn FnMut(&[usize]) -> Result<Vec<u32>, Error> + 'a;

/// Which objects come first, before there is a model to ask by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Any.
    #[default]
    Random,
    /// Those that cover the pool, each forbidding so many neighbours: see [`cover()`].
    Cover {
        /// K* of the source's [`super::EntropyCurve`], or another number.
        neighbours: usize,
    },
}

/// How labels are spent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asking {
    /// The number of labels, at least 1; all objects of the pool if there are fewer. Default 40.
    pub budget: usize,
    /// How many come first, before any model; at most the budget. With the whole budget nothing is asked by a model. Methods
    /// that have a model from the start allow 0. Default 10.
    pub first: usize,
    /// Which come first.
    pub start: Start,
    /// How many are asked about at once afterwards, at least 1. Default 5.
    pub batch: usize,
    /// Which are asked about afterwards.
    pub query: Query,
    /// Whether objects are drawn with a chance proportional to how much they are wanted, rather than the most wanted ones taken,
    /// and weighted so that sums over the labelled ones estimate, without bias, sums over the pool. Default false.
    pub correct: bool,
    /// With correction, the share of the draws that pays no heed to what is wanted, so that no chance is 0; above 0 and up to 1.
    /// Default 0.1.
    pub explore: f64,
}

impl Default for Asking {
    fn default() -> Self {
        Self {
            budget: 40,
            first: 10,
            start: Start::Random,
            batch: 5,
            query: Query::Margin,
            correct: false,
            explore: 0.1,
        }
    }
}

impl Asking {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        for (name, value) in [("budget", self.budget), ("batch", self.batch)] {
            if value == 0 {
                return refuse(name, 0, "at least 1");
            }
        }
        if self.first > self.budget {
            return refuse("first", self.first, "at most the budget");
        }
        if !(self.explore > 0.0 && self.explore <= 1.0) {
            return refuse("explore", self.explore, "above 0 and up to 1");
        }
        if self.correct && self.start != Start::Random {
            return refuse(
                "start",
                "cover",
                "random where the bias is corrected: a cover forbids objects, which no weight makes up for",
            );
        }
        Ok(())
    }
}

/// What was asked so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// Numbers of objects of the pool, in the order in which they were asked about.
    pub rows: Vec<usize>,
    /// Their classes.
    pub labels: Vec<u32>,
    /// The chance with which each was drawn out of those left.
    chances: Vec<f64>,
}

impl Asked {
    /// The weights that undo the bias of the sampling, with the mean of their expectations 1: LURE, vᵢ = 1 + (N − M)/(N − i) ·
    /// (1/((N − i + 1) qᵢ) − 1) for the i-th of M labels out of N objects, drawn with the chance qᵢ out of those left
    /// (Farquhar, Gal & Rainforth 2021, arXiv:2101.11665).
    pub(super) fn weights(&self, pool: usize) -> Vec<f64> {
        let (n, m) = (pool as f64, self.rows.len() as f64);
        let weight = |(at, chance): (usize, &f64)| {
            let i = at as f64 + 1.0;
            if m == n { 1.0 } else { 1.0 + (n - m) / (n - i) * (1.0 / ((n - i + 1.0) * chance) - 1.0) }
        };
        // At least 0 but for rounding.
        self.chances.iter().enumerate().map(weight).map(|weight| weight.max(0.0)).collect()
    }
}

/// Spends the labels. `probabilities` gives those of the pool's objects by a model made of what was asked so far; it is not
/// called after the last batch.
pub(super) fn ask(
    x: &Matrix,
    n_classes: usize,
    asking: &Asking,
    oracle: &mut Oracle<'_>,
    seed: u64,
    mut probabilities: impl FnMut(&Asked) -> Result<Matrix, Error>,
) -> Result<Asked, Error> {
    let pool = x.rows();
    let budget = asking.budget.min(pool);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut asked = Asked::default();
    let first = asking.first.min(budget);
    let start = match asking.start {
        Start::Random => Pick::drawn(&vec![1.0; pool], &[], first, 1.0, &mut random),
        Start::Cover { neighbours } => {
            let rows = cover(x, neighbours, first, seed);
            Pick { chances: vec![f64::NAN; rows.len()], rows }
        }
    };
    start.label(&mut asked, n_classes, oracle)?;
    while asked.rows.len() < budget {
        let count = asking.batch.min(budget - asked.rows.len());
        // Random queries need no model.
        let wanted = match asking.query {
            Query::Random => vec![1.0; pool],
            query => query.scores(&probabilities(&asked)?),
        };
        let pick = match (asking.correct, asking.query) {
            (false, Query::Margin | Query::Entropy) => Pick::best(&wanted, &asked.rows, count, &mut random),
            _ => Pick::drawn(&wanted, &asked.rows, count, asking.explore, &mut random),
        };
        pick.label(&mut asked, n_classes, oracle)?;
    }
    Ok(asked)
}

/// The objects of one batch.
struct Pick {
    rows: Vec<usize>,
    chances: Vec<f64>,
}

impl Pick {
    /// The most wanted ones; of equally wanted ones any.
    fn best(wanted: &[f64], taken: &[usize], count: usize, random: &mut ChaCha8Rng) -> Self {
        let mut left: Vec<usize> = (0..wanted.len()).collect();
        left.shuffle(random);
        let mut free = vec![true; wanted.len()];
        taken.iter().for_each(|&row| free[row] = false);
        left.retain(|&row| free[row]);
        left.sort_by(|&a, &b| wanted[b].total_cmp(&wanted[a]));
        left.truncate(count);
        Self { chances: vec![f64::NAN; left.len()], rows: left }
    }

    /// Drawn one after the other.
    fn drawn(wanted: &[f64], taken: &[usize], count: usize, explore: f64, random: &mut ChaCha8Rng) -> Self {
        let mut free = vec![true; wanted.len()];
        taken.iter().for_each(|&row| free[row] = false);
        let mut left: Vec<usize> = (0..wanted.len()).filter(|&row| free[row]).collect();
        let mut pick = Self { rows: Vec::new(), chances: Vec::new() };
        for _ in 0..count.min(left.len()) {
            let total: f64 = left.iter().map(|&row| wanted[row]).sum();
            let even = 1.0 / left.len() as f64;
            let chance = |row: usize| match total > 0.0 {
                true => explore * even + (1.0 - explore) * wanted[row] / total,
                false => even,
            };
            let mut rest: f64 = random.random();
            let place = left.iter().position(|&row| {
                rest -= chance(row);
                rest < 0.0
            });
            // Chances add up to 1 only as well as they can.
            let place = place.unwrap_or(left.len() - 1);
            pick.chances.push(chance(left[place]));
            pick.rows.push(left.remove(place));
        }
        pick
    }

    fn label(self, asked: &mut Asked, n_classes: usize, oracle: &mut Oracle<'_>) -> Result<(), Error> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let labels = oracle(&self.rows)?;
        let wrong = |what: String| Err(Error::Domain { domain: "labelled target", what });
        if labels.len() != self.rows.len() {
            return wrong(format!(
                "{} objects were asked about, but {} answers came",
                self.rows.len(),
                labels.len()
            ));
        }
        if let Some((row, class)) =
            self.rows.iter().zip(&labels).find(|(_, class)| **class as usize >= n_classes)
        {
            return wrong(format!(
                "the class of object {row} is answered as {class}, but there are {n_classes}"
            ));
        }
        asked.rows.extend(self.rows);
        asked.labels.extend(labels);
        asked.chances.extend(self.chances);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(rows: usize) -> Matrix {
        Matrix::new(rows, 1, (0..rows).map(|row| row as f64).collect()).unwrap()
    }

    /// Probabilities that are the less certain the higher the object's number.
    fn rising(rows: usize) -> Matrix {
        let share = |row: usize| 0.5 + 0.5 * (1.0 - (row as f64 + 0.5) / rows as f64);
        Matrix::from_rows(&(0..rows).map(|row| [share(row), 1.0 - share(row)]).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn the_least_certain_are_asked_about_and_nobody_twice() {
        let x = line(30);
        let asking = Asking { budget: 12, first: 4, batch: 5, ..Asking::default() };
        let mut batches = Vec::new();
        let mut oracle = |rows: &[usize]| {
            batches.push(rows.to_vec());
            Ok(vec![0; rows.len()])
        };
        let asked = ask(&x, 2, &asking, &mut oracle, 1, |_| Ok(rising(30))).unwrap();
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [4, 5, 3]);
        let mut sorted = asked.rows.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), 12);
        let least = batches[0].iter().filter(|row| **row >= 22).count();
        assert!(batches[1].iter().all(|row| *row >= 25 - least), "{batches:?}");
    }

    #[test]
    fn weights_undo_the_bias() {
        let x = line(12);
        let mut oracle = |rows: &[usize]| Ok(vec![0; rows.len()]);
        let asking = Asking { budget: 6, first: 2, batch: 2, correct: true, ..Asking::default() };
        let (mut weighted, mut plain) = (0.0, 0.0);
        let draws = 20_000;
        for seed in 0..draws {
            let asked = ask(&x, 2, &asking, &mut oracle, seed, |_| Ok(rising(12))).unwrap();
            let mean = |value: f64| value / (6.0 * draws as f64);
            for (row, weight) in asked.rows.iter().zip(asked.weights(12)) {
                plain += mean(*row as f64);
                weighted += mean(weight * *row as f64);
            }
        }
        // The mean of the pool is 5.5; the estimate's standard error here is about 0.01.
        assert!((weighted - 5.5).abs() < 0.05, "{weighted}");
        assert!(plain > 6.0, "{plain}");
    }

    #[test]
    fn a_pool_asked_about_wholly_weighs_the_same() {
        let x = line(5);
        let mut oracle = |rows: &[usize]| Ok(vec![1; rows.len()]);
        let asking = Asking { correct: true, first: 1, ..Asking::default() };
        let asked = ask(&x, 2, &asking, &mut oracle, 1, |_| Ok(rising(5))).unwrap();
        assert_eq!(asked.rows.len(), 5);
        assert_eq!(asked.weights(5), [1.0; 5]);
    }

    #[test]
    fn oracles_that_answer_wrongly_are_named() {
        let x = line(9);
        let of = |answer: Vec<u32>| {
            let mut oracle = |_: &[usize]| Ok(answer.clone());
            let asking = Asking { budget: 2, first: 2, ..Asking::default() };
            ask(&x, 2, &asking, &mut oracle, 1, |_| Ok(rising(9))).unwrap_err().to_string()
        };
        assert!(of(vec![0]).contains("2 objects were asked about, but 1 answers came"));
        assert!(of(vec![0, 7]).contains("answered as 7, but there are 2"));
    }

    #[test]
    fn ranges_are_checked() {
        let good = Asking::default();
        good.check().unwrap();
        for bad in [
            Asking { budget: 0, first: 0, ..good },
            Asking { batch: 0, ..good },
            Asking { first: 41, ..good },
            Asking { explore: 0.0, ..good },
            Asking { correct: true, start: Start::Cover { neighbours: 3 }, ..good },
        ] {
            assert!(matches!(bad.check(), Err(Error::Parameter { .. })), "{bad:?}");
        }
    }
}
