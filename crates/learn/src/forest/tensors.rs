//! A forest as named tensors, and back with every number checked.

use super::Forest;
use super::node::Node;
use crate::{Tensor, TensorMap};

impl Forest {
    pub(super) fn to_tensors(&self) -> TensorMap {
        let nodes = &self.nodes;
        TensorMap::from([
            ("threshold".to_owned(), Tensor::F64(nodes.iter().map(|node| node.threshold).collect())),
            ("child".to_owned(), Tensor::U32(nodes.iter().map(|node| node.child).collect())),
            ("feature".to_owned(), Tensor::U32(nodes.iter().map(|node| node.feature() as u32).collect())),
            (
                "missing_left".to_owned(),
                Tensor::U32(nodes.iter().map(|node| node.missing_left().into()).collect()),
            ),
            ("leaf".to_owned(), Tensor::U32(self.leaves.clone())),
            ("root".to_owned(), Tensor::U32(self.roots.clone())),
            ("shares".to_owned(), Tensor::F64(self.shares.clone())),
            ("importances".to_owned(), Tensor::F64(self.importances.clone())),
        ])
    }

    /// The forest that [`crate::Classifier::tensors`] described, for so many features and classes.
    ///
    /// # Errors
    /// What is wrong with the tensors, in words: one missing or of another size, a child that is not further down its
    /// own tree, a feature or class out of range, a share that is no probability.
    pub(crate) fn from_tensors(
        tensors: &TensorMap,
        n_features: usize,
        n_classes: usize,
    ) -> Result<Self, String> {
        if n_features == 0 || n_classes == 0 {
            return Err("it has no features or no classes".to_owned());
        }
        let thresholds = floats(tensors, "threshold")?;
        let count = thresholds.len();
        let (children, features) = (integers(tensors, "child", count)?, integers(tensors, "feature", count)?);
        let missing_left = integers(tensors, "missing_left", count)?;
        let forest = Self {
            n_features,
            n_classes,
            nodes: (0..count)
                .map(|at| {
                    if features[at] as usize >= n_features || missing_left[at] > 1 {
                        return Err(format!("node {at} splits by feature {} of {n_features}", features[at]));
                    }
                    let child = children[at] as usize;
                    Ok(Node::split(features[at] as usize, thresholds[at], missing_left[at] == 1, child))
                })
                .collect::<Result<_, _>>()?,
            roots: match tensors.get("root") {
                Some(Tensor::U32(roots)) => roots.clone(),
                _ => return Err("it has no integer tensor `root`".to_owned()),
            },
            leaves: integers(tensors, "leaf", count)?.to_vec(),
            shares: floats(tensors, "shares")?.to_vec(),
            importances: floats(tensors, "importances")?.to_vec(),
        };
        check_trees(&forest.nodes, &forest.roots)?;
        forest.check_numbers()?;
        Ok(forest)
    }

    fn check_numbers(&self) -> Result<(), String> {
        let rows = self.shares.len() / self.n_classes;
        if !self.shares.len().is_multiple_of(self.n_classes) {
            return Err(format!(
                "{} shares do not make rows of {} classes",
                self.shares.len(),
                self.n_classes
            ));
        }
        let is_probability = |share: &f64| (0.0..=1.0).contains(share);
        let sums_to_one = |shares: &[f64]| (shares.iter().sum::<f64>() - 1.0).abs() < 1e-9;
        if !(self.shares.iter().all(is_probability)
            && self.shares.chunks_exact(self.n_classes).all(sums_to_one))
        {
            return Err("the class shares of a leaf are no probabilities".to_owned());
        }
        if let Some(leaf) = self.leaves.iter().find(|leaf| **leaf as usize >= self.n_classes + rows) {
            return Err(format!(
                "a leaf points to {leaf}, beyond {} classes and {rows} rows of shares",
                self.n_classes
            ));
        }
        if self.importances.len() != self.n_features || !self.importances.iter().all(is_probability) {
            return Err(format!("it does not hold {} importances from 0 to 1", self.n_features));
        }
        Ok(())
    }
}

/// Every walk from a root ends: children come after their parent and stay within the tree.
pub(crate) fn check_trees(nodes: &[Node], roots: &[u32]) -> Result<(), String> {
    if roots.first() != Some(&0) || !roots.is_sorted_by(|a, b| a < b) {
        return Err("its trees do not begin one after the other".to_owned());
    }
    for (tree, &root) in roots.iter().enumerate() {
        let (start, end) = (root as usize, roots.get(tree + 1).map_or(nodes.len(), |&next| next as usize));
        if start >= end || end > nodes.len() {
            return Err(format!("tree {tree} has no nodes"));
        }
        for (at, node) in nodes.iter().enumerate().take(end).skip(start) {
            let child = node.child as usize;
            let leaf = child == at && node.threshold == f64::INFINITY && node.missing_left();
            if !(leaf || (child > at && child < end - 1 && !node.threshold.is_nan())) {
                return Err(format!("node {at} has child {child}, outside its tree or above it"));
            }
        }
    }
    Ok(())
}

pub(crate) fn floats<'a>(tensors: &'a TensorMap, name: &str) -> Result<&'a [f64], String> {
    match tensors.get(name) {
        Some(Tensor::F64(values)) => Ok(values),
        _ => Err(format!("it has no tensor `{name}` of 64-bit floating-point numbers")),
    }
}

pub(crate) fn integers<'a>(tensors: &'a TensorMap, name: &str, count: usize) -> Result<&'a [u32], String> {
    match tensors.get(name) {
        Some(Tensor::U32(values)) if values.len() == count => Ok(values),
        _ => Err(format!("it has no tensor `{name}` of {count} 32-bit integers")),
    }
}
