//! Calibration beside scikit-learn's (see `golden.py`) and from end to end.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use std::collections::BTreeMap;

use hesper_learn::{
    Calibrated, Calibration, Committee, Error, ForestParams, Learner, Matrix, Model, TrainingSet, metrics,
};
use proptest::prelude::*;

#[derive(serde::Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    classes: usize,
    probabilities: Vec<f64>,
    y: Vec<u32>,
    weights: Vec<f64>,
    new: Vec<f64>,
    expected: BTreeMap<String, Vec<f64>>,
}

const ALL: [Calibration; 4] =
    [Calibration::Isotonic, Calibration::Platt, Calibration::Temperature, Calibration::Beta];

#[test]
fn probabilities_are_those_of_the_peers() {
    let golden: Golden = serde_json::from_str(include_str!("golden.json")).unwrap();
    for case in golden.cases {
        let table =
            |values: &[f64]| Matrix::new(values.len() / case.classes, case.classes, values.to_vec()).unwrap();
        for (name, expected) in &case.expected {
            let method: Calibration = serde_json::from_value(name.as_str().into()).unwrap();
            let map = method.fit(&table(&case.probabilities), &case.y, Some(&case.weights)).unwrap();
            let found = map.apply(&table(&case.new)).unwrap();
            // The peer stops when its minimiser is content; isotonic regression is exact.
            let close = if name == "isotonic" { 1e-12 } else { 2e-5 };
            for (found, expected) in found.data().iter().zip(expected) {
                assert!(
                    (found - expected).abs() < close,
                    "{name}, {} classes: {found} {expected}",
                    case.classes
                );
            }
        }
    }
}

/// Overlapping classes on a line, and one that has a single row.
fn rows(count: usize) -> (Matrix, Vec<u32>) {
    let noise = |row: usize| (row as f64 * 0.754_877_666).fract() + (row as f64 * 0.569_840_29).fract();
    let y: Vec<u32> = (0..count).map(|row| if row == 0 { 3 } else { (row % 3) as u32 }).collect();
    let x = (0..count).map(|row| f64::from(y[row]) + 1.2 * noise(row)).collect();
    (Matrix::new(count, 1, x).unwrap(), y)
}

fn calibrated(method: Calibration) -> Calibrated {
    Calibrated { learner: Box::new(ForestParams { trees: 30, ..Default::default() }), method, folds: 4 }
}

