//! Multinomial logistic regression with an L2 penalty: minimises C Σ_i w_i ℓ_i + |β|² / 2, where ℓ_i = −ln p(class of
//! row i) and the intercepts are not penalised.
//!
//! Two classes have one logit, more have one each, p_k ∝ exp(β_k · x + α_k), whose intercepts add up to 0, as
//! scikit-learn has it. Classes without rows are left out and have probability 0.

mod cholesky;
mod newton;
mod objective;
mod params;

use rayon::prelude::*;

pub use params::LogisticParams;

use crate::tensor::{floats, integers};
use crate::{Classifier, Error, Learner, Matrix, Tensor, TensorMap, TrainingSet};
use objective::Objective;

/// What logistic regression learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Logistic {
    n_features: usize,
    n_classes: usize,
    /// The classes that have rows, ascending.
    present: Vec<u32>,
    /// Outputs × features.
    coefficients: Vec<f64>,
    intercepts: Vec<f64>,
}

/// Rows that one task predicts.
const BLOCK_ROWS: usize = 512;

impl Learner for LogisticParams {
    fn name(&self) -> &'static str {
        Logistic::LEARNER
    }

    fn fit(&self, data: &TrainingSet<'_>, _seed: u64) -> Result<Box<dyn Classifier>, Error> {
        Ok(Box::new(Logistic::fit(self, data)?))
    }

    fn parameters(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl Logistic {
    /// The name under which models record it.
    pub const LEARNER: &'static str = "logistic";

    /// Learns. The same data give the same numbers: nothing is drawn.
    ///
    /// # Errors
    /// What [`TrainingSet::check`] and [`LogisticParams::check`] find; missing values, or such beyond ±1e100; no
    /// convergence.
    pub fn fit(params: &LogisticParams, data: &TrainingSet<'_>) -> Result<Self, Error> {
        params.check()?;
        data.check()?;
        Error::check_numbers(data.x.cols(), data.x)?;
        let rows = data.weighty_rows();
        let mut present: Vec<u32> = rows.iter().map(|&row| data.y[row]).collect();
        present.sort_unstable();
        present.dedup();
        let (n_features, n_classes) = (data.x.cols(), data.n_classes);
        let outputs = output_count(present.len());
        let mut fitted =
            Self { n_features, n_classes, present, coefficients: Vec::new(), intercepts: Vec::new() };
        if outputs == 0 {
            return Ok(fitted);
        }
        let mut x = Vec::with_capacity(rows.len() * (n_features + 1));
        for &row in &rows {
            x.extend_from_slice(data.x.row(row));
            x.push(1.0);
        }
        let objective = Objective {
            x,
            width: n_features + 1,
            weights: rows.iter().map(|&row| data.weight(row)).collect(),
            y: rows
                .iter()
                .map(|&row| fitted.present.partition_point(|&class| class < data.y[row]) as u32)
                .collect(),
            outputs,
            penalty: 1.0 / params.c,
        };
        let theta = newton::minimise(&objective, params.tolerance, params.max_iterations, newton::DENSE)?;
        for output in theta.chunks_exact(n_features + 1) {
            fitted.coefficients.extend_from_slice(&output[..n_features]);
            fitted.intercepts.push(output[n_features]);
        }
        Ok(fitted)
    }

    /// The classes that had rows to learn from, ascending.
    pub fn present(&self) -> &[u32] {
        &self.present
    }

    /// The coefficients, outputs × features, row after row: one output for each of [`Self::present`]; a single one, in
    /// favour of the second, when there are two; none when there is one.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The intercept of each output.
    pub fn intercepts(&self) -> &[f64] {
        &self.intercepts
    }

    /// The classifier that [`Classifier::tensors`] described, for so many features and classes.
    ///
    /// # Errors
    /// What is wrong with the tensors, in words: one missing or of another size, classes that are none, a number that is
    /// not finite or so large that logits might not be.
    pub(crate) fn from_tensors(
        tensors: &TensorMap,
        n_features: usize,
        n_classes: usize,
    ) -> Result<Self, String> {
        let present = match tensors.get("present") {
            Some(Tensor::U32(present)) => integers(tensors, "present", present.len())?.to_vec(),
            _ => return Err("it has no integer tensor `present`".to_owned()),
        };
        let known =
            present.is_sorted_by(|a, b| a < b) && present.iter().all(|&class| (class as usize) < n_classes);
        if n_features == 0 || present.is_empty() || !known {
            return Err("it has no features, or its classes are not ascending ones".to_owned());
        }
        let outputs = output_count(present.len());
        let count = outputs.checked_mul(n_features).ok_or("it has too many features and classes")?;
        let coefficients = floats(tensors, "coefficient", count)?.to_vec();
        let intercepts = floats(tensors, "intercept", outputs)?.to_vec();
        if coefficients.iter().chain(&intercepts).any(|value| value.abs() > 1e150) {
            return Err("a coefficient is out of range".to_owned());
        }
        Ok(Self { n_features, n_classes, present, coefficients, intercepts })
    }

    fn fill(&self, row: &[f64], logits: &mut [f64], out: &mut [f64]) {
        for ((logit, coefficients), intercept) in
            logits.iter_mut().zip(self.coefficients.chunks_exact(self.n_features)).zip(&self.intercepts)
        {
            *logit = cholesky::dot(row, coefficients) + intercept;
        }
        match (&*self.present, logits) {
            ([only], _) => out[*only as usize] = 1.0,
            ([first, second], [logit]) => {
                // Each from its own side, so that neither loses its digits.
                out[*first as usize] = 1.0 / (1.0 + logit.exp());
                out[*second as usize] = 1.0 / (1.0 + (-*logit).exp());
            }
            (present, logits) => {
                let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                logits.iter_mut().for_each(|logit| *logit = (*logit - largest).exp());
                let sum: f64 = logits.iter().sum();
                for (class, value) in present.iter().zip(logits) {
                    out[*class as usize] = *value / sum;
                }
            }
        }
    }
}

fn output_count(present: usize) -> usize {
    match present {
        0 | 1 => 0,
        2 => 1,
        more => more,
    }
}

impl Classifier for Logistic {
    fn n_classes(&self) -> usize {
        self.n_classes
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        Error::check_numbers(self.n_features, x)?;
        let (cols, classes) = (self.n_features, self.n_classes);
        let mut probabilities = Matrix::filled(x.rows(), classes, 0.0);
        probabilities
            .data_mut()
            .par_chunks_mut(BLOCK_ROWS * classes)
            .zip(x.data().par_chunks(BLOCK_ROWS * cols))
            .for_each(|(out, rows)| {
                let mut logits = vec![0.0; self.intercepts.len()];
                for (out, row) in out.chunks_exact_mut(classes).zip(rows.chunks_exact(cols)) {
                    self.fill(row, &mut logits, out);
                }
            });
        Ok(probabilities)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        None
    }

    /// The rows themselves: the only layer is the last one.
    fn embedding(&self, x: &Matrix) -> Result<Option<Matrix>, Error> {
        Error::check_numbers(self.n_features, x)?;
        Ok(Some(x.clone()))
    }

    fn tensors(&self) -> Option<TensorMap> {
        Some(TensorMap::from([
            ("present".to_owned(), Tensor::U32(self.present.clone())),
            ("coefficient".to_owned(), Tensor::F64(self.coefficients.clone())),
            ("intercept".to_owned(), Tensor::F64(self.intercepts.clone())),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tensor::{F64, U32};

    #[test]
    fn damaged_tensors_are_refused() {
        let x = Matrix::from_rows(&[[0.0], [0.2], [1.0], [1.2], [2.0], [2.2]]).unwrap();
        let data = TrainingSet { x: &x, y: &[0, 0, 1, 1, 2, 2], weights: None, n_classes: 3 };
        let fitted = Logistic::fit(&LogisticParams::default(), &data).unwrap();
        let good = fitted.tensors().unwrap();
        assert_eq!(Logistic::from_tensors(&good, 1, 3).unwrap(), fitted);
        let refused = |name: &str, tensor: Tensor| {
            let mut tensors = good.clone();
            tensors.insert(name.to_owned(), tensor);
            Logistic::from_tensors(&tensors, 1, 3).unwrap_err()
        };
        assert!(refused("present", U32(vec![0, 1, 3])).contains("ascending"));
        assert!(refused("present", U32(vec![])).contains("ascending"));
        assert!(refused("present", U32(vec![0, 1])).contains("`coefficient` of 1"));
        assert!(refused("coefficient", F64(vec![0.0, 0.0, f64::INFINITY])).contains("inf"));
        assert!(refused("intercept", F64(vec![0.0, 0.0, 1e200])).contains("range"));
        assert!(Logistic::from_tensors(&good, 2, 3).is_err() && Logistic::from_tensors(&good, 1, 2).is_err());
    }
}
