use hesper_learn::{Matrix, Projection};
use serde::{Deserialize, Serialize};

use super::affine::{aligned, squared_distances};
use super::linear::add;
use crate::transport::{ByClass, Outcome, Plan, Sinkhorn, by_class, exact, sinkhorn};
use crate::{Aligned, Error, Info, Mapping, Source, Target};

/// How the plan is found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Solver {
    /// The cheapest plan.
    Exact,
    /// Smoothed by its entropy.
    Sinkhorn(Sinkhorn),
    /// Smoothed, with classes kept apart.
    ByClass(ByClass),
}

/// Optimal transport: each source object goes to the mean of the target objects to which its mass is sent.
///
/// The cost is the squared Euclidean distance over its median, so that regularisations mean the same at any scale.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ot {
    /// How the plan is found. Default Sinkhorn's algorithm.
    pub solver: Solver,
}

impl Default for Ot {
    fn default() -> Self {
        Self { solver: Solver::Sinkhorn(Sinkhorn::default()) }
    }
}

impl Ot {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        match self.solver {
            Solver::Exact => Ok(()),
            Solver::Sinkhorn(parameters) => parameters.check(),
            Solver::ByClass(parameters) => parameters.check(),
        }
    }
}

static INFO: Info = Info {
    name: "ot",
    doc: "Optimal transport (Courty et al. 2017, doi:10.1109/TPAMI.2016.2615921): each source object moves to the \
          barycentre of the target objects that a transport plan sends its mass to.",
};

impl Mapping for Ot {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn align(&self, source: &Source<'_>, target: &Target<'_>, _seed: u64) -> Result<Aligned, Error> {
        self.check()?;
        source.check()?;
        target.check(source)?;
        let mut distances = squared_distances(source.x, target.x);
        if !distances.iter().all(|distance| *distance < 1e300) {
            let what = "objects are too far apart for squared distances: scale the features first".to_owned();
            return Err(Error::Failed { method: INFO.name, what });
        }
        let scale = typical(&distances);
        distances.iter_mut().for_each(|distance| *distance /= scale);
        let cost = Matrix::new(source.x.rows(), target.x.rows(), distances)?;
        let (a, b) = (vec![1.0; cost.rows()], vec![1.0; cost.cols()]);
        let plan = match self.solver {
            Solver::Exact => exact(&a, &b, &cost)?,
            Solver::Sinkhorn(parameters) => sinkhorn(&a, &b, &cost, &parameters)?,
            Solver::ByClass(parameters) => by_class(&a, &b, &cost, source.y, &parameters)?,
        };
        let mut warnings = Vec::new();
        if let Outcome::NotConverged { iterations, error } = plan.outcome {
            warnings.push(format!(
                "the plan's masses are still off by {error:.1e} after {iterations} iterations: more iterations or a larger \
                 regularisation may help"
            ));
        }
        aligned(
            INFO.name,
            barycentres(&plan, target.x)?,
            target.x.clone(),
            Projection::Identity(target.x.cols()),
            warnings,
        )
    }
}

/// The median of what is not 0; 1 if all is.
pub(super) fn typical(distances: &[f64]) -> f64 {
    let mut copy: Vec<f64> = distances.iter().copied().filter(|distance| *distance > 0.0).collect();
    let middle = copy.len() / 2;
    if copy.is_empty() { 1.0 } else { *copy.select_nth_unstable_by(middle, f64::total_cmp).1 }
}

fn barycentres(plan: &Plan, x: &Matrix) -> Result<Matrix, Error> {
    let mut moved = vec![0.0; plan.mass.rows() * x.cols()];
    for (row, out) in moved.chunks_exact_mut(x.cols()).enumerate() {
        let sum: f64 = plan.mass.row(row).iter().sum();
        for (at, mass) in plan.mass.row(row).iter().enumerate().filter(|(_, mass)| **mass > 0.0) {
            add(out, mass / sum, x.row(at));
        }
    }
    Ok(Matrix::new(plan.mass.rows(), x.cols(), moved)?)
}
