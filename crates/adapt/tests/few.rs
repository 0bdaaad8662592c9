//! Methods with few labels, and label shift, against scikit-learn and scipy (`few.py` makes `few.json`), on shifts whose
//! remedy is known, and on domains of all kinds.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use hesper_adapt::few::{Augment, Balanced, TrAdaBoost, Transfer, few_label_method, few_label_methods};
use hesper_adapt::prior::{Estimate, PriorCorrection};
use hesper_adapt::{Error, FewLabels, LabelledTarget, Method, Source, Target};
use hesper_learn::{Learner, LogisticParams, Matrix, NeighboursParams, metrics};
use proptest::prelude::*;
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("few.json")).unwrap()
}

fn table(value: &Value) -> Matrix {
    let rows: Vec<Vec<f64>> = serde_json::from_value(value.clone()).unwrap();
    Matrix::from_rows(&rows).unwrap()
}

fn near(found: &Matrix, expected: &Matrix, tolerance: f64, what: &str) {
    assert_eq!((found.rows(), found.cols()), (expected.rows(), expected.cols()), "{what}");
    for (at, (found, expected)) in found.data().iter().zip(expected.data()).enumerate() {
        assert!((found - expected).abs() <= tolerance, "{what}, value {at}: {found}, but {expected}");
    }
}

#[test]
fn probabilities_are_those_of_independent_programs() {
    for case in golden()["cases"].as_array().unwrap() {
        let n_classes = case["classes"].as_u64().unwrap() as usize;
        let (x, l, t) = (table(&case["source"]), table(&case["labelled"]), table(&case["target"]));
        let y: Vec<u32> = serde_json::from_value(case["source_y"].clone()).unwrap();
        let known: Vec<u32> = serde_json::from_value(case["labelled_y"].clone()).unwrap();
        let (source, target) = (Source { x: &x, y: &y, n_classes }, Target { x: &t });
        let labelled = LabelledTarget { x: &l, y: &known };
        let learner = LogisticParams { tolerance: 1e-12, ..LogisticParams::default() };
        let of = |method: &dyn FewLabels| {
            let fitted = method.fit(&source, &target, &labelled, &learner, 0).unwrap();
            fitted.classifier.predict_proba(&t).unwrap()
        };
        near(&of(&Augment), &table(&case["augment"]), 1e-6, "augment");
        near(&of(&Balanced { gamma: Some(0.7), folds: 5 }), &table(&case["balanced"]), 1e-6, "balanced");
        near(&of(&TrAdaBoost { rounds: 8, soft: true }), &table(&case["soft"]), 1e-6, "tradaboost, soft");
        near(&of(&TrAdaBoost { rounds: 8, soft: false }), &table(&case["hard"]), 1e-6, "tradaboost, hard");
        near(
            &of(&Transfer { strength: Some(2.5), ..Transfer::default() }),
            &table(&case["transfer"]),
            1e-6,
            "transfer",
        );
        let kept: Vec<usize> =
            (0..20).filter(|row| row % n_classes > 0 || row % (2 * n_classes) == 0).collect();
        let t = t.select_rows(&kept);
        let plain = PriorCorrection { estimate: Estimate::Em, calibration: None, folds: 5 };
        let shares = plain.shares(&source, &Target { x: &t }, &learner, 0).unwrap();
        let expected: Vec<f64> = serde_json::from_value(case["em_shares"].clone()).unwrap();
        shares.em.iter().zip(&expected).for_each(|(a, b)| assert!((a - b).abs() < 1e-6, "{a} {b}"));
        let fitted = plain.fit(&source, &Target { x: &t }, &learner, 0).unwrap();
        near(&fitted.classifier.predict_proba(&t).unwrap(), &table(&case["em"]), 1e-5, "em");
    }
}

/// Noise between −1 and 1 that depends on the place alone.
fn noise(i: usize, salt: usize) -> f64 {
    ((i * 7919 + salt * 104_729) % 10_007) as f64 / 5003.5 - 1.0
}

