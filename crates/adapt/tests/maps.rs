//! Maps and plans against independent programs (`maps/golden.py`), and on shifts of all kinds.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use hesper_adapt::maps::{Coral, OtLinear, Subspace, Tca, mapping, mappings};
use hesper_adapt::transport::{ByClass, Sinkhorn, by_class, exact, sinkhorn};
use hesper_adapt::{Mapping, Source, Target};
use hesper_learn::Matrix;
use proptest::prelude::*;
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("maps/golden.json")).unwrap()
}

fn vector(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn table(value: &Value) -> Matrix {
    Matrix::from_rows(&value.as_array().unwrap().iter().map(vector).collect::<Vec<_>>()).unwrap()
}

fn near(found: &Matrix, expected: &Matrix, tolerance: f64) {
    assert_eq!((found.rows(), found.cols()), (expected.rows(), expected.cols()));
    for (at, (found, expected)) in found.data().iter().zip(expected.data()).enumerate() {
        assert!((found - expected).abs() <= tolerance, "value {at}: {found}, but {expected}");
    }
}

/// The same but for the sign of each column.
fn near_up_to_signs(found: &Matrix, expected: &Matrix, tolerance: f64) {
    let mut data = found.data().to_vec();
    for column in 0..found.cols() {
        let along: f64 = found.column(column).iter().zip(expected.column(column)).map(|(a, b)| a * b).sum();
        data.iter_mut().skip(column).step_by(found.cols()).for_each(|value| *value *= along.signum());
    }
    near(&Matrix::new(found.rows(), found.cols(), data).unwrap(), expected, tolerance);
}

#[test]
fn maps_are_those_of_independent_programs() {
    let golden = golden();
    let (x, t) = (table(&golden["source"]), table(&golden["target"]));
    let y: Vec<u32> = vector(&golden["y"]).iter().map(|class| *class as u32).collect();
    let (source, target) = (Source { x: &x, y: &y, n_classes: 3 }, Target { x: &t });
    let coral = Coral { ridge: 0.0, centre: true }.align(&source, &target, 0).unwrap();
    // The peer divides by n, this by n - 1, a factor on all; and it moves both means to 0, this one the source's to the target's.
    let ratio =
        ((t.rows() as f64 / (t.rows() as f64 - 1.0)) / (x.rows() as f64 / (x.rows() as f64 - 1.0))).sqrt();
    let mean = |column: usize| t.column(column).iter().sum::<f64>() / t.rows() as f64;
    let peer = table(&golden["coral"]);
    let moved = peer.data().iter().enumerate().map(|(at, value)| value * ratio + mean(at % t.cols()));
    near(&coral.source, &Matrix::new(x.rows(), x.cols(), moved.collect()).unwrap(), 1e-8);
    let subspace = Subspace { components: Some(3) }.align(&source, &target, 0).unwrap();
    near_up_to_signs(&subspace.source, &table(&golden["subspace_source"]), 1e-8);
    near_up_to_signs(&subspace.target, &table(&golden["subspace_target"]), 1e-8);
    near(&OtLinear::default().align(&source, &target, 0).unwrap().source, &table(&golden["ot_linear"]), 1e-8);
    let tca = Tca { components: 3, mu: 10.0, width: Some(2f64.sqrt()) }.align(&source, &target, 0).unwrap();
    let both = Matrix::new(x.rows() + t.rows(), 3, [tca.source.data(), tca.target.data()].concat()).unwrap();
    near_up_to_signs(&both, &table(&golden["tca"]), 1e-7);
}

#[test]
fn plans_are_those_of_an_independent_program() {
    let golden = golden();
    let (a, b, cost) = (vector(&golden["a"]), vector(&golden["b"]), table(&golden["cost"]));
    let y: Vec<u32> = vector(&golden["y"]).iter().map(|class| *class as u32).collect();
    assert!((exact(&a, &b, &cost).unwrap().cost - golden["emd"].as_f64().unwrap()).abs() < 1e-12);
    let precise = Sinkhorn { tolerance: 1e-13, max_iterations: 100_000, ..Sinkhorn::default() };
    near(&sinkhorn(&a, &b, &cost, &precise).unwrap().mass, &table(&golden["sinkhorn"]), 1e-10);
    let parameters = ByClass { sinkhorn: Sinkhorn { regularisation: 0.1, ..precise }, ..ByClass::default() };
    near(&by_class(&a, &b, &cost, &y, &parameters).unwrap().mass, &table(&golden["by_class"]), 1e-9);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Few objects, more features than objects, constant and repeated columns, huge and tiny scales: sound maps or errors.
    #[test]
    fn maps_are_sound_on_any_shift(
        n in 1usize..9, m in 1usize..9, d in 1usize..7, power in -9i32..9, constant in prop::bool::ANY,
        numbers in prop::collection::vec(-1.0..1.0f64, 120), seed in 0u64..9,
    ) {
        let scale = 10f64.powi(power);
        let value = |row: usize, column: usize, extra: f64| match column {
            0 if constant => 1.0,
            2 => numbers[row * 6],
            _ => (numbers[row * 6 + column % 6] + extra) * scale,
        };
        let of = |rows: std::ops::Range<usize>, extra: f64| {
            let rows: Vec<Vec<f64>> = rows.map(|row| (0..d).map(|column| value(row, column, extra)).collect()).collect();
            Matrix::from_rows(&rows).unwrap()
        };
        let (x, t) = (of(0..n, 0.0), of(9..9 + m, 0.7));
        let y: Vec<u32> = (0..n as u32).map(|row| row % 2).collect();
        let (source, target) = (Source { x: &x, y: &y, n_classes: 2 }, Target { x: &t });
        for mapping in mappings() {
            let name = mapping.info().name;
            let Ok(aligned) = mapping.align(&source, &target, seed) else { continue };
            prop_assert!(aligned.source.data().iter().chain(aligned.target.data()).all(|value| value.is_finite()), "{name}");
            prop_assert_eq!((aligned.source.rows(), aligned.target.rows()), (n, m));
            prop_assert_eq!(aligned.source.cols(), aligned.target.cols());
            let again = aligned.map.apply(&t).unwrap();
            prop_assert_eq!(&again, &aligned.target, "{}", name);
        }
    }
}

#[test]
fn ordinary_shifts_are_mapped_by_all() {
    let golden = golden();
    let (x, t) = (table(&golden["source"]), table(&golden["target"]));
    let y: Vec<u32> = vector(&golden["y"]).iter().map(|class| *class as u32).collect();
    for each in mappings() {
        let name = each.info().name;
        let found = mapping(name).unwrap();
        let aligned = found.align(&Source { x: &x, y: &y, n_classes: 3 }, &Target { x: &t }, 1).unwrap();
        assert!(aligned.map.apply(&Matrix::from_rows(&[[1.0]]).unwrap()).is_err(), "{name}");
        let narrow = Matrix::from_rows(&[[1.0]]).unwrap();
        assert!(
            found.align(&Source { x: &x, y: &y, n_classes: 3 }, &Target { x: &narrow }, 1).is_err(),
            "{name}"
        );
    }
    assert!(mapping("unheard-of").is_none());
}
