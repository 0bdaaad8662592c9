//! Optimal transport: how much mass goes from which object to which, so that the way is short.
//!
//! [`exact`] finds the cheapest plan, which sends each object's mass to a few places; [`sinkhorn`] one that is smoothed by its
//! entropy; [`by_class`] one that also avoids to send objects of different classes to the same place.

mod classes;
mod entropic;
mod simplex;
mod tree;

pub use classes::{ByClass, by_class};
pub use entropic::{Sinkhorn, sinkhorn};
use hesper_learn::Matrix;
pub use simplex::exact;

use crate::Error;

/// A transport plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The mass that goes from each source object to each target object; in all 1.
    pub mass: Matrix,
    /// Σ mass × cost.
    pub cost: f64,
    /// How the search ended.
    pub outcome: Outcome,
}

/// How the search for a plan ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// The plan is optimal but for rounding.
    Exact,
    /// The masses are met within the tolerance.
    Converged {
        /// Iterations made.
        iterations: usize,
        /// Euclidean distance of the plan's masses from those asked for.
        error: f64,
    },
    /// The iterations ran out: the plan's masses are not those asked for.
    NotConverged {
        /// Iterations made.
        iterations: usize,
        /// Euclidean distance of the plan's masses from those asked for.
        error: f64,
    },
}

/// Masses that add up to 1, from weights of any sum.
fn masses(side: &'static str, weights: &[f64], objects: usize) -> Result<Vec<f64>, Error> {
    let wrong = |what: String| Err(Error::Domain { domain: side, what });
    if weights.len() != objects || objects == 0 {
        return wrong(format!(
            "{} masses for {objects} objects: give one for each, and at least one",
            weights.len()
        ));
    }
    if let Some(at) = weights.iter().position(|weight| !(weight.is_finite() && *weight >= 0.0)) {
        return wrong(format!(
            "the mass of object {at} is {}, but must be finite and 0 or more",
            weights[at]
        ));
    }
    let largest = weights.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return wrong("all masses are 0".to_owned());
    }
    let sum: f64 = weights.iter().map(|weight| weight / largest).sum();
    Ok(weights.iter().map(|weight| weight / largest / sum).collect())
}

fn check_cost(cost: &Matrix) -> Result<(), Error> {
    match cost.data().iter().position(|value| value.is_nan() || value.abs() >= 1e150) {
        Some(at) => {
            let value = cost.data()[at];
            Err(Error::Domain {
                domain: "cost",
                what: format!("it is {value} somewhere, but must be finite and below 1e150"),
            })
        }
        None => Ok(()),
    }
}

fn total(cost: &Matrix, mass: &[f64]) -> f64 {
    cost.data().iter().zip(mass).map(|(cost, mass)| cost * mass).sum()
}
