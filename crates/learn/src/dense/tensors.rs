//! Networks as named tensors, and back with every number checked.

use super::{Activation, DenseEnsemble, DenseLayer, DenseNetwork, LayerNorm};
use crate::{Tensor, TensorMap};

/// Networks of one shape: `sizes` (the inputs, then each layer's width), `activation` (its number), `norm` (1 for each
/// normalised layer), `members` (the number of networks), and `values`: for each network and layer its weights, biases,
/// and, where normalised, gains and shifts.
pub(super) fn to_tensors(networks: &[DenseNetwork]) -> TensorMap {
    let first = &networks[0];
    let mut sizes = vec![first.inputs() as u32];
    sizes.extend(first.layers().iter().map(|layer| layer.biases.len() as u32));
    let norm = first.layers().iter().map(|layer| layer.norm.is_some().into()).collect();
    let mut values = Vec::new();
    let mut put = |numbers: &[f32]| values.extend(numbers.iter().map(|number| f64::from(*number)));
    for layer in networks.iter().flat_map(DenseNetwork::layers) {
        put(&layer.weights);
        put(&layer.biases);
        if let Some(norm) = &layer.norm {
            put(&norm.gain);
            put(&norm.shift);
        }
    }
    TensorMap::from([
        ("sizes".to_owned(), Tensor::U32(sizes)),
        ("activation".to_owned(), Tensor::U32(vec![first.activation().code()])),
        ("norm".to_owned(), Tensor::U32(norm)),
        ("members".to_owned(), Tensor::U32(vec![networks.len() as u32])),
        ("values".to_owned(), Tensor::F64(values)),
    ])
}

impl DenseEnsemble {
    /// The networks that [`crate::Classifier::tensors`] described, for so many features and classes.
    ///
    /// # Errors
    /// What is wrong with the tensors, in words: one missing or of another size, sizes that do not fit, an unknown
    /// activation, a weight that is not finite.
    pub(crate) fn from_tensors(
        tensors: &TensorMap,
        n_features: usize,
        n_classes: usize,
    ) -> Result<Self, String> {
        let sizes = integers(tensors, "sizes")?;
        let ([inputs, .., outputs], norm) = (sizes, integers(tensors, "norm")?) else {
            return Err("its network has no layers".to_owned());
        };
        if *inputs as usize != n_features || *outputs as usize != n_classes {
            return Err(format!(
                "its network leads from {inputs} to {outputs}, not from {n_features} to {n_classes}"
            ));
        }
        if norm.len() != sizes.len() - 1 || norm.iter().any(|flag| *flag > 1) {
            return Err("it does not say for each layer whether it is normalised".to_owned());
        }
        let activation = match integers(tensors, "activation")? {
            &[code] => Activation::from_code(code).ok_or(format!("its activation {code} is unknown"))?,
            _ => return Err("it does not have one activation".to_owned()),
        };
        let &[members] = integers(tensors, "members")? else {
            return Err("it does not say how many networks it has".to_owned());
        };
        let Some(Tensor::F64(values)) = tensors.get("values") else {
            return Err("it has no tensor `values` of 64-bit floating-point numbers".to_owned());
        };
        let mut values = values.as_slice();
        // Every network takes values, at least one bias: a number of members out of a damaged file ends the loop.
        let networks = (0..members).map(|_| network(&mut values, sizes, norm, activation));
        let networks = networks.collect::<Result<Vec<_>, String>>()?;
        if !values.is_empty() {
            return Err(format!("{} of its values belong to no network", values.len()));
        }
        Self::new(networks).map_err(|error| error.to_string())
    }
}

fn network(
    values: &mut &[f64],
    sizes: &[u32],
    norm: &[u32],
    activation: Activation,
) -> Result<DenseNetwork, String> {
    let mut layers = Vec::with_capacity(norm.len());
    for (pair, &normalised) in sizes.windows(2).zip(norm) {
        let (inputs, outputs) = (pair[0] as usize, pair[1] as usize);
        let mut take = |count: usize| {
            let taken = values.split_off(..count).ok_or("it has fewer values than its sizes need")?;
            Ok::<_, String>(taken.iter().map(|value| *value as f32).collect::<Vec<_>>())
        };
        let weights = take(inputs.checked_mul(outputs).ok_or("its layers are too large")?)?;
        let biases = take(outputs)?;
        let norm = match normalised {
            0 => None,
            _ => Some(LayerNorm { gain: take(outputs)?, shift: take(outputs)? }),
        };
        layers.push(DenseLayer { weights, biases, norm });
    }
    DenseNetwork::new(sizes[0] as usize, activation, layers).map_err(|error| error.to_string())
}

fn integers<'a>(tensors: &'a TensorMap, name: &str) -> Result<&'a [u32], String> {
    match tensors.get(name) {
        Some(Tensor::U32(values)) => Ok(values),
        _ => Err(format!("it has no tensor `{name}` of 32-bit integers")),
    }
}
