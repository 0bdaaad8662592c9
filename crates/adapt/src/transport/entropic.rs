use hesper_learn::Matrix;
use serde::{Deserialize, Serialize};

use super::{Outcome, Plan, check_cost, masses, total};
use crate::Error;
use crate::maps::refuse;

/// The parameters of Sinkhorn's algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sinkhorn {
    /// The weight of the entropy, in units of the cost, above 0. Default 0.05, which suits costs with a median of 1.
    pub regularisation: f64,
    /// It ends when the plan's masses are, as a vector, this near to those asked for. Above 0. Default 1e-9.
    pub tolerance: f64,
    /// The most iterations, at least 1. Default 1,000.
    pub max_iterations: usize,
}

impl Default for Sinkhorn {
    fn default() -> Self {
        Self { regularisation: 0.05, tolerance: 1e-9, max_iterations: 1000 }
    }
}

impl Sinkhorn {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        if !(self.regularisation > 0.0 && self.regularisation.is_finite()) {
            return refuse("regularisation", self.regularisation, "above 0 and finite");
        }
        if self.tolerance <= 0.0 || self.tolerance.is_nan() {
            return refuse("tolerance", self.tolerance, "above 0");
        }
        match self.max_iterations {
            0 => refuse("max_iterations", 0, "at least 1"),
            _ => Ok(()),
        }
    }
}

/// Iterations between two looks at the error.
const LOOK_EVERY: usize = 10;
/// Scalings beyond this, or below its inverse, are taken up by the potentials.
const STEEP: f64 = 1e50;

/// The plan of least cost − regularisation × entropy (Cuturi 2013, arXiv:1306.0895).
///
/// Potentials are logarithms throughout; between two looks at the error they are changed by factors on
/// exp((f + g − cost)/regularisation), which the potentials take up before they overflow (Schmitzer 2019,
/// doi:10.1137/16M1106018): as safe as sums of exponentials and as fast as products.
///
/// # Errors
/// [`Error::Parameter`], [`Error::Domain`] as [`exact`](super::exact). Running out of iterations is not one:
/// [`Plan::outcome`] says so.
pub fn sinkhorn(source: &[f64], target: &[f64], cost: &Matrix, parameters: &Sinkhorn) -> Result<Plan, Error> {
    parameters.check()?;
    let (a, b) = (masses("source", source, cost.rows())?, masses("target", target, cost.cols())?);
    check_cost(cost)?;
    // Objects without mass have no finite potential: they stand aside.
    let (rows, columns) = (with_mass(&a), with_mass(&b));
    let mut kept = Vec::with_capacity(rows.len() * columns.len());
    rows.iter().for_each(|&row| {
        kept.extend(columns.iter().map(|&column| cost.row(row)[column] / parameters.regularisation))
    });
    let pick = |masses: &[f64], kept: &[usize]| kept.iter().map(|&at| masses[at]).collect::<Vec<_>>();
    let mut state = State::new(&kept, pick(&a, &rows), pick(&b, &columns));
    let outcome = state.run(parameters);
    let mut mass = vec![0.0; cost.data().len()];
    for (values, &row) in state.plan().chunks_exact(columns.len()).zip(&rows) {
        values.iter().zip(&columns).for_each(|(value, column)| mass[row * cost.cols() + column] = *value);
    }
    let value = total(cost, &mass);
    Ok(Plan { mass: Matrix::new(cost.rows(), cost.cols(), mass)?, cost: value, outcome })
}

fn with_mass(masses: &[f64]) -> Vec<usize> {
    (0..masses.len()).filter(|&at| masses[at] > 0.0).collect()
}

struct State<'c> {
    /// Cost over regularisation.
    cost: &'c [f64],
    a: Vec<f64>,
    b: Vec<f64>,
    f: Vec<f64>,
    g: Vec<f64>,
    /// exp(f + g − cost), and the factors on its rows and columns.
    kernel: Vec<f64>,
    u: Vec<f64>,
    v: Vec<f64>,
}

impl<'c> State<'c> {
    fn new(cost: &'c [f64], a: Vec<f64>, b: Vec<f64>) -> Self {
        let (f, g) = (vec![0.0; a.len()], vec![0.0; b.len()]);
        let (u, v) = (vec![1.0; a.len()], vec![1.0; b.len()]);
        let mut state = Self { cost, a, b, f, g, kernel: vec![0.0; cost.len()], u, v };
        state.step_in_logarithms();
        state
    }

    /// Both half steps as sums of exponentials, for which nothing is too small.
    fn step_in_logarithms(&mut self) {
        let m = self.b.len();
        for (row, costs) in self.cost.chunks_exact(m).enumerate() {
            let terms = || costs.iter().zip(&self.g).map(|(cost, g)| g - cost);
            let most = terms().fold(f64::MIN, f64::max);
            self.f[row] = self.a[row].ln() - most - terms().map(|term| (term - most).exp()).sum::<f64>().ln();
        }
        let (mut most, mut sums) = (vec![f64::MIN; m], vec![0.0; m]);
        for (costs, f) in self.cost.chunks_exact(m).zip(&self.f) {
            most.iter_mut().zip(costs).for_each(|(most, cost)| *most = most.max(f - cost));
        }
        for (costs, f) in self.cost.chunks_exact(m).zip(&self.f) {
            for column in 0..m {
                sums[column] += (f - costs[column] - most[column]).exp();
            }
        }
        for column in 0..m {
            self.g[column] = self.b[column].ln() - most[column] - sums[column].ln();
        }
        self.fill();
    }

