use rayon::prelude::*;

use super::Activation;
use super::product::Panels;
use crate::{Classifier, Error, Matrix, TensorMap};

/// Rows that go through the network together: a block's values stay in the cache.
const BLOCK: usize = 64;
/// Added to the variance in [`LayerNorm`], as the networks were trained with it.
const EPSILON: f32 = 1e-5;

/// One layer: `x · weights + biases`.
#[derive(Clone, Debug, PartialEq)]
pub struct DenseLayer {
    /// The weights, inputs × outputs, row after row.
    pub weights: Vec<f32>,
    /// One for each output; their number is the layer's width.
    pub biases: Vec<f32>,
    /// How the sums are normalised before the activation, if they are.
    pub norm: Option<LayerNorm>,
}

/// `gain · (z − mean(z)) / √(variance(z) + 10⁻⁵) + shift` over the units of a layer, for each row by itself (Ba, Kiros &
/// Hinton 2016, arXiv:1607.06450, eq. 4).
#[derive(Clone, Debug, PartialEq)]
pub struct LayerNorm {
    /// One factor for each unit.
    pub gain: Vec<f32>,
    /// One term for each unit.
    pub shift: Vec<f32>,
}

impl LayerNorm {
    fn apply(&self, rows: &mut [f32]) {
        let width = self.gain.len() as f32;
        for row in rows.chunks_exact_mut(self.gain.len()) {
            let mean = row.iter().sum::<f32>() / width;
            let variance = row.iter().map(|z| (z - mean) * (z - mean)).sum::<f32>() / width;
            let scale = 1.0 / (variance + EPSILON).sqrt();
            for ((z, gain), shift) in row.iter_mut().zip(&self.gain).zip(&self.shift) {
                *z = gain * ((*z - mean) * scale) + shift;
            }
        }
    }
}

/// A trained network of dense layers, in 32-bit numbers. As a [`Classifier`] it takes its outputs for the logarithms of
/// the classes' odds (softmax); [`Self::outputs`] gives them as they are, for regression.
///
/// ```
/// use hesper_learn::{Activation, Classifier, DenseLayer, DenseNetwork, Matrix};
/// let layer = |weights: &[f32], biases: &[f32]| DenseLayer { weights: weights.into(), biases: biases.into(), norm: None };
/// let layers = vec![layer(&[1.0, -1.0], &[0.0, 0.0]), layer(&[2.0, 0.0, 0.0, 2.0], &[0.0, 0.0])];
/// let network = DenseNetwork::new(1, Activation::Relu, layers)?;
/// assert_eq!(network.outputs(&Matrix::from_rows(&[[3.0], [-4.0]])?)?.data(), [6.0, 0.0, 0.0, 8.0]);
/// assert_eq!(network.embedding(&Matrix::from_rows(&[[3.0]])?)?.unwrap().row(0), [3.0, 0.0]);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct DenseNetwork {
    inputs: usize,
    activation: Activation,
    layers: Vec<DenseLayer>,
    panels: Vec<Panels>,
    /// The widest of the inputs and layers.
    widest: usize,
}

impl PartialEq for DenseNetwork {
    fn eq(&self, other: &Self) -> bool {
        self.inputs == other.inputs && self.activation == other.activation && self.layers == other.layers
    }
}

impl DenseNetwork {
    /// The name under which models record networks.
    pub const LEARNER: &str = "mlp";

    /// A network from its layers, the first on `inputs` values; the activation comes after every layer but the last.
    ///
    /// # Errors
    /// No inputs, no layers or a layer without outputs; a number of weights that does not fit; a weight that is not
    /// finite.
    pub fn new(inputs: usize, activation: Activation, layers: Vec<DenseLayer>) -> Result<Self, Error> {
        if inputs == 0 {
            return Err(Error::NoFeatures);
        }
        if layers.is_empty() || layers.iter().any(|layer| layer.biases.is_empty()) {
            return Err(Error::Empty("the network, or a layer of it,"));
        }
        let (mut panels, mut width, mut widest) = (Vec::with_capacity(layers.len()), inputs, inputs);
        for layer in &layers {
            let outputs = layer.biases.len();
            let weights = width.checked_mul(outputs).ok_or(Error::TooLarge {
                what: "outputs of a layer",
                actual: outputs,
                limit: usize::MAX / width,
            })?;
            Error::check_length("weights of a layer", weights, layer.weights.len())?;
            let mut numbers = vec![&layer.weights, &layer.biases];
            if let Some(norm) = &layer.norm {
                Error::check_length("gains of a layer", outputs, norm.gain.len())?;
                Error::check_length("shifts of a layer", outputs, norm.shift.len())?;
                numbers.extend([&norm.gain, &norm.shift]);
            }
            if let Some(value) = numbers.into_iter().flatten().find(|value| !value.is_finite()) {
                return Err(Error::Parameter { name: "weight", value: value.to_string(), limit: "finite" });
            }
            panels.push(Panels::new(width, outputs, &layer.weights));
            (width, widest) = (outputs, widest.max(outputs));
        }
        Ok(Self { inputs, activation, layers, panels, widest })
    }

