//! A projection as named tensors, and back with every number checked.

use super::Projection;
use crate::tensor::{floats, integers};
use crate::{Matrix, Tensor, TensorMap};

impl Projection {
    pub(super) fn to_tensors(&self) -> TensorMap {
        let named = |name: &str, values: &[f64]| (name.to_owned(), Tensor::F64(values.to_vec()));
        let shape = |rows: usize, columns: usize| {
            ("shape".to_owned(), Tensor::U32(vec![rows as u32, columns as u32]))
        };
        match self {
            Self::Identity(_) => TensorMap::new(),
            Self::Affine { centre, table, offset } => TensorMap::from([
                shape(table.rows(), table.cols()),
                named("centre", centre),
                named("table", table.data()),
                named("offset", offset),
            ]),
            Self::Gaussian { objects, width, weights } => TensorMap::from([
                shape(weights.rows(), weights.cols()),
                named("objects", objects.data()),
                named("width", &[*width]),
                named("weights", weights.data()),
            ]),
        }
    }

    /// The projection that [`Self::to_tensors`] described, for so many features, and the number of features of its space.
    ///
    /// # Errors
    /// What is wrong with the tensors, in words.
    pub(super) fn from_tensors(tensors: &TensorMap, features: usize) -> Result<(Self, usize), String> {
        let shape = integers(tensors, "shape", 2)?;
        let (rows, columns) = (shape[0] as usize, shape[1] as usize);
        let table = |name: &str, rows: usize, columns: usize| {
            let count = rows.checked_mul(columns).ok_or(format!("its tensor `{name}` is too large"))?;
            let values = floats(tensors, name, count)?.to_vec();
            Matrix::new(rows, columns, values).map_err(|error| error.to_string())
        };
        let projection = if tensors.contains_key("objects") {
            let width = floats(tensors, "width", 1)?[0];
            if width <= 0.0 {
                return Err(format!("its kernel's width is {width}, but must be above 0"));
            }
            let (objects, weights) = (table("objects", rows, features)?, table("weights", rows, columns)?);
            Self::Gaussian { objects, width, weights }
        } else {
            let centre = floats(tensors, "centre", features)?.to_vec();
            let offset = floats(tensors, "offset", columns)?.to_vec();
            Self::Affine { centre, table: table("table", features, columns)?, offset }
        };
        Ok((projection, columns))
    }
}
