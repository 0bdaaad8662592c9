#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
//! The perceptron as a learner.

use hesper_learn::{Classifier, Error, Learner, Matrix, Model, Tensor, TensorMap, TrainingSet, metrics};
use hesper_nn::{MlpParams, Schedule, Stream};
use proptest::prelude::*;
use rayon::prelude::*;

/// Points in two interleaved rings, and noise in two more features.
fn rings(rows: usize, seed: u64) -> (Matrix, Vec<u32>) {
    let mut random = Stream::new(seed, 0);
    let mut data = Vec::new();
    let y: Vec<u32> = (0..rows as u32).map(|row| row % 2).collect();
    for &class in &y {
        let (radius, angle) =
            (1.0 + class as f32 + 0.15 * random.normal(), std::f32::consts::TAU * random.uniform());
        data.extend(
            [radius * angle.cos(), radius * angle.sin(), random.normal(), random.normal()].map(f64::from),
        );
    }
    (Matrix::new(rows, 4, data).unwrap(), y)
}

fn set<'a>(x: &'a Matrix, y: &'a [u32], weights: Option<&'a [f64]>) -> TrainingSet<'a> {
    TrainingSet { x, y, weights, n_classes: 2 }
}

fn tensors(params: &MlpParams, data: &TrainingSet<'_>, seed: u64) -> TensorMap {
    params.train(data, seed).unwrap().tensors().unwrap()
}

#[test]
fn it_learns_what_no_line_divides() {
    let ((x, y), (x_test, y_test)) = (rings(300, 1), rings(1000, 2));
    for params in [
        MlpParams::default(),
        MlpParams { dropout: 0.1, ensemble: 3, ..Default::default() },
        MlpParams { patience: Some(10), schedule: Schedule::Cosine, epochs: 100, ..Default::default() },
    ] {
        let classifier = params.fit(&set(&x, &y, None), 3).unwrap();
        let proba = classifier.predict_proba(&x_test).unwrap();
        let accuracy = metrics::accuracy(&y_test, &metrics::most_probable(&proba)).unwrap();
        assert!(accuracy > 0.95, "{params:?}: {accuracy}");
        assert_eq!(classifier.members(&x).unwrap().map_or(1, |members| members.len()), params.ensemble);
        assert_eq!(classifier.embedding(&x).unwrap().unwrap().cols(), 64 * params.ensemble);
    }
    let line = MlpParams { hidden: vec![], ..Default::default() }.fit(&set(&x, &y, None), 3).unwrap();
    let proba = line.predict_proba(&x_test).unwrap();
    assert!(metrics::accuracy(&y_test, &metrics::most_probable(&proba)).unwrap() < 0.6);
    assert_eq!(line.embedding(&x_test).unwrap().unwrap().cols(), 4);
}

#[test]
fn the_same_seed_gives_the_same_bytes_whatever_runs_beside_it() {
    let (x, y) = rings(150, 4);
    let params =
        MlpParams { dropout: 0.2, ensemble: 3, patience: Some(20), min_steps: 60, ..Default::default() };
    let fit = |seed: u64| tensors(&params, &set(&x, &y, None), seed);
    let alone: Vec<TensorMap> = (0..6).map(fit).collect();
    assert_ne!(alone[0], alone[1]);
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let beside: Vec<TensorMap> = pool.install(|| (0..6u64).into_par_iter().map(fit).collect());
        assert!(beside == alone, "{threads} threads");
    }
}

#[test]
fn members_differ_and_the_first_is_the_single_one() {
    let (x, y) = rings(60, 5);
    let params = MlpParams { ensemble: 3, min_steps: 30, ..Default::default() };
    let three = params.train(&set(&x, &y, None), 6).unwrap();
    let one = MlpParams { ensemble: 1, ..params }.train(&set(&x, &y, None), 6).unwrap();
    assert_eq!(three.networks()[0], one.networks()[0]);
    assert_ne!(three.networks()[1], three.networks()[2]);
}

