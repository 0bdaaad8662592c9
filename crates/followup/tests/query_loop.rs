//! The loop's promises: nobody touches the hold-out, nothing is taken twice, seeds decide everything.
#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use hesper_followup::{LoopData, LoopParams, Run, Start, curve, difference, run_loop, strategies};
use hesper_learn::{ForestParams, Matrix};

/// Two overlapping classes in two features; the spectroscopic sample is bright, that is, has a large second feature.
fn data(objects: usize) -> LoopData {
    let noise = |i: usize, salt: usize| ((i * 7919 + salt * 104_729) % 10_007) as f64 / 10_007.0;
    let rows: Vec<[f64; 2]> = (0..objects)
        .map(|i| {
            [f64::from(u8::from(i % 3 == 0)) * 0.6 + noise(i, 1), if i % 10 == 0 { 1.0 } else { noise(i, 2) }]
        })
        .collect();
    let x = Matrix::from_rows(&rows).unwrap();
    LoopData {
        place: x.clone(),
        x,
        class: (0..objects).map(|i| (i % 17 != 5).then_some(u32::from(i % 3 == 0))).collect(),
        n_classes: 2,
        positive: 1,
        spectroscopic: (0..objects).map(|i| i % 10 == 0).collect(),
    }
}

fn params() -> LoopParams {
    LoopParams { queries: 25, batch: 4, seeds: 3, score_every: 8, ..LoopParams::default() }
}

fn run(data: &LoopData, params: &LoopParams) -> Vec<Run> {
    let partition = data.partition(params.hold_out, params.seed).unwrap();
    let learner = ForestParams { trees: 10, ..ForestParams::default() };
    run_loop(data, &partition, &learner, &strategies(), params, &|_| ()).unwrap()
}

#[test]
fn queries_come_from_the_pool_once_and_never_from_the_hold_out() {
    let data = data(300);
    let partition = data.partition(0.3, 42).unwrap();
    for run in run(&data, &params()) {
        assert_eq!(run.queries.len(), 25);
        let mut rows: Vec<usize> = run.queries.iter().map(|query| query.row).collect();
        assert!(rows.iter().all(|row| partition.pool.contains(row)));
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows.len(), 25, "an object was queried twice");
        assert_eq!(run.scores.iter().map(|scores| scores.queries).collect::<Vec<_>>(), [0, 8, 16, 24, 25]);
        assert_eq!(run.probabilities.rows(), partition.hold_out.len());
    }
}

#[test]
fn the_three_groups_are_disjoint_and_leave_out_unknown_classes() {
    let data = data(300);
    let partition = data.partition(0.3, 1).unwrap();
    let mut all =
        [partition.spectroscopic.clone(), partition.pool.clone(), partition.hold_out.clone()].concat();
    all.sort_unstable();
    let known: Vec<usize> = (0..300).filter(|row| data.class[*row].is_some()).collect();
    assert_eq!(all, known);
    assert_ne!(partition, data.partition(0.3, 2).unwrap());
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let data = data(200);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(&data, &params()))
    };
    for (one, four) in with(1).iter().zip(&with(4)) {
        assert_eq!((one.strategy, one.seed), (four.strategy, four.seed));
        assert_eq!(one.queries, four.queries);
        assert_eq!(one.scores, four.scores);
        assert_eq!(one.probabilities, four.probabilities);
    }
}

#[test]
fn all_starts_work_and_all_strategies_share_the_first_score() {
    let data = data(200);
    for (start, labelled) in
        [(Start::Spectroscopic, true), (Start::Random(15), true), (Start::Nothing, false)]
    {
        let runs = run(&data, &LoopParams { start, ..params() });
        for run in &runs {
            assert_eq!(run.queries.len(), 25, "{start:?}");
            assert!(run.classifier.is_some());
        }
        let first = |strategy: usize| runs.iter().find(|run| run.strategy == strategy).unwrap().scores[0];
        assert_eq!(first(0), first(2), "{start:?}");
        // Without a label nothing is found.
        assert_eq!(first(0).efficiency > 0.0, labelled, "{start:?}");
    }
}

#[test]
fn a_pool_that_runs_dry_ends_the_loop() {
    let data = data(60);
    let runs = run(&data, &LoopParams { queries: 1000, batch: 7, ..params() });
    let pool = data.partition(0.3, 42).unwrap().pool.len();
    assert!(runs.iter().all(|run| run.queries.len() == pool));
}

#[test]
fn summaries_pair_seeds() {
    let runs = run(&data(200), &params());
    let steps = curve(&runs, 0, |scores| scores.fom).unwrap();
    assert_eq!(steps.len(), 5);
    assert!(steps.iter().all(|(_, interval)| interval.lower <= interval.estimate));
    let none = difference(&runs, 1, 1, |scores| scores.fom).unwrap();
    assert_eq!((none.lower, none.estimate, none.upper), (0.0, 0.0, 0.0));
}

#[test]
fn what_cannot_be_run_is_said() {
    let mut data = data(100);
    let learner = ForestParams::default();
    let partition = data.partition(0.3, 1).unwrap();
    let wrong = LoopParams { batch: 0, ..params() };
    let message =
        run_loop(&data, &partition, &learner, &strategies(), &wrong, &|_| ()).err().unwrap().to_string();
    assert!(message.contains("batch is 0"), "{message}");
    data.positive = 7;
    assert!(data.partition(0.3, 1).unwrap_err().to_string().contains("--positive"));
    data.class = vec![None; 100];
    assert!(data.partition(0.3, 1).unwrap_err().to_string().contains("0 photometric objects"));
}
