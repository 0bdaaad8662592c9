#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
//! The layer beneath the perceptron: passes, derivatives, the loop.

use hesper_learn::{Activation, Error, Matrix};
use hesper_nn::tensor::Tensor;
use hesper_nn::{
    Architecture, Norm, ParameterId, Parameters, Pass, Rows, Stream, Training, cross_entropy, squared_error,
};

fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut random = Stream::new(seed, 9);
    (0..count).map(|_| random.normal()).collect()
}

/// What a network gives, in a pass that does not learn.
fn outputs(network: &hesper_nn::Network, parameters: &Parameters, inputs: &Rows) -> Vec<f32> {
    let all: Vec<usize> = (0..inputs.len()).collect();
    let mut values = Vec::new();
    // The judge's pass is the one without derivatives; the step before it has a rate too small to change a weight.
    let training =
        Training { epochs: 1, batch: 1 << 20, learning_rate: 1e-30, weight_decay: 0.0, ..Default::default() };
    let mut judge = |pass: &mut Pass<'_>| {
        values = network.forward(pass, inputs.select(&all, pass)).try_into_vec_as::<f32>().unwrap();
        0.0
    };
    let loss = &mut |pass: &mut Pass<'_>, rows: &[usize]| {
        network.forward(pass, inputs.select(rows, pass)).square().mean()
    };
    training.run(&mut parameters.clone(), &all, 1, loss, Some(&mut judge)).unwrap();
    values
}

#[test]
fn the_plain_network_gives_what_burn_gives() {
    let x = numbers(30 * 5, 1);
    let matrix = Matrix::new(30, 5, x.iter().map(|v| f64::from(*v)).collect()).unwrap();
    let inputs = Rows::new(5, x).unwrap();
    for activation in [Activation::Relu, Activation::Gelu, Activation::Tanh] {
        for norm in [Norm::None, Norm::Layer] {
            let plan = Architecture { activation, norm, dropout: 0.5, ..Architecture::new(5, &[7, 6], 3) };
            let mut parameters = Parameters::default();
            let network = plan.build(&mut parameters, &mut Stream::new(2, 0)).unwrap();
            let plain = network.to_dense(&parameters).unwrap().outputs(&matrix).unwrap();
            for (a, b) in plain.data().iter().zip(outputs(&network, &parameters, &inputs)) {
                assert!((a - f64::from(b)).abs() < 1e-4, "{activation:?} {norm:?}: {a} is not {b}");
            }
        }
    }
}

#[test]
fn batch_normalisation_goes_into_the_weights() {
    let x: Vec<f32> = numbers(64 * 4, 3).into_iter().map(|v| 5.0 + 3.0 * v).collect();
    let matrix = Matrix::new(64, 4, x.iter().map(|v| f64::from(*v)).collect()).unwrap();
    let targets = Rows::new(1, x.chunks(4).map(|row| (row[0] - row[1]) / 5.0).collect()).unwrap();
    let inputs = Rows::new(4, x).unwrap();
    let mut parameters = Parameters::default();
    let plan = Architecture { norm: Norm::Batch, ..Architecture::new(4, &[16], 1) };
    let network = plan.build(&mut parameters, &mut Stream::new(4, 0)).unwrap();
    let training = Training { epochs: 200, batch: 64, learning_rate: 0.02, ..Default::default() };
    let loss = &mut |pass: &mut Pass<'_>, rows: &[usize]| {
        squared_error(network.forward(pass, inputs.select(rows, pass)), targets.select(rows, pass))
    };
    let history = training.run(&mut parameters, &(0..64).collect::<Vec<_>>(), 1, loss, None).unwrap();
    assert!(history.losses[199] < 0.05 * history.losses[0], "{:?}", history.losses);
    let plain = network.to_dense(&parameters).unwrap().outputs(&matrix).unwrap();
    let judged = outputs(&network, &parameters, &inputs);
    // `outputs` makes one step, which moves the running means by a tenth of what still separates them from the batch's.
    for (a, b) in plain.data().iter().zip(&judged) {
        assert!((a - f64::from(*b)).abs() < 0.02, "{a} is not {b}");
    }
    let error: f64 = (0..64)
        .map(|row| (plain.get(row, 0).unwrap() - (matrix.row(row)[0] - matrix.row(row)[1]) / 5.0).powi(2))
        .sum();
    assert!(error / 64.0 < 0.02, "{}", error / 64.0);
}

