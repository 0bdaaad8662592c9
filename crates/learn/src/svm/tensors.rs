//! A support vector machine as named tensors, and back with every number checked.

use super::platt::Sigmoid;
use super::{Pair, Svm};
use crate::tensor::{floats, integers};
use crate::{Matrix, Tensor, TensorMap};

impl Svm {
    pub(super) fn to_tensors(&self) -> TensorMap {
        let of_pairs = |get: fn(&Pair) -> f64| Tensor::F64(self.pairs.iter().map(get).collect());
        TensorMap::from([
            ("gamma".to_owned(), Tensor::F64(vec![self.gamma])),
            ("present".to_owned(), Tensor::U32(self.present.clone())),
            ("count".to_owned(), Tensor::U32(self.counts.clone())),
            ("support".to_owned(), Tensor::F64(self.support.data().to_vec())),
            ("dual".to_owned(), Tensor::F64(self.dual.clone())),
            ("bias".to_owned(), of_pairs(|pair| pair.bias)),
            ("slope".to_owned(), of_pairs(|pair| pair.sigmoid.slope)),
            ("offset".to_owned(), of_pairs(|pair| pair.sigmoid.offset)),
        ])
    }

    /// The machine that [`crate::Classifier::tensors`] described, for so many features and classes.
    ///
    /// # Errors
    /// What is wrong with the tensors, in words: one missing or of another size, classes that are none, a number out of
    /// range.
    pub(crate) fn from_tensors(
        tensors: &TensorMap,
        n_features: usize,
        n_classes: usize,
    ) -> Result<Self, String> {
        let k = tensors.get("present").map_or(0, Tensor::len);
        let present = integers(tensors, "present", k)?.to_vec();
        let known =
            present.is_sorted_by(|a, b| a < b) && present.iter().all(|&class| (class as usize) < n_classes);
        if n_features == 0 || k == 0 || !known {
            return Err("it has no features, or its classes are not ascending ones".to_owned());
        }
        let gamma = floats(tensors, "gamma", 1)?[0];
        let counts = integers(tensors, "count", k)?.to_vec();
        let rows: usize = counts.iter().map(|&count| count as usize).sum();
        let too_large = || "it has too many support vectors, features and classes".to_owned();
        let values = rows.checked_mul(n_features).ok_or_else(too_large)?;
        let support = floats(tensors, "support", values)?.to_vec();
        let dual = floats(tensors, "dual", rows.checked_mul(k - 1).ok_or_else(too_large)?)?.to_vec();
        let count = k.checked_mul(k - 1).ok_or_else(too_large)? / 2;
        let bias = floats(tensors, "bias", count)?;
        let slopes = floats(tensors, "slope", count)?;
        let offsets = floats(tensors, "offset", count)?;
        let small = |values: &[f64]| values.iter().all(|value| value.abs() <= 1e100);
        if gamma <= 0.0 || gamma > 1e300 || ![&support, &dual, bias, slopes, offsets].into_iter().all(small) {
            return Err("a number of its support vectors or pairs is out of range".to_owned());
        }
        Ok(Self {
            n_features,
            n_classes,
            gamma,
            present,
            support: Matrix::new(rows, n_features, support).map_err(|error| error.to_string())?,
            counts,
            dual,
            pairs: (0..count)
                .map(|pair| Pair {
                    bias: bias[pair],
                    sigmoid: Sigmoid { slope: slopes[pair], offset: offsets[pair] },
                })
                .collect(),
        })
    }
}