#[test]
fn rows_without_weight_are_not_there_and_only_ratios_count() {
    let (x, y) = rings(80, 7);
    let params = MlpParams { min_steps: 40, ..Default::default() };
    let mut weights: Vec<f64> = (0..80).map(|row| f64::from(row % 3)).collect();
    let kept: Vec<usize> = (0..80).filter(|row| weights[*row] > 0.0).collect();
    let labels: Vec<u32> = kept.iter().map(|row| y[*row]).collect();
    let kept_weights: Vec<f64> = kept.iter().map(|row| weights[*row]).collect();
    let (all, few) = (tensors(&params, &set(&x, &y, Some(&weights)), 1), x.select_rows(&kept));
    assert_eq!(all, tensors(&params, &set(&few, &labels, Some(&kept_weights)), 1));
    assert_ne!(all, tensors(&params, &set(&few, &labels, None), 1));
    // Nobody looks at what has no weight.
    let mut holes = x.data().to_vec();
    holes[..4].fill(f64::NAN);
    let holes = Matrix::new(80, 4, holes).unwrap();
    assert_eq!(all, tensors(&params, &set(&holes, &y, Some(&weights)), 1));
    weights.iter_mut().for_each(|weight| *weight *= 1024.0);
    assert_eq!(all, tensors(&params, &set(&x, &y, Some(&weights)), 1));
}

#[test]
fn heavy_rows_win() {
    // The same point with both labels: the probability is the share of weight.
    let x = Matrix::new(40, 1, vec![1.0; 40]).unwrap();
    let y: Vec<u32> = (0..40).map(|row| row % 2).collect();
    let weights: Vec<f64> = y.iter().map(|class| if *class == 0 { 3.0 } else { 1.0 }).collect();
    let params = MlpParams { weight_decay: Some(0.0), ..Default::default() };
    let proba = params.train(&set(&x, &y, Some(&weights)), 1).unwrap().predict_proba(&x).unwrap();
    assert!((proba.row(0)[0] - 0.75).abs() < 0.02, "{:?}", proba.row(0));
}

#[test]
fn it_goes_on_where_it_was() {
    let (x, y) = rings(200, 8);
    let data = set(&x, &y, None);
    let first = MlpParams::default().train(&data, 1).unwrap();
    let still = MlpParams { epochs: 1, min_steps: 0, learning_rate: 1e-12, ..Default::default() };
    let (before, after) = (first.predict_proba(&x).unwrap(), still.fit_from(&first, &data, 2).unwrap());
    for (a, b) in before.data().iter().zip(after.predict_proba(&x).unwrap().data()) {
        assert!((a - b).abs() < 1e-6);
    }
    let more = MlpParams { epochs: 3, min_steps: 0, ..Default::default() };
    assert_ne!(more.fit_from(&first, &data, 2).unwrap(), first);
    for other in [
        MlpParams { hidden: vec![64], ..Default::default() },
        MlpParams { hidden: vec![64, 63], ..Default::default() },
        MlpParams { activation: hesper_learn::Activation::Tanh, ..Default::default() },
        MlpParams { ensemble: 2, ..Default::default() },
    ] {
        assert!(other.fit_from(&first, &data, 2).is_err(), "{other:?}");
    }
    let narrow = Matrix::new(2, 1, vec![0.0, 1.0]).unwrap();
    assert!(more.fit_from(&first, &set(&narrow, &[0, 1], None), 2).is_err());
}

