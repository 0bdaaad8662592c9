//! The k nearest neighbours' vote (Cover & Hart 1967, doi:10.1109/TIT.1967.1053964), by Euclidean distance.
//!
//! In few dimensions a tree finds the neighbours, in many a scan of all rows; both find the same ones.

mod nearest;
mod scan;
#[cfg(test)]
mod tests;
mod tree;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::tensor::{floats, integers};
use crate::{Classifier, Error, Learner, Matrix, Tensor, TensorMap, TrainingSet};
use nearest::Nearest;
use scan::Scan;
use tree::Tree;

/// How much a neighbour's vote counts, besides the weight of its row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeighbourWeights {
    /// All the same.
    #[default]
    Uniform,
    /// The inverse of its distance; where some are at no distance at all, only these count.
    Distance,
}

/// The parameters of the k nearest neighbours.
///
/// ```
/// use hesper_learn::{Learner, Matrix, NeighboursParams, TrainingSet};
/// let x = Matrix::from_rows(&[[0.0], [0.1], [0.9], [1.0]])?;
/// let data = TrainingSet { x: &x, y: &[0, 0, 1, 1], weights: None, n_classes: 2 };
/// let classifier = NeighboursParams { k: 3, ..Default::default() }.fit(&data, 0)?;
/// assert_eq!(classifier.predict_proba(&Matrix::from_rows(&[[0.2]])?)?.row(0), [2.0 / 3.0, 1.0 / 3.0]);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NeighboursParams {
    /// How many neighbours vote, at least 1; all rows if there are fewer. Default 15.
    pub k: usize,
    /// How much each vote counts. Default: all the same.
    pub weights: NeighbourWeights,
}

impl Default for NeighboursParams {
    fn default() -> Self {
        Self { k: 15, weights: NeighbourWeights::Uniform }
    }
}

impl NeighboursParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// When no neighbours are to vote.
    pub fn check(&self) -> Result<(), Error> {
        match self.k {
            0 => Err(Error::Parameter { name: "k", value: "0".to_owned(), limit: "at least 1" }),
            _ => Ok(()),
        }
    }
}

impl Learner for NeighboursParams {
    fn name(&self) -> &'static str {
        Neighbours::LEARNER
    }

    fn fit(&self, data: &TrainingSet<'_>, _seed: u64) -> Result<Box<dyn Classifier>, Error> {
        Ok(Box::new(Neighbours::fit(self, data)?))
    }

    fn parameters(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Rows with classes and weights, ready to be searched.
pub struct Neighbours {
    params: NeighboursParams,
    n_classes: usize,
    x: Matrix,
    y: Vec<u32>,
    weights: Vec<f64>,
    index: Index,
}

enum Index {
    Scan(Scan),
    Tree(Tree),
}

impl std::fmt::Debug for Neighbours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Neighbours")
            .field("params", &self.params)
            .field("rows", &self.x.rows())
            .field("n_features", &self.x.cols())
            .field("n_classes", &self.n_classes)
            .finish_non_exhaustive()
    }
}

/// Up to so many columns a tree is faster than a scan, as measured on normal random numbers.
const TREE_COLS: usize = 8;
/// Queries of one task at most.
const BLOCK_ROWS: usize = 128;

impl Neighbours {
    /// The name under which models record it.
    pub const LEARNER: &'static str = "neighbours";

    /// Keeps the rows that weigh something. Nothing is drawn.
    ///
    /// # Errors
    /// What [`TrainingSet::check`] and [`NeighboursParams::check`] find; missing values, or such beyond ±1e100; more
    /// than 2³¹ rows.
    pub fn fit(params: &NeighboursParams, data: &TrainingSet<'_>) -> Result<Self, Error> {
        params.check()?;
        data.check()?;
        Error::check_numbers(data.x.cols(), data.x)?;
        let rows = data.weighty_rows();
        let (actual, limit) = (rows.len(), i32::MAX as usize);
        if actual > limit {
            return Err(Error::TooLarge { what: "rows", actual, limit });
        }
        let largest = rows.iter().map(|&row| data.weight(row)).fold(0.0, f64::max);
        let y = rows.iter().map(|&row| data.y[row]).collect();
        let weights = rows.iter().map(|&row| data.weight(row) / largest).collect();
        Ok(Self::new(params.clone(), data.n_classes, data.x.select_rows(&rows), y, weights))
    }

    fn new(params: NeighboursParams, n_classes: usize, x: Matrix, y: Vec<u32>, weights: Vec<f64>) -> Self {
        let index =
            if x.cols() <= TREE_COLS { Index::Tree(Tree::new(&x)) } else { Index::Scan(Scan::new(&x)) };
        Self { params, n_classes, x, y, weights, index }
    }

