use burn_tensor::{Tensor, activation};
use hesper_learn::{Activation, DenseLayer, DenseNetwork, Error, LayerNorm};

use crate::{Architecture, Norm, ParameterId, Parameters, Pass, Role, Stream};

/// Added to variances before their root is taken, as [`hesper_learn::LayerNorm`] does.
const EPSILON: f32 = 1e-5;

/// A dense network: its plan and where in [`Parameters`] its tensors are.
#[derive(Clone, Debug)]
pub struct Network {
    architecture: Architecture,
    layers: Vec<Layer>,
}

#[derive(Clone, Debug)]
struct Layer {
    weights: ParameterId,
    biases: ParameterId,
    norm: Option<NormIds>,
}

#[derive(Clone, Debug)]
struct NormIds {
    gain: ParameterId,
    shift: ParameterId,
    /// Running mean and variance of batches.
    running: Option<[ParameterId; 2]>,
}

impl Network {
    /// Weights are drawn evenly from ±√(6 / inputs) before ReLU and GELU (He et al. 2015, arXiv:1502.01852), from
    /// ±√(6 / (inputs + outputs)) before tanh and in the last layer (Glorot & Bengio 2010); biases are 0.
    pub(crate) fn new(architecture: &Architecture, parameters: &mut Parameters, random: &mut Stream) -> Self {
        let sizes = architecture.sizes();
        let layers = sizes.windows(2).enumerate().map(|(at, pair)| {
            let (inputs, outputs) = (pair[0], pair[1]);
            let hidden = at + 2 < sizes.len();
            let fan =
                if hidden && architecture.activation != Activation::Tanh { inputs } else { inputs + outputs };
            let bound = (6.0 / fan as f32).sqrt();
            let values = (0..inputs * outputs).map(|_| bound * (2.0 * random.uniform() - 1.0)).collect();
            let weights = parameters.add(inputs, outputs, Role::Weight, values);
            let mut row = |role, value| parameters.add(1, outputs, role, vec![value; outputs]);
            let biases = row(Role::Free, 0.0);
            let norm = (hidden && architecture.norm != Norm::None).then(|| NormIds {
                gain: row(Role::Free, 1.0),
                shift: row(Role::Free, 0.0),
                running: (architecture.norm == Norm::Batch)
                    .then(|| [row(Role::Statistic, 0.0), row(Role::Statistic, 1.0)]),
            });
            Layer { weights, biases, norm }
        });
        Self { architecture: architecture.clone(), layers: layers.collect() }
    }

    /// The plan.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The outputs for a batch, rows × outputs.
    pub fn forward(&self, pass: &mut Pass<'_>, x: Tensor<2>) -> Tensor<2> {
        let hidden = self.hidden(pass, x);
        self.last(pass, hidden)
    }

    /// What the last layer gets of a batch: the outputs of the last hidden layer. Losses that compare domains or reach
    /// into the network use it together with [`Self::last`].
    pub fn hidden(&self, pass: &mut Pass<'_>, mut x: Tensor<2>) -> Tensor<2> {
        for layer in &self.layers[..self.layers.len() - 1] {
            x = linear(layer, pass, x);
            if let Some(norm) = &layer.norm {
                x = normalise(norm, pass, x);
            }
            x = match self.architecture.activation {
                Activation::Relu => activation::relu(x),
                Activation::Gelu => activation::gelu_approximate(x),
                Activation::Tanh => activation::tanh(x),
            };
            x = pass.dropout(x, self.architecture.dropout);
        }
        x
    }

    /// The last layer alone.
    pub fn last(&self, pass: &mut Pass<'_>, hidden: Tensor<2>) -> Tensor<2> {
        linear(&self.layers[self.layers.len() - 1], pass, hidden)
    }

