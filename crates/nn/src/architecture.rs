use hesper_learn::{Activation, Error};
use serde::{Deserialize, Serialize};

use crate::{Network, Parameters, Stream};

/// How the sums of a hidden layer are normalised before the activation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Norm {
    /// Not at all.
    #[default]
    None,
    /// Each row over the layer's units (Ba, Kiros & Hinton 2016, arXiv:1607.06450).
    Layer,
    /// Each unit over the rows of the batch, and by running means once learned (Ioffe & Szegedy 2015, arXiv:1502.03167).
    Batch,
}

/// The plan of a network: sizes and what stands between the layers. Each hidden layer is a product with weights, the
/// normalisation, the activation and dropout; the last layer is the product alone.
///
/// ```
/// use hesper_nn::{Architecture, Norm, Parameters, Stream};
/// let mut parameters = Parameters::default();
/// let plan = Architecture { norm: Norm::Layer, dropout: 0.1, ..Architecture::new(20, &[64, 64], 3) };
/// let network = plan.build(&mut parameters, &mut Stream::new(1, 0))?;
/// assert_eq!(network.to_dense(&parameters)?.layers().len(), 3);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Architecture {
    /// Values in a row.
    pub inputs: usize,
    /// The widths of the hidden layers.
    #[serde(default)]
    pub hidden: Vec<usize>,
    /// Outputs of the last layer.
    pub outputs: usize,
    /// What comes after each hidden layer.
    #[serde(default)]
    pub activation: Activation,
    /// How hidden layers are normalised.
    #[serde(default)]
    pub norm: Norm,
    /// The share of each hidden layer's outputs that is left out while learning, in [0, 1).
    #[serde(default)]
    pub dropout: f32,
}

impl Architecture {
    /// ReLU, nothing normalised, nothing left out.
    pub fn new(inputs: usize, hidden: &[usize], outputs: usize) -> Self {
        let (activation, norm) = (Activation::Relu, Norm::None);
        Self { inputs, hidden: hidden.to_vec(), outputs, activation, norm, dropout: 0.0 }
    }

    /// Checks the ranges.
    ///
    /// # Errors
    /// No inputs; a layer without units; a share of dropout outside [0, 1); more weights than memory can address.
    pub fn check(&self) -> Result<(), Error> {
        if self.inputs == 0 {
            return Err(Error::NoFeatures);
        }
        if self.outputs == 0 || self.hidden.contains(&0) {
            return Err(Error::Parameter { name: "hidden", value: "0".to_owned(), limit: "at least 1 unit" });
        }
        if !(0.0..1.0).contains(&self.dropout) {
            let value = self.dropout.to_string();
            return Err(Error::Parameter { name: "dropout", value, limit: "from 0 to less than 1" });
        }
        const LIMIT: usize = 1 << 28;
        let sizes = self.sizes();
        let weights =
            sizes.windows(2).try_fold(0usize, |sum, pair| sum.checked_add(pair[0].checked_mul(pair[1])?));
        match weights.unwrap_or(usize::MAX) {
            actual if actual > LIMIT => {
                Err(Error::TooLarge { what: "weights of a network", actual, limit: LIMIT })
            }
            _ => Ok(()),
        }
    }

    /// Inputs, hidden widths, outputs.
    pub(crate) fn sizes(&self) -> Vec<usize> {
        let mut sizes = Vec::with_capacity(self.hidden.len() + 2);
        sizes.push(self.inputs);
        sizes.extend_from_slice(&self.hidden);
        sizes.push(self.outputs);
        sizes
    }

    /// Adds a network with random weights to the parameters.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn build(&self, parameters: &mut Parameters, random: &mut Stream) -> Result<Network, Error> {
        self.check()?;
        Ok(Network::new(self, parameters, random))
    }
}
