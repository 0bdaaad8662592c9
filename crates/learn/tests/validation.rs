//! Cross-validation: every row is predicted by a classifier that has not seen it.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use hesper_learn::split::{Fold, grouped_k_fold, stratified_k_fold};
use hesper_learn::{Error, ForestParams, Matrix, TrainingSet, cross_validate, metrics};

fn forest() -> ForestParams {
    ForestParams { trees: 20, ..Default::default() }
}

/// Forty rows of two classes that one feature separates.
fn separable() -> (Matrix, Vec<u32>) {
    let x =
        Matrix::from_rows(&(0..40).map(|row| [f64::from(row), f64::from(row * 17 % 40)]).collect::<Vec<_>>());
    (x.unwrap(), (0..40).map(|row| u32::from(row >= 20)).collect())
}

#[test]
fn what_can_be_learned_is_predicted() {
    let (x, y) = separable();
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
    let folds = stratified_k_fold(&y, 5, 1).unwrap();
    let result = cross_validate(&forest(), &data, &folds, 1).unwrap();
    let accuracy = metrics::accuracy(&y, &metrics::most_probable(&result.probabilities)).unwrap();
    assert!(accuracy >= 0.9, "{accuracy}");
    assert!((0..40).all(|row| folds[result.fold[row].unwrap()].test.contains(&row)));
    let again = cross_validate(&forest(), &data, &folds, 1).unwrap();
    assert_eq!(again.probabilities, result.probabilities);
}

#[test]
fn no_row_is_predicted_by_what_has_seen_it() {
    // Each object comes twice and its class is arbitrary: with its twin at hand it is known, without it is not.
    let x = Matrix::from_rows(&(0..200).map(|row| [f64::from(row / 2)]).collect::<Vec<_>>()).unwrap();
    let class = |object: u32| (object * object + 7).wrapping_mul(2_654_435_761) >> 13 & 1;
    let y: Vec<u32> = (0..200u32).map(|row| class(row / 2)).collect();
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
    let accuracy = |folds: &[Fold]| {
        let result = cross_validate(&forest(), &data, folds, 1).unwrap();
        metrics::accuracy(&y, &metrics::most_probable(&result.probabilities)).unwrap()
    };
    let objects: Vec<usize> = (0..200).map(|row| row / 2).collect();
    let (leaking, honest) = (
        accuracy(&stratified_k_fold(&y, 10, 1).unwrap()),
        accuracy(&grouped_k_fold(&objects, 10, 1).unwrap()),
    );
    assert!(leaking > 0.8 && honest < 0.6, "{leaking} {honest}");
}

#[test]
fn rows_that_no_fold_tests_stay_unknown() {
    let (x, y) = separable();
    let weights = [1.0; 40];
    let data = TrainingSet { x: &x, y: &y, weights: Some(&weights), n_classes: 3 };
    let fold = Fold { train: (0..39).collect(), test: vec![39] };
    let result = cross_validate(&forest(), &data, &[fold], 1).unwrap();
    assert!(result.probabilities.row(0).iter().all(|p| p.is_nan()));
    assert_eq!((result.fold[0], result.fold[39]), (None, Some(0)));
    assert!(result.probabilities.row(39)[1] > 0.8);
    assert_eq!(result.probabilities.row(39)[2], 0.0);
}

#[test]
fn impossible_folds_are_refused() {
    let (x, y) = separable();
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
    let refused = |folds: &[Fold]| cross_validate(&forest(), &data, folds, 1).unwrap_err().to_string();
    let fold = |train: &[usize], test: &[usize]| Fold { train: train.to_vec(), test: test.to_vec() };
    assert!(refused(&[fold(&[0, 40], &[1])]).contains("row 40"));
    assert!(refused(&[fold(&[0, 1], &[1])]).contains("learns from row 1"));
    assert!(refused(&[fold(&[0], &[1]), fold(&[2], &[1])]).contains("row 1 is tested by the folds 0 and 1"));
    assert!(matches!(cross_validate(&forest(), &data, &[fold(&[], &[1])], 1), Err(Error::Empty(_))));
}
