use proptest::prelude::*;

use super::*;
use crate::{Classifier, Error, Matrix, Tensor};

/// Numbers that look random, from -1 to 1.
fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let number =
        |at: u32| (at.wrapping_mul(2_654_435_761).wrapping_add(seed.wrapping_mul(40_503)) >> 8) % 2001;
    (0..count as u32).map(|at| number(at) as f32 / 1000.0 - 1.0).collect()
}

fn network(sizes: &[usize], activation: Activation, normalised: bool, seed: u32) -> DenseNetwork {
    let layers = sizes.windows(2).enumerate().map(|(at, pair)| DenseLayer {
        weights: numbers(pair[0] * pair[1], seed + at as u32),
        biases: numbers(pair[1], seed + 100 + at as u32),
        norm: (normalised && at + 2 < sizes.len()).then(|| LayerNorm {
            gain: numbers(pair[1], seed + 200 + at as u32),
            shift: numbers(pair[1], seed + 300 + at as u32),
        }),
    });
    DenseNetwork::new(sizes[0], activation, layers.collect()).unwrap()
}

/// The outputs by sums in 64 bits, layer after layer as the definitions say.
fn reference(network: &DenseNetwork, row: &[f64], count: usize) -> Vec<f64> {
    let mut x = row.to_vec();
    for (at, layer) in network.layers()[..count].iter().enumerate() {
        let width = layer.biases.len();
        let sum = |unit: usize| -> f64 {
            x.iter().enumerate().map(|(input, x)| x * f64::from(layer.weights[input * width + unit])).sum()
        };
        let mut z: Vec<f64> = (0..width).map(|unit| sum(unit) + f64::from(layer.biases[unit])).collect();
        if let Some(norm) = &layer.norm {
            let mean = z.iter().sum::<f64>() / width as f64;
            let variance = z.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / width as f64;
            for (unit, z) in z.iter_mut().enumerate() {
                let standard = (*z - mean) / (variance + 1e-5).sqrt();
                *z = f64::from(norm.gain[unit]) * standard + f64::from(norm.shift[unit]);
            }
        }
        if at + 1 < network.layers().len() {
            let cubic = |z: f64| (2.0 / std::f64::consts::PI).sqrt() * (z + 0.044715 * z.powi(3));
            z.iter_mut().for_each(|z| match network.activation() {
                Activation::Relu => *z = z.max(0.0),
                Activation::Tanh => *z = z.tanh(),
                Activation::Gelu => *z = 0.5 * *z * (1.0 + cubic(*z).tanh()),
            });
        }
        x = z;
    }
    x
}

