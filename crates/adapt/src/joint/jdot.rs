use hesper_learn::{Classifier, Learner, Matrix, TrainingSet};
use serde::{Deserialize, Serialize};

use crate::maps::{Solver, squared_distances};
use crate::transport::{Outcome, Plan, by_class, exact, sinkhorn};
use crate::weights::require;
use crate::{Error, Fitted, Info, Method, Source, Target};

/// Joint distribution optimal transport: source objects are sent to target objects that are near and whose predicted class is
/// theirs, and the learner learns anew from the target's objects with the classes that were sent to them; in turns.
///
/// Distances are squared and in units of their mean. The first plan is by distances alone. Learners take one class an object,
/// so that an object which was sent several comes several times, with weights that add up to 1. The classes' shares in the
/// target are taken to be the source's: correct them first where they are not.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Jdot {
    /// The share α of the learner's loss −ln p in the cost, the rest being that of the distance; from 0 (distances alone) to 1.
    /// Default 0.5.
    pub alpha: f64,
    /// How plans are found. Default the cheapest; for more than about 2,000 objects Sinkhorn's algorithm is faster.
    pub solver: Solver,
    /// The most turns, at least 1. Default 20.
    pub rounds: usize,
    /// It ends when the cost changes by no more than this, 0 or more. Default 1e-5.
    pub tolerance: f64,
}

impl Default for Jdot {
    fn default() -> Self {
        Self { alpha: 0.5, solver: Solver::Exact, rounds: 20, tolerance: 1e-5 }
    }
}

/// A learner that never doubts is not believed beyond this.
const LEAST: f64 = 1e-6;
/// What an object is sent less of than this is forgotten.
const LITTLE: f64 = 1e-6;

impl Jdot {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        require((0.0..=1.0).contains(&self.alpha), "alpha", self.alpha, "from 0 to 1")?;
        require(self.rounds > 0, "rounds", self.rounds, "at least 1")?;
        require(self.tolerance >= 0.0, "tolerance", self.tolerance, "0 or more")?;
        match self.solver {
            Solver::Exact => Ok(()),
            Solver::Sinkhorn(parameters) => parameters.check(),
            Solver::ByClass(parameters) => parameters.check(),
        }
    }

    fn plan(&self, source: &Source<'_>, cost: &Matrix) -> Result<Plan, Error> {
        let (a, b) = (vec![1.0; cost.rows()], vec![1.0; cost.cols()]);
        match self.solver {
            Solver::Exact => exact(&a, &b, cost),
            Solver::Sinkhorn(parameters) => sinkhorn(&a, &b, cost, &parameters),
            Solver::ByClass(parameters) => by_class(&a, &b, cost, source.y, &parameters),
        }
    }
}

static INFO: Info = Info {
    name: "jdot",
    doc: "Joint distribution optimal transport (Courty, Flamary, Habrard & Rakotomamonjy 2017, arXiv:1705.08848): the plan of \
          least Σ mass · ((1 − α) distance² + α · −ln p_target(class of the source object)) and the learner that learns from \
          the target's objects with the classes sent to them, in turns.",
};

impl Method for Jdot {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        self.check()?;
        source.check()?;
        target.check(source)?;
        let mut distances = squared_distances(source.x, target.x);
        let mean = distances.iter().map(|distance| distance / distances.len() as f64).sum::<f64>();
        if !mean.is_finite() {
            let what = "objects are too far apart for squared distances: scale the features first".to_owned();
            return Err(Error::Failed { method: INFO.name, what });
        }
        if mean > 0.0 {
            distances.iter_mut().for_each(|distance| *distance *= (1.0 - self.alpha) / mean);
        }
        let (n, m) = (source.x.rows(), target.x.rows());
        let (mut cost, mut warnings) = (Matrix::new(n, m, distances.clone())?, Vec::new());
        let mut classifier = learn(source, target, &self.plan(source, &cost)?, learner, seed)?;
        let mut last = f64::INFINITY;
        for round in 1..self.rounds {
            let p = classifier.predict_proba(target.x)?;
            let loss = |row: usize, at: usize| -p.row(at)[source.y[row] as usize].max(LEAST).ln();
            let joint = distances.iter().enumerate().map(|(at, far)| far + self.alpha * loss(at / m, at % m));
            cost = Matrix::new(n, m, joint.collect())?;
            let plan = self.plan(source, &cost)?;
            classifier = learn(source, target, &plan, learner, seed)?;
            let settled = (plan.cost - last).abs() <= self.tolerance;
            last = plan.cost;
            if settled {
                break;
            }
            if round + 1 == self.rounds {
                warnings.push(format!("classifier and plan did not settle within {} turns", self.rounds));
            }
            if let (Outcome::NotConverged { error, .. }, true) = (plan.outcome, warnings.is_empty()) {
                warnings.push(format!("a plan's masses were off by {error:.1e}: more iterations may help"));
            }
        }
        Ok(Fitted { warnings, ..Fitted::new(classifier) })
    }
}

/// Learns from the target's objects with the classes that a plan sent to them.
fn learn(
    source: &Source<'_>,
    target: &Target<'_>,
    plan: &Plan,
    learner: &dyn Learner,
    seed: u64,
) -> Result<Box<dyn Classifier>, Error> {
    let (m, classes) = (target.x.rows(), source.n_classes);
    let mut sent = vec![0.0; m * classes];
    for (row, &class) in source.y.iter().enumerate() {
        for (at, mass) in plan.mass.row(row).iter().enumerate() {
            sent[at * classes + class as usize] += mass * m as f64;
        }
    }
    let (mut rows, mut y, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for (at, weight) in sent.iter().enumerate().filter(|(_, weight)| **weight > LITTLE) {
        rows.push(at / classes);
        y.push((at % classes) as u32);
        weights.push(*weight);
    }
    let x = target.x.select_rows(&rows);
    let data = TrainingSet { x: &x, y: &y, weights: Some(&weights), n_classes: classes };
    Ok(learner.fit(&data, seed)?)
}
