//! Maps and plans against independent programs (`maps/golden.py`).
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use hesper_adapt::maps::{Coral, Gfk, Jda, JdaParams, OtLinear, Subspace, Tca, mapping, mappings};
use hesper_adapt::transport::{ByClass, Sinkhorn, by_class, exact, sinkhorn};
use hesper_adapt::{Mapping, Source, Target};
use hesper_learn::{Matrix, NeighboursParams};
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
    let gfk = Gfk { components: Some(2) }.align(&source, &target, 0).unwrap();
    let both = Matrix::new(x.rows() + t.rows(), 4, [gfk.source.data(), gfk.target.data()].concat()).unwrap();
    near(&both, &table(&golden["gfk"]), 1e-9);
    let (x, t) = (table(&golden["jda_source"]), table(&golden["jda_target"]));
    let jda = Jda {
        parameters: JdaParams { components: 3, ridge: 0.1, rounds: 10, width: Some(2.0) },
        learner: Box::new(NeighboursParams { k: 1, ..NeighboursParams::default() }),
    };
    let jda = jda.align(&Source { x: &x, y: &y, n_classes: 3 }, &Target { x: &t }, 0).unwrap();
    let both = Matrix::new(x.rows() + t.rows(), 3, [jda.source.data(), jda.target.data()].concat()).unwrap();
    near_up_to_signs(&both, &table(&golden["jda"]), 1e-7);
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
