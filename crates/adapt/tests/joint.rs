//! Joint methods against SKADA and scikit-learn (`joint.py` makes `joint.json`), on a shift whose remedy is known, and on
//! domains of all kinds.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use hesper_adapt::joint::{Dasvm, Jdot};
use hesper_adapt::maps::Solver;
use hesper_adapt::select::SourceOnly;
use hesper_adapt::transport::Sinkhorn;
use hesper_adapt::{Error, Method, Source, Target};
use hesper_learn::{Learner, LogisticParams, Matrix, NeighboursParams, SvmParams, metrics};
use proptest::prelude::*;
use serde_json::Value;

fn table(value: &Value) -> Matrix {
    let rows: Vec<Vec<f64>> = serde_json::from_value(value.clone()).unwrap();
    Matrix::from_rows(&rows).unwrap()
}

#[test]
fn probabilities_are_those_of_independent_programs() {
    let golden: Value = serde_json::from_str(include_str!("joint.json")).unwrap();
    for case in golden["cases"].as_array().unwrap() {
        let n_classes = case["classes"].as_u64().unwrap() as usize;
        let (x, t) = (table(&case["source"]), table(&case["target"]));
        let y: Vec<u32> = serde_json::from_value(case["source_y"].clone()).unwrap();
        let (source, target) = (Source { x: &x, y: &y, n_classes }, Target { x: &t });
        let learner = LogisticParams { tolerance: 1e-12, ..LogisticParams::default() };
        let near = |method: &dyn Method, name: &str| {
            let found =
                method.fit(&source, &target, &learner, 0).unwrap().classifier.predict_proba(&t).unwrap();
            for (found, expected) in found.data().iter().zip(table(&case[name]).data()) {
                assert!((found - expected).abs() < 1e-5, "{name}: {found}, but {expected}");
            }
        };
        let jdot = |rounds| Jdot { alpha: 0.4, rounds, tolerance: 0.0, ..Jdot::default() };
        near(&jdot(1), "jdot_one");
        near(&jdot(3), "jdot_three");
        near(&Dasvm { rounds: 6 }, "dasvm");
    }
}

/// Noise between −1 and 1 that depends on the place alone.
fn noise(i: usize, salt: usize) -> f64 {
    let mut mixed = (i as u64 * 64 + salt as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// Three classes around the corners of a triangle, moved to the right.
fn triangle(count: usize, moved: f64, salt: usize) -> (Matrix, Vec<u32>) {
    let rows: Vec<[f64; 2]> = (0..count)
        .map(|i| {
            let angle = 2.094 * (i % 3) as f64;
            [moved + angle.cos() + 0.7 * noise(i, salt), angle.sin() + 0.7 * noise(i, salt + 1)]
        })
        .collect();
    (Matrix::from_rows(&rows).unwrap(), (0..count).map(|i| (i % 3) as u32).collect())
}

#[test]
fn where_classes_have_moved_both_follow() {
    let ((x, y), (t, truth)) = (triangle(120, 0.0, 1), triangle(150, 0.7, 21));
    let (source, target) = (Source { x: &x, y: &y, n_classes: 3 }, Target { x: &t });
    for learner in [&LogisticParams::default() as &dyn Learner, &SvmParams::default()] {
        let of = |method: &dyn Method| {
            let fitted = method.fit(&source, &target, learner, 5).unwrap();
            let said = fitted.classifier.predict_proba(&t).unwrap();
            let again = method.fit(&source, &target, learner, 5).unwrap();
            assert_eq!(said, again.classifier.predict_proba(&t).unwrap());
            metrics::accuracy(&truth, &metrics::most_probable(&said)).unwrap()
        };
        let before = of(&SourceOnly);
        let exact = Jdot { rounds: 5, ..Jdot::default() };
        let sinkhorn = Jdot { rounds: 5, solver: Solver::Sinkhorn(Sinkhorn::default()), ..Jdot::default() };
        for method in [&exact as &dyn Method, &sinkhorn, &Dasvm::default()] {
            let (name, after) = (method.info().name, of(method));
            assert!(after > before + 0.01, "{name}, {}: {after}, before {before}", learner.name());
        }
    }
}

#[test]
fn parameters_are_checked() {
    let x = Matrix::from_rows(&[[0.0], [1.0]]).unwrap();
    let (source, target) = (Source { x: &x, y: &[0, 1], n_classes: 2 }, Target { x: &x });
    let refused: [Box<dyn Method>; 3] = [
        Box::new(Jdot { alpha: 1.5, ..Jdot::default() }),
        Box::new(Jdot { rounds: 0, ..Jdot::default() }),
        Box::new(Dasvm { rounds: 0 }),
    ];
    for method in refused {
        let error = method.fit(&source, &target, &LogisticParams::default(), 0).err().unwrap();
        assert!(matches!(error, Error::Parameter { .. }), "{error}");
    }
    assert!(serde_json::from_str::<Jdot>("{\"beta\": 1}").is_err());
}

/// Tables of 1 to 10 objects, some constant, repeated or huge.
fn objects(cols: usize) -> impl Strategy<Value = (Matrix, Vec<u32>)> {
    let value = prop_oneof![4 => -3.0..3.0, 2 => Just(0.0), 1 => Just(7.0)];
    let scale = prop_oneof![6 => Just(1.0), 1 => Just(1e-200), 1 => Just(1e90), 1 => Just(1e307)];
    (1usize..11).prop_flat_map(move |rows| {
        (
            prop::collection::vec(value.clone(), rows * cols),
            scale.clone(),
            prop::collection::vec(0..3u32, rows),
        )
            .prop_map(move |(values, scale, y)| {
                (Matrix::new(rows, cols, values.iter().map(|x: &f64| x * scale).collect()).unwrap(), y)
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]
    #[test]
    fn random_domains_give_probabilities_or_say_why_not(
        ((x, y), (t, _)) in (1usize..6).prop_flat_map(|cols| (objects(cols), objects(cols))), neighbours: bool, seed: u64,
    ) {
        let (source, target) = (Source { x: &x, y: &y, n_classes: 3 }, Target { x: &t });
        let learner: Box<dyn Learner> =
            if neighbours { Box::new(NeighboursParams::default()) } else { Box::new(LogisticParams::default()) };
        let methods: [Box<dyn Method>; 3] = [
            Box::new(Jdot { rounds: 4, ..Jdot::default() }),
            Box::new(Jdot { rounds: 4, solver: Solver::Sinkhorn(Sinkhorn { max_iterations: 20, ..Sinkhorn::default() }), ..Jdot::default() }),
            Box::new(Dasvm { rounds: 3 }),
        ];
        for method in methods {
            let name = method.info().name;
            let Ok(fitted) = method.fit(&source, &target, learner.as_ref(), seed) else { continue };
            match fitted.classifier.predict_proba(&t) {
                Ok(p) => {
                    for row in 0..p.rows() {
                        prop_assert!(p.row(row).iter().all(|p| (0.0..=1.0).contains(p)), "{name}: {p:?}");
                        prop_assert!((p.row(row).iter().sum::<f64>() - 1.0).abs() < 1e-9, "{name}: {p:?}");
                    }
                }
                Err(error) => prop_assert!(error.to_string().contains("1e100"), "{name}: {error}"),
            }
        }
    }
}
