//! Random forest (Breiman 2001, doi:10.1023/A:1010933404324): trees on bootstrap samples, each node split by the best
//! of a few features drawn at random; the probabilities are the mean of the trees' leaf frequencies.
//!
//! The features are turned into ranks once; nodes are searched by histograms of ranks, so that no node sorts. Missing
//! values (NaN) go to the side where they lower the impurity most; where training saw none, to the heavier side.

mod code_set;
mod codes;
mod grow;
mod node;
mod params;
mod predict;
mod shapley;
mod split;
mod split_counts;
mod split_weights;
mod tensors;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

pub(crate) use node::Node;
pub use params::{ForestParams, MaxFeatures};
pub(crate) use tensors::{check_trees, floats, integers};

use crate::random::Stream;
use crate::{Classifier, Error, Learner, Matrix, Shapley, TensorMap, TrainingSet};
use grow::{Ground, Tree, Workshop};
use split::Search;
use split_counts::CountSearch;
use split_weights::WeightSearch;

/// The most groups of trees that a forest gives as members of a committee.
const MEMBERS: usize = 10;

/// A grown forest.
#[derive(Clone, PartialEq)]
pub struct Forest {
    n_features: usize,
    n_classes: usize,
    /// All trees' nodes, tree after tree.
    nodes: Vec<Node>,
    /// The first node of each tree.
    roots: Vec<u32>,
    /// For each leaf, the class if it is pure; else the number of classes plus the row in `shares`.
    leaves: Vec<u32>,
    /// Class shares of the leaves that are not pure, leaf after leaf.
    shares: Vec<f64>,
    importances: Vec<f64>,
}

impl std::fmt::Debug for Forest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Forest")
            .field("trees", &self.roots.len())
            .field("nodes", &self.nodes.len())
            .field("n_features", &self.n_features)
            .field("n_classes", &self.n_classes)
            .finish_non_exhaustive()
    }
}

impl Learner for ForestParams {
    fn name(&self) -> &'static str {
        Forest::LEARNER
    }

    fn fit(&self, data: &TrainingSet<'_>, seed: u64) -> Result<Box<dyn Classifier>, Error> {
        Ok(Box::new(Forest::fit(self, data, seed)?))
    }

    fn parameters(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl Forest {
    /// The name under which models record forests.
    pub const LEARNER: &'static str = "forest";

    /// Grows a forest. Rows of weight 0 are left out, before the bootstrap draws.
    ///
    /// # Errors
    /// What [`TrainingSet::check`] and [`ForestParams::check`] find; more than 2³¹ rows, features or nodes.
    pub fn fit(params: &ForestParams, data: &TrainingSet<'_>, seed: u64) -> Result<Self, Error> {
        params.check()?;
        data.check()?;
        for (what, actual) in
            [("rows", data.x.rows()), ("features", data.x.cols()), ("classes", data.n_classes)]
        {
            check_size(what, actual)?;
        }
        let rows: Vec<u32> = (0..data.x.rows() as u32)
            .filter(|&row| data.weights.is_none_or(|weights| weights[row as usize] > 0.0))
            .collect();
        let (classes, present) = present_classes(data, &rows);
        let ground = Ground {
            columns: &codes::code(data.x, &rows, params.max_bins),
            rows: rows.len(),
            max_features: params.max_features.of(data.x.cols()),
            max_depth: params.max_depth.unwrap_or(usize::MAX),
            bootstrap: params.bootstrap,
        };
        let weights: Option<Vec<f64>> =
            data.weights.map(|weights| rows.iter().map(|&row| weights[row as usize]).collect());
        let counts = weights.as_deref().map(whole_weights);
        let bins = ground.columns.iter().map(|column| usize::from(column.bins())).max().unwrap_or(0);
        let trees = match counts {
            None | Some(Some(_)) if present.len() <= 2 && params.min_samples_leaf == 1 => {
                let counts = counts.flatten();
                grow_all(params.trees, seed, &ground, || CountSearch::new(&classes, counts.as_deref(), bins))
            }
            _ => {
                let weights = weights.map(scaled_weights);
                let least = params.min_samples_leaf;
                grow_all(params.trees, seed, &ground, || {
                    WeightSearch::new(&classes, weights.as_deref(), present.len(), least, bins)
                })
            }
        };
        Self::plant(trees, data, &present)
    }

    /// Puts the trees, which know only the classes that have rows, together.
    fn plant(trees: Vec<Tree>, data: &TrainingSet<'_>, present: &[u32]) -> Result<Self, Error> {
        let (n_features, n_classes) = (data.x.cols(), data.n_classes);
        let nodes = trees.iter().map(|tree| tree.nodes.len()).sum();
        check_size("nodes", nodes)?;
        let known = present.len();
        let mut forest = Self {
            n_features,
            n_classes,
            nodes: Vec::with_capacity(nodes),
            roots: Vec::with_capacity(trees.len()),
            leaves: Vec::with_capacity(nodes),
            shares: Vec::new(),
            importances: mean_importances(&trees, n_features),
        };
        for tree in trees {
            let root = forest.nodes.len() as u32;
            forest.roots.push(root);
            forest.nodes.extend(tree.nodes.iter().map(|node| node.shifted(root)));
            let first = forest.shares.len() / n_classes;
            for shares in tree.shares.chunks_exact(known) {
                let start = forest.shares.len();
                forest.shares.resize(start + n_classes, 0.0);
                for (&class, &share) in present.iter().zip(shares) {
                    forest.shares[start + class as usize] = share;
                }
            }
            forest.leaves.extend(tree.leaves.iter().map(|&leaf| match (leaf as usize).checked_sub(known) {
                Some(row) => (n_classes + first + row) as u32,
                None => present[leaf as usize],
            }));
        }
        Ok(forest)
    }

    /// The number of trees.
    pub fn trees(&self) -> usize {
        self.roots.len()
    }

    /// The number of nodes in all trees, leaves among them.
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }
}

