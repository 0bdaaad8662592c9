//! Weights against true ratios of densities and an independent program (`weights/golden.py`), and under random shifts.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use hesper_adapt::weights::{Gaussian, Kmm, Tars, Ulsif, weighting, weightings};
use hesper_adapt::{Source, Target, Weighting};
use hesper_learn::Matrix;
use proptest::prelude::*;
use serde_json::Value;

/// A grid over a normal distribution's middle, where the weights are known: exp(x·m − m²/2) for a shift by m.
fn normal(count: usize, shift: f64) -> Matrix {
    let quantile = |p: f64| 0.5513 * (p / (1.0 - p)).ln();
    Matrix::new(count, 1, (0..count).map(|i| shift + quantile((i as f64 + 0.5) / count as f64)).collect())
        .unwrap()
}

#[test]
fn each_method_finds_a_known_ratio() {
    let (x, t) = (normal(300, 0.0), normal(400, 0.5));
    let y = vec![0; 300];
    // One class has no shares to change.
    for method in weightings().into_iter().filter(|method| method.info().name != "tars") {
        let name = method.info().name;
        let found = method.weights(&Source { x: &x, y: &y, n_classes: 1 }, &Target { x: &t }, 3).unwrap();
        // The weighted mean of the source is the target's.
        let mean = found.values.iter().zip(x.data()).map(|(w, x)| w * x).sum::<f64>() / 300.0;
        // RuLSIF aims at a flatter ratio, and the counts of neighbours are drawn to each other by their smoothing.
        let allowed = match name {
            "rulsif" => 0.2,
            "nearest" => 0.25,
            _ => 0.1,
        };
        assert!((mean - 0.5).abs() < allowed, "{name}: the weighted mean is {mean}");
        assert_eq!(
            found,
            method.weights(&Source { x: &x, y: &y, n_classes: 1 }, &Target { x: &t }, 3).unwrap()
        );
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap()
}

fn rows(value: &Value) -> Matrix {
    Matrix::from_rows(&value.as_array().unwrap().iter().map(numbers).collect::<Vec<_>>()).unwrap()
}

fn near(found: &[f64], expected: &[f64], tolerance: f64, what: &Value) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{found}, but {expected}: {what}");
    }
}

#[test]
fn means_of_kernels_are_matched_as_an_independent_program_does() {
    let golden: Value = serde_json::from_str(include_str!("weights/golden.json")).unwrap();
    let (x, t) = (rows(&golden["source"]), rows(&golden["target"]));
    let y = vec![0; x.rows()];
    for case in golden["kmm"].as_array().unwrap() {
        let of = |name: &str| case[name].as_f64().unwrap();
        let kmm =
            Kmm { width: None, bound: of("bound"), tolerance: Some(of("tolerance")), ridge: of("ridge") };
        let found = kmm.weights(&Source { x: &x, y: &y, n_classes: 1 }, &Target { x: &t }, 0).unwrap();
        near(&found.values, &numbers(&case["weights"]), 1e-6, case);
    }
    let golden = &golden["tars"];
    let (x, t) = (rows(&golden["source"]), rows(&golden["target"]));
    let y: Vec<u32> = numbers(&golden["y"]).iter().map(|class| *class as u32).collect();
    // A fifth class without any object changes nothing.
    for n_classes in [4, 5] {
        let (source, target) = (Source { x: &x, y: &y, n_classes }, Target { x: &t });
        for case in golden["shares"].as_array().unwrap() {
            let of = |name: &str| case[name].as_f64().unwrap();
            let tars = Tars { width: None, bound: of("bound"), ridge: of("ridge") };
            let found = tars.shares(&source, &target).unwrap();
            near(&found[..4], &numbers(&case["shares"]), 1e-9, case);
            let weights = tars.weights(&source, &target, 0).unwrap();
            let weighted: f64 = weights.values.iter().zip(&y).filter(|(_, y)| **y == 2).map(|(w, _)| w).sum();
            assert!((weighted / y.len() as f64 - found[2]).abs() < 1e-12);
        }
    }
}

#[test]
fn what_is_wrong_is_said() {
    let x = normal(4, 0.0);
    let source = Source { x: &x, y: &[0; 4], n_classes: 1 };
    let message = Gaussian { shrinkage: 0.0 }.weights(&source, &Target { x: &x }, 0).unwrap_err().to_string();
    assert!(message.contains("shrinkage is 0"), "{message}");
    assert!(weighting("gauss").err().unwrap().to_string().contains("gaussian, discriminator"));
    assert!(serde_json::from_str::<Ulsif>("{\"with\": 2}").is_err());
}

/// Tables of 1 to 12 objects and 1 to 15 features, some constant, repeated or huge.
fn table(cols: usize) -> impl Strategy<Value = Matrix> {
    let value = prop_oneof![4 => -3.0..3.0, 2 => Just(0.0), 1 => Just(7.0)];
    let scale = prop_oneof![4 => Just(1.0), 1 => Just(1e-300), 1 => Just(1e150), 1 => Just(1e307)];
    (1usize..12).prop_flat_map(move |rows| {
        (prop::collection::vec(value.clone(), rows * cols), scale.clone(), -1.0..1.0).prop_map(
            move |(values, scale, shift)| {
                Matrix::new(rows, cols, values.iter().map(|x: &f64| (x + shift) * scale).collect()).unwrap()
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]
    #[test]
    fn random_shifts_give_sound_weights_or_say_why_not(
        (x, t) in (1usize..15).prop_flat_map(|cols| (table(cols), table(cols))), seed: u64,
    ) {
        let y = vec![0; x.rows()];
        for method in weightings() {
            let name = method.info().name;
            match method.weights(&Source { x: &x, y: &y, n_classes: 1 }, &Target { x: &t }, seed) {
                Ok(found) => {
                    prop_assert_eq!(found.values.len(), x.rows());
                    prop_assert!(found.values.iter().all(|w| w.is_finite() && *w >= 0.0), "{}: {:?}", name, found);
                    let mean = found.values.iter().sum::<f64>() / x.rows() as f64;
                    prop_assert!((mean - 1.0).abs() < 1e-9, "{}: {}", name, mean);
                    prop_assert!(!found.warnings.iter().any(|said| said.contains("not finite")), "{}: {:?}", name, found);
                }
                Err(error) => {
                    prop_assert!(name == "discriminator", "{}: {}", name, error);
                }
            }
        }
    }
}

#[test]
fn classes_that_are_nearly_alike_get_shares() {
    let column = [999_999.3811670921, 1_000_000.8768048077, 999_999.4027880252, 999_999.4145264685];
    let x = Matrix::from_rows(&column.map(|x| [x, 1.0])).unwrap();
    let t = Matrix::from_rows(&[
        [1_000_000.0998297532, 0.4527425483865045],
        [1_000_000.5076695511, 0.36375799544490983],
        [1_000_001.6448094225, 0.39644005818665434],
        [1_000_000.8915714793, 0.33595928688666976],
        [1_000_000.6783926099, 0.10326384351771914],
    ])
    .unwrap();
    let shares = Tars::default().shares(&Source { x: &x, y: &[0, 1, 2, 3], n_classes: 4 }, &Target { x: &t });
    assert!((shares.unwrap().iter().sum::<f64>() - 1.0).abs() < 1e-9);
}