    /// The kernel from the potentials.
    fn fill(&mut self) {
        let rows = self.kernel.chunks_exact_mut(self.b.len()).zip(self.cost.chunks_exact(self.b.len()));
        for ((kernel, costs), f) in rows.zip(&self.f) {
            for (out, (cost, g)) in kernel.iter_mut().zip(costs.iter().zip(&self.g)) {
                *out = (f + g - cost).exp();
            }
        }
        self.u.fill(1.0);
        self.v.fill(1.0);
    }

    /// The potentials take up the factors.
    fn absorb(&mut self) {
        self.f.iter_mut().zip(&self.u).for_each(|(f, u)| *f += u.ln());
        self.g.iter_mut().zip(&self.v).for_each(|(g, v)| *g += v.ln());
    }

    /// One iteration, reading the kernel once: a row's factor is known when it has been read, and its share of the column
    /// sums can be added while it is still near. The squared error of the row masses before it; nothing where numbers ran
    /// out of range (the potentials are then as before).
    fn step(&mut self) -> Option<f64> {
        let m = self.b.len();
        let (mut sums, mut error, mut next) = (vec![0.0; m], 0.0, Vec::with_capacity(self.u.len()));
        for (row, kernel) in self.kernel.chunks_exact(m).enumerate() {
            let sum = crate::maps::dot(kernel, &self.v);
            let factor = self.a[row] / sum;
            error += (self.u[row] * sum - self.a[row]).powi(2);
            next.push(factor);
            sums.iter_mut().zip(kernel).for_each(|(sum, kernel)| *sum += factor * kernel);
        }
        let columns: Vec<f64> = self.b.iter().zip(&sums).map(|(b, sum)| b / sum).collect();
        let sound = |factor: &f64| *factor > 0.0 && factor.is_finite();
        if !(next.iter().all(sound) && columns.iter().all(sound)) {
            return None;
        }
        (self.u, self.v) = (next, columns);
        Some(error)
    }

    fn run(&mut self, parameters: &Sinkhorn) -> Outcome {
        let mut error = f64::INFINITY;
        for iterations in 1..=parameters.max_iterations {
            match self.step() {
                Some(squared) => error = squared.sqrt(),
                None => {
                    self.absorb();
                    self.step_in_logarithms();
                    continue;
                }
            }
            if iterations % LOOK_EVERY != 0 && iterations != parameters.max_iterations {
                continue;
            }
            if error <= parameters.tolerance {
                return Outcome::Converged { iterations, error };
            }
            let steep = |factor: &f64| !(1.0 / STEEP..STEEP).contains(factor);
            if self.u.iter().chain(&self.v).any(steep) {
                self.absorb();
                self.fill();
            }
        }
        Outcome::NotConverged { iterations: parameters.max_iterations, error }
    }

    fn plan(&self) -> Vec<f64> {
        let rows = self.kernel.chunks_exact(self.b.len()).zip(&self.u);
        rows.flat_map(|(kernel, u)| kernel.iter().zip(&self.v).map(move |(kernel, v)| u * kernel * v))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_entropy_gives_the_exact_plan() {
        let cost = Matrix::from_rows(&[[0.0, 1.0, 4.0], [1.0, 0.0, 1.0], [4.0, 1.0, 0.5]]).unwrap();
        let exact = super::super::exact(&[1.0; 3], &[1.0, 2.0, 1.5], &cost).unwrap();
        let parameters = Sinkhorn { regularisation: 1e-3, max_iterations: 100_000, ..Sinkhorn::default() };
        let plan = sinkhorn(&[1.0; 3], &[1.0, 2.0, 1.5], &cost, &parameters).unwrap();
        assert!(matches!(plan.outcome, Outcome::Converged { .. }), "{:?}", plan.outcome);
        assert!((plan.cost - exact.cost).abs() < 1e-3, "{} {}", plan.cost, exact.cost);
    }

    #[test]
    fn what_ran_out_says_so_and_objects_without_mass_get_none() {
        let cost = Matrix::from_rows(&[[0.0, 1e6], [1e6, 0.0]]).unwrap();
        let parameters = Sinkhorn { max_iterations: 3, ..Sinkhorn::default() };
        let plan = sinkhorn(&[1.0, 2.0], &[2.0, 1.0], &cost, &parameters).unwrap();
        assert!(matches!(plan.outcome, Outcome::NotConverged { iterations: 3, .. }));
        assert!(plan.mass.data().iter().all(|mass| mass.is_finite()));
        let plan = sinkhorn(&[1.0, 0.0], &[2.0, 1.0], &cost, &Sinkhorn::default()).unwrap();
        assert_eq!(plan.mass.row(1), [0.0, 0.0]);
        assert!((plan.mass.row(0)[0] - 2.0 / 3.0).abs() < 1e-9);
    }
}
