//! Sequential minimal optimisation with working sets by second-order information (Fan, Chen & Lin 2005, Journal of
//! Machine Learning Research 6, 1889).
//!
//! With a_i = y_i α_i the dual problem of two classes is: minimise ½ Σ_ij a_i K_ij a_j − Σ_i y_i a_i under Σ_i a_i = 0,
//! 0 ≤ y_i a_i ≤ C_i. The downhill slope in a_i is v_i = y_i − Σ_j K_ij a_j; at the minimum no a that may rise has a
//! larger v than one that may fall.

use super::kernel::Kernel;
use crate::Error;

/// What a pair of classes comes to.
pub(super) struct Solution {
    /// a_i of each row.
    pub(super) dual: Vec<f64>,
    /// The decision value of each row, those left out among them.
    pub(super) decision: Vec<f64>,
    /// The decision value is Σ_i a_i K(x_i, x) + this.
    pub(super) bias: f64,
}

/// The least curvature along a step: equal rows have none.
const LEAST_CURVATURE: f64 = 1e-12;

struct Solver<'a> {
    kernel: &'a Kernel,
    a: Vec<f64>,
    slope: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
}

/// Solves for the rows of a kernel. `signs` are 1 or −1; `bounds` are the C_i, 0 for rows to be left out.
///
/// # Errors
/// When the iteration does not end.
pub(super) fn solve(
    kernel: &Kernel,
    signs: &[f64],
    bounds: &[f64],
    tolerance: f64,
) -> Result<Solution, Error> {
    let count = kernel.len();
    let side = |sign: f64| {
        let both = signs.iter().zip(bounds);
        both.map(|(own, bound)| if *own == sign { sign * bound } else { 0.0 }).collect::<Vec<f64>>()
    };
    let mut solver =
        Solver { kernel, a: vec![0.0; count], slope: signs.to_vec(), low: side(-1.0), high: side(1.0) };
    let limit = 10_000_000.max(count.saturating_mul(100));
    let mut rise = solver.steepest_rise();
    let mut iterations = 0;
    while let Some((up, down)) = rise.and_then(|up| Some((up, solver.best_fall(up, tolerance)?))) {
        if iterations == limit {
            return Err(Error::NotConverged { what: "the support vector machine", iterations });
        }
        iterations += 1;
        rise = solver.step(up, down);
    }
    let bias = solver.bias();
    let decision = signs.iter().zip(&solver.slope).map(|(sign, slope)| sign - slope + bias).collect();
    Ok(Solution { dual: solver.a, decision, bias })
}

impl Solver<'_> {
    /// The row with the largest slope among those whose a may rise.
    fn steepest_rise(&self) -> Option<usize> {
        let (mut best, mut at) = (f64::NEG_INFINITY, None);
        for (row, ((slope, a), high)) in self.slope.iter().zip(&self.a).zip(&self.high).enumerate() {
            if *slope > best && a < high {
                (best, at) = (*slope, Some(row));
            }
        }
        at
    }

    /// The row whose fall, with the rise of `up`, gains the most, among those whose a may fall; nothing if the slopes
    /// differ by less than the tolerance.
    fn best_fall(&self, up: usize, tolerance: f64) -> Option<usize> {
        let kernel = self.kernel.row(up);
        let top = self.slope[up];
        let (mut best, mut at, mut least) = (0.0, None, f64::INFINITY);
        for (row, (((slope, a), low), kernel)) in
            self.slope.iter().zip(&self.a).zip(&self.low).zip(&*kernel).enumerate()
        {
            if a > low {
                least = least.min(*slope);
                let difference = top - slope;
                if difference > 0.0 {
                    let curvature = (2.0 - 2.0 * f64::from(*kernel)).max(LEAST_CURVATURE);
                    let gain = difference * difference / curvature;
                    if gain > best {
                        (best, at) = (gain, Some(row));
                    }
                }
            }
        }
        at.filter(|_| top - least >= tolerance)
    }

    /// Raises one a and lowers another by as much; returns the next [`Self::steepest_rise`].
    fn step(&mut self, up: usize, down: usize) -> Option<usize> {
        let (rising, falling) = (self.kernel.row(up), self.kernel.row(down));
        let curvature = (2.0 - 2.0 * f64::from(rising[down])).max(LEAST_CURVATURE);
        let wanted = (self.slope[up] - self.slope[down]) / curvature;
        let (room_up, room_down) = (self.high[up] - self.a[up], self.a[down] - self.low[down]);
        let length = wanted.min(room_up).min(room_down);
        // At a bound exactly, whatever sums round to.
        self.a[up] = if length == room_up { self.high[up] } else { self.a[up] + length };
        self.a[down] = if length == room_down { self.low[down] } else { self.a[down] - length };
        for ((slope, rising), falling) in self.slope.iter_mut().zip(&*rising).zip(&*falling) {
            *slope -= length * (f64::from(*rising) - f64::from(*falling));
        }
        self.steepest_rise()
    }

    /// The mean slope of the rows on their margin; without such, the middle of what is possible.
    fn bias(&self) -> f64 {
        let (mut sum, mut free) = (0.0, 0u32);
        let (mut least, mut most) = (f64::NEG_INFINITY, f64::INFINITY);
        for row in 0..self.a.len() {
            // What sums have rounded away from a bound is at the bound: it says less about the bias than the others.
            let slack = 1e-9 * (self.high[row] - self.low[row]);
            let may_rise = self.a[row] + slack < self.high[row];
            let may_fall = self.a[row] - slack > self.low[row];
            if may_rise && may_fall {
                sum += self.slope[row];
                free += 1;
            } else if may_rise {
                least = least.max(self.slope[row]);
            } else if may_fall {
                most = most.min(self.slope[row]);
            }
        }
        if free > 0 { sum / f64::from(free) } else { (least + most) / 2.0 }
    }
}
