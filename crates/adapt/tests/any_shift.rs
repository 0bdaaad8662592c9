//! Every weighting, map, plan and test on shifts of all kinds: sound numbers or an error that says why, never a panic.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use hesper_adapt::maps::{Coral, Ot, Scale, Solver, Standardise, mappings};
use hesper_adapt::shift::{feature_shifts, mmd, report, two_sample};
use hesper_adapt::transport::{ByClass, Sinkhorn};
use hesper_adapt::weights::weightings;
use hesper_adapt::{Error, Mapping, Source, Target};
use hesper_learn::{LogisticParams, Matrix};
use proptest::prelude::*;

/// A source, its classes, and a target.
#[derive(Clone, Debug)]
struct Shift {
    x: Matrix,
    y: Vec<u32>,
    t: Matrix,
    n_classes: usize,
    /// Whether squares of the numbers are numbers, and domains have more than one object: then nothing may fail.
    ordinary: bool,
}

/// Few objects or many, one feature or more than there are objects; columns that are constant in one domain or both,
/// repeated, of other scales; repeated objects; classes of a single object, or of none; domains that are the same.
fn shift() -> impl Strategy<Value = Shift> {
    let power = prop_oneof![6 => -3i32..4, 1 => -9i32..10, 1 => Just(-300), 1 => Just(-160), 1 => Just(150), 1 => Just(307)];
    let column =
        prop_oneof![6 => Just(0u8), 1 => Just(1), 1 => Just(2), 1 => Just(3), 1 => Just(4), 1 => Just(5)];
    (1usize..14, 1usize..14, 1usize..9)
        .prop_flat_map(move |(n, m, d)| {
            (
                Just((n, m, d)),
                prop::collection::vec(-1.0..1.0f64, (n + m) * d),
                prop::collection::vec(column.clone(), d),
                prop::collection::vec(0u32..4, n),
                prop_oneof![5 => Just(0u8), 1 => Just(1), 1 => Just(2), 1 => Just(3)],
                (power.clone(), 0.0..3.0f64, 1usize..5),
            )
        })
        .prop_map(|((n, m, d), numbers, columns, classes, kind, (power, apart, n_classes))| {
            let scale = 10f64.powi(power);
            let value = |row: usize, column: usize| {
                let number = numbers[row * d + column];
                let moved = if row < n { number } else { number + apart };
                match columns[column] {
                    // Constant, constant in a domain, a sum of two others, far from 0, of another scale.
                    1 => 0.7 * scale,
                    2 if row < n => scale,
                    3 => (numbers[row * d] + numbers[row * d + d / 2]) * 0.5 * scale,
                    4 if power.abs() < 150 => (moved + 1e6) * scale,
                    5 if power.abs() < 150 => moved * scale * 1e5,
                    _ => moved * 0.3 * scale,
                }
            };
            let row = |row: usize| match kind {
                // All objects of a domain the same.
                1 if row < n => (0..d).map(|column| value(0, column)).collect(),
                2 if row >= n => (0..d).map(|column| value(n, column)).collect(),
                _ => (0..d).map(|column| value(row, column)).collect::<Vec<f64>>(),
            };
            let x = Matrix::from_rows(&(0..n).map(row).collect::<Vec<_>>()).unwrap();
            let t = match kind {
                3 => x.clone(),
                _ => Matrix::from_rows(&(n..n + m).map(row).collect::<Vec<_>>()).unwrap(),
            };
            let y = classes.iter().map(|class| class % n_classes as u32).collect();
            let ordinary = power.abs() < 10 && n > 1 && t.rows() > 1;
            Shift { x, y, t, n_classes, ordinary }
        })
}

/// An error must not be the parameters', and must say something. On an ordinary shift only a learner may fail, that of
/// features which nobody scaled.
fn said(error: &Error, ordinary: bool) -> bool {
    let own = matches!(error, Error::Domain { .. } | Error::Failed { .. });
    error.to_string().len() > 10 && (matches!(error, Error::Learn(_)) || own && !ordinary)
}