#[test]
fn models_come_back() {
    let (x, y) = rings(50, 9);
    let params = MlpParams { ensemble: 2, min_steps: 20, ..Default::default() };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let model =
        Model::train(&params, &set(&x, &y, None), names(&["a", "b", "c", "d"]), names(&["II", "Ia"]), 1)
            .unwrap();
    let path = std::env::temp_dir().join(format!("hesper-nn-{}.safetensors", std::process::id()));
    model.save(&path).unwrap();
    let loaded = Model::load(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(loaded.predict_proba(&x).unwrap(), model.predict_proba(&x).unwrap());
    assert_eq!((loaded.learner.as_str(), loaded.params), ("mlp", params.parameters()));
}

#[test]
fn odd_tables_are_learned_or_refused() {
    let params = MlpParams { min_steps: 10, patience: Some(2), ..Default::default() };
    let one = Matrix::new(1, 2, vec![0.5, 1.5]).unwrap();
    let fit = |x: &Matrix, y: &[u32], n_classes: usize| {
        params.fit(&TrainingSet { x, y, weights: None, n_classes }, 1)
    };
    // One row; one class of one; of two; rows that are all alike.
    let proba = fit(&one, &[0], 1).unwrap().predict_proba(&one).unwrap();
    assert_eq!(proba.row(0), [1.0]);
    assert!(fit(&one, &[1], 2).unwrap().predict_proba(&one).unwrap().row(0)[1] > 0.5);
    let alike = Matrix::new(3, 2, vec![0.0; 6]).unwrap();
    assert!(fit(&alike, &[2, 2, 2], 4).unwrap().predict_proba(&alike).unwrap().row(1)[2] > 0.3);
    let with = |value: f64| Matrix::new(2, 2, vec![0.0, 1.0, value, 2.0]).unwrap();
    assert!(matches!(fit(&with(f64::NAN), &[0, 1], 2), Err(Error::Missing { row: 1, column: 0 })));
    assert!(matches!(fit(&with(f64::INFINITY), &[0, 1], 2), Err(Error::Infinite { row: 1, column: 0, .. })));
    assert!(matches!(fit(&with(1e300), &[0, 1], 2), Err(Error::Infinite { row: 1, column: 0, .. })));
    assert!(fit(&with(3e38), &[0, 1], 2).is_err());
    assert!(matches!(fit(&Matrix::new(0, 2, vec![]).unwrap(), &[], 2), Err(Error::Empty(_))));
    let classifier = fit(&with(3.0), &[0, 1], 2).unwrap();
    assert!(matches!(classifier.predict_proba(&with(f64::NAN)), Err(Error::Missing { .. })));
    assert!(classifier.predict_proba(&Matrix::new(1, 3, vec![0.0; 3]).unwrap()).is_err());
    assert_eq!(classifier.predict_proba(&Matrix::new(0, 2, vec![]).unwrap()).unwrap().rows(), 0);
}

#[test]
fn parameters_are_checked_and_read_back() {
    let good = MlpParams::default();
    assert!(good.check().is_ok());
    for bad in [
        MlpParams { hidden: vec![3, 0], ..good.clone() },
        MlpParams { dropout: -0.1, ..good.clone() },
        MlpParams { epochs: 0, ..good.clone() },
        MlpParams { batch: 0, ..good.clone() },
        MlpParams { learning_rate: 0.0, ..good.clone() },
        MlpParams { weight_decay: Some(f64::INFINITY), ..good.clone() },
        MlpParams { patience: Some(0), ..good.clone() },
        MlpParams { set_aside: 1.0, ..good.clone() },
        MlpParams { ensemble: 0, ..good.clone() },
    ] {
        assert!(matches!(bad.check(), Err(Error::Parameter { .. })), "{bad:?}");
    }
    assert_eq!(good.name(), "mlp");
    assert_eq!(serde_json::from_value::<MlpParams>(good.parameters()).unwrap(), good);
    assert_eq!(serde_json::from_str::<MlpParams>("{}").unwrap(), good);
    assert!(serde_json::from_str::<MlpParams>(r#"{"layers": 3}"#).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn probabilities_are_probabilities(
        rows in 1usize..40, classes in 1usize..5, hidden in prop::collection::vec(1usize..9, 0..3), seed: u64, scale in -3f64..3.0,
    ) {
        let mut random = Stream::new(seed, 1);
        let data = (0..rows * 3).map(|_| f64::from(random.normal()) * 10f64.powf(scale)).collect();
        let x = Matrix::new(rows, 3, data).unwrap();
        let y: Vec<u32> = (0..rows).map(|_| random.below(classes as u32)).collect();
        let params = MlpParams { hidden, epochs: 5, min_steps: 0, batch: 7, ..Default::default() };
        let classifier = params.train(&TrainingSet { x: &x, y: &y, weights: None, n_classes: classes }, seed).unwrap();
        let proba = classifier.predict_proba(&x).unwrap();
        for row in 0..rows {
            prop_assert!((proba.row(row).iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!(proba.row(row).iter().all(|p| (0.0..=1.0).contains(p)));
        }
        let finite = |tensor: &Tensor| match tensor { Tensor::F64(v) => v.iter().all(|v| v.is_finite()), Tensor::U32(_) => true };
        prop_assert!(classifier.tensors().unwrap().values().all(finite));
    }
}
