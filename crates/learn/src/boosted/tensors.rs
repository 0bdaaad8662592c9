//! Boosted trees as named tensors, and back with every number checked.

use super::Boosted;
use crate::forest::{Node, check_trees, floats, integers};
use crate::{Tensor, TensorMap};

impl Boosted {
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
            ("value".to_owned(), Tensor::F64(self.values.clone())),
            ("cover".to_owned(), Tensor::F64(self.covers.clone())),
            ("root".to_owned(), Tensor::U32(self.roots.clone())),
            ("present".to_owned(), Tensor::U32(self.present.clone())),
            ("start".to_owned(), Tensor::F64(self.start.clone())),
            ("importances".to_owned(), Tensor::F64(self.importances.clone())),
        ])
    }

    /// The trees that [`crate::Classifier::tensors`] described, for so many features and classes.
    ///
    /// # Errors
    /// What is wrong with the tensors, in words: one missing or of another size, a child that is not further down its
    /// own tree, a feature or class out of range, a number that is not finite.
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
        let list = |name: &str| match tensors.get(name) {
            Some(Tensor::U32(values)) => Ok(values.clone()),
            _ => Err(format!("it has no integer tensor `{name}`")),
        };
        let node = |at: usize| {
            if features[at] as usize >= n_features || missing_left[at] > 1 {
                return Err(format!("node {at} splits by feature {} of {n_features}", features[at]));
            }
            Ok(Node::split(
                features[at] as usize,
                thresholds[at],
                missing_left[at] == 1,
                children[at] as usize,
            ))
        };
        let trees = Self {
            n_features,
            n_classes,
            present: list("present")?,
            start: floats(tensors, "start")?.to_vec(),
            nodes: (0..count).map(node).collect::<Result<_, _>>()?,
            roots: list("root")?,
            values: floats(tensors, "value")?.to_vec(),
            covers: floats(tensors, "cover")?.to_vec(),
            importances: floats(tensors, "importances")?.to_vec(),
        };
        if !trees.roots.is_empty() || !trees.nodes.is_empty() {
            check_trees(&trees.nodes, &trees.roots)?;
        }
        trees.check_classes()?;
        trees.check_numbers()?;
        Ok(trees)
    }

    fn check_classes(&self) -> Result<(), String> {
        let known = self.present.last().is_some_and(|class| (*class as usize) < self.n_classes);
        if !known || !self.present.is_sorted_by(|a, b| a < b) {
            return Err(format!("its classes are not some of {} in order", self.n_classes));
        }
        let margins = match self.present.len() {
            1 => 0,
            2 => 1,
            classes => classes,
        };
        if self.start.len() != margins || !self.start.iter().all(|value| value.is_finite()) {
            return Err(format!("it does not start from {margins} finite margins"));
        }
        if self.roots.len() != self.roots.len() / margins.max(1) * margins {
            return Err(format!("{} trees do not make rounds of {margins}", self.roots.len()));
        }
        Ok(())
    }

    fn check_numbers(&self) -> Result<(), String> {
        let count = self.nodes.len();
        let finite = |value: &f64| value.is_finite();
        if self.values.len() != count || !self.values.iter().all(finite) {
            return Err(format!("it does not hold {count} finite values of nodes"));
        }
        let positive = |value: &f64| value.is_finite() && *value > 0.0;
        if self.covers.len() != count || !self.covers.iter().all(positive) {
            return Err(format!("it does not hold {count} positive covers of nodes"));
        }
        let is_share = |share: &f64| (0.0..=1.0).contains(share);
        if self.importances.len() != self.n_features || !self.importances.iter().all(is_share) {
            return Err(format!("it does not hold {} importances from 0 to 1", self.n_features));
        }
        Ok(())
    }
}