proptest! {
    #[test]
    fn outputs_and_embedding_are_the_definition(
        rows in 0usize..200, hidden in prop::collection::vec(2usize..12, 0..3), inputs in 1usize..12, outputs in 1usize..5,
        code in 0u32..3, normalised: bool, seed in 0u32..1000,
    ) {
        let sizes: Vec<usize> = [vec![inputs], hidden, vec![outputs]].concat();
        let network = network(&sizes, Activation::from_code(code).unwrap(), normalised, seed);
        let x = Matrix::new(rows, inputs, numbers(rows * inputs, seed + 500).into_iter().map(f64::from).collect()).unwrap();
        let (out, embedding) = (network.outputs(&x).unwrap(), network.embedding(&x).unwrap().unwrap());
        let proba = network.predict_proba(&x).unwrap();
        for row in 0..rows {
            let expected = reference(&network, x.row(row), sizes.len() - 1);
            // Units that are nearly alike make the variance in the normalisation small and its error large.
            let tolerance = if normalised { 2e-2 } else { 1e-4 };
            for (a, b) in out.row(row).iter().zip(&expected) {
                prop_assert!((a - b).abs() < tolerance * (1.0 + b.abs()), "{a} is not {b}");
            }
            let hidden = reference(&network, x.row(row), sizes.len() - 2);
            prop_assert_eq!(embedding.cols(), hidden.len());
            for (a, b) in embedding.row(row).iter().zip(&hidden) {
                prop_assert!((a - b).abs() < tolerance * (1.0 + b.abs()), "{a} is not {b}");
            }
            let sum: f64 = out.row(row).iter().map(|z| z.exp()).sum();
            for (p, z) in proba.row(row).iter().zip(out.row(row)) {
                prop_assert!((p - z.exp() / sum).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn damaged_tensors_are_errors_and_never_panics(name in 0usize..5, at in 0usize..40, value: u32, cut: bool) {
        let ensemble = DenseEnsemble::new(vec![network(&[3, 4, 2], Activation::Relu, true, 1)]).unwrap();
        let mut tensors = ensemble.tensors().unwrap();
        let key = tensors.keys().nth(name).unwrap().clone();
        match tensors.get_mut(&key).unwrap() {
            Tensor::U32(values) if cut => drop(values.pop()),
            Tensor::F64(values) if cut => drop(values.pop()),
            Tensor::U32(values) => { let at = at % values.len(); values[at] = value; }
            Tensor::F64(values) => { let at = at % values.len(); values[at] = f64::INFINITY; }
        }
        if let Ok(other) = DenseEnsemble::from_tensors(&tensors, 3, 2) {
            prop_assert!(!cut && other.networks().len() == 1 && key != "values");
            prop_assert!(other.predict_proba(&Matrix::new(1, 3, vec![0.0; 3]).unwrap()).is_ok());
        }
    }
}

#[test]
fn a_row_does_not_depend_on_its_neighbours() {
    let network = network(&[7, 9, 3], Activation::Gelu, true, 3);
    let x = Matrix::new(131, 7, numbers(131 * 7, 9).into_iter().map(f64::from).collect()).unwrap();
    let all = network.predict_proba(&x).unwrap();
    for row in 0..x.rows() {
        assert_eq!(network.predict_proba(&x.select_rows(&[row])).unwrap().row(0), all.row(row));
    }
}

#[test]
fn ensembles_average_and_come_back() {
    let networks = vec![
        network(&[3, 5, 2], Activation::Tanh, false, 1),
        network(&[3, 5, 2], Activation::Tanh, false, 2),
    ];
    let ensemble = DenseEnsemble::new(networks.clone()).unwrap();
    let x = Matrix::new(4, 3, numbers(12, 5).into_iter().map(f64::from).collect()).unwrap();
    let (mean, members) = (ensemble.predict_proba(&x).unwrap(), ensemble.members(&x).unwrap().unwrap());
    for (at, value) in mean.data().iter().enumerate() {
        assert_eq!(*value, (members[0].data()[at] + members[1].data()[at]) / 2.0);
    }
    let embedding = ensemble.embedding(&x).unwrap().unwrap();
    assert_eq!(embedding.cols(), 10);
    assert_eq!(embedding.row(2)[5..], *networks[1].embedding(&x).unwrap().unwrap().row(2));
    assert_eq!(DenseEnsemble::from_tensors(&ensemble.tensors().unwrap(), 3, 2).unwrap(), ensemble);
    assert!(DenseEnsemble::from_tensors(&ensemble.tensors().unwrap(), 3, 3).is_err());
    let single = DenseEnsemble::new(networks[..1].to_vec()).unwrap();
    assert!(single.members(&x).unwrap().is_none());
    assert_eq!(single.tensors(), networks[0].tensors());
}

#[test]
fn what_cannot_be_is_refused() {
    let layer = |weights: usize, biases: usize| DenseLayer {
        weights: vec![0.0; weights],
        biases: vec![0.0; biases],
        norm: None,
    };
    assert!(DenseNetwork::new(0, Activation::Relu, vec![layer(0, 1)]).is_err());
    assert!(DenseNetwork::new(1, Activation::Relu, vec![]).is_err());
    assert!(DenseNetwork::new(2, Activation::Relu, vec![layer(0, 0)]).is_err());
    assert!(DenseNetwork::new(2, Activation::Relu, vec![layer(5, 3)]).is_err());
    let wrong = DenseLayer { weights: vec![f32::NAN], ..layer(1, 1) };
    assert!(DenseNetwork::new(1, Activation::Relu, vec![wrong]).is_err());
    assert!(DenseEnsemble::new(vec![]).is_err());
    let (a, b) =
        (network(&[3, 5, 2], Activation::Tanh, false, 1), network(&[3, 4, 2], Activation::Tanh, false, 1));
    assert!(DenseEnsemble::new(vec![a.clone(), b]).is_err());
    assert!(DenseEnsemble::new(vec![a.clone(), network(&[3, 5, 2], Activation::Relu, false, 1)]).is_err());
    let x = |value: f64| Matrix::new(1, 3, vec![0.0, value, 0.0]).unwrap();
    assert!(matches!(a.outputs(&x(f64::NAN)), Err(Error::Missing { row: 0, column: 1 })));
    assert!(matches!(a.outputs(&x(f64::INFINITY)), Err(Error::Infinite { row: 0, column: 1, .. })));
    assert!(matches!(a.outputs(&Matrix::new(1, 2, vec![0.0; 2]).unwrap()), Err(Error::Shape { .. })));
    let relu = network(&[3, 5, 2], Activation::Relu, false, 1);
    let proba = relu.predict_proba(&x(1e300)).unwrap();
    assert!((proba.row(0).iter().sum::<f64>() - 1.0).abs() < 1e-12, "{proba:?}");
}
