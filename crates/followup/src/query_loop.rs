//! The query loop over a fixed pool: learn, choose, reveal, again; scored on a hold-out that no strategy may touch.

use hesper_learn::{Classifier, Learner, Matrix, metrics};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::run::{Ground, Rounds};
use crate::{Error, LoopData, Partition, Start, Strategy};

/// How to run the loop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoopParams {
    /// Queries of each strategy and seed.
    pub queries: usize,
    /// Queries between two fits.
    pub batch: usize,
    /// How many times each strategy runs, with seeds `seed`, `seed + 1`, …
    pub seeds: usize,
    /// The first seed; it also draws the hold-out.
    pub seed: u64,
    /// The labelled objects to start from.
    pub start: Start,
    /// Share of the photometric objects that is held out.
    pub hold_out: f64,
    /// Queries between two scores on the hold-out, rounded up to whole batches; the start and the end are always scored.
    pub score_every: usize,
    /// W of the figure of merit: how many times a false positive counts.
    pub fom_weight: f64,
    /// Members of the committee that some strategies question. A classifier made of members lends its own, folded into
    /// this many where they are more; for others, this many are fitted on bootstrap resamples.
    pub committee: usize,
}

impl Default for LoopParams {
    fn default() -> Self {
        Self {
            queries: 1000,
            batch: 1,
            seeds: 5,
            seed: 42,
            start: Start::Spectroscopic,
            hold_out: 0.3,
            score_every: 20,
            fom_weight: metrics::FALSE_POSITIVE_WEIGHT,
            committee: 10,
        }
    }
}

impl LoopParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`] names the parameter, its value and its range.
    pub fn check(&self) -> Result<(), Error> {
        for (name, value) in [("batch", self.batch), ("seeds", self.seeds), ("score_every", self.score_every)]
        {
            if value == 0 {
                return Err(Error::parameter(name, value, "at least 1"));
            }
        }
        check_judging(self.committee, self.hold_out, self.fom_weight)
    }
}

/// Whether the parameters that every comparison of strategies has are in their ranges.
pub(crate) fn check_judging(committee: usize, hold_out: f64, fom_weight: f64) -> Result<(), Error> {
    if committee < 2 {
        return Err(Error::parameter("committee", committee, "at least 2: one member agrees with itself"));
    }
    if !(hold_out > 0.0 && hold_out < 1.0) {
        return Err(Error::parameter("hold_out", hold_out, "between 0 and 1"));
    }
    if !(fom_weight.is_finite() && fom_weight >= 0.0) {
        return Err(Error::parameter("fom_weight", fom_weight, "finite and not negative"));
    }
    Ok(())
}

/// Scores on the hold-out after some queries.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Queries made so far.
    pub queries: usize,
    /// Share of right predictions.
    pub accuracy: f64,
    /// Share of the positive class that is found.
    pub efficiency: f64,
    /// Share of the found that are of the positive class.
    pub purity: f64,
    /// Figure of merit.
    pub fom: f64,
}

/// A query: which object, when, why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Query {
    /// The object's row.
    pub row: usize,
    /// From 1, in the order of the queries.
    pub order: usize,
    /// The strategy's score of the object at that time.
    pub score: f64,
}

/// One strategy with one seed.
pub struct Run {
    /// The place of the strategy in the list given.
    pub strategy: usize,
    /// The seed.
    pub seed: u64,
    /// Scores, in the order of the queries.
    pub scores: Vec<Scores>,
    /// Queries, in their order.
    pub queries: Vec<Query>,
    /// The classifier after the last query; `None` where nothing was learned.
    pub classifier: Option<Box<dyn Classifier>>,
    /// Its class probabilities of the hold-out, in the order of [`Partition::hold_out`].
    pub probabilities: Matrix,
}

/// Runs all strategies with all seeds, in parallel. The result is ordered by strategy, then seed, and does not depend on
/// the number of threads. `progress` is called after each query with their number, from any thread.
///
/// # Errors
/// Parameters out of range, data that cannot bear the loop, or a learner that fails.
pub fn run_loop(
    data: &LoopData,
    partition: &Partition,
    learner: &dyn Learner,
    strategies: &[Box<dyn Strategy>],
    params: &LoopParams,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Run>, Error> {
    params.check()?;
    if params.start == Start::Spectroscopic && partition.spectroscopic.is_empty() {
        return Err(Error::Data(
            "there is no spectroscopic object to start from: start from random objects or from nothing (--start)"
                .to_owned(),
        ));
    }
    let tasks: Vec<(usize, u64)> = (0..strategies.len())
        .flat_map(|strategy| (0..params.seeds as u64).map(move |i| (strategy, params.seed.wrapping_add(i))))
        .collect();
    let ground = Ground::new(data, partition, learner, params, strategies)?;
    tasks
        .into_par_iter()
        .map(|(strategy, seed)| {
            let mut run = Rounds::new(&ground, strategies[strategy].as_ref(), seed).run(progress)?;
            run.strategy = strategy;
            Ok(run)
        })
        .collect()
}
