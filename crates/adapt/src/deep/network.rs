use hesper_learn::Activation;
use hesper_nn::{Architecture, Device, Norm, Schedule, Training};
use serde::{Deserialize, Serialize};

use crate::maps::{Scale, refuse};
use crate::{Error, Source};

/// The network that learns the classes, how long and how fast it learns, and how features are scaled before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkParams {
    /// The widths of the hidden layers, at least one; the last one's outputs are made alike. Default 64, 64.
    pub hidden: Vec<usize>,
    /// What comes after each hidden layer. Default: ReLU.
    pub activation: Activation,
    /// The share of each hidden layer's outputs that is left out while learning, in [0, 1). Default 0.3: it
    /// keeps single units from giving a domain away.
    pub dropout: f32,
    /// How often the source's rows are gone through, at least 1. Default 40.
    pub epochs: usize,
    /// With few rows, as many epochs more as it takes to make so many steps. Default 400.
    pub min_steps: usize,
    /// Rows of each domain in a batch, at least 1. Default 128.
    pub batch: usize,
    /// The highest learning rate of one cycle, above 0. Default 0.005.
    pub learning_rate: f64,
    /// AdamW's weight decay, at least 0. Default 1.
    pub weight_decay: f64,
    /// Networks that learn apart and whose probabilities are averaged, at least 1. Default 1.
    pub ensemble: usize,
    /// Whose means and standard deviations scale the features; the classifier holds the target's and takes rows as they
    /// are. Default: each domain's own.
    pub scale: Scale,
}

impl Default for NetworkParams {
    fn default() -> Self {
        Self {
            hidden: vec![64, 64],
            activation: Activation::Relu,
            dropout: 0.3,
            epochs: 40,
            min_steps: 400,
            batch: 128,
            learning_rate: 0.005,
            weight_decay: 1.0,
            ensemble: 1,
            scale: Scale::PerDomain,
        }
    }
}

impl NetworkParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`], [`Error::Learn`].
    pub fn check(&self) -> Result<(), Error> {
        if self.hidden.is_empty() {
            return refuse("hidden", "empty", "at least one layer: its outputs are what is made alike");
        }
        if self.ensemble == 0 {
            return refuse("ensemble", 0, "at least 1");
        }
        self.architecture(1, 1).check()?;
        Ok(self.training().check()?)
    }

    pub(super) fn architecture(&self, inputs: usize, outputs: usize) -> Architecture {
        let (activation, norm) = (self.activation, Norm::None);
        Architecture { inputs, hidden: self.hidden.clone(), outputs, activation, norm, dropout: self.dropout }
    }

    pub(super) fn training(&self) -> Training {
        Training {
            epochs: self.epochs,
            min_steps: self.min_steps,
            batch: self.batch,
            learning_rate: self.learning_rate,
            schedule: Schedule::OneCycle,
            weight_decay: self.weight_decay,
            // Two networks against one another now and then make a step that none of them recovers from.
            clip: Some(5.0),
            patience: None,
            device: Device::Cpu,
        }
    }

    /// Two domains that a network can learn from.
    pub(super) fn check_source(&self, source: &Source<'_>) -> Result<(), Error> {
        source.check()?;
        self.architecture(source.x.cols(), source.n_classes).check()?;
        Ok(())
    }
}
