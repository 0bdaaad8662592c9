use proptest::prelude::*;

use super::*;
use crate::{ForestParams, Learner, Model, TrainingSet};

fn table(columns: &[&[f64]]) -> Matrix {
    let rows: Vec<Vec<f64>> =
        (0..columns[0].len()).map(|row| columns.iter().map(|column| column[row]).collect()).collect();
    Matrix::from_rows(&rows).unwrap()
}

fn prepared(scaling: Scaling, column: &[f64], weights: Option<&[f64]>) -> Vec<f64> {
    let x = table(&[column]);
    Prepare::fit(scaling, &x, weights).unwrap().apply(&x).unwrap().column(0)
}

fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() < 1e-12, "{found:?} instead of {expected:?}");
    }
}

const GAP: f64 = f64::NAN;
const SCALINGS: [Scaling; 4] = [Scaling::None, Scaling::Standard, Scaling::Robust, Scaling::Normal];

#[test]
fn gaps_get_the_median_of_the_weight() {
    close(&prepared(Scaling::None, &[1.0, 2.0, 4.0, 10.0, GAP], None), &[1.0, 2.0, 4.0, 10.0, 3.0]);
    close(
        &prepared(Scaling::None, &[1.0, 2.0, 4.0, GAP], Some(&[1.0, 1.0, 3.0, 1.0])),
        &[1.0, 2.0, 4.0, 4.0],
    );
    close(
        &prepared(Scaling::None, &[1.0, 2.0, 4.0, GAP], Some(&[1.0, 1.0, 0.0, 1.0])),
        &[1.0, 2.0, 4.0, 1.5],
    );
    for scaling in SCALINGS {
        close(&prepared(scaling, &[GAP, GAP], None), &[0.0, 0.0]);
    }
}

#[test]
fn standard_is_what_the_median_and_the_standard_scaler_do() {
    // sklearn 1.9.1: make_pipeline(SimpleImputer(strategy="median"), StandardScaler()).fit_transform(column)
    close(
        &prepared(Scaling::Standard, &[1.0, 2.0, GAP, 4.0, 10.0], None),
        &[
            -0.948_683_298_050_513_8,
            -0.632_455_532_033_675_9,
            -0.316_227_766_016_837_94,
            0.0,
            1.897_366_596_101_027_5,
        ],
    );
}

#[test]
fn robust_is_not_moved_by_a_value_that_runs_away() {
    let mut column: Vec<f64> = (0..101).map(f64::from).collect();
    column[100] = 1e300;
    let found = prepared(Scaling::Robust, &column, None);
    close(&found[50..51], &[0.0]);
    assert!((found[75] - found[25] - 1.35).abs() < 0.01, "{}", found[75] - found[25]);
    assert_eq!(found[100], 10.0);
    let mostly_equal = prepared(Scaling::Robust, &[0.0, 0.0, 0.0, 0.0, 0.0, 5.0], None);
    assert!(mostly_equal[5] > 1.0 && mostly_equal[5] < 5.0, "{mostly_equal:?}");
}

#[test]
fn normal_follows_the_ranks() {
    // scipy 1.17.1: norm.ppf([1/6, 1/2, 5/6])
    let score = 0.967_421_566_101_701;
    close(&prepared(Scaling::Normal, &[5.0, 1e9, -3.0, GAP], None), &[0.0, score, -score, 0.0]);
    let prepare = Prepare::fit(Scaling::Normal, &table(&[&[0.0, 1.0, 2.0]]), None).unwrap();
    let outside = prepare.apply(&table(&[&[-9.0, 0.5, 9.0]])).unwrap().column(0);
    close(&outside, &[-score, -score / 2.0, score]);
    let many: Vec<f64> = (0..20_000).map(|row| f64::from(row).powi(3)).collect();
    let found = prepared(Scaling::Normal, &many, None);
    assert!(found.is_sorted_by(|a, b| a < b));
    assert!((found[15_000] - 0.674_5).abs() < 1e-3 && found[0] < -4.0, "{} {}", found[15_000], found[0]);
}

