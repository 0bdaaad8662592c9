//! Levenberg–Marquardt in a few dimensions, for all fits of this crate (Marquardt 1963, doi:10.1137/0111030).
//!
//! A fit says what a place costs and which way is down; the walk decides how far to step. Costs need not be sums of
//! squares: any cost serves whose curvature has a positive approximation, such as −2·ln likelihood with its Fisher
//! matrix.

/// A symmetric matrix and a vector: half the (approximate) curvature of the cost and minus half its gradient, for least
/// squares JᵀJ and Jᵀr.
pub(crate) type NormalEquations<const N: usize> = ([[f64; N]; N], [f64; N]);

/// Where the walk goes downhill.
pub(crate) trait Landscape<const N: usize> {
    /// The cost of a place; it may be infinite, but not NaN at the start.
    fn cost(&mut self, place: &[f64; N]) -> f64;

    /// The normal equations at `place`, which [`Landscape::cost`] saw last. Only the lower half of the matrix is used.
    fn normal_equations(&mut self, place: &[f64; N]) -> NormalEquations<N>;
}

/// A gain of cost too small to be worth another step.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tolerance {
    /// As a share of the cost.
    Relative(f64),
    /// In units of the cost.
    Absolute(f64),
}

impl Tolerance {
    fn covers(self, gain: f64, cost: f64) -> bool {
        match self {
            Self::Relative(share) => gain / cost.max(f64::MIN_POSITIVE) < share,
            Self::Absolute(least) => gain < least,
        }
    }
}

/// How to walk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Walk<const N: usize> {
    /// Where each parameter may go.
    pub(crate) bounds: [(f64, f64); N],
    /// How far each parameter may go at one step.
    pub(crate) stride: [f64; N],
    /// The most steps, accepted or refused.
    pub(crate) iterations: usize,
    /// Two gains in a row within it end the walk.
    pub(crate) tolerance: Tolerance,
    /// A step that promises a smaller gain than this share of the cost is not taken, and ends the walk: for starts that are
    /// minima already, of almost the same cost. 0 where every step is to be tried.
    pub(crate) promise: f64,
}

/// Where a walk ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival<const N: usize> {
    pub(crate) place: [f64; N],
    pub(crate) cost: f64,
    /// Whether nothing more was to be gained.
    pub(crate) converged: bool,
}

impl<const N: usize> Walk<N> {
    /// Goes downhill from `start`. The landscape's last look may be at a step that was refused.
    pub(crate) fn run(&self, landscape: &mut impl Landscape<N>, start: [f64; N]) -> Arrival<N> {
        let place = self.within(start);
        let mut arrival = Arrival { place, cost: landscape.cost(&place), converged: false };
        // A start that is as good as a minimum may trust the linear model more.
        let mut damping = if self.promise > 0.0 { 1e-3 } else { 1e-2 };
        let (mut jj, mut jr) = landscape.normal_equations(&place);
        let mut small = 0;
        for _ in 0..self.iterations {
            let Some(step) = damped_step(&jj, &jr, damping) else {
                // On level ground there is nowhere to go.
                arrival.converged = jr == [0.0; N];
                break;
            };
            // The gain of the linear model, but for what damping takes away.
            let promised: f64 = step.iter().zip(&jr).map(|(step, slope)| step * slope).sum();
            if self.promise > 0.0 && promised < self.promise * arrival.cost {
                arrival.converged = true;
                break;
            }
            let moved = std::array::from_fn(|axis| {
                let longest = self.stride[axis];
                arrival.place[axis] + step[axis].max(-longest).min(longest)
            });
            let place = self.within(moved);
            let cost = landscape.cost(&place);
            if cost < arrival.cost {
                let negligible = self.tolerance.covers(arrival.cost - cost, arrival.cost);
                arrival = Arrival { place, cost, converged: false };
                damping = (damping * 0.2).max(1e-9);
                small = if negligible { small + 1 } else { 0 };
                if small >= 2 {
                    arrival.converged = true;
                    break;
                }
                (jj, jr) = landscape.normal_equations(&place);
            } else {
                damping *= 6.0;
                if damping > 1e7 {
                    arrival.converged = true;
                    break;
                }
            }
        }
        arrival
    }

    /// The nearest place within the bounds. Unlike `f64::clamp`, bounds in the wrong order do not panic.
    fn within(&self, place: [f64; N]) -> [f64; N] {
        std::array::from_fn(|axis| place[axis].max(self.bounds[axis].0).min(self.bounds[axis].1))
    }

    /// Takes parameters out of the equations that stand at a bound and would leave it: the others then step as if
    /// these were constants, instead of leaning on a step that will be cut.
    pub(crate) fn hold(&self, equations: &mut NormalEquations<N>, place: &[f64; N]) {
        let (jj, jr) = equations;
        for axis in 0..N {
            let (least, largest) = self.bounds[axis];
            if place[axis] <= least && jr[axis] < 0.0 || place[axis] >= largest && jr[axis] > 0.0 {
                jr[axis] = 0.0;
                for other in (0..N).filter(|other| *other != axis) {
                    jj[axis][other] = 0.0;
                    jj[other][axis] = 0.0;
                }
            }
        }
    }
}