#[test]
fn training_goes_downhill_for_every_plan() {
    let x = numbers(60 * 3, 5);
    let targets: Vec<f32> =
        x.chunks(3).flat_map(|row| if row[0] * row[1] > 0.0 { [1.0, 0.0] } else { [0.0, 1.0] }).collect();
    let (inputs, targets) = (Rows::new(3, x).unwrap(), Rows::new(2, targets).unwrap());
    for activation in [Activation::Relu, Activation::Gelu, Activation::Tanh] {
        for norm in [Norm::None, Norm::Layer, Norm::Batch] {
            let plan = Architecture { activation, norm, dropout: 0.1, ..Architecture::new(3, &[24, 24], 2) };
            let mut parameters = Parameters::default();
            let network = plan.build(&mut parameters, &mut Stream::new(6, 0)).unwrap();
            let training = Training { epochs: 150, batch: 20, clip: Some(5.0), ..Default::default() };
            let loss = &mut |pass: &mut Pass<'_>, rows: &[usize]| {
                cross_entropy(network.forward(pass, inputs.select(rows, pass)), targets.select(rows, pass))
            };
            let rows: Vec<usize> = (0..60).collect();
            let history = training.run(&mut parameters, &rows, 1, loss, None).unwrap();
            // Dropout and small batches make single epochs noisy.
            let last = history.losses[130..].iter().sum::<f64>() / 20.0;
            assert!(last < 0.5 * history.losses[0], "{activation:?} {norm:?}: {:?}", history.losses);
        }
    }
}

/// Two networks and a parameter of its own in one loss: a decoder learns to undo an encoder, up to a learned factor.
#[test]
fn several_networks_learn_together() {
    let x = numbers(100 * 3, 7);
    let inputs = Rows::new(3, x).unwrap();
    let mut parameters = Parameters::default();
    let mut random = Stream::new(8, 0);
    let encoder = Architecture { activation: Activation::Tanh, ..Architecture::new(3, &[16], 3) };
    let encoder = encoder.build(&mut parameters, &mut random).unwrap();
    let decoder = Architecture::new(3, &[16], 3).build(&mut parameters, &mut random).unwrap();
    let factor: ParameterId = parameters.add(1, 1, hesper_nn::Role::Free, vec![0.1]);
    let before = parameters.clone();
    let mut loss = |pass: &mut Pass<'_>, rows: &[usize]| {
        let x = inputs.select(rows, pass);
        let code = encoder.forward(pass, x.clone());
        let hidden = decoder.hidden(pass, code);
        let back: Tensor<2> = decoder.last(pass, hidden) * pass.parameter(factor);
        squared_error(back, x)
    };
    let training = Training { epochs: 200, batch: 50, learning_rate: 0.02, ..Default::default() };
    let rows: Vec<usize> = (0..100).collect();
    let history = training.run(&mut parameters, &rows, 1, &mut loss, None).unwrap();
    assert!(history.losses[199] < 0.1 * history.losses[0], "{:?}", history.losses);
    assert_ne!(parameters.values(factor), before.values(factor));
    assert_ne!(encoder.to_dense(&parameters).unwrap(), encoder.to_dense(&before).unwrap());
}

