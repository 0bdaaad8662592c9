use std::collections::BTreeMap;

/// Numbers of a model's state, in one dimension.
#[derive(Clone, Debug, PartialEq)]
pub enum Tensor {
    /// 64-bit floating-point numbers.
    F64(Vec<f64>),
    /// 32-bit integers.
    U32(Vec<u32>),
}

/// A model's state by name.
pub type TensorMap = BTreeMap<String, Tensor>;

impl Tensor {
    /// The number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::F64(values) => values.len(),
            Self::U32(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values as bytes, the least significant first.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::F64(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Self::U32(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    }
}

/// The tensors whose names begin with a prefix, without it, and the others.
pub(crate) fn part(tensors: &TensorMap, prefix: &str) -> (TensorMap, TensorMap) {
    let (mut own, mut others) = (TensorMap::new(), TensorMap::new());
    for (name, tensor) in tensors {
        match name.strip_prefix(prefix) {
            Some(name) => own.insert(name.to_owned(), tensor.clone()),
            None => others.insert(name.clone(), tensor.clone()),
        };
    }
    (own, others)
}

/// The tensor with this name: so many finite numbers.
///
/// # Errors
/// In words, when it is missing, of another type or size, or holds a number that is not finite.
pub(crate) fn floats<'a>(tensors: &'a TensorMap, name: &str, count: usize) -> Result<&'a [f64], String> {
    match tensors.get(name) {
        Some(Tensor::F64(values)) if values.len() == count => match values.iter().find(|x| !x.is_finite()) {
            None => Ok(values),
            Some(value) => Err(format!("its tensor `{name}` holds {value}")),
        },
        _ => Err(format!("it has no tensor `{name}` of {count} 64-bit floating-point numbers")),
    }
}

/// The tensor with this name: so many integers.
///
/// # Errors
/// In words, when it is missing or of another type or size.
pub(crate) fn integers<'a>(tensors: &'a TensorMap, name: &str, count: usize) -> Result<&'a [u32], String> {
    match tensors.get(name) {
        Some(Tensor::U32(values)) if values.len() == count => Ok(values),
        _ => Err(format!("it has no tensor `{name}` of {count} 32-bit integers")),
    }
}
