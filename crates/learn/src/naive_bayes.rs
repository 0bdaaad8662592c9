//! Gaussian naive Bayes: within a class, each feature is normal and independent of the others.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::tensor::floats;
use crate::{Classifier, Error, Learner, Matrix, Tensor, TensorMap, TrainingSet};

/// The parameters of Gaussian naive Bayes; the default is scikit-learn's.
///
/// P(k | x) ∝ π_k Π_j N(x_j; μ_kj, σ²_kj + ε), with the shares π_k, means and variances (divided by the weight) of the
/// training rows, and ε = `var_smoothing` × the largest variance of a feature over all rows.
///
/// ```
/// use hesper_learn::{Learner, Matrix, NaiveBayesParams, TrainingSet};
/// let x = Matrix::from_rows(&[[0.0], [1.0], [5.0], [7.0]])?;
/// let data = TrainingSet { x: &x, y: &[0, 0, 1, 1], weights: None, n_classes: 2 };
/// let classifier = NaiveBayesParams::default().fit(&data, 0)?;
/// assert!(classifier.predict_proba(&Matrix::from_rows(&[[0.4]])?)?.row(0)[0] > 0.99);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NaiveBayesParams {
    /// The share of the largest variance that is added to all variances, above 0. Default 1e-9.
    pub var_smoothing: f64,
}

impl Default for NaiveBayesParams {
    fn default() -> Self {
        Self { var_smoothing: 1e-9 }
    }
}

impl NaiveBayesParams {
    /// Checks the range.
    ///
    /// # Errors
    /// When `var_smoothing` is not a positive number.
    pub fn check(&self) -> Result<(), Error> {
        if self.var_smoothing > 0.0 && self.var_smoothing.is_finite() {
            return Ok(());
        }
        let value = self.var_smoothing.to_string();
        Err(Error::Parameter { name: "var_smoothing", value, limit: "above 0 and finite" })
    }
}

