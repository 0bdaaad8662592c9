//! Exact Shapley values of tree ensembles.
//!
//! What a tree says of a row when only the features S are known is the mean over the ways the others may go: at a split
//! by a feature outside S both sides are followed, each with its share of the node's cover (Lundberg et al. 2020,
//! doi:10.1038/s42256-019-0138-9, "path-dependent" TreeSHAP; Algorithm 1 there defines the values that Algorithm 2 and
//! the code here compute). For one leaf this is its value times a product over the features on its path: of o_j, whether
//! the row goes the leaf's way at all splits by j, for j in S, and of z_j, the product of the shares, for the others.
//! The Shapley value of a product game is an integral over how likely each other feature is to be known (Owen 1972,
//! doi:10.1287/mnsc.18.5.64):
//!
//! φ_i = v ∫₀¹ (o_i − z_i) ∏_{j ≠ i} (t·o_j + (1 − t)·z_j) dt,
//!
//! a polynomial in t whose degree is the number of other features on the path, so that Gauss–Legendre quadrature with
//! half as many points is exact. At each point the products of all leaves are built on one way down the tree and summed
//! on one way up: the time per row and tree is the number of nodes times the number of points.

mod ensemble;
mod quadrature;
mod skeleton;
#[cfg(test)]
mod tests;

pub(crate) use ensemble::Ensemble;

use crate::{Error, Matrix};

/// How much each feature moved the output for each row and class away from the output for no row in particular.
#[derive(Clone, Debug, PartialEq)]
pub struct Shapley {
    rows: usize,
    n_features: usize,
    n_classes: usize,
    /// Rows × features × classes.
    values: Vec<f64>,
    base: Vec<f64>,
}

impl Shapley {
    /// From the values, rows × features × classes, and one base value for each class.
    pub(crate) fn new(rows: usize, n_features: usize, values: Vec<f64>, base: Vec<f64>) -> Self {
        Self { rows, n_features, n_classes: base.len(), values, base }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of features.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// The number of classes.
    pub fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// The values of one row, features × classes. Those of a class add up to the classifier's output for the row and
    /// class less the class's base value.
    ///
    /// # Panics
    /// When there is no such row, as indexing a slice does.
    pub fn row(&self, row: usize) -> &[f64] {
        let width = self.n_features * self.n_classes;
        &self.values[row * width..(row + 1) * width]
    }

    /// One value, or nothing outside the table.
    pub fn get(&self, row: usize, feature: usize, class: usize) -> Option<f64> {
        let inside = row < self.rows && feature < self.n_features && class < self.n_classes;
        inside.then(|| self.values[(row * self.n_features + feature) * self.n_classes + class])
    }

    /// The output for no row in particular, for each class: the mean over the rows that the covers were counted on.
    pub fn base(&self) -> &[f64] {
        &self.base
    }

    /// The mean absolute value over the rows, features × classes: how much a feature matters for a class.
    ///
    /// # Errors
    /// When there are no rows.
    pub fn mean_absolute(&self) -> Result<Matrix, Error> {
        if self.rows == 0 {
            return Err(Error::Empty("the table of Shapley values"));
        }
        let mut mean = Matrix::filled(self.n_features, self.n_classes, 0.0);
        for row in 0..self.rows {
            for (sum, value) in mean.data_mut().iter_mut().zip(self.row(row)) {
                *sum += value.abs();
            }
        }
        mean.data_mut().iter_mut().for_each(|sum| *sum /= self.rows as f64);
        Ok(mean)
    }
}
