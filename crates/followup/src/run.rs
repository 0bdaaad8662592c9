//! One strategy with one seed: the rounds of the query loop.

use hesper_learn::metrics::{self, Detection};
use hesper_learn::{Classifier, Learner, Matrix, TrainingSet};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::asking::{Abilities, Asking, probabilities};
use crate::nearest::Nearest;
use crate::{
    Choice, Error, LoopData, LoopParams, Needs, Partition, Query, Run, Scores, Space, Start, Strategy,
};

/// What all runs of a loop share.
pub(crate) struct Ground<'a> {
    data: &'a LoopData,
    partition: &'a Partition,
    learner: &'a dyn Learner,
    params: &'a LoopParams,
    hold_out: Matrix,
    /// Where each object of the starting spectroscopic sample lies.
    reference: Matrix,
    space: Option<Space>,
}

impl<'a> Ground<'a> {
    pub(crate) fn new(
        data: &'a LoopData,
        partition: &'a Partition,
        learner: &'a dyn Learner,
        params: &'a LoopParams,
        strategies: &[Box<dyn Strategy>],
    ) -> Result<Self, Error> {
        let needed =
            |need: fn(&Needs) -> bool| strategies.iter().any(|strategy| need(&strategy.info().needs));
        let known = [partition.spectroscopic.as_slice(), &partition.pool].concat();
        // Made before the runs start, which share them.
        let mut space = needed(Needs::space).then(|| Space::new(&data.x, &known));
        if needed(|needs| needs.density) {
            space = space.map(|space| space.with_density(&partition.pool, params.seed));
        }
        if needed(|needs| needs.graph) {
            space = space.map(|space| space.with_graph(&known));
        }
        Ok(Self {
            data,
            partition,
            learner,
            params,
            hold_out: data.x.select_rows(&partition.hold_out),
            reference: data.place.select_rows(&partition.spectroscopic),
            space,
        })
    }
}

/// The state of a run from round to round.
pub(crate) struct Rounds<'a> {
    ground: &'a Ground<'a>,
    strategy: &'a dyn Strategy,
    seed: u64,
    rng: ChaCha8Rng,
    pool: Vec<usize>,
    labelled: Vec<usize>,
    /// The classes of `labelled`.
    classes: Vec<u32>,
    nearest: Nearest,
    abilities: Abilities,
}

impl<'a> Rounds<'a> {
    pub(crate) fn new(ground: &'a Ground<'a>, strategy: &'a dyn Strategy, seed: u64) -> Self {
        let mut rounds = Self {
            ground,
            strategy,
            seed,
            rng: ChaCha8Rng::seed_from_u64(seed),
            pool: ground.partition.pool.clone(),
            labelled: Vec::new(),
            classes: Vec::new(),
            nearest: Nearest::default(),
            abilities: Abilities::default(),
        };
        match ground.params.start {
            Start::Spectroscopic => ground.partition.spectroscopic.iter().for_each(|row| rounds.reveal(*row)),
            Start::Nothing => (),
            Start::Random(count) => {
                for _ in 0..count.min(rounds.pool.len()) {
                    let row = rounds.pool.swap_remove(rounds.rng.random_range(0..rounds.pool.len()));
                    rounds.reveal(row);
                }
            }
        }
        rounds
    }

    /// The class of a row becomes known.
    fn reveal(&mut self, row: usize) {
        if let Some(class) = self.ground.data.class[row] {
            self.labelled.push(row);
            self.classes.push(class);
        }
    }

    /// Learns, chooses, reveals, and again, until the queries or the pool are used up.
    pub(crate) fn run(mut self, progress: &(dyn Fn(usize) + Sync)) -> Result<Run, Error> {
        let params = self.ground.params;
        let mut run = Run {
            strategy: 0,
            seed: self.seed,
            scores: Vec::new(),
            queries: Vec::with_capacity(params.queries.min(self.pool.len())),
            classifier: None,
            probabilities: Matrix::default(),
        };
        let mut next_score = 0;
        loop {
            let made = run.queries.len();
            let count = params.batch.min(params.queries - made).min(self.pool.len());
            let scored = made >= next_score || count == 0;
            // The same draws for all strategies at the same point: what differs between them is their choice.
            let seed = self.seed.wrapping_mul(1_000_003).wrapping_add(made as u64);
            let classifier = if scored || self.abilities.must_fit(&self.strategy.info().needs) {
                self.fit(seed)?
            } else {
                None
            };
            if scored {
                run.probabilities =
                    probabilities(classifier.as_deref(), &self.ground.hold_out, self.ground.data.n_classes)?;
                run.scores.push(self.score(made, &run.probabilities)?);
                next_score = made + params.score_every;
            }
            if count == 0 {
                run.classifier = classifier;
                return Ok(run);
            }
            let choices = self.choose(classifier.as_deref(), count, seed)?;
            let mut gone = Vec::with_capacity(choices.len());
            for (i, choice) in choices.iter().enumerate() {
                let row = self.pool[choice.candidate];
                run.queries.push(Query { row, order: made + i + 1, score: choice.score });
                self.reveal(row);
                gone.push(choice.candidate);
            }
            gone.sort_unstable();
            for place in gone.into_iter().rev() {
                self.pool.remove(place);
            }
            progress(choices.len());
        }
    }

    fn fit(&self, seed: u64) -> Result<Option<Box<dyn Classifier>>, Error> {
        if self.labelled.is_empty() {
            return Ok(None);
        }
        let x = self.ground.data.x.select_rows(&self.labelled);
        let set =
            TrainingSet { x: &x, y: &self.classes, weights: None, n_classes: self.ground.data.n_classes };
        Ok(Some(self.ground.learner.fit(&set, seed)?))
    }

    fn choose(
        &mut self,
        classifier: Option<&dyn Classifier>,
        count: usize,
        seed: u64,
    ) -> Result<Vec<Choice>, Error> {
        let ground = self.ground;
        let asking = Asking {
            learner: ground.learner,
            x: &ground.data.x,
            n_classes: ground.data.n_classes,
            positive: ground.data.positive,
            candidates: &self.pool,
            labelled: &self.labelled,
            classes: &self.classes,
            weights: None,
            classifier,
            space: ground.space.as_ref(),
            place: &ground.data.place,
            reference: &ground.reference,
            committee: ground.params.committee,
            seed,
        };
        let needs = self.strategy.info().needs;
        let pool = asking.pool(&needs, &mut self.abilities, &mut self.nearest)?;
        Ok(self.strategy.select(&pool, count, &mut self.rng))
    }

    fn score(&self, queries: usize, probabilities: &Matrix) -> Result<Scores, Error> {
        let data = self.ground.data;
        let truth: Vec<u32> =
            self.ground.partition.hold_out.iter().filter_map(|row| data.class[*row]).collect();
        let predicted = metrics::most_probable(probabilities);
        let detection = Detection::new(&truth, &predicted, data.positive)?;
        Ok(Scores {
            queries,
            accuracy: metrics::accuracy(&truth, &predicted)?,
            efficiency: detection.efficiency(),
            purity: detection.purity(),
            fom: detection.figure_of_merit(self.ground.params.fom_weight),
        })
    }
}
