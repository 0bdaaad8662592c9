//! Complexity against independent programs (`complexity.py`), on shifts of all kinds, and on Mars landforms.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::path::PathBuf;

use hesper_adapt::complexity::{
    ActiveParams, Asking, Bound, Capacity, Choose, ComplexityPrior, CoralActiveParams, EntropyCurve, Family,
    MapParams, PriorParams, Query, Score, Start, active, coral_active, pac_bayes_bound, rademacher_bound,
    vc_bound,
};
use hesper_adapt::{Error, Source, Target};
use hesper_learn::{LogisticParams, Matrix, Scaling, metrics, split};
use proptest::prelude::*;
use serde_json::Value;

fn vector(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

#[test]
fn formulas_are_those_of_independent_programs() {
    let golden: Value = serde_json::from_str(include_str!("complexity.json")).unwrap();
    let rows: Vec<Vec<f64>> = golden["x"].as_array().unwrap().iter().map(vector).collect();
    let x = Matrix::from_rows(&rows).unwrap();
    let y: Vec<u32> = vector(&golden["y"]).iter().map(|class| *class as u32).collect();
    let curve = EntropyCurve::new(&Source { x: &x, y: &y, n_classes: 4 }, 30).unwrap();
    for (k, (found, expected)) in curve.mean.iter().zip(vector(&golden["curve"])).enumerate() {
        assert!((found - expected).abs() < 1e-12, "H({}) is {found}, but {expected}", k + 1);
    }
    for case in golden["dimensions"].as_array().unwrap() {
        let [gamma, c, expected] = vector(case)[..] else { panic!("three numbers") };
        let found = Capacity::Kernel { gamma, c }.at(&x);
        assert!((found - expected.max(1.0)).abs() < 1e-9, "gamma {gamma}, C {c}: {found}, but {expected}");
    }
    for case in golden["bounds"].as_array().unwrap() {
        let of = |name: &str| case[name].as_f64().unwrap();
        let (error, h, m, delta) = (of("error"), of("capacity"), of("m"), of("delta"));
        for (found, expected) in [
            (vc_bound(error, h, m, delta), of("vc")),
            (rademacher_bound(error, h / 100.0, m, delta), of("rademacher")),
            (pac_bayes_bound(error, h, m, delta), of("pac_bayes")),
        ] {
            assert!((found - expected).abs() < 1e-9, "{found}, but {case}");
        }
    }
}

/// Families with few members.
fn families(scaling: Scaling) -> [Family; 3] {
    [Family::knn(&[1, 4], scaling), Family::svm(&[0.5], &[1.0, 10.0], scaling), Family::trees(&[1, 3], &[1])]
}

fn choices() -> [Choose; 5] {
    let map = |bound| Choose::Map(MapParams { bound, ..MapParams::default() });
    [
        map(Bound::Vc),
        map(Bound::Rademacher { draws: 2 }),
        map(Bound::PacBayes { folds: 3 }),
        Choose::Prior,
        Choose::Grid { folds: 3, score: Score::Balanced },
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    /// Few objects, one class, constant columns, huge and tiny scales: sound probabilities or errors.
    #[test]
    fn labels_are_spent_soundly_on_any_shift(
        n in 1usize..12, m in 1usize..12, d in 1usize..4, classes in 1usize..4, power in -60i32..60,
        numbers in prop::collection::vec(-1.0..1.0f64, 80), constant in prop::bool::ANY, seed in 0u64..99,
        scaling in prop::sample::select(vec![Scaling::None, Scaling::Standard, Scaling::Robust]),
        query in prop::sample::select(vec![Query::Margin, Query::Entropy, Query::Random]),
        start in prop::sample::select(vec![Start::Random, Start::Cover { neighbours: 2 }]),
        first in 0usize..4, correct in prop::bool::ANY, again in prop::bool::ANY,
    ) {
        let of = |rows: std::ops::Range<usize>| {
            let value = |row: usize, column: usize| match column {
                0 if constant => 1.0,
                _ => numbers[row * 3 + column] * 10f64.powi(power),
            };
            let rows: Vec<Vec<f64>> = rows.map(|row| (0..d).map(|column| value(row, column)).collect()).collect();
            Matrix::from_rows(&rows).unwrap()
        };
        let (x, t) = (of(0..n), of(12..12 + m));
        let y: Vec<u32> = (0..n).map(|row| (row % classes) as u32).collect();
        let (source, target) = (Source { x: &x, y: &y, n_classes: classes }, Target { x: &t });
        let asking = Asking { budget: 7, first, start, batch: 2, query, correct, ..Asking::default() };
        let mut oracle = |rows: &[usize]| -> Result<Vec<u32>, Error> {
            Ok(rows.iter().map(|row| (row / 2 % classes) as u32).collect())
        };
        let check = |answered: Result<hesper_adapt::complexity::Answered, Error>| {
            let Ok(answered) = answered else { return };
            assert_eq!(answered.asked.len(), m.min(7));
            let probabilities = answered.fitted.classifier.predict_proba(&t).unwrap();
            assert!(probabilities.data().iter().all(|p| (0.0..=1.0 + 1e-9).contains(p)), "{probabilities:?}");
            for row in 0..m {
                assert!((probabilities.row(row).iter().sum::<f64>() - 1.0).abs() < 1e-9);
            }
        };
        for family in families(scaling) {
            let params = PriorParams { bootstraps: 2, ..PriorParams::default() };
            let prior = ComplexityPrior::learn(&source, &family, &params, seed)
                .unwrap_or_else(|_| ComplexityPrior::uniform(&family).unwrap());
            for choose in choices() {
                let params = ActiveParams { asking, choose, again };
                check(active(&family, &prior, &target, classes, &mut oracle, &params, seed));
            }
        }
        let params = CoralActiveParams { asking, ..CoralActiveParams::default() };
        check(coral_active(&source, &target, &LogisticParams::default(), &mut oracle, &params, seed));
    }
}

#[test]
fn the_number_of_threads_makes_no_difference() {
    let value = |row: usize, column: usize| ((row * 7919 + column * 104_729) % 1000) as f64 / 500.0 - 1.0;
    let rows: Vec<[f64; 2]> = (0..90).map(|row| [value(row, 0), value(row, 1)]).collect();
    let x = Matrix::from_rows(&rows).unwrap();
    let y: Vec<u32> = rows.iter().map(|row| u32::from(row[0] * row[1] > 0.0)).collect();
    let run = || {
        let mut said = Vec::new();
        for family in families(Scaling::Standard) {
            let source = Source { x: &x, y: &y, n_classes: 2 };
            let prior = ComplexityPrior::learn(&source, &family, &PriorParams::default(), 3).unwrap();
            for choose in choices() {
                let mut oracle = |rows: &[usize]| Ok(rows.iter().map(|row| y[*row]).collect());
                let params = ActiveParams { choose, ..ActiveParams::default() };
                let answered =
                    active(&family, &prior, &Target { x: &x }, 2, &mut oracle, &params, 3).unwrap();
                said.push((
                    prior.clone(),
                    answered.asked,
                    answered.chosen,
                    answered.candidates,
                    answered.fits,
                ));
            }
        }
        said
    };
    let with = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run);
    assert_eq!(with(1), with(3));
}

/// Forty labels on Mars, on hold-outs that are never asked about; data are looked for in `$HESPER_DATA/mars_landforms`, or else in
/// `../shared/data/mars_landforms`.
#[test]
fn forty_labels_of_mars() {
    let root = std::env::var_os("HESPER_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let read = |name: &str| std::fs::read_to_string(root.join("mars_landforms").join(name));
    let (Ok(source), Ok(target)) = (read("mars-src.csv"), read("mars-tgt.csv")) else {
        eprintln!("skipped: no data");
        return;
    };
    let table = |text: &str| -> (Matrix, Vec<u32>) {
        let rows: Vec<Vec<f64>> = text
            .lines()
            .map(|line| line.split(',').map(|field| field.trim().parse().unwrap()).collect())
            .collect();
        let x = Matrix::from_rows(&rows.iter().map(|row| &row[..3]).collect::<Vec<_>>()).unwrap();
        (x, rows.iter().map(|row| row[3] as u32 - 1).collect())
    };
    let ((x, y), (t, truth)) = (table(&source), table(&target));
    let source = Source { x: &x, y: &y, n_classes: 6 };
    let (mut accuracy, mut balanced) = (0.0, 0.0);
    for seed in 0..20 {
        let fold = split::stratified_hold_out(&truth, 0.5, seed).unwrap();
        let classes = |rows: &[usize]| rows.iter().map(|row| truth[*row]).collect::<Vec<_>>();
        let (pool, known) = (t.select_rows(&fold.train), classes(&fold.train));
        let mut oracle = |rows: &[usize]| Ok(rows.iter().map(|row| known[*row]).collect());
        let params = CoralActiveParams::default();
        let learner = LogisticParams::default();
        let answered =
            coral_active(&source, &Target { x: &pool }, &learner, &mut oracle, &params, seed).unwrap();
        assert_eq!(answered.asked.len(), 40);
        let probabilities = answered.fitted.classifier.predict_proba(&t.select_rows(&fold.test)).unwrap();
        let guessed = metrics::most_probable(&probabilities);
        accuracy += metrics::accuracy(&classes(&fold.test), &guessed).unwrap() / 20.0;
        balanced += metrics::balanced_accuracy(&classes(&fold.test), &guessed).unwrap() / 20.0;
    }
    assert!(accuracy >= 0.912 && balanced >= 0.53, "accuracy {accuracy}, balanced {balanced}");
}
