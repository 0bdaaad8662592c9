//! Support vector machine with the kernel exp(−γ |a − b|²) (Cortes & Vapnik 1995, doi:10.1007/BF00994018): each class
//! against each other one; probabilities by a sigmoid for each pair, fitted to decision values of rows held out, and
//! coupled.

mod couple;
mod kernel;
mod params;
mod platt;
mod predict;
mod solve;
mod tensors;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

pub use params::{Gamma, SvmParams};

use crate::split::stratified_k_fold;
use crate::{Classifier, Error, Learner, Matrix, TensorMap, TrainingSet};
use kernel::Kernel;
use platt::Sigmoid;
use solve::{Solution, solve};

/// A support vector machine.
#[derive(Clone, PartialEq)]
pub struct Svm {
    n_features: usize,
    n_classes: usize,
    gamma: f64,
    /// The classes that have rows, ascending.
    present: Vec<u32>,
    /// The support vectors, class after class.
    support: Matrix,
    /// The number of support vectors of each present class.
    counts: Vec<u32>,
    /// The multipliers of the support vectors against each other class, others × support vectors: row r is against the
    /// r-th of the other classes, in their order.
    dual: Vec<f64>,
    pairs: Vec<Pair>,
}

/// What a pair of classes needs besides support vectors, in the order (0, 1), (0, 2), …, (1, 2), ….
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pair {
    bias: f64,
    sigmoid: Sigmoid,
}

impl std::fmt::Debug for Svm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Svm")
            .field("support_vectors", &self.support.rows())
            .field("gamma", &self.gamma)
            .field("n_features", &self.n_features)
            .field("n_classes", &self.n_classes)
            .finish_non_exhaustive()
    }
}

