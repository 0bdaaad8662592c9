//! A strategy gets what it needs, and nothing is fitted in vain.
#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use std::sync::atomic::{AtomicUsize, Ordering};

use hesper_followup::{LoopData, LoopParams, Run, Strategy, run_loop, strategy};
use hesper_learn::{Classifier, Error, Learner, Matrix, TrainingSet};

/// Learns the share of class 1 and leans on the first feature; may have members and an embedding.
struct Stub {
    members: usize,
    embedding: bool,
    fits: AtomicUsize,
    weighted_fits: AtomicUsize,
}

impl Stub {
    fn new(members: usize, embedding: bool) -> Self {
        Self { members, embedding, fits: AtomicUsize::new(0), weighted_fits: AtomicUsize::new(0) }
    }

    /// Fits of classifiers and of members of bootstrap committees.
    fn fits(&self) -> (usize, usize) {
        (self.fits.load(Ordering::Relaxed), self.weighted_fits.load(Ordering::Relaxed))
    }
}

struct Fitted {
    share: f64,
    members: usize,
    embedding: bool,
}

impl Learner for Stub {
    fn name(&self) -> &'static str {
        "stub"
    }

    fn fit(&self, data: &TrainingSet<'_>, _seed: u64) -> Result<Box<dyn Classifier>, Error> {
        let counter = if data.weights.is_some() { &self.weighted_fits } else { &self.fits };
        counter.fetch_add(1, Ordering::Relaxed);
        let weight = |row: usize| data.weights.map_or(1.0, |weights| weights[row]);
        let ones = (0..data.y.len()).filter(|row| data.y[*row] == 1).map(weight).sum::<f64>();
        let share = ones / (0..data.y.len()).map(weight).sum::<f64>();
        Ok(Box::new(Fitted { share, members: self.members, embedding: self.embedding }))
    }
}

impl Fitted {
    fn lean(&self, x: &Matrix, lean: f64) -> Result<Matrix, Error> {
        let one = |row: usize| (self.share + lean * (x.row(row)[0] - 0.5)).clamp(0.01, 0.99);
        Matrix::new(x.rows(), 2, (0..x.rows()).flat_map(|row| [1.0 - one(row), one(row)]).collect())
    }
}

impl Classifier for Fitted {
    fn n_classes(&self) -> usize {
        2
    }

    fn n_features(&self) -> usize {
        2
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        self.lean(x, 0.5)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        None
    }

    fn members(&self, x: &Matrix) -> Result<Option<Vec<Matrix>>, Error> {
        let members: Result<Vec<Matrix>, Error> =
            (0..self.members).map(|member| self.lean(x, 0.1 * member as f64)).collect();
        Ok(if self.members > 0 { Some(members?) } else { None })
    }

    fn embedding(&self, x: &Matrix) -> Result<Option<Matrix>, Error> {
        // Only the second feature matters here.
        let column = Matrix::new(x.rows(), 1, x.column(1))?;
        Ok(self.embedding.then_some(column))
    }
}

fn run(learner: &Stub, name: &str) -> Run {
    let noise = |i: usize, salt: usize| ((i * 7919 + salt * 104_729) % 10_007) as f64 / 10_007.0;
    let rows: Vec<[f64; 2]> =
        (0..200).map(|i| [noise(i, 1), if i == 77 { 9.0 } else { noise(i, 2) }]).collect();
    let x = Matrix::from_rows(&rows).unwrap();
    let data = LoopData {
        place: x.clone(),
        class: rows.iter().map(|row| Some(u32::from(row[0] > 0.5))).collect(),
        x,
        n_classes: 2,
        positive: 1,
        spectroscopic: (0..200).map(|i| i % 10 == 0).collect(),
    };
    let params = LoopParams {
        queries: 20,
        batch: 4,
        seeds: 1,
        score_every: 20,
        committee: 3,
        ..LoopParams::default()
    };
    // An object of the hold-out cannot be asked for: 77 is in the pool with this seed.
    let partition = data.partition(0.3, 42).unwrap();
    assert!(partition.pool.contains(&77));
    let strategies: Vec<Box<dyn Strategy>> = vec![strategy(name).unwrap()];
    run_loop(&data, &partition, learner, &strategies, &params, &|_| ()).unwrap().remove(0)
}

#[test]
fn models_are_fitted_where_they_are_looked_at() {
    // Five rounds, scored at the start and at the end. What is fitted for the score serves the strategy as well.
    for (name, members, embedding, fits) in [
        ("random", 0, false, (2, 0)),
        ("entropy", 0, false, (6, 0)),
        ("density", 0, false, (6, 0)),
        ("label-propagation", 0, false, (6, 0)),
        ("badge", 0, false, (6, 0)),
        // The classifier's own members are asked; without any, three are fitted a round.
        ("bald", 4, false, (6, 0)),
        ("bald", 0, false, (2, 15)),
        ("batchbald", 7, false, (6, 0)),
        ("vote-entropy", 0, false, (2, 15)),
        // Without an embedding, distances need no model.
        ("core-set", 0, true, (6, 0)),
        ("core-set", 0, false, (2, 0)),
        ("clustered", 0, true, (6, 0)),
    ] {
        let learner = Stub::new(members, embedding);
        let run = run(&learner, name);
        assert_eq!(run.queries.len(), 20, "{name}");
        assert_eq!(learner.fits(), fits, "{name} with {members} members, embedding {embedding}");
    }
}

#[test]
fn the_embedding_of_pool_and_labelled_is_what_core_sets_see() {
    // By the only axis of the embedding, object 77 is by far the furthest.
    let run = run(&Stub::new(0, true), "core-set");
    assert_eq!(run.queries[0].row, 77);
    assert!((run.queries[0].score - 8.0).abs() < 0.1, "{:?}", run.queries[0]);
}

#[test]
fn a_committee_of_one_is_refused() {
    let message = LoopParams { committee: 1, ..LoopParams::default() }.check().unwrap_err().to_string();
    assert!(message.contains("committee is 1"), "{message}");
}