    /// The number of values in a row.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// What comes after every layer but the last.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// The layers, from the inputs to the outputs.
    pub fn layers(&self) -> &[DenseLayer] {
        &self.layers
    }

    /// What the last layer gives for each row, rows × outputs.
    ///
    /// # Errors
    /// When the rows have another number of values, or one is missing (NaN) or infinite.
    pub fn outputs(&self, x: &Matrix) -> Result<Matrix, Error> {
        self.run(x, self.layers.len())
    }

    /// The first `count` layers, each with its activation unless it is the network's last.
    pub(super) fn run(&self, x: &Matrix, count: usize) -> Result<Matrix, Error> {
        Error::check_length("features of the rows", self.inputs, x.cols())?;
        Error::check_complete(x)?;
        if let Some(at) = x.data().iter().position(|value| value.is_infinite()) {
            let (row, column) = (at / self.inputs, at % self.inputs);
            return Err(Error::Infinite { row, column, value: x.data()[at] });
        }
        let width = count.checked_sub(1).map_or(self.inputs, |last| self.layers[last].biases.len());
        let mut out = Matrix::filled(x.rows(), width, 0.0);
        let blocks =
            out.data_mut().par_chunks_mut(BLOCK * width).zip(x.data().par_chunks(BLOCK * self.inputs));
        blocks.for_each_init(
            || [vec![0.0; BLOCK * self.widest], vec![0.0; BLOCK * self.widest]],
            |[from, to], (out, x)| {
                for (to, value) in from.iter_mut().zip(x) {
                    // A value too large for 32 bits becomes the largest, so that no infinity comes up.
                    *to = value.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32;
                }
                let rows = x.len() / self.inputs;
                let mut width = self.inputs;
                for (at, layer) in self.layers[..count].iter().enumerate() {
                    let outputs = layer.biases.len();
                    let values = &mut to[..rows * outputs];
                    self.panels[at].multiply(&from[..rows * width], &layer.biases, values);
                    if let Some(norm) = &layer.norm {
                        norm.apply(values);
                    }
                    if at + 1 < self.layers.len() {
                        self.activation.apply(values);
                    }
                    (width, *from, *to) = (outputs, std::mem::take(to), std::mem::take(from));
                }
                out.iter_mut().zip(from).for_each(|(out, value)| *out = f64::from(*value));
            },
        );
        Ok(out)
    }
}

/// Turns each row of outputs into probabilities. Sums that 32 bits cannot hold count as the largest that they can.
pub(super) fn softmax(outputs: &mut Matrix) {
    let limit = f64::from(f32::MAX);
    let classes = outputs.cols();
    for row in outputs.data_mut().chunks_exact_mut(classes) {
        for value in row.iter_mut() {
            *value = if value.is_nan() { 0.0 } else { value.clamp(-limit, limit) };
        }
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        row.iter_mut().for_each(|value| *value = (*value - largest).exp());
        let sum: f64 = row.iter().sum();
        row.iter_mut().for_each(|value| *value /= sum);
    }
}

impl Classifier for DenseNetwork {
    fn n_classes(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.biases.len())
    }

    fn n_features(&self) -> usize {
        self.inputs
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        let mut outputs = self.outputs(x)?;
        softmax(&mut outputs);
        Ok(outputs)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        None
    }

    /// The outputs of the last hidden layer; the row itself when there is none.
    fn embedding(&self, x: &Matrix) -> Result<Option<Matrix>, Error> {
        self.run(x, self.layers.len() - 1).map(Some)
    }

    fn tensors(&self) -> Option<TensorMap> {
        Some(super::tensors::to_tensors(std::slice::from_ref(self)))
    }
}
