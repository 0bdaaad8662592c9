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