#[test]
fn the_best_epoch_is_kept_and_patience_ends() {
    let inputs = Rows::new(1, vec![1.0; 8]).unwrap();
    let mut parameters = Parameters::default();
    let weight = parameters.add(1, 1, hesper_nn::Role::Free, vec![0.0]);
    // The loss pulls the weight up for ever; the judge likes it best at 0.25.
    let loss = &mut |pass: &mut Pass<'_>, rows: &[usize]| {
        (inputs.select(rows, pass) * pass.parameter(weight)).mean() * -1.0
    };
    let mut judge = |pass: &mut Pass<'_>| {
        let value: f32 = pass.parameter(weight).into_scalar();
        f64::from((value - 0.25).abs())
    };
    let training = Training {
        epochs: 1000,
        learning_rate: 0.1,
        schedule: hesper_nn::Schedule::Constant,
        patience: Some(3),
        ..Default::default()
    };
    let history = training.run(&mut parameters, &[0, 1, 2, 3], 1, loss, Some(&mut judge)).unwrap();
    let best = history.best.unwrap();
    assert_eq!(history.judgements.len(), best + 4);
    assert!(history.judgements[best] < 0.06, "{:?}", history.judgements);
    assert!((parameters.values(weight)[0] - 0.25).abs() < 0.06);
}

#[test]
fn what_cannot_be_is_refused() {
    let mut parameters = Parameters::default();
    let mut random = Stream::new(1, 0);
    for plan in [
        Architecture::new(0, &[], 1),
        Architecture::new(1, &[0], 1),
        Architecture::new(1, &[], 0),
        Architecture::new(usize::MAX, &[usize::MAX], 1),
        Architecture { dropout: 1.0, ..Architecture::new(1, &[1], 1) },
        Architecture { dropout: f32::NAN, ..Architecture::new(1, &[1], 1) },
    ] {
        assert!(plan.build(&mut parameters, &mut random).is_err(), "{plan:?}");
    }
    let good = Training::default();
    for bad in [
        Training { epochs: 0, ..good.clone() },
        Training { batch: 0, ..good.clone() },
        Training { patience: Some(0), ..good.clone() },
        Training { learning_rate: f64::NAN, ..good.clone() },
        Training { clip: Some(0.0), ..good.clone() },
        Training { weight_decay: -1.0, ..good.clone() },
    ] {
        assert!(matches!(bad.check(), Err(Error::Parameter { .. })), "{bad:?}");
    }
    let gpu = Training { device: hesper_nn::Device::Gpu, ..good.clone() };
    assert_eq!(gpu.check().is_ok(), cfg!(feature = "gpu"));

    let network = Architecture::new(1, &[4], 1).build(&mut parameters, &mut random).unwrap();
    let mut loss = |pass: &mut Pass<'_>, rows: &[usize]| {
        let inputs = Rows::new(1, vec![1e30; 4]).unwrap();
        network.forward(pass, inputs.select(rows, pass)).square().mean()
    };
    assert!(matches!(good.run(&mut parameters.clone(), &[], 1, &mut loss, None), Err(Error::Empty(_))));
    let error = good.run(&mut parameters, &[0, 1], 1, &mut loss, None).unwrap_err();
    assert!(error.to_string().contains("the loss is no longer finite"), "{error}");
}

#[test]
fn steps_are_counted_as_they_are_made() {
    let inputs = Rows::new(1, vec![1.0; 10]).unwrap();
    let mut parameters = Parameters::default();
    let weight = parameters.add(1, 1, hesper_nn::Role::Free, vec![0.0]);
    for (epochs, min_steps, batch, expected) in [(2, 0, 4, (2, 3)), (2, 10, 4, (4, 3)), (3, 0, 100, (3, 1))] {
        let training = Training { epochs, min_steps, batch, ..Default::default() };
        assert_eq!(training.steps(10), expected);
        let mut made = 0;
        let loss = &mut |pass: &mut Pass<'_>, rows: &[usize]| {
            made += 1;
            (inputs.select(rows, pass) * pass.parameter(weight)).mean()
        };
        training.run(&mut parameters.clone(), &(0..10).collect::<Vec<_>>(), 1, loss, None).unwrap();
        assert_eq!(made, expected.0 * expected.1);
    }
    assert_eq!(Training::default().steps(0), (0, 0));
}
