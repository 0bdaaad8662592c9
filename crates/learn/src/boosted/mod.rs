//! Gradient-boosted trees (Friedman 2001, doi:10.1214/aos/1013203451) by histograms, as LightGBM grows them (Ke et al.
//! 2017, "LightGBM: a highly efficient gradient boosting decision tree", NeurIPS 30): second-order gains, the leaf that
//! gains most split next.
//!
//! For two classes the margin is the log-odds of class 1 and a round adds one tree; for more it is the logit of each
//! class, and a round adds a tree for each. With p the present probability of a class and w a row's weight, a tree
//! learns from g = w·(p − [the row is of the class]) and h = w·p·(1 − p), the latter times K/(K − 1) for K > 2 classes;
//! a leaf's value is −Σg/(Σh + λ) times the learning rate. The margins start from the classes' shares.
//!
//! Missing values (NaN) go to the side where they gain most; where a node saw none, to the side of more rows.

mod bins;
mod grow;
mod histograms;
mod objective;
mod params;
mod predict;
mod shapley;
mod sorted;
mod split;
mod sums;
mod tensors;
#[cfg(test)]
mod tests;
mod train;

pub use params::{BoostedParams, EarlyStopping};

use crate::forest::Node;
use crate::{Classifier, Error, Learner, Matrix, Shapley, TensorMap, TrainingSet};

/// Boosted trees.
#[derive(Clone, PartialEq)]
pub struct Boosted {
    n_features: usize,
    n_classes: usize,
    /// The classes that had rows.
    present: Vec<u32>,
    /// Where the margins start: none for one class that had rows, one for two, else one for each.
    start: Vec<f64>,
    /// All trees' nodes, tree after tree: round after round, and in each a tree for each margin.
    nodes: Vec<Node>,
    /// The first node of each tree.
    roots: Vec<u32>,
    /// What a leaf adds to the margin; 0 for nodes that are none.
    values: Vec<f64>,
    /// The training weight in each node.
    covers: Vec<f64>,
    importances: Vec<f64>,
}

impl std::fmt::Debug for Boosted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Boosted")
            .field("trees", &self.roots.len())
            .field("nodes", &self.nodes.len())
            .field("n_features", &self.n_features)
            .field("n_classes", &self.n_classes)
            .finish_non_exhaustive()
    }
}

impl Learner for BoostedParams {
    fn name(&self) -> &'static str {
        Boosted::LEARNER
    }

    fn fit(&self, data: &TrainingSet<'_>, seed: u64) -> Result<Box<dyn Classifier>, Error> {
        Ok(Box::new(Boosted::fit(self, data, seed)?))
    }

    fn parameters(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl Boosted {
    /// The name under which models record boosted trees.
    pub const LEARNER: &'static str = "boosted";

    /// Grows the trees. Rows of weight 0 are left out. The seed matters only where something is drawn: features, rows,
    /// or the rows held out for early stopping.
    ///
    /// # Errors
    /// What [`TrainingSet::check`] and [`BoostedParams::check`] find; more than 2³¹ rows, features or nodes; rows that
    /// cannot be divided for early stopping.
    pub fn fit(params: &BoostedParams, data: &TrainingSet<'_>, seed: u64) -> Result<Self, Error> {
        train::train(params, data, seed)
    }

    /// The number of trees.
    pub fn trees(&self) -> usize {
        self.roots.len()
    }

    /// The number of rounds, fewer than asked for when training stopped early.
    pub fn rounds(&self) -> usize {
        self.roots.len() / self.start.len().max(1)
    }

    /// The number of nodes in all trees, leaves among them.
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// The margins before they become probabilities, rows × classes: for two classes with rows the log-odds of each (one
    /// minus the other), for more their logits. A class without rows has −∞, the only one with rows 0.
    ///
    /// # Errors
    /// As [`Classifier::predict_proba`].
    pub fn margins(&self, x: &Matrix) -> Result<Matrix, Error> {
        let sums = self.sums(x)?;
        let mut margins = Matrix::filled(x.rows(), self.n_classes, f64::NEG_INFINITY);
        for row in 0..x.rows() {
            let sums = &sums[row * self.start.len()..];
            let row = margins.row_mut(row);
            match *self.present {
                [only] => row[only as usize] = 0.0,
                [first, second] => (row[first as usize], row[second as usize]) = (-sums[0], sums[0]),
                _ => self.present.iter().zip(sums).for_each(|(&class, &sum)| row[class as usize] = sum),
            }
        }
        Ok(margins)
    }
}

impl Classifier for Boosted {
    fn n_classes(&self) -> usize {
        self.n_classes
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        let mut sums = self.sums(x)?;
        objective::to_probabilities(&mut sums, self.start.len());
        let mut probabilities = Matrix::filled(x.rows(), self.n_classes, 0.0);
        for row in 0..x.rows() {
            let shares = &sums[row * self.start.len()..];
            let row = probabilities.row_mut(row);
            match *self.present {
                [only] => row[only as usize] = 1.0,
                [first, second] => (row[first as usize], row[second as usize]) = (1.0 - shares[0], shares[0]),
                _ => self.present.iter().zip(shares).for_each(|(&class, &share)| row[class as usize] = share),
            }
        }
        Ok(probabilities)
    }

    /// Each feature's share in the gain of all splits.
    fn importances(&self) -> Option<Vec<f64>> {
        Some(self.importances.clone())
    }

    fn shapley(&self, x: &Matrix, _background: &Matrix) -> Result<Option<Shapley>, Error> {
        Boosted::shapley(self, x).map(Some)
    }

    fn tensors(&self) -> Option<TensorMap> {
        Some(self.to_tensors())
    }
}