#[test]
fn every_method_lowers_the_loss_of_an_overconfident_forest() {
    let (x, y) = rows(1501);
    let (train, test): (Vec<usize>, Vec<usize>) = (0..1501).partition(|row| row % 3 == 0 || row % 2 == 0);
    let pick = |rows: &[usize]| (x.select_rows(rows), rows.iter().map(|&row| y[row]).collect::<Vec<_>>());
    let ((x_train, y_train), (x_test, y_test)) = (pick(&train), pick(&test));
    let data = TrainingSet { x: &x_train, y: &y_train, weights: None, n_classes: 5 };
    let loss = |learner: &dyn Learner| {
        let proba = learner.fit(&data, 1).unwrap().predict_proba(&x_test).unwrap();
        for row in 0..proba.rows() {
            assert!((proba.row(row).iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!(proba.row(row).iter().all(|p| (0.0..=1.0).contains(p)));
            assert_eq!(proba.row(row)[4], 0.0, "a class without rows is not invented");
        }
        metrics::log_loss(&y_test, &proba, 1e-6).unwrap()
    };
    let raw = loss(&ForestParams { trees: 30, ..Default::default() });
    for method in ALL {
        let better = loss(&calibrated(method));
        assert!(better < raw - 0.05, "{method:?}: {better} instead of {raw}");
    }
}

#[test]
fn the_temperature_keeps_the_order_and_few_rows_are_enough_for_all() {
    let (x, y) = rows(12);
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 4 };
    for method in ALL {
        let proba = calibrated(method).fit(&data, 1).unwrap().predict_proba(&x).unwrap();
        assert!(proba.data().iter().all(|p| (0.0..=1.0).contains(p)), "{method:?}");
    }
    let one_class = TrainingSet { x: &x, y: &[2; 12], weights: None, n_classes: 4 };
    for method in ALL {
        let proba = calibrated(method).fit(&one_class, 1).unwrap().predict_proba(&x).unwrap();
        assert_eq!(proba.row(3), [0.0, 0.0, 1.0, 0.0]);
    }
    let (many, labels) = rows(300);
    let data = TrainingSet { x: &many, y: &labels, weights: None, n_classes: 4 };
    let raw = ForestParams { trees: 30, ..Default::default() }.fit(&data, 5).unwrap();
    let raw = metrics::most_probable(&raw.predict_proba(&many).unwrap());
    let tempered = calibrated(Calibration::Temperature).fit(&data, 5).unwrap().predict_proba(&many).unwrap();
    assert_eq!(metrics::most_probable(&tempered), raw);
}

#[test]
fn what_cannot_be_calibrated_is_refused() {
    let x = Matrix::new(3, 1, vec![0.0, 1.0, 2.0]).unwrap();
    let data = TrainingSet { x: &x, y: &[0, 1, 2], weights: None, n_classes: 3 };
    assert!(matches!(calibrated(Calibration::Beta).fit(&data, 1), Err(Error::Split(_))));
    let data = TrainingSet { x: &x, y: &[0, 0, 1], weights: Some(&[1.0, 0.0, 1.0]), n_classes: 2 };
    assert!(matches!(calibrated(Calibration::Beta).fit(&data, 1), Err(Error::Split(_))));
    let one_fold = Calibrated { folds: 1, ..calibrated(Calibration::Beta) };
    let data = TrainingSet { x: &x, y: &[0, 0, 1], weights: None, n_classes: 2 };
    assert!(matches!(one_fold.fit(&data, 1), Err(Error::Parameter { name: "folds", .. })));
    let proba = Matrix::new(2, 2, vec![0.5, 0.5, 0.2, 0.8]).unwrap();
    for method in ALL {
        assert!(method.fit(&proba, &[0], None).is_err());
        assert!(method.fit(&proba, &[0, 2], None).is_err());
        assert!(method.fit(&proba, &[0, 1], Some(&[0.0, 0.0])).is_err());
        assert!(method.fit(&Matrix::new(0, 2, vec![]).unwrap(), &[], None).is_err());
        let wrong = Matrix::new(2, 2, vec![0.5, f64::NAN, 0.2, 0.8]).unwrap();
        assert!(method.fit(&wrong, &[0, 1], None).is_err());
        let map = method.fit(&proba, &[0, 1], None).unwrap();
        assert!(map.apply(&Matrix::new(1, 3, vec![0.2, 0.3, 0.5]).unwrap()).is_err());
    }
}

#[test]
fn a_model_of_a_calibrated_committee_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.safetensors");
    let (x, y) = rows(120);
    for classes in [2, 5] {
        let y: Vec<u32> = y.iter().map(|&class| class.min(classes - 1)).collect();
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: classes as usize };
        let names: Vec<String> = (0..classes).map(|class| format!("class {class}")).collect();
        for method in ALL {
            let forest = ForestParams { trees: 3, ..Default::default() };
            let learner = Committee { learner: Box::new(forest), members: 2 };
            let learner = Calibrated { learner: Box::new(learner), method, folds: 3 };
            let model = Model::train(&learner, &data, vec!["x".to_owned()], names.clone(), 1).unwrap();
            model.save(&path).unwrap();
            let back = Model::load(&path).unwrap();
            assert_eq!(back.predict_proba(&x).unwrap(), model.predict_proba(&x).unwrap());
            assert_eq!(back.classifier().members(&x).unwrap().unwrap().len(), 2);
            assert_eq!(back.params["learner"]["params"]["learner"]["params"]["trees"], 3);
            assert_eq!(back.params["method"], serde_json::to_value(method).unwrap());
        }
    }
}

proptest! {
    #[test]
    fn rows_without_weight_are_not_there(
        rows in prop::collection::vec((0.0f64..=1.0, 0u32..2, 0u8..3), 2..40), method in 0usize..4,
    ) {
        prop_assume!(rows.iter().any(|row| row.2 > 0));
        let fit = |rows: &[(f64, u32, u8)]| {
            let proba: Vec<[f64; 2]> = rows.iter().map(|row| [1.0 - row.0, row.0]).collect();
            let y: Vec<u32> = rows.iter().map(|row| row.1).collect();
            let weights: Vec<f64> = rows.iter().map(|row| row.2.into()).collect();
            ALL[method].fit(&Matrix::from_rows(&proba).unwrap(), &y, Some(&weights)).unwrap()
        };
        let kept: Vec<_> = rows.iter().copied().filter(|row| row.2 > 0).collect();
        let map = fit(&rows);
        prop_assert_eq!(&map, &fit(&kept));
        let grid: Vec<[f64; 2]> = (0..=20).map(|i| [1.0 - f64::from(i) / 20.0, f64::from(i) / 20.0]).collect();
        let found = map.apply(&Matrix::from_rows(&grid).unwrap()).unwrap();
        prop_assert!(found.data().iter().all(|p| (0.0..=1.0).contains(p)), "{:?}", found);
    }
}