/// Three classes around the corners of a triangle, turned by an angle and so far spread; the first `first` objects of a dozen
/// are of class 0.
fn triangle(count: usize, turn: f64, spread: f64, first: usize, salt: usize) -> (Matrix, Vec<u32>) {
    let class = |i: usize| if i % 12 < first { 0 } else { 1 + (i % 2) as u32 };
    let rows: Vec<[f64; 2]> = (0..count)
        .map(|i| {
            let angle = turn + 2.094 * f64::from(class(i));
            [angle.cos() + spread * noise(i, salt), angle.sin() + spread * noise(i, salt + 1)]
        })
        .collect();
    (Matrix::from_rows(&rows).unwrap(), (0..count).map(class).collect())
}

fn accuracy(fitted: &hesper_adapt::Fitted, x: &Matrix, y: &[u32]) -> f64 {
    metrics::accuracy(y, &metrics::most_probable(&fitted.classifier.predict_proba(x).unwrap())).unwrap()
}

#[test]
fn where_classes_have_turned_a_few_labels_help_and_the_source_still_does() {
    let (x, y) = triangle(300, 0.0, 0.9, 4, 1);
    let (l, known) = triangle(24, 1.0, 0.9, 4, 11);
    let (t, truth) = triangle(600, 1.0, 0.9, 4, 21);
    let (source, target) = (Source { x: &x, y: &y, n_classes: 3 }, Target { x: &t });
    let labelled = LabelledTarget { x: &l, y: &known };
    let of = |name: &str| {
        let method = few_label_method(name).unwrap();
        let fitted = method.fit(&source, &target, &labelled, &LogisticParams::default(), 3).unwrap();
        let again = method.fit(&source, &target, &labelled, &LogisticParams::default(), 3).unwrap();
        assert_eq!(fitted.classifier.predict_proba(&t).unwrap(), again.classifier.predict_proba(&t).unwrap());
        accuracy(&fitted, &t, &truth)
    };
    let pooled = of("pooled");
    for name in ["balanced", "augment", "tradaboost", "transfer"] {
        assert!(of(name) > pooled + 0.03, "{name}: {}, pooled: {pooled}", of(name));
    }
    assert!(few_label_method("boost").err().unwrap().to_string().contains("target-only, pooled, balanced"));
}

