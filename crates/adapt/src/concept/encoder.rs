use hesper_learn::{Activation, Classifier, DenseNetwork, Matrix};
use hesper_nn::{
    Architecture, Device, Norm, Parameters, Pass, Rows, Schedule, Stream, Training, cross_entropy,
    squared_error,
};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::maps::refuse;

/// A network of one domain, whose last hidden layer is its code: it learns to give its inputs back, and the classes that are
/// known.
///
/// The loss is the cross-entropy of the labelled rows plus `reconstruction` times half the mean squared difference between
/// inputs and what a second network makes of the code. Units are hyperbolic tangents: turned round they are as good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EncoderParams {
    /// The widths of the hidden layers, at least one; the last is the number of units of the code. Default 96, 32.
    pub hidden: Vec<usize>,
    /// How much the inputs count beside the classes, 0 or more. Default 1.
    pub reconstruction: f64,
    /// The share of the inputs that is left out while learning, in [0, 1): they are given back all the same (Vincent et al. 2008,
    /// doi:10.1145/1390156.1390294). Default 0.3.
    pub noise: f32,
    /// How often all rows are gone through, at least 1. Default 30.
    pub epochs: usize,
    /// With few rows, as many epochs more as it takes to make so many steps. Default 300.
    pub min_steps: usize,
    /// Rows in a batch, at least 1. Default 128.
    pub batch: usize,
    /// The highest learning rate of one cycle, above 0. Default 0.01.
    pub learning_rate: f64,
    /// AdamW's weight decay, at least 0. Default 0.3.
    pub weight_decay: f64,
}

impl Default for EncoderParams {
    fn default() -> Self {
        Self {
            hidden: vec![96, 32],
            reconstruction: 1.0,
            noise: 0.3,
            epochs: 30,
            min_steps: 300,
            batch: 128,
            learning_rate: 0.01,
            weight_decay: 0.3,
        }
    }
}

/// Rows to learn an encoder from.
#[derive(Clone, Copy, Debug)]
pub struct EncoderRows<'a> {
    /// Scaled features of all rows, rows × features.
    pub x: &'a Matrix,
    /// Scaled features of the rows whose classes are known; they may be the same rows.
    pub labelled: &'a Matrix,
    /// Their classes.
    pub y: &'a [u32],
    /// The number of classes.
    pub n_classes: usize,
}

impl EncoderParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`], [`Error::Learn`].
    pub fn check(&self) -> Result<(), Error> {
        if self.hidden.is_empty() {
            return refuse("hidden", "empty", "at least one layer: the last one is the code");
        }
        if !(self.reconstruction.is_finite() && self.reconstruction >= 0.0) {
            return refuse("reconstruction", self.reconstruction, "0 or more, and finite");
        }
        check_noise(self.noise)?;
        self.architecture(1, &self.hidden, 1).check()?;
        Ok(self.training().check()?)
    }

    /// Learns an encoder with its own last layer, from random weights or from those of `start`.
    ///
    /// # Errors
    /// [`Error::Parameter`], [`Error::Learn`]; [`Error::Domain`] for classes out of range or without rows.
    pub fn learn(
        &self,
        rows: EncoderRows<'_>,
        start: Option<&DenseNetwork>,
        seed: u64,
    ) -> Result<DenseNetwork, Error> {
        self.check()?;
        let EncoderRows { x, labelled, y, n_classes } = rows;
        let target = crate::LabelledTarget { x: labelled, y };
        target.check(&crate::Source { x, y: &[], n_classes })?;
        let everything = |x: &Matrix| (0..x.rows()).collect::<Vec<_>>();
        let inputs = Rows::from_matrix(x, &everything(x))?;
        let known = Rows::from_matrix(labelled, &everything(labelled))?;
        let mut shares = vec![0.0; y.len() * n_classes];
        y.iter().enumerate().for_each(|(row, class)| shares[row * n_classes + *class as usize] = 1.0);
        let shares = Rows::new(n_classes, shares)?;
        let (mut parameters, mut random) = (Parameters::default(), Stream::new(seed, 0));
        let encoder =
            self.architecture(x.cols(), &self.hidden, n_classes).build(&mut parameters, &mut random)?;
        if let Some(start) = start {
            encoder.set_weights(&mut parameters, start)?;
        }
        let (code, inner) = self.hidden.split_last().map_or((1, &[][..]), |(code, inner)| (*code, inner));
        let back: Vec<usize> = inner.iter().rev().copied().collect();
        let decoder = self.architecture(code, &back, x.cols()).build(&mut parameters, &mut random)?;
        let (mut order, mut picks) = (everything(labelled), Stream::new(seed, 3));
        let weight = self.reconstruction as f32;
        let mut loss = |pass: &mut Pass<'_>, batch: &[usize]| {
            let count = self.batch.min(order.len());
            if count < order.len() {
                picks.shuffle(&mut order);
            }
            let x = known.select(&order[..count], pass);
            let x = pass.dropout(x, self.noise);
            let outputs = encoder.forward(pass, x);
            let loss = cross_entropy(outputs, shares.select(&order[..count], pass));
            if weight == 0.0 {
                return loss;
            }
            let x = inputs.select(batch, pass);
            let partly = pass.dropout(x.clone(), self.noise);
            let code = encoder.hidden(pass, partly);
            loss + squared_error(decoder.forward(pass, code), x) * weight
        };
        self.training().run(&mut parameters, &everything(x), seed, &mut loss, None)?;
        Ok(encoder.to_dense(&parameters)?)
    }

    fn architecture(&self, inputs: usize, hidden: &[usize], outputs: usize) -> Architecture {
        let (activation, norm) = (Activation::Tanh, Norm::None);
        Architecture { inputs, hidden: hidden.to_vec(), outputs, activation, norm, dropout: 0.0 }
    }

    fn training(&self) -> Training {
        Training {
            epochs: self.epochs,
            min_steps: self.min_steps,
            batch: self.batch,
            learning_rate: self.learning_rate,
            schedule: Schedule::OneCycle,
            weight_decay: self.weight_decay,
            clip: None,
            patience: None,
            device: Device::Cpu,
        }
    }
}

pub(super) fn check_noise(noise: f32) -> Result<(), Error> {
    if (0.0..1.0).contains(&noise) { Ok(()) } else { refuse("noise", noise, "from 0 to less than 1") }
}

/// The code of each row, rows × units.
pub(super) fn codes(encoder: &DenseNetwork, x: &Matrix) -> Result<Matrix, Error> {
    Ok(encoder.embedding(x)?.unwrap_or_default())
}