fn finite(values: &[f64]) -> bool {
    values.iter().all(|value| value.is_finite())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn weights_are_sound_or_say_why_not(shift in shift(), seed: u64) {
        let (source, target) = (Source { x: &shift.x, y: &shift.y, n_classes: shift.n_classes }, Target { x: &shift.t });
        for method in weightings() {
            let name = method.info().name;
            match method.weights(&source, &target, seed) {
                Ok(found) => {
                    prop_assert_eq!(found.values.len(), shift.x.rows());
                    prop_assert!(found.values.iter().all(|w| w.is_finite() && *w >= 0.0), "{}: {:?}", name, found);
                    let mean = found.values.iter().sum::<f64>() / shift.x.rows() as f64;
                    prop_assert!((mean - 1.0).abs() < 1e-9, "{}: {}", name, mean);
                    prop_assert!(found.effective_size.is_finite() && found.effective_size > 0.99, "{}: {:?}", name, found);
                    prop_assert!(!found.warnings.iter().any(|said| said.contains("not finite")), "{}: {:?}", name, found);
                }
                Err(error) => prop_assert!(said(&error, shift.ordinary), "{}: {:?}", name, error),
            }
        }
    }

    #[test]
    fn maps_are_sound_or_say_why_not(shift in shift(), seed: u64) {
        let (source, target) = (Source { x: &shift.x, y: &shift.y, n_classes: shift.n_classes }, Target { x: &shift.t });
        let mut all = mappings();
        all.push(Box::new(Coral { ridge: 0.0, centre: true }));
        all.push(Box::new(Ot { solver: Solver::Exact }));
        all.push(Box::new(Ot { solver: Solver::Sinkhorn(Sinkhorn { regularisation: 1e-3, ..Sinkhorn::default() }) }));
        all.push(Box::new(Ot { solver: Solver::ByClass(ByClass::default()) }));
        all.extend([Scale::None, Scale::Source, Scale::Joint].map(|scale| Box::new(Standardise { scale }) as Box<dyn Mapping>));
        for mapping in all {
            let name = mapping.info().name;
            match mapping.align(&source, &target, seed) {
                Ok(aligned) => {
                    prop_assert!(finite(aligned.source.data()) && finite(aligned.target.data()), "{}", name);
                    prop_assert_eq!((aligned.source.rows(), aligned.target.rows()), (shift.x.rows(), shift.t.rows()));
                    prop_assert_eq!(aligned.source.cols(), aligned.target.cols());
                    prop_assert_eq!(&aligned.map.apply(&shift.t).unwrap(), &aligned.target, "{}", name);
                }
                Err(error) => prop_assert!(said(&error, shift.ordinary), "{}: {:?}", name, error),
            }
        }
    }

    #[test]
    fn tests_are_sound_or_say_why_not(shift in shift(), seed: u64) {
        let (source, target) = (Source { x: &shift.x, y: &shift.y, n_classes: shift.n_classes }, Target { x: &shift.t });
        let within = |p: f64| p > 0.0 && p <= 1.0;
        match mmd(&source, &target, 19, seed) {
            Ok(found) => prop_assert!(found.squared.is_finite() && found.width > 0.0 && found.width.is_finite() && within(found.p_value), "{:?}", found),
            Err(error) => prop_assert!(said(&error, shift.ordinary), "{:?}", error),
        }
        match two_sample(&source, &target, &LogisticParams::default(), 19, seed) {
            Ok(found) => prop_assert!(finite(&[found.balanced_accuracy, found.auc, found.a_distance]) && within(found.p_value), "{:?}", found),
            Err(error) => prop_assert!(said(&error, shift.ordinary), "{:?}", error),
        }
        match feature_shifts(&source, &target) {
            Ok(found) => prop_assert!(found.iter().all(|f| finite(&[f.ks, f.wasserstein]) && within(f.p_value.max(1e-300))), "{:?}", found),
            Err(error) => prop_assert!(said(&error, shift.ordinary), "{:?}", error),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..Default::default() })]

    #[test]
    fn reports_are_sound_or_say_why_not(shift in shift(), seed: u64) {
        let (source, target) = (Source { x: &shift.x, y: &shift.y, n_classes: shift.n_classes }, Target { x: &shift.t });
        match report(&source, &target, &LogisticParams::default(), seed) {
            Ok(found) => {
                prop_assert!(!found.verdict.contains("NaN") && !found.verdict.contains("inf"), "{}", found.verdict);
                prop_assert!(found.effective_size.is_finite());
                if let Some(prior) = found.prior {
                    prop_assert!(finite(&prior.em) && prior.explained.is_finite() && prior.bbse.is_none_or(|bbse| finite(&bbse)));
                }
            }
            Err(error) => prop_assert!(said(&error, shift.ordinary), "{:?}", error),
        }
    }
}
