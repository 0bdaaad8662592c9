use serde::{Deserialize, Serialize};

use crate::split::stratified_k_fold;
use crate::{Error, Learner, Matrix, TrainingSet, cross_validate, metrics};

/// How [`shift_weights`] estimates the ratio of two densities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ShiftParams {
    /// The number of folds, at least 2. Default 5.
    pub folds: usize,
    /// No weight is larger, above 0. A few rows of huge weight would decide everything. Default 50.
    pub largest: f64,
}

impl Default for ShiftParams {
    fn default() -> Self {
        Self { folds: 5, largest: 50.0 }
    }
}

/// How much more often rows like each come in the target than in the source.
#[derive(Clone, Debug, PartialEq)]
pub struct ShiftWeights {
    /// The weights of the source rows; their mean is near 1 where the ratio is well estimated.
    pub source: Vec<f64>,
    /// The weights of the target rows.
    pub target: Vec<f64>,
    /// (Σ w)²/Σ w² of the source rows (Kish): so many rows without weights would tell as much.
    pub effective_size: f64,
    /// The area under the ROC curve of the discriminator, out of fold: 0.5 if source and target look alike, 1 if any row
    /// can be told, in which case no weights help.
    pub separation: f64,
}

/// (Σ w)²/Σ w² (Kish 1965): so many objects of equal weight would tell as much; 0 where all weights are.
pub fn effective_size(weights: &[f64]) -> f64 {
    let (sum, squares) = weights.iter().fold((0.0, 0.0), |(sum, squares), w| (sum + w, squares + w * w));
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// Estimates the ratio of the density of the target to that of the source by a classifier that tells one from the other:
/// w = p/(1 − p) · n_source/n_target with p the probability, out of fold, that a row is of the target (Bickel, Brückner &
/// Scheffer 2009; Sugiyama, Suzuki & Kanamori 2012).
///
/// # Errors
/// When a table has fewer than 2 rows, the numbers of columns differ, a parameter is out of its range, or the learner
/// refuses the rows.
pub fn shift_weights(
    params: &ShiftParams,
    learner: &dyn Learner,
    source: &Matrix,
    target: &Matrix,
    seed: u64,
) -> Result<ShiftWeights, Error> {
    if !(params.largest > 0.0 && params.largest.is_finite()) {
        let value = params.largest.to_string();
        return Err(Error::Parameter { name: "largest", value, limit: "above 0 and finite" });
    }
    Error::check_length("columns of the target", source.cols(), target.cols())?;
    let (n_source, n_target) = (source.rows(), target.rows());
    for (table, rows) in [("the source", n_source), ("the target", n_target)] {
        match rows {
            0 => return Err(Error::Empty(table)),
            1 => return Err(Error::Split(format!("{table} has a single row; give at least 2"))),
            _ => (),
        }
    }
    let x = Matrix::new(n_source + n_target, source.cols(), [source.data(), target.data()].concat())?;
    let y: Vec<u32> = (0..x.rows()).map(|row| u32::from(row >= n_source)).collect();
    let folds = stratified_k_fold(&y, params.folds.min(x.rows()), seed)?;
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
    let p = cross_validate(learner, &data, &folds, seed)?.probabilities.column(1);
    let is_target: Vec<bool> = y.iter().map(|&class| class == 1).collect();
    let separation = metrics::roc_auc(&is_target, &p)?;
    let scale = n_source as f64 / n_target as f64;
    let mut weights: Vec<f64> = p.iter().map(|p| (p / (1.0 - p) * scale).min(params.largest)).collect();
    let target = weights.split_off(n_source);
    let effective_size = effective_size(&weights);
    Ok(ShiftWeights { source: weights, target, effective_size, separation })
}
