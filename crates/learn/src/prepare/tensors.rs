//! What was learned, as named tensors, and back with every number checked.

use super::column::{KNOTS, LIMIT, Scale};
use super::{Prepare, Scaling};
use crate::tensor::{floats, integers};
use crate::{Tensor, TensorMap};

const SCALINGS: [Scaling; 4] = [Scaling::None, Scaling::Standard, Scaling::Robust, Scaling::Normal];

impl Prepare {
    pub(super) fn to_tensors(&self) -> TensorMap {
        let (mut centres, mut spreads, mut limits) = (Vec::new(), Vec::new(), Vec::new());
        let (mut knots, mut all_values, mut all_scores) = (Vec::new(), Vec::new(), Vec::new());
        for scale in &self.scales {
            let (line, curve): ([f64; 3], (&[f64], &[f64])) = match scale {
                Scale::Linear { centre, spread, limit } => ([*centre, *spread, *limit], (&[], &[])),
                Scale::Curve { values, scores } => ([0.0, 1.0, LIMIT], (values, scores)),
            };
            centres.push(line[0]);
            spreads.push(line[1]);
            limits.push(line[2]);
            knots.push(curve.0.len() as u32);
            all_values.extend_from_slice(curve.0);
            all_scores.extend_from_slice(curve.1);
        }
        let scaling = SCALINGS.iter().position(|scaling| *scaling == self.scaling).unwrap_or(0);
        let named = |name: &str, tensor| (name.to_owned(), tensor);
        TensorMap::from([
            named("scaling", Tensor::U32(vec![scaling as u32])),
            named("fill", Tensor::F64(self.fill.clone())),
            named("centre", Tensor::F64(centres)),
            named("spread", Tensor::F64(spreads)),
            named("limit", Tensor::F64(limits)),
            named("knots", Tensor::U32(knots)),
            named("value", Tensor::F64(all_values)),
            named("score", Tensor::F64(all_scores)),
        ])
    }

    /// The preparation that [`Self::to_tensors`] described, for so many features.
    ///
    /// # Errors
    /// What is wrong with the tensors, in words: one missing or of another size, numbers that are not finite, a spread
    /// or limit below 0, knots that do not ascend.
    pub(super) fn from_tensors(tensors: &TensorMap, n_features: usize) -> Result<Self, String> {
        let scaling = integers(tensors, "scaling", 1)?[0];
        let scaling = SCALINGS.get(scaling as usize).ok_or(format!("its scaling {scaling} is unknown"))?;
        let fill = floats(tensors, "fill", n_features)?;
        let centres = floats(tensors, "centre", n_features)?;
        let spreads = floats(tensors, "spread", n_features)?;
        let limits = floats(tensors, "limit", n_features)?;
        let counts = integers(tensors, "knots", n_features)?;
        let total = counts.iter().map(|&count| count as usize).sum();
        let (mut values, mut scores) = (floats(tensors, "value", total)?, floats(tensors, "score", total)?);
        let mut scales = Vec::with_capacity(n_features);
        for (column, &count) in counts.iter().enumerate() {
            let own;
            (own, values) = values.split_at(count as usize);
            let own_scores;
            (own_scores, scores) = scores.split_at(count as usize);
            let ascend = own.is_sorted_by(|a, b| a < b) && own_scores.is_sorted();
            let (spread, limit) = (spreads[column], limits[column]);
            if count as usize > KNOTS || !ascend || spread < 0.0 || limit < 0.0 {
                return Err(format!("the scale of its feature {column} is none"));
            }
            scales.push(match count {
                0 => Scale::Linear { centre: centres[column], spread, limit },
                _ => Scale::Curve { values: own.to_vec(), scores: own_scores.to_vec() },
            });
        }
        Ok(Self { scaling: *scaling, fill: fill.to_vec(), scales })
    }
}
