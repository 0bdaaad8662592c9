//! The query loop over a fixed pool: learn, choose, reveal, again; scored on a hold-out that no strategy may touch.

use hesper_learn::metrics::{self, Detection};
use hesper_learn::{Classifier, Learner, Matrix, TrainingSet};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Error, LoopData, Partition, Pool, Start, Strategy};

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
        if !(self.hold_out > 0.0 && self.hold_out < 1.0) {
            return Err(Error::parameter("hold_out", self.hold_out, "between 0 and 1"));
        }
        if !(self.fom_weight.is_finite() && self.fom_weight >= 0.0) {
            return Err(Error::parameter("fom_weight", self.fom_weight, "finite and not negative"));
        }
        Ok(())
    }
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
    tasks
        .into_par_iter()
        .map(|(strategy, seed)| {
            let loop_ =
                Loop { data, partition, learner, params, progress, strategy: strategies[strategy].as_ref() };
            let mut run = loop_.run(seed)?;
            run.strategy = strategy;
            Ok(run)
        })
        .collect()
}

struct Loop<'a> {
    data: &'a LoopData,
    partition: &'a Partition,
    learner: &'a dyn Learner,
    strategy: &'a dyn Strategy,
    params: &'a LoopParams,
    progress: &'a (dyn Fn(usize) + Sync),
}

impl Loop<'_> {
    fn run(&self, seed: u64) -> Result<Run, Error> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut pool = self.partition.pool.clone();
        let mut labelled = self.start(&mut pool, &mut rng);
        let reference = self.data.place.select_rows(&self.partition.spectroscopic);
        let hold_out = self.data.x.select_rows(&self.partition.hold_out);
        let mut run = Run {
            strategy: 0,
            seed,
            scores: Vec::new(),
            queries: Vec::with_capacity(self.params.queries),
            classifier: None,
            probabilities: Matrix::new(0, 0, Vec::new())?,
        };
        let mut next_score = 0;
        loop {
            let made = run.queries.len();
            let count = self.params.batch.min(self.params.queries - made).min(pool.len());
            let scored = made >= next_score || count == 0;
            // Strategies that ignore the model need it only where it is scored.
            if scored || self.strategy.info().uses_model {
                // The same draws for all strategies at the same point: what differs between them is their choice.
                run.classifier =
                    self.fit(&labelled, seed.wrapping_mul(1_000_003).wrapping_add(made as u64))?;
            }
            if scored {
                run.probabilities = self.predict(run.classifier.as_deref(), &hold_out)?;
                run.scores.push(self.score(made, &run.probabilities)?);
                next_score = made + self.params.score_every;
            }
            if count == 0 {
                return Ok(run);
            }
            let choices = self.choose(run.classifier.as_deref(), &pool, &reference, count, &mut rng)?;
            for (i, choice) in choices.iter().enumerate() {
                run.queries.push(Query {
                    row: pool[choice.candidate],
                    order: made + i + 1,
                    score: choice.score,
                });
                labelled.push(pool[choice.candidate]);
            }
            let mut gone: Vec<usize> = choices.iter().map(|choice| choice.candidate).collect();
            gone.sort_unstable();
            for place in gone.into_iter().rev() {
                pool.remove(place);
            }
            (self.progress)(choices.len());
        }
    }

    /// The labelled rows to start from, taken out of the pool where they are of it.
    fn start(&self, pool: &mut Vec<usize>, rng: &mut ChaCha8Rng) -> Vec<usize> {
        match self.params.start {
            Start::Spectroscopic => self.partition.spectroscopic.clone(),
            Start::Nothing => Vec::new(),
            Start::Random(count) => (0..count.min(pool.len()))
                .map(|_| pool.swap_remove(rng.random_range(0..pool.len())))
                .collect(),
        }
    }

    fn fit(&self, labelled: &[usize], seed: u64) -> Result<Option<Box<dyn Classifier>>, Error> {
        if labelled.is_empty() {
            return Ok(None);
        }
        let x = self.data.x.select_rows(labelled);
        let y: Vec<u32> = labelled.iter().filter_map(|row| self.data.class[*row]).collect();
        let set = TrainingSet { x: &x, y: &y, weights: None, n_classes: self.data.n_classes };
        Ok(Some(self.learner.fit(&set, seed)?))
    }

    /// Probabilities; where nothing was learned, each class is as likely as the other.
    fn predict(&self, classifier: Option<&dyn Classifier>, x: &Matrix) -> Result<Matrix, Error> {
        match classifier {
            Some(classifier) => Ok(classifier.predict_proba(x)?),
            None => {
                let n = self.data.n_classes;
                Ok(Matrix::new(x.rows(), n, vec![1.0 / n as f64; x.rows() * n])?)
            }
        }
    }

    fn choose(
        &self,
        classifier: Option<&dyn Classifier>,
        pool: &[usize],
        reference: &Matrix,
        count: usize,
        rng: &mut ChaCha8Rng,
    ) -> Result<Vec<crate::Choice>, Error> {
        let nothing = Matrix::new(pool.len(), 0, Vec::new())?;
        let (probabilities, place) = if self.strategy.info().uses_model {
            (self.predict(classifier, &self.data.x.select_rows(pool))?, nothing)
        } else {
            (nothing, self.data.place.select_rows(pool))
        };
        let positive = self.data.positive as usize;
        let view = Pool { probabilities: &probabilities, positive, place: &place, reference };
        Ok(self.strategy.select(&view, pool.len(), count, rng))
    }

    fn score(&self, queries: usize, probabilities: &Matrix) -> Result<Scores, Error> {
        let truth: Vec<u32> =
            self.partition.hold_out.iter().filter_map(|row| self.data.class[*row]).collect();
        let predicted = metrics::most_probable(probabilities);
        let detection = Detection::new(&truth, &predicted, self.data.positive)?;
        Ok(Scores {
            queries,
            accuracy: metrics::accuracy(&truth, &predicted)?,
            efficiency: detection.efficiency(),
            purity: detection.purity(),
            fom: detection.figure_of_merit(self.params.fom_weight),
        })
    }
}