    /// The network with its weights as they are, to be used without burn. Batch normalisation with its running means goes
    /// into weights and biases.
    ///
    /// # Errors
    /// When a weight is not finite.
    pub fn to_dense(&self, parameters: &Parameters) -> Result<DenseNetwork, Error> {
        let layer = |layer: &Layer| {
            let mut weights = parameters.values(layer.weights).to_vec();
            let mut biases = parameters.values(layer.biases).to_vec();
            let mut norm = None;
            if let Some(ids) = &layer.norm {
                let (gain, shift) = (parameters.values(ids.gain), parameters.values(ids.shift));
                match ids.running {
                    None => norm = Some(LayerNorm { gain: gain.to_vec(), shift: shift.to_vec() }),
                    Some([mean, variance]) => {
                        let (mean, variance) = (parameters.values(mean), parameters.values(variance));
                        let factor = |unit: usize| gain[unit] / (variance[unit] + EPSILON).sqrt();
                        let factors: Vec<f32> = (0..gain.len()).map(factor).collect();
                        for row in weights.chunks_exact_mut(factors.len()) {
                            row.iter_mut().zip(&factors).for_each(|(weight, factor)| *weight *= factor);
                        }
                        for (unit, bias) in biases.iter_mut().enumerate() {
                            *bias = (*bias - mean[unit]) * factors[unit] + shift[unit];
                        }
                    }
                }
            }
            DenseLayer { weights, biases, norm }
        };
        let layers = self.layers.iter().map(layer).collect();
        DenseNetwork::new(self.architecture.inputs, self.architecture.activation, layers)
    }

    /// Takes over the weights of a network of the same plan.
    ///
    /// # Errors
    /// When the plans differ, or this one normalises batches, whose means a [`DenseNetwork`] no longer has.
    pub fn set_weights(&self, parameters: &mut Parameters, from: &DenseNetwork) -> Result<(), Error> {
        let expected = &self.architecture;
        let differs = |what, expected, actual| match expected == actual {
            true => Ok(()),
            false => Err(Error::Shape { what, expected, actual }),
        };
        differs("inputs of the earlier network", expected.inputs, from.inputs())?;
        differs("layers of the earlier network", self.layers.len(), from.layers().len())?;
        for (layer, width) in from.layers().iter().zip(&expected.sizes()[1..]) {
            differs("units of a layer of the earlier network", *width, layer.biases.len())?;
        }
        let same_norm = |(own, other): (&Layer, &DenseLayer)| own.norm.is_some() == other.norm.is_some();
        let batch = expected.norm == Norm::Batch;
        if batch
            || !self.layers.iter().zip(from.layers()).all(same_norm)
            || expected.activation != from.activation()
        {
            let value = format!("{:?}, {:?}", expected.activation, expected.norm);
            let limit = "those of the earlier network, and no normalisation of batches";
            return Err(Error::Parameter { name: "activation, norm", value, limit });
        }
        for (own, other) in self.layers.iter().zip(from.layers()) {
            parameters.values_mut(own.weights).copy_from_slice(&other.weights);
            parameters.values_mut(own.biases).copy_from_slice(&other.biases);
            if let (Some(own), Some(other)) = (&own.norm, &other.norm) {
                parameters.values_mut(own.gain).copy_from_slice(&other.gain);
                parameters.values_mut(own.shift).copy_from_slice(&other.shift);
            }
        }
        Ok(())
    }
}

fn linear(layer: &Layer, pass: &Pass<'_>, x: Tensor<2>) -> Tensor<2> {
    x.matmul(pass.parameter(layer.weights)) + pass.parameter(layer.biases)
}

fn normalise(norm: &NormIds, pass: &mut Pass<'_>, x: Tensor<2>) -> Tensor<2> {
    let standard = match norm.running {
        None => standardise(x, 1).0,
        Some(running) if pass.is_learning() => {
            let (standard, mean, variance) = standardise(x, 0);
            for (id, statistic) in running.into_iter().zip([mean, variance]) {
                let values = statistic.without_autodiff().try_into_vec_as::<f32>().unwrap_or_default();
                pass.statistics.push((id, values));
            }
            standard
        }
        Some([mean, variance]) => (x - pass.parameter(mean)) / (pass.parameter(variance) + EPSILON).sqrt(),
    };
    standard * pass.parameter(norm.gain) + pass.parameter(norm.shift)
}

/// Values less their mean over a dimension, by the root of their variance; the mean; the variance.
fn standardise(x: Tensor<2>, dimension: usize) -> (Tensor<2>, Tensor<2>, Tensor<2>) {
    let mean = x.clone().mean_dim(dimension);
    let centred = x - mean.clone();
    let variance = centred.clone().square().mean_dim(dimension);
    (centred / (variance.clone() + EPSILON).sqrt(), mean, variance)
}
