//! The search for parameters, inside the rows that are learned from.
//!
//! [`search`] scores candidates by cross-validation. [`Searched`] is a learner that does so each time it learns and then
//! learns from all its rows with the best: within an outer cross-validation no row that judges it has helped to choose.

mod metric;
mod searched;
mod space;
#[cfg(test)]
mod tests;

pub use metric::SearchMetric;
pub(crate) use searched::SearchedClassifier;
pub use searched::{Factory, Searched, factory_of};
pub use space::{Space, Values};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::out_of_fold::out_of_fold;
use crate::random::{Stream, derived_seed};
use crate::{Error, Learner, TrainingSet};

/// Which candidates are tried, and on how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SearchMethod {
    /// Every combination: all choices, and so many values, evenly spaced, of each range.
    Grid {
        /// Values of each range, at least 1.
        steps: usize,
    },
    /// Combinations drawn at random (Bergstra & Bengio 2012).
    Random {
        /// How many, at least 1; equal ones are tried once.
        candidates: usize,
    },
    /// Random combinations, all on few rows first, of which the best share goes on to more rows (successive halving,
    /// Jamieson & Talwalkar 2016, arXiv:1502.07943). The last round is on all rows.
    Halving {
        /// How many begin, at least 1.
        candidates: usize,
        /// One in so many goes on to so many times the rows; at least 2.
        factor: usize,
    },
}

/// How a search goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SearchParams {
    /// Which candidates are tried. Default 30 random ones.
    pub method: SearchMethod,
    /// What is made small. Default the log-loss.
    pub metric: SearchMetric,
    /// The number of stratified folds, at least 2. Default 5.
    pub folds: usize,
}

impl Default for SearchParams {
    fn default() -> Self {
        Self { method: SearchMethod::Random { candidates: 30 }, metric: SearchMetric::default(), folds: 5 }
    }
}

/// A candidate and how it did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trial {
    /// The parameters that the candidate set.
    pub params: Value,
    /// Its loss, out of fold; lower is better.
    pub loss: f64,
    /// The number of rows that it was tried on; the largest of its rounds.
    pub rows: usize,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SearchResult {
    /// The best candidate: of the smallest loss among those tried on all rows, the first of equals.
    pub best: Trial,
    /// All candidates, in the order in which they were drawn.
    pub trials: Vec<Trial>,
}

/// Tries candidates from a space by stratified cross-validation. All get the same folds and seeds.
///
/// # Errors
/// What [`TrainingSet::check`] finds; a parameter or an entry of the space out of its range; no class with two rows; what
/// the factory or a learner refuses: one candidate that cannot be is an error of the space.
pub fn search(
    params: &SearchParams,
    space: &Space,
    factory: &Factory,
    data: &TrainingSet<'_>,
    seed: u64,
) -> Result<SearchResult, Error> {
    data.check()?;
    let at_least = |name, value: usize, least: usize, limit| {
        if value >= least { Ok(()) } else { Err(Error::Parameter { name, value: value.to_string(), limit }) }
    };
    let (candidates, factor) = match params.method {
        SearchMethod::Grid { steps } => {
            at_least("steps", steps, 1, "at least 1")?;
            (space.grid(steps)?, None)
        }
        SearchMethod::Random { candidates } => {
            at_least("candidates", candidates, 1, "at least 1")?;
            (space.draw(candidates, seed)?, None)
        }
        SearchMethod::Halving { candidates, factor } => {
            at_least("candidates", candidates, 1, "at least 1")?;
            at_least("factor", factor, 2, "at least 2")?;
            (space.draw(candidates, seed)?, Some(factor))
        }
    };
    let learners: Vec<Box<dyn Learner>> = candidates.iter().map(factory).collect::<Result<_, _>>()?;
    let mut trials: Vec<Trial> =
        candidates.into_iter().map(|params| Trial { params, loss: f64::NAN, rows: 0 }).collect();
    let order = rows_in_random_order(data, derived_seed(seed, 0));
    let mut left: Vec<usize> = (0..trials.len()).collect();
    for share in shares(trials.len(), factor) {
        let rows = share_of_each_class(&order, share);
        let losses: Vec<f64> = left
            .par_iter()
            .map(|&at| loss(params, learners[at].as_ref(), data, &rows, derived_seed(seed, 1)))
            .collect::<Result<_, _>>()?;
        for (&at, loss) in left.iter().zip(losses) {
            (trials[at].loss, trials[at].rows) = (loss, rows.len());
        }
        left.sort_by(|&a, &b| trials[a].loss.total_cmp(&trials[b].loss).then(a.cmp(&b)));
        if share < 1.0 {
            left.truncate(left.len().div_ceil(factor.unwrap_or(1)));
        }
    }
    match left.first() {
        Some(&best) => Ok(SearchResult { best: trials[best].clone(), trials }),
        None => Err(Error::Empty("the list of candidates")),
    }
}

/// The share of the rows in each round. The last round has all rows and, of several, at most `factor` candidates.
fn shares(candidates: usize, factor: Option<usize>) -> Vec<f64> {
    let mut shares = vec![1.0];
    if let Some(factor) = factor {
        let mut left = candidates;
        while left > factor {
            left = left.div_ceil(factor);
            shares.insert(0, shares[0] / factor as f64);
        }
    }
    shares
}

/// The rows with weight of each class, in random order.
fn rows_in_random_order(data: &TrainingSet<'_>, seed: u64) -> Vec<Vec<usize>> {
    let mut rows_of = vec![Vec::new(); data.n_classes];
    for (row, &class) in data.y.iter().enumerate() {
        if data.weights.is_none_or(|weights| weights[row] > 0.0) {
            rows_of[class as usize].push(row);
        }
    }
    let mut random = Stream::new(seed, 0);
    rows_of.iter_mut().for_each(|rows| random.shuffle(rows));
    rows_of
}

/// The first of each class, but two at least so that each can be learned and tested; in ascending order.
fn share_of_each_class(order: &[Vec<usize>], share: f64) -> Vec<usize> {
    let some = |rows: &Vec<usize>| ((share * rows.len() as f64).ceil() as usize).max(2).min(rows.len());
    let mut rows: Vec<usize> = order.iter().flat_map(|rows| rows[..some(rows)].iter().copied()).collect();
    rows.sort_unstable();
    rows
}

fn loss(
    params: &SearchParams,
    learner: &dyn Learner,
    data: &TrainingSet<'_>,
    rows: &[usize],
    seed: u64,
) -> Result<f64, Error> {
    let x = data.x.select_rows(rows);
    let y: Vec<u32> = rows.iter().map(|&row| data.y[row]).collect();
    let weights: Option<Vec<f64>> = data.weights.map(|all| rows.iter().map(|&row| all[row]).collect());
    let some = TrainingSet { x: &x, y: &y, weights: weights.as_deref(), n_classes: data.n_classes };
    let tested = out_of_fold(learner, &some, params.folds, seed)?;
    let truth: Vec<u32> = tested.rows.iter().map(|&row| y[row]).collect();
    let weights: Vec<f64> =
        tested.rows.iter().map(|&row| weights.as_ref().map_or(1.0, |weights| weights[row])).collect();
    Ok(params.metric.loss(&truth, &tested.probabilities, &weights))
}
