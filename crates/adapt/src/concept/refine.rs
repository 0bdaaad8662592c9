use hesper_learn::{DenseNetwork, Matrix};
use hesper_nn::tensor::{Tensor, TensorData};
use hesper_nn::{Architecture, Norm, Parameters, Pass, Rows, Stream, Training, cross_entropy};
use serde::{Deserialize, Serialize};

use super::quadratic::dense;
use super::{Codes, Head, UnitMap};
use crate::Error;
use crate::maps::transpose;

/// How the target's encoder goes on learning once its units have their places: the source's last layer stays as it is, and
/// the layers below give way.
///
/// The loss is the cross-entropy of the few labels, plus `strength` times ‖C(Hs) − P C(Ht) Pᵀ‖²_F/(4 d) and the squared
/// mean of the units over d, for d units: of each batch of the target, on the scale on which the source's units have mean 0 and
/// deviation 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Refine {
    /// Steps, at least 1. Default 300.
    pub steps: usize,
    /// How much correlations count beside labels, 0 or more. Default 3.
    pub strength: f64,
    /// The share of the inputs that is left out while learning, in [0, 1). Default 0.1.
    pub noise: f32,
    /// Rows in a batch, at least 1. Default 128.
    pub batch: usize,
    /// The highest learning rate of one cycle, above 0. Default 0.005.
    pub learning_rate: f64,
    /// AdamW's weight decay, at least 0. Default 0.3.
    pub weight_decay: f64,
}

impl Default for Refine {
    fn default() -> Self {
        Self { steps: 300, strength: 3.0, noise: 0.1, batch: 128, learning_rate: 0.005, weight_decay: 0.3 }
    }
}

/// What the target's encoder is refined by.
pub(super) struct Anchor<'a> {
    pub(super) source: &'a Codes,
    pub(super) target: &'a Codes,
    pub(super) head: &'a Head,
    pub(super) map: &'a UnitMap,
    /// Scaled features of the target, and of its labelled objects.
    pub(super) x: &'a Matrix,
    pub(super) few: &'a Matrix,
    pub(super) y: &'a [u32],
}

impl Refine {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`], [`Error::Learn`].
    pub fn check(&self) -> Result<(), Error> {
        if self.steps == 0 {
            return crate::maps::refuse("steps", 0, "at least 1");
        }
        if !(self.strength.is_finite() && self.strength >= 0.0) {
            return crate::maps::refuse("strength", self.strength, "0 or more, and finite");
        }
        super::encoder::check_noise(self.noise)?;
        Ok(self.training().check()?)
    }

    fn training(&self) -> Training {
        Training {
            epochs: 1,
            min_steps: self.steps,
            batch: self.batch,
            learning_rate: self.learning_rate,
            weight_decay: self.weight_decay,
            clip: Some(5.0),
            ..Training::default()
        }
    }

    /// The encoder after more steps; its own last layer is left as it is.
    pub(super) fn learn(
        &self,
        encoder: &DenseNetwork,
        anchor: &Anchor<'_>,
        seed: u64,
    ) -> Result<DenseNetwork, Error> {
        self.check()?;
        let widths: Vec<usize> = encoder.layers().iter().map(|layer| layer.biases.len()).collect();
        let (Some((outputs, hidden)), classes) = (widths.split_last(), anchor.head.biases.len()) else {
            return Ok(encoder.clone());
        };
        let plan = Architecture {
            activation: encoder.activation(),
            norm: Norm::None,
            ..Architecture::new(encoder.inputs(), hidden, *outputs)
        };
        let mut parameters = Parameters::default();
        let network = plan.build(&mut parameters, &mut Stream::new(seed, 0))?;
        network.set_weights(&mut parameters, encoder)?;
        let everything = |x: &Matrix| (0..x.rows()).collect::<Vec<_>>();
        let inputs = Rows::from_matrix(anchor.x, &everything(anchor.x))?;
        let known = Rows::from_matrix(anchor.few, &everything(anchor.few))?;
        let mut shares = vec![0.0; anchor.y.len() * classes];
        anchor.y.iter().enumerate().for_each(|(row, class)| shares[row * classes + *class as usize] = 1.0);
        let shares = Rows::new(classes, shares)?;
        let constants = Constants::new(anchor);
        let (mut order, mut picks) = (everything(anchor.few), Stream::new(seed, 3));
        let strength = self.strength as f32;
        let mut loss = |pass: &mut Pass<'_>, batch: &[usize]| {
            let count = self.batch.min(order.len());
            if count < order.len() {
                picks.shuffle(&mut order);
            }
            let x = known.select(&order[..count], pass);
            let x = pass.dropout(x, self.noise);
            let code = network.hidden(pass, x);
            let [to, offset, weights, biases, graph] = constants.tensors(pass);
            let outputs = (code.matmul(to.clone()) + offset.clone()).matmul(weights) + biases;
            let loss = cross_entropy(outputs, shares.select(&order[..count], pass));
            let x = inputs.select(batch, pass);
            let x = pass.dropout(x, self.noise);
            let code = network.hidden(pass, x).matmul(to) + offset;
            let units = code.dims()[1] as f32;
            let [mean, covariance] = crate::deep::moments(code);
            let apart = (covariance - graph).square().sum() / (4.0 * units) + mean.square().sum() / units;
            loss + apart * strength
        };
        self.training().run(&mut parameters, &everything(anchor.x), seed, &mut loss, None)?;
        Ok(network.to_dense(&parameters)?)
    }
}

/// Tables that stay as they are: from the target's units to the source's places, the source's last layer, its correlations.
struct Constants([(Vec<f32>, [usize; 2]); 5]);

impl Constants {
    fn new(anchor: &Anchor<'_>) -> Self {
        let (n, m) = (anchor.source.units(), anchor.target.units());
        let classes = anchor.head.biases.len();
        let inverse = |unit: usize| match anchor.target.deviations[unit] {
            0.0 => 0.0,
            deviation => 1.0 / deviation,
        };
        let mut to = transpose(&dense(anchor.map, m), m);
        to.chunks_exact_mut(n).enumerate().for_each(|(unit, row)| {
            row.iter_mut().for_each(|value| *value *= inverse(unit));
        });
        let places = anchor.map.from.iter().zip(&anchor.map.sign);
        let offset = places.map(|(from, sign)| -sign * anchor.target.means[*from] * inverse(*from)).collect();
        let narrow = |values: Vec<f64>, rows: usize, columns: usize| {
            (values.into_iter().map(|value| value as f32).collect(), [rows, columns])
        };
        Self([
            narrow(to, m, n),
            narrow(offset, 1, n),
            narrow(anchor.head.weights.data().to_vec(), n, classes),
            narrow(anchor.head.biases.clone(), 1, classes),
            narrow(anchor.source.correlations(), n, n),
        ])
    }

    fn tensors(&self, pass: &Pass<'_>) -> [Tensor<2>; 5] {
        self.0
            .each_ref()
            .map(|(values, shape)| Tensor::from_data(TensorData::new(values.clone(), *shape), pass.device()))
    }
}
