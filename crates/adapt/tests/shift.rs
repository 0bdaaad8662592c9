//! What tells source and target apart, against scipy and numpy (`shift.py` makes `shift.json`), and on domains whose shift
//! is known.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use hesper_adapt::shift::{bbse, em, feature_shifts, mmd, report, two_sample};
use hesper_adapt::{Source, Target};
use hesper_learn::{ForestParams, Matrix};
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("shift.json")).unwrap()
}

fn matrix(value: &Value) -> Matrix {
    let rows: Vec<Vec<f64>> = serde_json::from_value(value.clone()).unwrap();
    Matrix::from_rows(&rows).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap()
}

/// Noise between −1 and 1 that depends on the place alone.
fn noise(i: usize, salt: usize) -> f64 {
    ((i * 7919 + salt * 104_729) % 10_007) as f64 / 5003.5 - 1.0
}

/// Two features of two classes, `apart` from one another in the first; all moved by `shift` in the second.
fn domain(count: usize, positive_every: usize, shift: f64, salt: usize) -> (Matrix, Vec<u32>) {
    let class = |i: usize| u32::from(i.is_multiple_of(positive_every));
    let rows: Vec<[f64; 2]> = (0..count)
        .map(|i| [3.0 * f64::from(class(i)) + noise(i, salt), shift + noise(i, salt + 1)])
        .collect();
    (Matrix::from_rows(&rows).unwrap(), (0..count).map(class).collect())
}

#[test]
fn features_are_compared_as_scipy_compares_them() {
    let golden = golden();
    let (x, t) = (matrix(&golden["source"]), matrix(&golden["target"]));
    let y = vec![0; x.rows()];
    let shifts = feature_shifts(&Source { x: &x, y: &y, n_classes: 1 }, &Target { x: &t }).unwrap();
    assert_eq!(shifts.len(), 3);
    assert!(shifts.is_sorted_by(|a, b| a.ks >= b.ks), "the most shifted come first");
    for shift in &shifts {
        let of = |name: &str| numbers(&golden[name])[shift.feature];
        assert!((shift.ks - of("ks")).abs() < 1e-12, "{shift:?}");
        assert!((shift.p_value - of("ks_p")).abs() < 1e-9, "{shift:?}, {}", of("ks_p"));
        assert!((shift.wasserstein - of("wasserstein")).abs() < 1e-12, "{shift:?}");
    }
}

#[test]
fn priors_are_those_of_numpy() {
    let golden = golden();
    let y: Vec<u32> = serde_json::from_value(golden["y"].clone()).unwrap();
    let x = Matrix::new(y.len(), 1, vec![0.0; y.len()]).unwrap();
    let source = Source { x: &x, y: &y, n_classes: 3 };
    let (own, other) = (matrix(&golden["source_probabilities"]), matrix(&golden["target_probabilities"]));
    for (found, wanted, tolerance) in [
        (bbse(&source, &own, &other).unwrap(), numbers(&golden["bbse"]), 1e-9),
        (em(&source, &other).unwrap(), numbers(&golden["em"]), 1e-5),
    ] {
        for (found, wanted) in found.iter().zip(&wanted) {
            assert!((found - wanted).abs() < tolerance, "{found} {wanted}");
        }
    }
}

#[test]
fn what_is_alike_is_not_told_apart_and_what_is_shifted_is() {
    let forest = ForestParams { trees: 30, ..ForestParams::default() };
    let (x, y) = domain(150, 3, 0.0, 1);
    let source = Source { x: &x, y: &y, n_classes: 2 };
    let told = |shift: f64| {
        let (t, _) = domain(150, 3, shift, 11);
        let target = Target { x: &t };
        let mmd = mmd(&source, &target, 200, 5).unwrap();
        let two = two_sample(&source, &target, &forest, 200, 5).unwrap();
        (mmd.p_value, two.p_value, two.a_distance, mmd.squared)
    };
    let (alike, apart) = (told(0.0), told(1.0));
    assert!(alike.0 > 0.05 && alike.1 > 0.05, "{alike:?}");
    assert!(apart.0 < 0.01 && apart.1 < 0.01, "{apart:?}");
    assert!(apart.2 > 1.0 && apart.2 <= 2.0 && alike.2.abs() < 0.4, "{alike:?} {apart:?}");
    assert!(apart.3 > 10.0 * alike.3.abs());
}

#[test]
fn reports_are_the_same_again_and_name_the_feature_and_the_prior() {
    let forest = ForestParams { trees: 30, ..ForestParams::default() };
    let (x, y) = domain(300, 2, 0.0, 1);
    let source = Source { x: &x, y: &y, n_classes: 2 };
    // Moved in the second feature.
    let (t, _) = domain(300, 2, 1.5, 11);
    let moved = report(&source, &Target { x: &t }, &forest, 3).unwrap();
    assert_eq!(moved.features[0].feature, 1);
    assert_eq!(moved, report(&source, &Target { x: &t }, &forest, 3).unwrap());
    assert!(moved.effective_size < 300.0 && !moved.verdict.is_empty());
    // Half of the source are of class 1, a tenth of the target.
    let (t, _) = domain(300, 10, 0.0, 11);
    let prior = report(&source, &Target { x: &t }, &forest, 3).unwrap().prior.unwrap();
    assert!((prior.em[1] - 0.1).abs() < 0.03, "{prior:?}");
    assert!((prior.bbse.unwrap()[1] - 0.1).abs() < 0.03);
}

#[test]
fn domains_that_cannot_be_compared_are_errors() {
    let (x, y) = domain(20, 2, 0.0, 1);
    let source = Source { x: &x, y: &y, n_classes: 2 };
    let narrow = Matrix::new(4, 1, vec![0.0; 4]).unwrap();
    assert!(mmd(&source, &Target { x: &narrow }, 10, 1).is_err());
    assert!(feature_shifts(&source, &Target { x: &narrow }).is_err());
    let flat = Matrix::new(20, 2, vec![1.0; 40]).unwrap();
    let y = vec![0; 20];
    let same = mmd(&Source { x: &flat, y: &y, n_classes: 1 }, &Target { x: &flat }, 20, 1).unwrap();
    assert!(same.squared.abs() < 1e-12 && same.p_value > 0.5, "{same:?}");
}
