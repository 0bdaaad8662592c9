//! Learners for few, biased and expensive labels; metrics and validation.
//!
//! A [`Learner`] (its fields are its parameters) turns a [`TrainingSet`] into a [`Classifier`], which gives class
//! probabilities for new rows; a [`Model`] is a classifier with the names of its features and classes, on disk or off it.
//! [`metrics`] scores predictions, [`split`] divides rows into those to learn from and those to judge by, and
//! [`cross_validate()`] does both sides of it. Classes are numbers here; [`LabelCoder`] translates.
//!
//! ```
//! use hesper_learn::{ForestParams, Learner, Matrix, TrainingSet, metrics};
//! let x = Matrix::from_rows(&[[0.0, 1.0], [0.2, f64::NAN], [0.8, 0.0], [1.0, 0.3]])?;
//! let y = [0, 0, 1, 1];
//! let forest = ForestParams::default().fit(&TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 }, 7)?;
//! let probabilities = forest.predict_proba(&x)?;
//! assert_eq!(metrics::accuracy(&y, &metrics::most_probable(&probabilities))?, 1.0);
//! # Ok::<(), hesper_learn::Error>(())
//! ```

mod boosted;
mod calibration;
mod committee;
pub mod conformal;
mod cross_validate;
mod dense;
mod distance;
mod error;
mod fold_classifiers;
mod forest;
pub mod guard;
mod labels;
mod leaderboard;
mod learner;
mod logistic;
mod matrix;
pub mod metrics;
mod model;
mod naive_bayes;
mod neighbours;
mod nested;
mod out_of_fold;
mod permutation;
mod prepare;
mod projection;
mod random;
mod restore;
pub mod search;
mod shapley;
pub mod split;
mod svm;
mod tensor;

pub use boosted::{Boosted, BoostedParams, EarlyStopping};
pub use calibration::{Calibrated, Calibration, CalibrationMap, Reweighted};
pub use committee::Committee;
pub use cross_validate::{CrossValidation, cross_validate};
pub use dense::{Activation, DenseEnsemble, DenseLayer, DenseNetwork, LayerNorm};
pub use error::Error;
pub use fold_classifiers::FoldClassifiers;
pub use forest::{Forest, ForestParams, MaxFeatures};
pub use labels::LabelCoder;
pub use leaderboard::{Better, MetricOfRows, Resampling, Standing, leaderboard};
pub use learner::{Classifier, Learner, TrainingSet};
pub use logistic::{Logistic, LogisticParams};
pub use matrix::Matrix;
pub use model::Model;
pub use naive_bayes::{NaiveBayes, NaiveBayesParams};
pub use neighbours::{NeighbourWeights, Neighbours, NeighboursParams};
pub use permutation::{
    Permutation, PermutationImportance, permutation_importances, permutation_importances_by_row,
};
pub use prepare::{Prepare, Prepared, Scaling};
pub use projection::Projection;
pub use shapley::Shapley;
pub use svm::{Gamma, Svm, SvmParams};
pub use tensor::{Tensor, TensorMap};