impl Learner for SvmParams {
    fn name(&self) -> &'static str {
        Svm::LEARNER
    }

    fn fit(&self, data: &TrainingSet<'_>, seed: u64) -> Result<Box<dyn Classifier>, Error> {
        Ok(Box::new(Svm::fit(self, data, seed)?))
    }

    fn parameters(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Kernel rows kept by all threads together, in bytes.
const CACHE: usize = 256 << 20;

impl Svm {
    /// The name under which models record it.
    pub const LEARNER: &'static str = "svm";

    /// Learns; the seed draws the folds of the calibration.
    ///
    /// # Errors
    /// What [`TrainingSet::check`] and [`SvmParams::check`] find; missing values, or such beyond ±1e100; no convergence.
    pub fn fit(params: &SvmParams, data: &TrainingSet<'_>, seed: u64) -> Result<Self, Error> {
        params.check()?;
        data.check()?;
        Error::check_numbers(data.x.cols(), data.x)?;
        let mut by_class: Vec<(u32, Vec<usize>)> =
            (0..data.n_classes as u32).map(|class| (class, Vec::new())).collect();
        for row in data.weighty_rows() {
            by_class[data.y[row] as usize].1.push(row);
        }
        by_class.retain(|(_, rows)| !rows.is_empty());
        let gamma = match params.gamma {
            Gamma::Value(gamma) => gamma,
            Gamma::Scale => scaled_gamma(data),
        };
        let classes = by_class.len();
        let pairs: Vec<(usize, usize)> =
            (0..classes).flat_map(|first| (first + 1..classes).map(move |second| (first, second))).collect();
        let fitted: Vec<(Vec<f64>, Pair)> = pairs
            .par_iter()
            .enumerate()
            .map(|(number, &(first, second))| {
                let seed = seed.wrapping_add(number as u64);
                fit_pair(params, data, gamma, [&by_class[first].1, &by_class[second].1], seed)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self::gather(data, gamma, &by_class, &pairs, fitted))
    }

    /// Keeps the rows that support any pair.
    fn gather(
        data: &TrainingSet<'_>,
        gamma: f64,
        by_class: &[(u32, Vec<usize>)],
        pairs: &[(usize, usize)],
        fitted: Vec<(Vec<f64>, Pair)>,
    ) -> Self {
        let others = by_class.len() - 1;
        // Each class's multipliers, rows × other classes.
        let mut own: Vec<Vec<f64>> =
            by_class.iter().map(|(_, rows)| vec![0.0; rows.len() * others]).collect();
        for (&(first, second), (dual, _)) in pairs.iter().zip(&fitted) {
            let (a, b) = dual.split_at(by_class[first].1.len());
            for (class, against, values) in [(first, second - 1, a), (second, first, b)] {
                for (place, value) in own[class].chunks_exact_mut(others).zip(values) {
                    place[against] = *value;
                }
            }
        }
        let (mut support, mut counts) = (Vec::new(), Vec::new());
        let mut dual = vec![Vec::new(); others];
        for ((_, rows), own) in by_class.iter().zip(&own) {
            let before = support.len();
            if others > 0 {
                for (&row, values) in rows.iter().zip(own.chunks_exact(others)) {
                    if values.iter().any(|value| *value != 0.0) {
                        support.push(row);
                        dual.iter_mut().zip(values).for_each(|(dual, value)| dual.push(*value));
                    }
                }
            }
            counts.push((support.len() - before) as u32);
        }
        Self {
            n_features: data.x.cols(),
            n_classes: data.n_classes,
            gamma,
            present: by_class.iter().map(|(class, _)| *class).collect(),
            support: data.x.select_rows(&support),
            counts,
            dual: dual.concat(),
            pairs: fitted.into_iter().map(|(_, pair)| pair).collect(),
        }
    }

    /// The number of support vectors.
    pub fn support_vectors(&self) -> usize {
        self.support.rows()
    }

    /// The width of the kernel.
    pub fn gamma(&self) -> f64 {
        self.gamma
    }

    /// The classes that had rows to learn from, ascending.
    pub fn present(&self) -> &[u32] {
        &self.present
    }
}

/// 1 / (features × variance of all values), by the weights of the rows.
fn scaled_gamma(data: &TrainingSet<'_>) -> f64 {
    let rows = data.weighty_rows();
    let largest = rows.iter().map(|&row| data.weight(row)).fold(0.0, f64::max);
    let values = || {
        rows.iter().flat_map(|&row| {
            let weight = data.weight(row) / largest;
            data.x.row(row).iter().map(move |value| (*value, weight))
        })
    };
    let total: f64 = values().map(|(_, weight)| weight).sum();
    let mean = values().map(|(value, weight)| weight * value).sum::<f64>() / total;
    let variance =
        values().map(|(value, weight)| weight * (value - mean) * (value - mean)).sum::<f64>() / total;
    if variance > 0.0 { (1.0 / (data.x.cols() as f64 * variance)).min(1e300) } else { 1.0 }
}

/// The multipliers of the rows of two classes, the first one's first, and the rest of what the pair needs.
fn fit_pair(
    params: &SvmParams,
    data: &TrainingSet<'_>,
    gamma: f64,
    rows: [&[usize]; 2],
    seed: u64,
) -> Result<(Vec<f64>, Pair), Error> {
    let all: Vec<usize> = rows.concat();
    let labels: Vec<u32> = (0..all.len()).map(|at| u32::from(at >= rows[0].len())).collect();
    let signs: Vec<f64> = labels.iter().map(|&label| if label == 0 { 1.0 } else { -1.0 }).collect();
    let weights: Vec<f64> = all.iter().map(|&row| data.weight(row)).collect();
    let bounds: Vec<f64> = weights.iter().map(|weight| params.c * weight).collect();
    let x = all.iter().flat_map(|&row| data.x.row(row)).copied().collect();
    let kernel = Kernel::new(x, data.x.cols(), gamma, CACHE / rayon::current_num_threads());

    let folds = params.folds.min(rows[0].len()).min(rows[1].len());
    // Of a single row nothing can be held out; the decision values of the learned rows must do.
    let folds = if folds < 2 { Vec::new() } else { stratified_k_fold(&labels, folds, seed)? };
    // The last task is the pair itself, without a fold left out.
    let mut solutions: Vec<Solution> = (0..=folds.len())
        .into_par_iter()
        .map(|task| match folds.get(task) {
            None => solve(&kernel, &signs, &bounds, params.tolerance),
            Some(fold) => {
                let mut bounds = bounds.clone();
                fold.test.iter().for_each(|&row| bounds[row] = 0.0);
                solve(&kernel, &signs, &bounds, params.tolerance)
            }
        })
        .collect::<Result<_, _>>()?;
    let Some(Solution { dual, mut decision, bias }) = solutions.pop() else {
        return Err(Error::Empty("the list of solutions"));
    };
    for (fold, solution) in folds.iter().zip(&solutions) {
        fold.test.iter().for_each(|&row| decision[row] = solution.decision[row]);
    }
    let truth: Vec<bool> = labels.iter().map(|&label| label == 0).collect();
    Ok((dual, Pair { bias, sigmoid: Sigmoid::fit(&decision, &truth, &weights) }))
}

impl Classifier for Svm {
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
        None
    }

    fn tensors(&self) -> Option<TensorMap> {
        Some(self.to_tensors())
    }
}