#[test]
fn constant_columns_are_nothing() {
    for scaling in [Scaling::Standard, Scaling::Robust, Scaling::Normal] {
        close(&prepared(scaling, &[7.3, 7.3, GAP, 7.3], None), &[0.0; 4]);
        let prepare = Prepare::fit(scaling, &table(&[&[7.3, 7.3]]), None).unwrap();
        close(&prepare.apply(&table(&[&[1e308]])).unwrap().column(0), &[0.0]);
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let fit = |x: &Matrix, weights| Prepare::fit(Scaling::Standard, x, weights);
    let good = table(&[&[1.0, 2.0]]);
    assert!(matches!(fit(&Matrix::new(0, 1, vec![]).unwrap(), None), Err(Error::Empty(_))));
    assert!(matches!(fit(&Matrix::new(1, 0, vec![]).unwrap(), None), Err(Error::NoFeatures)));
    assert!(matches!(fit(&table(&[&[f64::INFINITY]]), None), Err(Error::Infinite { .. })));
    assert!(matches!(fit(&good, Some(&[0.0, 0.0])), Err(Error::WeightSum(_))));
    let prepare = fit(&good, None).unwrap();
    assert!(matches!(prepare.apply(&table(&[&[1.0], &[2.0]])), Err(Error::Shape { .. })));
    assert!(matches!(prepare.apply(&table(&[&[f64::NEG_INFINITY]])), Err(Error::Infinite { .. })));
}

proptest! {
    #[test]
    fn weights_count_rows_order_is_kept_and_all_is_finite(
        rows in prop::collection::vec((prop_oneof![-5.0..5.0f64, Just(1.0), Just(GAP), -1e308..1e308f64], 0u32..4), 1..30),
        more in prop::collection::vec(prop_oneof![-6.0..6.0f64, -1e308..1e308f64], 1..10),
        scaling in prop::sample::select(SCALINGS.to_vec()),
    ) {
        prop_assume!(rows.iter().any(|(_, weight)| *weight > 0));
        let column: Vec<f64> = rows.iter().map(|(value, _)| *value).collect();
        let weights: Vec<f64> = rows.iter().map(|(_, weight)| f64::from(*weight)).collect();
        let repeated: Vec<f64> =
            rows.iter().flat_map(|&(value, weight)| std::iter::repeat_n(value, weight as usize)).collect();
        let weighted = Prepare::fit(scaling, &table(&[&column]), Some(&weights)).unwrap();
        let counted = Prepare::fit(scaling, &table(&[&repeated]), None).unwrap();
        let mut more = more;
        more.sort_by(f64::total_cmp);
        let a = weighted.apply(&table(&[&more])).unwrap().column(0);
        let b = counted.apply(&table(&[&more])).unwrap().column(0);
        for (a, b) in a.iter().zip(&b) {
            prop_assert!((a - b).abs() <= 1e-9 * (1.0 + a.abs()), "{a} {b}");
            prop_assert!(a.is_finite() && (scaling == Scaling::None || a.abs() <= 1e100));
        }
        prop_assert!(a.is_sorted());
        prop_assert_eq!(&Prepare::from_tensors(&weighted.to_tensors(), 1).unwrap(), &weighted);
    }
}

/// Rows of two columns with gaps, and classes.
fn example() -> (Matrix, Vec<u32>) {
    let rows: Vec<[f64; 2]> = (0..40u32)
        .map(|row| [f64::from(row * 7 % 13), if row % 5 == 0 { GAP } else { f64::from(row * 5 % 11) }])
        .collect();
    (Matrix::from_rows(&rows).unwrap(), (0..40).map(|row| row * 7 % 13 / 7).collect())
}

fn learner(scaling: Scaling) -> Prepared {
    Prepared { scaling, learner: Box::new(ForestParams { trees: 3, ..Default::default() }) }
}

#[test]
fn a_prepared_learner_is_the_learner_on_prepared_rows() {
    let (x, y) = example();
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
    for scaling in SCALINGS {
        let ready = Prepare::fit(scaling, &x, None).unwrap().apply(&x).unwrap();
        let learner = learner(scaling);
        let inner = learner.learner.fit(&TrainingSet { x: &ready, ..data }, 1).unwrap();
        let found = learner.fit(&data, 1).unwrap();
        assert_eq!(found.predict_proba(&x).unwrap(), inner.predict_proba(&ready).unwrap());
        assert_eq!(found.importances(), inner.importances());
        assert_eq!((found.n_classes(), found.n_features()), (2, 2));
    }
    assert_eq!(learner(Scaling::None).parameters()["trees"], 3);
}

#[test]
fn models_remember_the_preparation() {
    let (x, y) = example();
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.safetensors");
    let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
    for scaling in SCALINGS {
        let model = Model::train(&learner(scaling), &data, names(["a", "b"]), names(["c", "d"]), 1).unwrap();
        model.save(&path).unwrap();
        let back = Model::load(&path).unwrap();
        assert_eq!(back.learner, "forest");
        assert_eq!(back.params["scaling"], serde_json::to_value(scaling).unwrap());
        assert_eq!(back.predict_proba(&x).unwrap(), model.predict_proba(&x).unwrap());
    }
    let twice = Prepared { scaling: Scaling::None, learner: Box::new(learner(Scaling::None)) };
    assert!(twice.fit(&data, 1).unwrap().tensors().is_none(), "there is one place for it in a file");
}

#[test]
fn damaged_tensors_are_refused() {
    let x = table(&[&[1.0, 2.0, 4.0], &[0.0, 0.0, 0.0]]);
    let good = Prepare::fit(Scaling::Normal, &x, None).unwrap().to_tensors();
    let refused = |name: &str, tensor: crate::Tensor| {
        let mut tensors = good.clone();
        tensors.insert(name.to_owned(), tensor);
        Prepare::from_tensors(&tensors, 2).unwrap_err()
    };
    use crate::Tensor::{F64, U32};
    assert!(refused("scaling", U32(vec![4])).contains("unknown"));
    assert!(refused("fill", F64(vec![0.0])).contains("`fill` of 2"));
    assert!(refused("fill", F64(vec![0.0, f64::NAN])).contains("NaN"));
    assert!(refused("spread", F64(vec![0.0, -1.0])).contains("feature 1"));
    assert!(refused("knots", U32(vec![u32::MAX, u32::MAX])).contains("`value`"));
    assert!(refused("value", F64(vec![1.0, 1.0, 4.0])).contains("feature 0"));
    assert!(Prepare::from_tensors(&good, 3).is_err());
}