#[test]
fn without_a_reason_to_leave_the_source_transfer_stays_there() {
    let (x, y) = triangle(300, 0.0, 0.9, 4, 1);
    let (l, t) = (x.select_rows(&[0]), x.select_rows(&[5, 6]));
    let source = Source { x: &x, y: &y, n_classes: 3 };
    let strong = Transfer { strength: Some(1e9), ..Transfer::default() };
    let labelled = LabelledTarget { x: &l, y: &[0] };
    let fitted = strong.fit(&source, &Target { x: &t }, &labelled, &NeighboursParams::default(), 0).unwrap();
    let data = hesper_learn::TrainingSet { x: &x, y: &y, weights: None, n_classes: 3 };
    let plain = LogisticParams::default().fit(&data, 0).unwrap();
    near(&fitted.classifier.predict_proba(&t).unwrap(), &plain.predict_proba(&t).unwrap(), 1e-6, "transfer");
    assert!(fitted.warnings[0].contains("no object of 2 of 3 classes"), "{:?}", fitted.warnings);
    // Its tensors are those of a logistic regression.
    let (own, other) = (fitted.classifier.tensors().unwrap(), plain.tensors().unwrap());
    assert_eq!(own.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    assert!(own.iter().all(|(name, tensor)| tensor.len() == other[name].len()));
}

#[test]
fn other_shares_are_found_and_used() {
    let (x, y) = triangle(600, 0.0, 1.4, 4, 1);
    let (t, truth) = triangle(1200, 0.0, 1.4, 11, 31);
    let (source, target) = (Source { x: &x, y: &y, n_classes: 3 }, Target { x: &t });
    let learner = LogisticParams::default();
    let data = hesper_learn::TrainingSet { x: &x, y: &y, weights: None, n_classes: 3 };
    let plain = metrics::most_probable(&learner.fit(&data, 0).unwrap().predict_proba(&t).unwrap());
    let before = metrics::accuracy(&truth, &plain).unwrap();
    for method in [PriorCorrection::bbse(), PriorCorrection::em()] {
        let fitted = method.fit(&source, &target, &learner, 1).unwrap();
        let after = accuracy(&fitted, &t, &truth);
        assert!(after > before + 0.03, "{}: {after}, before {before}", method.info().name);
        assert!(
            fitted.warnings.is_empty() && fitted.effective_size.unwrap() < 400.0,
            "{:?}",
            fitted.warnings
        );
        let shares = method.shares(&source, &target, &learner, 1).unwrap();
        for found in [&shares.em, shares.bbse.as_ref().unwrap()] {
            assert!((found[0] - 11.0 / 12.0).abs() < 0.1, "{found:?}");
        }
    }
}

#[test]
fn parameters_are_checked() {
    let x = Matrix::from_rows(&[[0.0], [1.0]]).unwrap();
    let (source, target) = (Source { x: &x, y: &[0, 1], n_classes: 2 }, Target { x: &x });
    let labelled = LabelledTarget { x: &x, y: &[0, 1] };
    let refused: [Box<dyn FewLabels>; 3] = [
        Box::new(Balanced { gamma: Some(1.5), folds: 5 }),
        Box::new(TrAdaBoost { rounds: 0, soft: true }),
        Box::new(Transfer { strength: Some(0.0), ..Transfer::default() }),
    ];
    for method in refused {
        let error = method.fit(&source, &target, &labelled, &LogisticParams::default(), 0).err().unwrap();
        assert!(matches!(error, Error::Parameter { .. }), "{error}");
    }
    assert!(serde_json::from_str::<Balanced>("{\"gama\": 1}").is_err());
    let only = LabelledTarget { x: &x, y: &[0, 2] };
    let error =
        Augment.fit(&source, &target, &only, &LogisticParams::default(), 0).err().unwrap().to_string();
    assert!(error.contains("labelled target: the class of object 1 is 2"), "{error}");
}

/// Tables of 1 to 8 objects and 1 to 5 features, some constant, repeated or huge.
fn objects(cols: usize) -> impl Strategy<Value = (Matrix, Vec<u32>)> {
    let value = prop_oneof![4 => -3.0..3.0, 2 => Just(0.0), 1 => Just(7.0)];
    let scale = prop_oneof![6 => Just(1.0), 1 => Just(1e-200), 1 => Just(1e90), 1 => Just(1e307)];
    (1usize..9).prop_flat_map(move |rows| {
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

fn sound(p: &Matrix) -> bool {
    (0..p.rows()).all(|row| {
        p.row(row).iter().all(|p| (0.0..=1.0).contains(p))
            && (p.row(row).iter().sum::<f64>() - 1.0).abs() < 1e-9
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]
    #[test]
    fn random_domains_give_probabilities_or_say_why_not(
        ((x, y), (t, _), (l, known)) in (1usize..6).prop_flat_map(|cols| (objects(cols), objects(cols), objects(cols))),
        neighbours: bool, seed: u64,
    ) {
        let (source, target) = (Source { x: &x, y: &y, n_classes: 3 }, Target { x: &t });
        let labelled = LabelledTarget { x: &l, y: &known };
        let learner: Box<dyn Learner> =
            if neighbours { Box::new(NeighboursParams::default()) } else { Box::new(LogisticParams::default()) };
        let mut results = Vec::new();
        // Networks take longer, and have such a test of their own.
        for method in few_label_methods().into_iter().filter(|method| method.info().name != "concepts") {
            results.push((method.info().name, method.fit(&source, &target, &labelled, learner.as_ref(), seed)));
        }
        for method in [PriorCorrection::bbse(), PriorCorrection::em()] {
            results.push((method.info().name, method.fit(&source, &target, learner.as_ref(), seed)));
        }
        for (name, result) in results {
            let Ok(fitted) = result else { continue };
            match fitted.classifier.predict_proba(&t) {
                Ok(p) => prop_assert!(sound(&p) && p.cols() == 3, "{name}: {p:?}"),
                // What the learner was not shown may still be too large for it.
                Err(error) => prop_assert!(error.to_string().contains("1e100"), "{name}: {error}"),
            }
        }
    }
}