pub(crate) fn check_size(what: &'static str, actual: usize) -> Result<(), Error> {
    let limit = i32::MAX as usize;
    if actual <= limit { Ok(()) } else { Err(Error::TooLarge { what, actual, limit }) }
}

/// The classes that have rows, and the class of each row as a place among these.
pub(crate) fn present_classes(data: &TrainingSet<'_>, rows: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut present: Vec<u32> = rows.iter().map(|&row| data.y[row as usize]).collect();
    present.sort_unstable();
    present.dedup();
    let places =
        rows.iter().map(|&row| present.partition_point(|&class| class < data.y[row as usize]) as u32);
    (places.collect(), present)
}

/// The weights as integers, if they are such and so small that no sum over a bootstrap sample overflows.
fn whole_weights(weights: &[f64]) -> Option<Vec<u32>> {
    let limit = f64::from(i32::MAX) / weights.len() as f64;
    weights
        .iter()
        .map(|&weight| (weight <= limit && weight.fract() == 0.0).then_some(weight as u32))
        .collect()
}

/// The weights times a power of two that brings the largest close to 1: their squares do not overflow then, and sums
/// round as they did.
fn scaled_weights(weights: Vec<f64>) -> Vec<f64> {
    let largest = weights.iter().copied().fold(0.0, f64::max);
    let scale = (-largest.log2().floor().clamp(-1000.0, 1000.0)).exp2();
    weights.into_iter().map(|weight| weight * scale).collect()
}

fn grow_all<S: Search>(
    trees: usize,
    seed: u64,
    ground: &Ground<'_>,
    search: impl Fn() -> S + Sync + Send,
) -> Vec<Tree> {
    (0..trees as u64)
        .into_par_iter()
        .map_init(
            || Workshop::new(search(), ground),
            |workshop, tree| workshop.grow(ground, Stream::new(seed, tree)),
        )
        .collect()
}

/// The mean over the trees of each tree's shares in its decrease of impurity, as scikit-learn defines it.
fn mean_importances(trees: &[Tree], n_features: usize) -> Vec<f64> {
    let mut mean = vec![0.0; n_features];
    for tree in trees {
        let sum: f64 = tree.importances.iter().sum();
        if sum > 0.0 {
            for (total, importance) in mean.iter_mut().zip(&tree.importances) {
                *total += importance / sum;
            }
        }
    }
    let sum: f64 = mean.iter().sum();
    if sum > 0.0 {
        mean.iter_mut().for_each(|importance| *importance /= sum);
    }
    mean
}

impl Classifier for Forest {
    fn n_classes(&self) -> usize {
        self.n_classes
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        self.probabilities(x)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        Some(self.importances.clone())
    }

    /// The trees in ten groups (or as many as there are trees) of consecutive ones: each tree drew its own rows and
    /// features, so that the groups are a committee without further learning. Nothing for a single tree.
    fn members(&self, x: &Matrix) -> Result<Option<Vec<Matrix>>, Error> {
        let groups = self.roots.len().min(MEMBERS);
        if groups < 2 { Ok(None) } else { self.group_probabilities(x, groups).map(Some) }
    }

    fn shapley(&self, x: &Matrix, background: &Matrix) -> Result<Option<Shapley>, Error> {
        Forest::shapley(self, x, background).map(Some)
    }

    fn tensors(&self) -> Option<TensorMap> {
        Some(self.to_tensors())
    }
}