/// Solves (JᵀJ + damping·diag) step = Jᵀr by Cholesky; `None` where nothing is left to gain.
#[expect(clippy::needless_range_loop, reason = "indices read as the matrices' own")]
pub(crate) fn damped_step<const N: usize>(
    jj: &[[f64; N]; N],
    jr: &[f64; N],
    damping: f64,
) -> Option<[f64; N]> {
    let mut l = *jj;
    for row in 0..N {
        for column in 0..=row {
            let mut value =
                if row == column { jj[row][row].max(0.0) * (1.0 + damping) + 1e-12 } else { jj[row][column] };
            for k in 0..column {
                value -= l[row][k] * l[column][k];
            }
            l[row][column] = if row == column { value.max(1e-300).sqrt() } else { value / l[column][column] };
        }
    }
    let mut step = *jr;
    for row in 0..N {
        for k in 0..row {
            step[row] -= l[row][k] * step[k];
        }
        step[row] /= l[row][row];
    }
    for row in (0..N).rev() {
        for k in row + 1..N {
            step[row] -= l[k][row] * step[k];
        }
        step[row] /= l[row][row];
    }
    (step.iter().all(|value| value.is_finite()) && step.iter().any(|value| *value != 0.0)).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's valley as residuals 10(y − x²) and 1 − x.
    struct Valley;

    impl Landscape<2> for Valley {
        fn cost(&mut self, &[x, y]: &[f64; 2]) -> f64 {
            100.0 * (y - x * x).powi(2) + (1.0 - x).powi(2)
        }

        fn normal_equations(&mut self, &[x, y]: &[f64; 2]) -> NormalEquations<2> {
            let (r, jx, jy) = ([10.0 * (y - x * x), 1.0 - x], [-20.0 * x, -1.0], [10.0, 0.0]);
            let dot = |a: [f64; 2], b: [f64; 2]| a[0] * b[0] + a[1] * b[1];
            ([[dot(jx, jx), dot(jx, jy)], [dot(jx, jy), dot(jy, jy)]], [-dot(jx, r), -dot(jy, r)])
        }
    }

    fn walk(bounds: [(f64, f64); 2]) -> Walk<2> {
        Walk {
            bounds,
            stride: [f64::INFINITY; 2],
            iterations: 200,
            tolerance: Tolerance::Relative(1e-12),
            promise: 0.0,
        }
    }

    #[test]
    fn the_bottom_of_a_valley_is_found() {
        let arrival = walk([(-5.0, 5.0); 2]).run(&mut Valley, [-1.2, 1.0]);
        assert!(arrival.cost < 1e-20 && (arrival.place[0] - 1.0).abs() < 1e-9, "{arrival:?}");
    }

    #[test]
    fn a_step_without_promise_is_not_taken() {
        let start = [1.0 + 1e-6, 1.0];
        let bounds = [(-5.0, 5.0); 2];
        // The cost is of the order of 1e-10, and as much is promised.
        let careful = Walk { promise: 2.0, ..walk(bounds) }.run(&mut Valley, start);
        assert!(careful.converged && careful.place == start, "{careful:?}");
        let eager = Walk { promise: 0.5, ..walk(bounds) }.run(&mut Valley, start);
        assert!(eager.converged && eager.cost < 0.1 * careful.cost, "{eager:?}");
    }

    #[test]
    fn the_walk_keeps_within_bounds() {
        // With x ≤ 0.5 the lowest place is x = 0.5, y = 0.25.
        let arrival = walk([(-5.0, 0.5), (-5.0, 5.0)]).run(&mut Valley, [-1.2, 1.0]);
        assert!(
            (arrival.place[0] - 0.5).abs() < 1e-6 && (arrival.place[1] - 0.25).abs() < 1e-3,
            "{arrival:?}"
        );
        // Bounds in the wrong order end where they end, without a panic.
        walk([(1.0, -1.0); 2]).run(&mut Valley, [0.0, 0.0]);
    }

    #[test]
    fn what_stands_at_its_bound_is_held() {
        let mut equations = ([[2.0, 1.0], [1.0, 3.0]], [0.5, -1.0]);
        walk([(0.0, 1.0), (0.0, 1.0)]).hold(&mut equations, &[0.5, 0.0]);
        assert_eq!(equations, ([[2.0, 0.0], [0.0, 3.0]], [0.5, 0.0]));
    }

    #[test]
    fn a_step_solves_the_damped_equations() {
        let matrix = [[4.0, 1.0, 0.5], [1.0, 3.0, -0.7], [0.5, -0.7, 2.0]];
        let right = [1.0, -2.0, 0.3];
        let step = damped_step(&matrix, &right, 0.1).unwrap();
        for row in 0..3 {
            let left: f64 = (0..3).map(|c| matrix[row][c] * if row == c { 1.1 } else { 1.0 } * step[c]).sum();
            assert!((left - right[row]).abs() < 1e-10, "{row}: {left}");
        }
        assert_eq!(damped_step(&matrix, &[0.0; 3], 0.1), None);
        assert_eq!(damped_step(&matrix, &[f64::NAN, 0.0, 0.0], 0.1), None);
    }
}