impl Learner for NaiveBayesParams {
    fn name(&self) -> &'static str {
        NaiveBayes::LEARNER
    }

    fn fit(&self, data: &TrainingSet<'_>, _seed: u64) -> Result<Box<dyn Classifier>, Error> {
        Ok(Box::new(NaiveBayes::fit(self, data)?))
    }

    fn parameters(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Shares, means and variances of the classes.
#[derive(Clone, Debug, PartialEq)]
pub struct NaiveBayes {
    n_features: usize,
    /// The share of each class; 0 for one without rows, which is never predicted.
    priors: Vec<f64>,
    /// Classes × features.
    means: Vec<f64>,
    /// Classes × features, ε added.
    variances: Vec<f64>,
}

/// No variance is smaller, so that no value within ±1e100 is infinitely improbable.
const LEAST_VARIANCE: f64 = 1e-100;
/// Rows that one task predicts.
const BLOCK_ROWS: usize = 512;

impl NaiveBayes {
    /// The name under which models record it.
    pub const LEARNER: &'static str = "naive-bayes";

    /// Learns. The same data give the same numbers: nothing is drawn.
    ///
    /// # Errors
    /// What [`TrainingSet::check`] and [`NaiveBayesParams::check`] find; missing values, or such beyond ±1e100.
    pub fn fit(params: &NaiveBayesParams, data: &TrainingSet<'_>) -> Result<Self, Error> {
        params.check()?;
        data.check()?;
        Error::check_numbers(data.x.cols(), data.x)?;
        let rows = data.weighty_rows();
        let largest = rows.iter().map(|&row| data.weight(row)).fold(0.0, f64::max);
        // Divided by the largest, weights cannot sum to more than a number holds when multiplied by values.
        let weigh = |row: usize| (row, data.weight(row) / largest);
        let everything = Moments::of(data.x, rows.iter().map(|&row| weigh(row)));
        let widest = everything.variances.iter().copied().fold(0.0, f64::max);
        let smoothing = (params.var_smoothing * widest).max(LEAST_VARIANCE);

        let (mut priors, mut means, mut variances) = (Vec::new(), Vec::new(), Vec::new());
        for class in 0..data.n_classes as u32 {
            let own = rows.iter().filter(|&&row| data.y[row] == class).map(|&row| weigh(row));
            let moments = Moments::of(data.x, own);
            priors.push(moments.weight / everything.weight);
            means.extend(moments.means);
            variances.extend(moments.variances.iter().map(|variance| variance + smoothing));
        }
        Ok(Self { n_features: data.x.cols(), priors, means, variances })
    }

    /// The classifier that [`Classifier::tensors`] described, for so many features and classes.
    ///
    /// # Errors
    /// What is wrong with the tensors, in words: one missing or of another size, shares that are none, means or
    /// variances out of range.
    pub(crate) fn from_tensors(
        tensors: &TensorMap,
        n_features: usize,
        n_classes: usize,
    ) -> Result<Self, String> {
        let count = n_features.checked_mul(n_classes).ok_or("it has too many features and classes")?;
        let priors = floats(tensors, "prior", n_classes)?.to_vec();
        let means = floats(tensors, "mean", count)?.to_vec();
        let variances = floats(tensors, "variance", count)?.to_vec();
        let shares =
            priors.iter().all(|prior| *prior >= 0.0) && (priors.iter().sum::<f64>() - 1.0).abs() < 1e-9;
        if n_features == 0 || !shares {
            return Err("its classes have no shares that add up to 1, or it has no features".to_owned());
        }
        if means.iter().any(|mean| mean.abs() > 1e100)
            || variances.iter().any(|variance| !(LEAST_VARIANCE..=1e250).contains(variance))
        {
            return Err("a mean or variance is out of range".to_owned());
        }
        Ok(Self { n_features, priors, means, variances })
    }
}

/// The weight of some rows, and the means and variances of their features (0 when there are none).
struct Moments {
    weight: f64,
    means: Vec<f64>,
    variances: Vec<f64>,
}

impl Moments {
    fn of(x: &Matrix, rows: impl Iterator<Item = (usize, f64)> + Clone) -> Self {
        let weight: f64 = rows.clone().map(|(_, weight)| weight).sum();
        let mut means = vec![0.0; x.cols()];
        let mut variances = means.clone();
        if weight > 0.0 {
            for (row, weight) in rows.clone() {
                means.iter_mut().zip(x.row(row)).for_each(|(sum, value)| *sum += weight * value);
            }
            means.iter_mut().for_each(|sum| *sum /= weight);
            for (row, weight) in rows {
                for ((sum, value), mean) in variances.iter_mut().zip(x.row(row)).zip(&means) {
                    *sum += weight * (value - mean) * (value - mean);
                }
            }
            variances.iter_mut().for_each(|sum| *sum /= weight);
        }
        Self { weight, means, variances }
    }
}

impl Classifier for NaiveBayes {
    fn n_classes(&self) -> usize {
        self.priors.len()
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        Error::check_numbers(self.n_features, x)?;
        let (cols, classes) = (self.n_features, self.n_classes());
        let constants: Vec<f64> = self
            .priors
            .iter()
            .zip(self.variances.chunks_exact(cols))
            .map(|(prior, variances)| {
                let logarithms = variances.iter().map(|variance| (std::f64::consts::TAU * variance).ln());
                prior.ln() - 0.5 * logarithms.sum::<f64>()
            })
            .collect();
        let mut probabilities = Matrix::filled(x.rows(), classes, 0.0);
        probabilities
            .data_mut()
            .par_chunks_mut(BLOCK_ROWS * classes)
            .zip(x.data().par_chunks(BLOCK_ROWS * cols))
            .for_each(|(out, rows)| {
                for (out, row) in out.chunks_exact_mut(classes).zip(rows.chunks_exact(cols)) {
                    for (class, out) in out.iter_mut().enumerate() {
                        let own = class * cols..(class + 1) * cols;
                        let distance: f64 = row
                            .iter()
                            .zip(self.means[own.clone()].iter().zip(&self.variances[own]))
                            .map(|(value, (mean, variance))| (value - mean) * (value - mean) / variance)
                            .sum();
                        *out = constants[class] - 0.5 * distance;
                    }
                    normalise(out);
                }
            });
        Ok(probabilities)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        None
    }

    fn tensors(&self) -> Option<TensorMap> {
        Some(TensorMap::from([
            ("prior".to_owned(), Tensor::F64(self.priors.clone())),
            ("mean".to_owned(), Tensor::F64(self.means.clone())),
            ("variance".to_owned(), Tensor::F64(self.variances.clone())),
        ]))
    }
}

/// Logarithms of numbers in proportion to probabilities, made probabilities. At least one is finite.
fn normalise(logarithms: &mut [f64]) {
    let largest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logarithms.iter_mut().for_each(|value| *value = (*value - largest).exp());
    let sum: f64 = logarithms.iter().sum();
    logarithms.iter_mut().for_each(|value| *value /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_tensors_are_refused() {
        let x = Matrix::from_rows(&[[0.0], [1.0], [2.0]]).unwrap();
        let data = TrainingSet { x: &x, y: &[0, 1, 1], weights: None, n_classes: 2 };
        let fitted = NaiveBayes::fit(&NaiveBayesParams::default(), &data).unwrap();
        let good = fitted.tensors().unwrap();
        assert_eq!(NaiveBayes::from_tensors(&good, 1, 2).unwrap(), fitted);
        let refused = |name: &str, values: [f64; 2]| {
            let mut tensors = good.clone();
            tensors.insert(name.to_owned(), Tensor::F64(values.to_vec()));
            NaiveBayes::from_tensors(&tensors, 1, 2).unwrap_err()
        };
        assert!(refused("prior", [0.5, 0.6]).contains("shares"));
        assert!(refused("prior", [-0.5, 1.5]).contains("shares"));
        assert!(refused("mean", [0.0, 1e101]).contains("range"));
        assert!(refused("variance", [0.0, 1.0]).contains("range"));
        assert!(refused("variance", [1.0, f64::NAN]).contains("NaN"));
        assert!(
            NaiveBayes::from_tensors(&good, 2, 2).is_err() && NaiveBayes::from_tensors(&good, 1, 1).is_err()
        );
    }
}
