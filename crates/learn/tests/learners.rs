//! Nearest neighbours, naive Bayes, logistic regression and support vector machine: against scikit-learn (the numbers in
//! learners_golden.json were made by learners_golden.py), and what every learner promises.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use hesper_learn::{
    Classifier, Error, Gamma, Learner, Logistic, LogisticParams, Matrix, Model, NaiveBayesParams,
    NeighbourWeights, NeighboursParams, Prepared, Scaling, Svm, SvmParams, TrainingSet, metrics,
};
use proptest::prelude::*;
use serde_json::Value;

struct Case {
    x: Matrix,
    y: Vec<u32>,
    weights: Option<Vec<f64>>,
    test: Matrix,
    n_classes: usize,
    expected: Value,
}

impl Case {
    fn data(&self) -> TrainingSet<'_> {
        TrainingSet { x: &self.x, y: &self.y, weights: self.weights.as_deref(), n_classes: self.n_classes }
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn table(value: &Value) -> Matrix {
    Matrix::from_rows(&value.as_array().unwrap().iter().map(numbers).collect::<Vec<_>>()).unwrap()
}

fn cases() -> Vec<Case> {
    let golden: Value = serde_json::from_str(include_str!("learners_golden.json")).unwrap();
    let cases = golden["cases"].as_array().unwrap();
    let read = |case: &Value| Case {
        x: table(&case["x"]),
        y: numbers(&case["y"]).into_iter().map(|class| class as u32).collect(),
        weights: case.get("weights").map(numbers),
        test: table(&case["test"]),
        n_classes: case["classes"].as_u64().unwrap() as usize,
        expected: case.clone(),
    };
    cases.iter().map(read).collect()
}

#[track_caller]
fn same(found: &[f64], expected: &Value, tolerance: f64) {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() <= tolerance, "{found} instead of {expected}");
    }
}

#[test]
fn logistic_coefficients_are_scikit_learns() {
    for case in cases() {
        let fitted = Logistic::fit(&LogisticParams { c: 0.5, ..Default::default() }, &case.data()).unwrap();
        let expected = &case.expected["logistic"];
        same(fitted.coefficients(), &expected["coefficients"], 1e-6);
        same(fitted.intercepts(), &expected["intercepts"], 1e-6);
        same(fitted.predict_proba(&case.test).unwrap().data(), &expected["probabilities"], 1e-6);
    }
}

#[test]
fn naive_bayes_probabilities_are_scikit_learns() {
    for case in cases() {
        let fitted = NaiveBayesParams::default().fit(&case.data(), 0).unwrap();
        same(fitted.predict_proba(&case.test).unwrap().data(), &case.expected["naive_bayes"], 1e-12);
    }
}

#[test]
fn neighbours_probabilities_are_scikit_learns() {
    let ways = [NeighbourWeights::Uniform, NeighbourWeights::Distance];
    for case in cases().into_iter().filter(|case| case.weights.is_none()) {
        for (weights, name) in ways.into_iter().zip(["neighbours_uniform", "neighbours_distance"]) {
            let fitted = NeighboursParams { k: 7, weights }.fit(&case.data(), 0).unwrap();
            same(fitted.predict_proba(&case.test).unwrap().data(), &case.expected[name], 1e-12);
        }
    }
}

#[test]
fn svm_decisions_are_scikit_learns() {
    for case in cases() {
        for (gamma, name) in [(Gamma::Scale, "svm_scale"), (Gamma::Value(0.05), "svm_value")] {
            let params = SvmParams { c: 2.0, gamma, tolerance: 1e-8, ..Default::default() };
            let fitted = Svm::fit(&params, &case.data(), 1).unwrap();
            same(fitted.decision(&case.test).unwrap().data(), &case.expected[name], 1e-5);
        }
    }
}

/// Every learner here, by default and otherwise.
fn learners() -> Vec<Box<dyn Learner>> {
    vec![
        Box::new(NeighboursParams::default()),
        Box::new(NeighboursParams { k: 4, weights: NeighbourWeights::Distance }),
        Box::new(NaiveBayesParams::default()),
        Box::new(LogisticParams::default()),
        Box::new(SvmParams::default()),
        Box::new(SvmParams { c: 50.0, gamma: Gamma::Value(0.3), folds: 3, ..Default::default() }),
    ]
}

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{prefix}{number}")).collect()
}

#[test]
fn probabilities_are_such_and_better_than_chance() {
    for case in cases() {
        for learner in learners() {
            let data = TrainingSet { weights: None, ..case.data() };
            let fitted = learner.fit(&data, 1).unwrap();
            let found = fitted.predict_proba(&case.x).unwrap();
            for row in 0..found.rows() {
                let row = found.row(row);
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{}: {row:?}", learner.name());
                assert!(row.iter().all(|p| (0.0..=1.0).contains(p)), "{}: {row:?}", learner.name());
            }
            let accuracy = metrics::accuracy(&case.y, &metrics::most_probable(&found)).unwrap();
            assert!(accuracy > 1.2 / case.n_classes as f64, "{}: {accuracy}", learner.name());
            assert_eq!((fitted.n_features(), fitted.n_classes()), (case.x.cols(), case.n_classes));
        }
    }
}