    /// Calls `take` with each row's neighbours (squared distances and rows, the nearest first; of equally near ones the
    /// lowest rows) and its slice of `out`, which has `width` numbers for each row of `x`.
    fn each(
        &self,
        x: &Matrix,
        out: &mut [f64],
        width: usize,
        take: impl Fn(&[(f64, u32)], &mut [f64]) + Sync,
    ) -> Result<(), Error> {
        Error::check_numbers(self.x.cols(), x)?;
        let cols = self.x.cols();
        let k = self.params.k.min(self.x.rows());
        let block = x.rows().div_ceil(rayon::current_num_threads()).clamp(2, BLOCK_ROWS);
        out.par_chunks_mut(block * width).zip(x.data().par_chunks(block * cols)).for_each_init(
            || ((0..block).map(|_| Nearest::new(k)).collect::<Vec<_>>(), vec![0.0; cols]),
            |(nearest, offsets), (out, queries)| {
                let nearest = &mut nearest[..queries.len() / cols];
                nearest.iter_mut().for_each(Nearest::clear);
                match &self.index {
                    Index::Scan(scan) => scan.search(&self.x, queries, nearest),
                    Index::Tree(tree) => {
                        for (query, nearest) in queries.chunks_exact(cols).zip(&mut *nearest) {
                            tree.search(query, nearest, offsets);
                        }
                    }
                }
                for (nearest, out) in nearest.iter().zip(out.chunks_exact_mut(width)) {
                    take(nearest.found(), out);
                }
            },
        );
        Ok(())
    }

    /// The neighbours' shares in the vote.
    fn vote(&self, found: &[(f64, u32)], out: &mut [f64]) {
        let weight = |row: u32| self.weights[row as usize];
        // Votes are counted in the largest weight and the smallest distance among them, so that they do not vanish.
        let heaviest = found.iter().fold(0.0, |largest: f64, (_, row)| largest.max(weight(*row)));
        let least = found.first().map_or(0.0, |(square, _)| *square);
        for &(square, row) in found {
            let share = match self.params.weights {
                NeighbourWeights::Distance if square > least => (least / square).sqrt(),
                _ => 1.0,
            };
            out[self.y[row as usize] as usize] += share * (weight(row) / heaviest);
        }
        let sum: f64 = out.iter().sum();
        out.iter_mut().for_each(|share| *share /= sum);
    }

    /// The classifier that [`Classifier::tensors`] described, for so many features and classes.
    ///
    /// # Errors
    /// What is wrong with the tensors, in words: one missing or of another size, values, classes or weights out of
    /// range.
    pub(crate) fn from_tensors(
        tensors: &TensorMap,
        n_features: usize,
        n_classes: usize,
    ) -> Result<Self, String> {
        let params = integers(tensors, "params", 2)?;
        let weighting = match params[1] {
            0 => NeighbourWeights::Uniform,
            1 => NeighbourWeights::Distance,
            other => return Err(format!("its way {other} of weighing votes is unknown")),
        };
        let rows = tensors.get("class").map_or(0, Tensor::len);
        let y = integers(tensors, "class", rows)?.to_vec();
        let weights = floats(tensors, "weight", rows)?.to_vec();
        let count = rows.checked_mul(n_features).ok_or("it has too many rows and features")?;
        let x = floats(tensors, "x", count)?.to_vec();
        if params[0] == 0 || count == 0 || rows > i32::MAX as usize {
            return Err("it has no features, no rows or no neighbours, or too many".to_owned());
        }
        if x.iter().any(|value| value.abs() > 1e100)
            || y.iter().any(|&class| class as usize >= n_classes)
            || weights.iter().any(|weight| !(*weight > 0.0 && *weight <= 1.0))
        {
            return Err("a value, class or weight of a row is out of range".to_owned());
        }
        let x = Matrix::new(rows, n_features, x).map_err(|error| error.to_string())?;
        let params = NeighboursParams { k: params[0] as usize, weights: weighting };
        Ok(Self::new(params, n_classes, x, y, weights))
    }
}

impl Classifier for Neighbours {
    fn n_classes(&self) -> usize {
        self.n_classes
    }

    fn n_features(&self) -> usize {
        self.x.cols()
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        let mut probabilities = Matrix::filled(x.rows(), self.n_classes, 0.0);
        self.each(x, probabilities.data_mut(), self.n_classes, |found, out| self.vote(found, out))?;
        Ok(probabilities)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        None
    }

    fn tensors(&self) -> Option<TensorMap> {
        let k = self.params.k.min(self.x.rows()) as u32;
        let weighting = match self.params.weights {
            NeighbourWeights::Uniform => 0,
            NeighbourWeights::Distance => 1,
        };
        Some(TensorMap::from([
            ("params".to_owned(), Tensor::U32(vec![k, weighting])),
            ("x".to_owned(), Tensor::F64(self.x.data().to_vec())),
            ("class".to_owned(), Tensor::U32(self.y.clone())),
            ("weight".to_owned(), Tensor::F64(self.weights.clone())),
        ]))
    }
}
