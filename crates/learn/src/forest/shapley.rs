use rayon::prelude::*;

use super::Forest;
use crate::shapley::{Ensemble, Shapley};
use crate::{Error, Matrix};

impl Forest {
    /// Exact Shapley values of the class probabilities: for a row and class, the values of all features add up to the
    /// probability less the base value.
    ///
    /// A forest does not keep how many rows its nodes saw; the cover of a node is the number of rows of `background` that
    /// come to it, all of them counted once in every tree. With the training rows this differs from covers counted while
    /// growing by the draws of the bootstrap. The base values are the mean probabilities of the background. Where a
    /// node sees none of the background, its sides count the same.
    ///
    /// # Errors
    /// When the rows of either table have another number of features than those learned from, or the background is empty.
    pub fn shapley(&self, x: &Matrix, background: &Matrix) -> Result<Shapley, Error> {
        Error::check_length("features of the rows", self.n_features, x.cols())?;
        Error::check_length("features of the background", self.n_features, background.cols())?;
        if background.rows() == 0 {
            return Err(Error::Empty("the background"));
        }
        Ok(self.shapley_of(x, &self.covers(background)))
    }

    /// For each node how many of the rows come to it.
    fn covers(&self, rows: &Matrix) -> Vec<f64> {
        let mut covers = vec![0.0; self.nodes.len()];
        let mut trees = Vec::with_capacity(self.roots.len());
        let mut rest = covers.as_mut_slice();
        for (tree, &root) in self.roots.iter().enumerate() {
            let end = self.roots.get(tree + 1).map_or(self.nodes.len(), |&end| end as usize);
            let (of_tree, after) = rest.split_at_mut(end - root as usize);
            trees.push((root as usize, of_tree));
            rest = after;
        }
        trees.into_par_iter().for_each(|(root, covers)| {
            for row in 0..rows.rows() {
                let (mut at, row) = (root, rows.row(row));
                loop {
                    covers[at - root] += 1.0;
                    let node = self.nodes[at];
                    let to =
                        node.child as usize + usize::from(node.goes_right_or_missing(row[node.feature()]));
                    if to == at {
                        break;
                    }
                    at = to;
                }
            }
        });
        covers
    }

    /// The Shapley values with these covers of the nodes.
    pub(crate) fn shapley_of(&self, x: &Matrix, covers: &[f64]) -> Shapley {
        let classes = self.n_classes;
        // The last class follows from the others, for probabilities add up to 1.
        let outputs = classes - 1;
        let mut values = vec![0.0; self.nodes.len() * outputs];
        let trees = self.roots.len() as f64;
        if outputs > 0 {
            for (node, values) in values.chunks_exact_mut(outputs).enumerate() {
                if self.nodes[node].child as usize != node {
                    continue;
                }
                let leaf = self.leaves[node] as usize;
                match leaf.checked_sub(classes) {
                    None if leaf < outputs => values[leaf] = 1.0 / trees,
                    None => {}
                    Some(row) => {
                        let shares = &self.shares[row * classes..];
                        values.iter_mut().zip(shares).for_each(|(value, share)| *value = share / trees);
                    }
                }
            }
        }
        let ensemble = Ensemble {
            nodes: &self.nodes,
            roots: &self.roots,
            covers,
            values: &values,
            width: outputs,
            outputs,
        };
        let of_outputs = ensemble.shapley(x);
        let mut base = ensemble.base();
        base.push(1.0 - base.iter().sum::<f64>());
        let mut values = vec![0.0; x.rows() * x.cols() * classes];
        if outputs > 0 {
            for (from, to) in of_outputs.chunks_exact(outputs).zip(values.chunks_exact_mut(classes)) {
                to[..outputs].copy_from_slice(from);
                to[outputs] = -from.iter().sum::<f64>();
            }
        }
        Shapley::new(x.rows(), x.cols(), values, base)
    }
}
