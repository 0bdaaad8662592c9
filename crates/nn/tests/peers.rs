//! Beside scikit-learn: `golden_mlp.py` says how the numbers were made.

use hesper_learn::{Activation, Classifier, DenseEnsemble, DenseLayer, DenseNetwork, Matrix, TrainingSet};
use hesper_nn::{MlpParams, Schedule};

#[derive(serde::Deserialize)]
struct Golden {
    x: Vec<Vec<f64>>,
    y: Vec<u32>,
    weights: Vec<Vec<Vec<f32>>>,
    biases: Vec<Vec<f32>>,
    steps: usize,
    rate: f64,
    cases: std::collections::BTreeMap<String, Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    probabilities: Vec<Vec<f64>>,
    first: Vec<Vec<f64>>,
}

#[test]
fn full_batch_steps_of_adam_are_those_of_scikit_learn() {
    let golden: Golden = serde_json::from_str(include_str!("golden_mlp.json")).unwrap();
    let x = Matrix::from_rows(&golden.x).unwrap();
    let data = TrainingSet { x: &x, y: &golden.y, weights: None, n_classes: 3 };
    assert_eq!(golden.cases.len(), 2);
    for (name, case) in &golden.cases {
        let activation = if name == "tanh" { Activation::Tanh } else { Activation::Relu };
        let layer = |(weights, biases): (&Vec<Vec<f32>>, &Vec<f32>)| DenseLayer {
            weights: weights.concat(),
            biases: biases.clone(),
            norm: None,
        };
        let layers = golden.weights.iter().zip(&golden.biases).map(layer).collect();
        let start = DenseEnsemble::new(vec![DenseNetwork::new(4, activation, layers).unwrap()]).unwrap();
        let params = MlpParams {
            hidden: golden.biases[..2].iter().map(Vec::len).collect(),
            activation,
            epochs: golden.steps,
            min_steps: 0,
            batch: golden.y.len(),
            learning_rate: golden.rate,
            schedule: Schedule::Constant,
            weight_decay: Some(0.0),
            ..Default::default()
        };
        let network = params.fit_from(&start, &data, 1).unwrap();
        let proba = network.predict_proba(&x).unwrap();
        for (actual, expected) in proba.data().iter().zip(case.probabilities.iter().flatten()) {
            assert!((actual - expected).abs() < 1e-4, "{name}: {actual} is not {expected}");
        }
        let first = &network.networks()[0].layers()[0].weights;
        for (actual, expected) in first.iter().zip(case.first.iter().flatten()) {
            assert!((f64::from(*actual) - expected).abs() < 1e-4, "{name}: {actual} is not {expected}");
        }
    }
}