#[test]
fn models_come_back_as_they_went() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.safetensors");
    for case in cases() {
        for learner in learners() {
            let (features, classes) = (names("f", case.x.cols()), names("c", case.n_classes));
            let model = Model::train(learner.as_ref(), &case.data(), features, classes, 1).unwrap();
            model.save(&path).unwrap();
            let back = Model::load(&path).unwrap();
            assert_eq!(back.learner, learner.name());
            assert_eq!(back.predict_proba(&case.test).unwrap(), model.predict_proba(&case.test).unwrap());
            assert_eq!(back.classifier().tensors(), model.classifier().tensors());
        }
    }
}

#[test]
fn rows_without_weight_are_not_there() {
    for case in cases().into_iter().filter(|case| case.weights.is_some()) {
        let data = case.data();
        let weights = data.weights.unwrap();
        let rows: Vec<usize> = (0..data.x.rows()).filter(|&row| weights[row] > 0.0).collect();
        let x = data.x.select_rows(&rows);
        let y: Vec<u32> = rows.iter().map(|&row| data.y[row]).collect();
        let kept: Vec<f64> = rows.iter().map(|&row| weights[row]).collect();
        let fewer = TrainingSet { x: &x, y: &y, weights: Some(&kept), n_classes: data.n_classes };
        for learner in learners() {
            let (a, b) = (learner.fit(&data, 3).unwrap(), learner.fit(&fewer, 3).unwrap());
            assert_eq!(a.predict_proba(&case.test).unwrap(), b.predict_proba(&case.test).unwrap());
        }
    }
}

#[test]
fn threads_change_nothing() {
    let threads = |count| rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
    // More rows than a block holds.
    let (n, cols) = (3000u32, 10);
    let noise = |at: u32| f64::from(at.wrapping_mul(2_654_435_761) >> 8) / f64::from(1u32 << 24);
    let y: Vec<u32> = (0..n).map(|row| row * 7 % 3).collect();
    let values = (0..n * cols).map(|at| noise(at) + f64::from(y[(at / cols) as usize] * (at % 2)) * 0.2);
    let x = Matrix::new(n as usize, cols as usize, values.collect()).unwrap();
    let weights: Vec<f64> = (0..n).map(|row| 0.5 + noise(row)).collect();
    let data = TrainingSet { x: &x, y: &y, weights: Some(&weights), n_classes: 3 };
    for learner in learners() {
        let learner = Prepared { scaling: Scaling::Normal, learner };
        let run = || {
            let fitted = learner.fit(&data, 5).unwrap();
            (fitted.tensors(), fitted.predict_proba(&x).unwrap())
        };
        let (one, three) = (threads(1).install(run), threads(3).install(run));
        assert!(one == three, "{}", learner.name());
    }
}

#[test]
fn classes_without_rows_are_never_predicted() {
    let x = Matrix::from_rows(&[[0.0], [0.1], [0.3], [1.0], [1.2], [1.3], [5.0], [5.5], [5.1]]).unwrap();
    let data = TrainingSet { x: &x, y: &[1, 1, 1, 3, 3, 3, 4, 4, 4], weights: None, n_classes: 6 };
    for learner in learners() {
        let found = learner.fit(&data, 1).unwrap().predict_proba(&x).unwrap();
        for row in 0..x.rows() {
            let row = found.row(row);
            assert!(row[0] == 0.0 && row[2] == 0.0 && row[5] == 0.0, "{}: {row:?}", learner.name());
        }
    }
}

#[test]
fn one_row_and_one_class_and_equal_rows_are_borne() {
    let test = Matrix::from_rows(&[[0.0, 3.0], [1e9, -1e9]]).unwrap();
    let equal = Matrix::new(6, 2, vec![2.0; 12]).unwrap();
    for learner in learners() {
        let one = Matrix::from_rows(&[[0.0, 1.0]]).unwrap();
        let found = |x: &Matrix, y: &[u32]| {
            let data = TrainingSet { x, y, weights: None, n_classes: 2 };
            learner.fit(&data, 1).unwrap().predict_proba(&test).unwrap()
        };
        assert_eq!(found(&one, &[1]).data(), [0.0, 1.0, 0.0, 1.0], "{}", learner.name());
        assert_eq!(found(&equal, &[0; 6]).data(), [1.0, 0.0, 1.0, 0.0], "{}", learner.name());
        let unsure = found(&equal, &[0, 1, 0, 1, 0, 1]);
        assert!(unsure.data().iter().all(|p| (0.3..=0.7).contains(p)), "{}: {unsure:?}", learner.name());
        // A class with a single row.
        let single = found(&Matrix::from_rows(&[[0.0, 3.0], [0.1, 3.0], [9.0, 9.0]]).unwrap(), &[0, 0, 1]);
        assert!(single.data().iter().all(|p| (0.0..=1.0).contains(p)), "{}: {single:?}", learner.name());
    }
}

