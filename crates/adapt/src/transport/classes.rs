use hesper_learn::Matrix;
use serde::{Deserialize, Serialize};

use super::{Plan, Sinkhorn, sinkhorn, total};
use crate::Error;
use crate::maps::refuse;

/// The parameters of class-regularised transport.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ByClass {
    /// The entropic problems that are solved on the way.
    pub sinkhorn: Sinkhorn,
    /// The weight of the penalty on classes that share a target object, 0 or more. Default 0.1.
    pub strength: f64,
    /// Linearisations of the penalty, at least 1. Default 10.
    pub rounds: usize,
}

impl Default for ByClass {
    fn default() -> Self {
        Self { sinkhorn: Sinkhorn { max_iterations: 200, ..Sinkhorn::default() }, strength: 0.1, rounds: 10 }
    }
}

impl ByClass {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        self.sinkhorn.check()?;
        if !(self.strength >= 0.0 && self.strength.is_finite()) {
            return refuse("strength", self.strength, "0 or more, and finite");
        }
        match self.rounds {
            0 => refuse("rounds", 0, "at least 1"),
            _ => Ok(()),
        }
    }
}

/// The exponent of the penalty, and what keeps its slope finite at 0.
const EXPONENT: f64 = 0.5;
const FLOOR: f64 = 1e-3;

/// Entropic transport with the penalty strength × Σ over target objects and classes of (mass from the class)^(1/2), which is
/// least where each target object gets its mass from one class (Courty et al. 2017, doi:10.1109/TPAMI.2016.2615921). The
/// penalty is concave: it is linearised at the last plan, and the plan found anew.
///
/// `classes` holds the class of each source object. The cost of the plan is that of the way alone.
///
/// # Errors
/// As [`sinkhorn`]; a length of `classes` that is not the source's.
pub fn by_class(
    source: &[f64],
    target: &[f64],
    cost: &Matrix,
    classes: &[u32],
    parameters: &ByClass,
) -> Result<Plan, Error> {
    parameters.check()?;
    if classes.len() != cost.rows() {
        let what = format!("it has {} objects, but {} classes", cost.rows(), classes.len());
        return Err(Error::Domain { domain: "source", what });
    }
    let mut present = classes.to_vec();
    present.sort_unstable();
    present.dedup();
    let columns = cost.cols();
    let mut plan = sinkhorn(source, target, cost, &parameters.sinkhorn)?;
    for _ in 1..parameters.rounds {
        let mut penalised = cost.data().to_vec();
        for class in &present {
            let members: Vec<usize> = (0..classes.len()).filter(|&row| classes[row] == *class).collect();
            let mut shares = vec![0.0; columns];
            members.iter().for_each(|&row| crate::maps::add(&mut shares, 1.0, plan.mass.row(row)));
            let slopes: Vec<f64> =
                shares.iter().map(|share| EXPONENT * (share + FLOOR).powf(EXPONENT - 1.0)).collect();
            for row in members {
                crate::maps::add(
                    &mut penalised[row * columns..(row + 1) * columns],
                    parameters.strength,
                    &slopes,
                );
            }
        }
        plan =
            sinkhorn(source, target, &Matrix::new(cost.rows(), columns, penalised)?, &parameters.sinkhorn)?;
    }
    plan.cost = total(cost, plan.mass.data());
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_part_where_the_way_alone_would_mix_them() {
        let cost = Matrix::from_rows(&[[1.0, 1.1], [1.0, 1.0], [1.1, 1.0], [1.0, 1.0]]).unwrap();
        let mixed = sinkhorn(&[1.0; 4], &[1.0; 2], &cost, &Sinkhorn::default()).unwrap();
        let parted = by_class(
            &[1.0; 4],
            &[1.0; 2],
            &cost,
            &[0, 0, 1, 1],
            &ByClass { strength: 1.0, ..ByClass::default() },
        )
        .unwrap();
        let share = |plan: &Plan| plan.mass.row(0)[0] + plan.mass.row(1)[0];
        assert!(share(&parted) > 0.49 && share(&mixed) < 0.45, "{} {}", share(&parted), share(&mixed));
        assert!(by_class(&[1.0; 4], &[1.0; 2], &cost, &[0], &ByClass::default()).is_err());
    }
}