#[test]
fn missing_and_endless_values_are_refused() {
    let good = Matrix::from_rows(&[[0.0], [1.0], [2.0], [3.0]]).unwrap();
    let y = [0, 0, 1, 1];
    for learner in learners() {
        let fit = |x: &Matrix| learner.fit(&TrainingSet { x, y: &y, weights: None, n_classes: 2 }, 1);
        let with = |value: f64| Matrix::from_rows(&[[0.0], [1.0], [value], [3.0]]).unwrap();
        assert!(matches!(fit(&with(f64::NAN)), Err(Error::Missing { row: 2, column: 0 })));
        assert!(matches!(fit(&with(f64::INFINITY)), Err(Error::Infinite { row: 2, .. })));
        assert!(matches!(fit(&with(-1e300)), Err(Error::Magnitude { row: 2, .. })));
        let fitted = fit(&good).unwrap();
        assert!(matches!(fitted.predict_proba(&with(f64::NAN)), Err(Error::Missing { .. })));
        assert!(matches!(fitted.predict_proba(&with(f64::INFINITY)), Err(Error::Infinite { .. })));
        assert!(matches!(fitted.predict_proba(&with(1e300)), Err(Error::Magnitude { .. })));
        assert!(fitted.predict_proba(&with(1e100)).unwrap().data().iter().all(|p| (0.0..=1.0).contains(p)));
        assert!(matches!(
            fitted.predict_proba(&Matrix::new(1, 2, vec![0.0; 2]).unwrap()),
            Err(Error::Shape { .. })
        ));
        assert_eq!(fitted.predict_proba(&Matrix::new(0, 1, vec![]).unwrap()).unwrap().rows(), 0);
    }
}

#[test]
fn parameters_are_checked_and_read_back() {
    let x = Matrix::from_rows(&[[0.0], [1.0]]).unwrap();
    let data = TrainingSet { x: &x, y: &[0, 1], weights: None, n_classes: 2 };
    let bad: Vec<Box<dyn Learner>> = vec![
        Box::new(NeighboursParams { k: 0, ..Default::default() }),
        Box::new(NaiveBayesParams { var_smoothing: 0.0 }),
        Box::new(LogisticParams { c: f64::NAN, ..Default::default() }),
        Box::new(LogisticParams { tolerance: 0.0, ..Default::default() }),
        Box::new(LogisticParams { max_iterations: 0, ..Default::default() }),
        Box::new(SvmParams { c: -1.0, ..Default::default() }),
        Box::new(SvmParams { gamma: Gamma::Value(f64::INFINITY), ..Default::default() }),
        Box::new(SvmParams { tolerance: 1.0, ..Default::default() }),
        Box::new(SvmParams { folds: 1, ..Default::default() }),
    ];
    for learner in bad {
        assert!(matches!(learner.fit(&data, 1), Err(Error::Parameter { .. })), "{}", learner.parameters());
    }
    let svm = SvmParams { gamma: Gamma::Value(0.25), ..Default::default() };
    assert_eq!(serde_json::from_value::<SvmParams>(svm.parameters()).unwrap(), svm);
    assert!(serde_json::from_str::<LogisticParams>(r#"{"C": 1}"#).is_err());
    assert_eq!(NeighboursParams::default().parameters()["weights"], "uniform");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_weight_is_a_count(
        rows in prop::collection::vec((0u32..3, -2.0..2.0f64, -2.0..2.0f64, 1u32..4), 8..30),
    ) {
        let each = |(class, a, b, _): &(u32, f64, f64, u32)| ([a + f64::from(*class), *b], *class);
        let (x, y): (Vec<_>, Vec<u32>) = rows.iter().map(each).unzip();
        let repeat = |row: &(u32, f64, f64, u32)| std::iter::repeat_n(each(row), row.3 as usize);
        let (more_x, more_y): (Vec<_>, Vec<u32>) = rows.iter().flat_map(repeat).unzip();
        let weights: Vec<f64> = rows.iter().map(|row| f64::from(row.3)).collect();
        let (x, more_x) = (Matrix::from_rows(&x).unwrap(), Matrix::from_rows(&more_x).unwrap());
        let weighted = TrainingSet { x: &x, y: &y, weights: Some(&weights), n_classes: 3 };
        let counted = TrainingSet { x: &more_x, y: &more_y, weights: None, n_classes: 3 };
        let close = |a: &[f64], b: &[f64], tolerance| a.iter().zip(b).all(|(a, b)| (a - b).abs() < tolerance);

        let (a, b) = (NaiveBayesParams::default(), LogisticParams::default());
        for (learner, tolerance) in [(&a as &dyn Learner, 1e-6), (&b, 1e-6)] {
            let found = [&weighted, &counted].map(|data| learner.fit(data, 1).unwrap().predict_proba(&x).unwrap());
            prop_assert!(close(found[0].data(), found[1].data(), tolerance), "{}", learner.name());
        }
        let svm = SvmParams { tolerance: 1e-7, ..Default::default() };
        let found = [&weighted, &counted].map(|data| Svm::fit(&svm, data, 1).unwrap().decision(&x).unwrap());
        prop_assert!(close(found[0].data(), found[1].data(), 1e-3), "svm");
    }
}
