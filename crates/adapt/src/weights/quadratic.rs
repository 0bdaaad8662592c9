//! Convex quadratic problems in a box, with bounds on the sum.

use super::linear::{Cholesky, dot};

/// Least ½ wᵀQw − cᵀw, with 0 ≤ w ≤ `upper` and the sum of w within `sum`. Q is positive definite, so that there is one
/// minimum.
pub(super) struct Quadratic<'a> {
    /// Q, row after row.
    pub matrix: &'a [f64],
    /// c.
    pub linear: &'a [f64],
    /// The upper bounds, above 0.
    pub upper: &'a [f64],
    /// The least and the largest sum; the least is within what the bounds allow.
    pub sum: [f64; 2],
}

/// Rounds of sweeps and exact solutions for one multiplier of the sum, and multipliers; ten of each have sufficed so far.
const MOST_ROUNDS: usize = 500;
const MOST_MULTIPLIERS: usize = 200;
/// Sweeps before each exact solution: where most bounds that hold at the minimum already hold, one solution is the last.
const SWEEPS: usize = 5;
const FIRST_SWEEPS: usize = 25;

/// The minimum for one multiplier of the sum.
struct Minimum {
    w: Vec<f64>,
    /// What lies within its bounds, and how fast it falls with the multiplier.
    free: Vec<usize>,
    fall: Vec<f64>,
}

impl Minimum {
    /// The minimum for the multiplier with which the sum is less by `excess`, if the same bounds hold.
    fn lessened(mut self, excess: f64, upper: &[f64]) -> Vec<f64> {
        let share = excess / self.fall.iter().sum::<f64>();
        for (&i, fall) in self.free.iter().zip(&self.fall) {
            self.w[i] = (self.w[i] - share * fall).clamp(0.0, upper[i]);
        }
        self.w
    }
}

impl Quadratic<'_> {
    /// The minimum but for rounding; nothing if Q is not positive definite or the search does not end.
    ///
    /// For a given multiplier ν of the sum, sweeps over the coordinates find which bounds hold, and Cholesky's factor of the
    /// rest of Q gives the minimum on that face exactly. Both only lower the value, so that no face comes twice (gradient projection with subspace minimisation: Moré & Toraldo 1991, doi:10.1137/0801008). The sum
    /// of the minimum falls with ν, by straight pieces: Newton's steps on it, kept inside a bracket, end on the right piece.
    pub(super) fn minimise(&self) -> Option<Vec<f64>> {
        let n = self.linear.len();
        let start: Vec<f64> = self.upper.iter().map(|upper| upper.min(1.0)).collect();
        let mut found = self.minimum(0.0, start, FIRST_SWEEPS)?;
        let sum: f64 = found.w.iter().sum();
        let wanted = sum.clamp(self.sum[0], self.sum[1]);
        if wanted == sum {
            return Some(found.w);
        }
        let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, |most: f64, v| most.max(v.abs()));
        // Beyond these, all is 0, or all is at its upper bound.
        let linear = most(&mut self.linear.iter().copied());
        let heaviest = most(
            &mut self
                .matrix
                .chunks_exact(n)
                .map(|row| row.iter().zip(self.upper).map(|(q, upper)| q.abs() * upper).sum()),
        );
        let (mut low, mut high) = (-(linear + heaviest) * 1.01, linear * 1.01 + f64::MIN_POSITIVE);
        let mut multiplier = 0.0;
        for _ in 0..MOST_MULTIPLIERS {
            let excess = found.w.iter().sum::<f64>() - wanted;
            if excess.abs() <= 1e-9 * wanted.max(1.0) {
                return Some(found.lessened(excess, self.upper));
            }
            if excess > 0.0 {
                low = multiplier;
            } else {
                high = multiplier;
            }
            let newton = multiplier + excess / found.fall.iter().sum::<f64>();
            multiplier = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
            if multiplier <= low || multiplier >= high {
                // No number lies between: the rest of the way is within the last one's rounding.
                return Some(found.lessened(excess, self.upper));
            }
            found = self.minimum(multiplier, found.w, SWEEPS)?;
        }
        None
    }

    fn minimum(&self, multiplier: f64, mut w: Vec<f64>, sweeps: usize) -> Option<Minimum> {
        let n = w.len();
        let linear: Vec<f64> = self.linear.iter().map(|c| c - multiplier).collect();
        let gradient = |w: &[f64]| -> Vec<f64> {
            self.matrix.chunks_exact(n).zip(&linear).map(|(row, c)| dot(row, w) - c).collect()
        };
        let scale = linear.iter().fold(0.0, |most: f64, c| most.max(c.abs()));
        let mut slopes = gradient(&w);
        for round in 0..MOST_ROUNDS {
            for _ in 0..if round == 0 { sweeps } else { SWEEPS } {
                self.sweep(&mut w, &mut slopes);
            }
            let (free, factor) = loop {
                let free: Vec<usize> = (0..n).filter(|&i| w[i] > 0.0 && w[i] < self.upper[i]).collect();
                let factor = self.factor(&free)?;
                if self.step(&mut w, &mut slopes, &free, &factor) {
                    break (free, factor);
                }
            };
            // Anew, because the sweeps' rounding adds up; and a further step takes the solution's rounding out.
            slopes = gradient(&w);
            self.step(&mut w, &mut slopes, &free, &factor);
            slopes = gradient(&w);
            let wrong = |i: usize| match w[i] {
                w if w <= 0.0 => -slopes[i],
                w if w >= self.upper[i] => slopes[i],
                _ => slopes[i].abs(),
            };
            // Numbers of the smallest size have fewer digits.
            if (0..n).all(|i| wrong(i) <= 1e-12 * scale + 1e-290) {
                let fall = factor.solve(&vec![1.0; free.len()]);
                return Some(Minimum { w, free, fall });
            }
        }
        None
    }

    /// To the minimum over the free coordinates if it is inside the box, and that is answered; or else to what of it is
    /// nearest inside the box, if that is lower; or else until the first bound is met. So each step that does not reach the
    /// minimum leaves fewer coordinates free.
    fn step(&self, w: &mut [f64], slopes: &mut [f64], free: &[usize], factor: &Cholesky) -> bool {
        let n = w.len();
        let down: Vec<f64> = free.iter().map(|&i| -slopes[i]).collect();
        let steps = factor.solve(&down);
        // The share of a step that a coordinate can go.
        let room = |i: usize, step: f64| match step {
            step if step < 0.0 => w[i] / -step,
            step if step > 0.0 => (self.upper[i] - w[i]) / step,
            _ => f64::INFINITY,
        };
        let first = free.iter().zip(&steps).map(|(&i, &step)| room(i, step)).fold(1.0, f64::min);
        for share in [1.0, first] {
            let mut image = vec![0.0; n];
            let mut moves = Vec::with_capacity(free.len());
            for (&i, &step) in free.iter().zip(&steps) {
                let bound = if step < 0.0 { 0.0 } else { self.upper[i] };
                let met = first < 1.0 && room(i, step) <= share;
                let next = if met { bound } else { (w[i] + share * step).clamp(0.0, self.upper[i]) };
                let row = &self.matrix[i * n..(i + 1) * n];
                image.iter_mut().zip(row).for_each(|(image, q)| *image += (next - w[i]) * q);
                moves.push((i, next));
            }
            let change: f64 =
                moves.iter().map(|&(i, next)| (next - w[i]) * (slopes[i] + 0.5 * image[i])).sum();
            if change < 0.0 || share == first {
                moves.iter().for_each(|&(i, next)| w[i] = next);
                slopes.iter_mut().zip(&image).for_each(|(slope, image)| *slope += image);
                break;
            }
        }
        first >= 1.0
    }

    /// Each coordinate in turn to its own minimum.
    fn sweep(&self, w: &mut [f64], slopes: &mut [f64]) {
        let n = w.len();
        for i in 0..n {
            let row = &self.matrix[i * n..(i + 1) * n];
            let next = (w[i] - slopes[i] / row[i]).clamp(0.0, self.upper[i]);
            let step = next - w[i];
            if step != 0.0 {
                w[i] = next;
                slopes.iter_mut().zip(row).for_each(|(slope, q)| *slope += step * q);
            }
        }
    }

    fn factor(&self, free: &[usize]) -> Option<Cholesky> {
        let n = self.linear.len();
        let rows = free.iter().flat_map(|&i| free.iter().map(move |&j| self.matrix[i * n + j]));
        Cholesky::new(free.len(), rows.collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]
        /// Kuhn and Tucker's conditions, which hold nowhere but at the minimum: one price for the sum with which no coordinate
        /// gains by moving.
        #[test]
        fn no_coordinate_gains_by_moving(
            n in 1usize..9, rank in 1usize..9, numbers in prop::collection::vec(-1.0..1.0f64, 64),
            linear in prop::collection::vec(-3.0..3.0f64, 8), upper in prop::collection::vec(0.1..2.0f64, 8),
            within in (0.0..1.0f64, 0.0..1.0f64), ridge in prop_oneof![Just(1e-3), Just(1e-6), Just(1.0)],
            unbounded in prop::bool::ANY,
        ) {
            let row = |i: usize| &numbers[i * 8..i * 8 + rank.min(8)];
            let entry = |i: usize, j: usize| dot(row(i), row(j)) + if i == j { ridge } else { 0.0 };
            let matrix: Vec<f64> = (0..n * n).map(|at| entry(at / n, at % n)).collect();
            let (linear, upper) = (&linear[..n], &upper[..n]);
            let most: f64 = upper.iter().sum();
            let sum = match unbounded {
                true => [0.0, most],
                false => [most * within.0.min(within.1), most * within.0.max(within.1)],
            };
            let w = Quadratic { matrix: &matrix, linear, upper, sum }.minimise().unwrap();
            let total: f64 = w.iter().sum();
            prop_assert!(total > sum[0] - 1e-11 && total < sum[1] + 1e-11, "{total} {sum:?}");
            let (mut least, mut most) = (f64::NEG_INFINITY, f64::INFINITY);
            if total > sum[0] + 1e-9 {
                least = 0.0;
            }
            if total < sum[1] - 1e-9 {
                most = 0.0;
            }
            for i in 0..n {
                let slope = dot(&matrix[i * n..(i + 1) * n], &w) - linear[i];
                prop_assert!((0.0..=upper[i]).contains(&w[i]));
                if w[i] > 0.0 {
                    most = most.min(-slope);
                }
                if w[i] < upper[i] {
                    least = least.max(-slope);
                }
            }
            prop_assert!(least <= most + 1e-9, "{least} {most} {w:?}");
        }
    }

    #[test]
    fn the_smallest_numbers_there_are_do_no_harm() {
        // Fourteen objects in a row, each like its neighbours.
        let n = 14;
        let apart = |at: usize| (at / n).abs_diff(at % n) as f64;
        let matrix: Vec<f64> = (0..n * n)
            .map(|at| (-0.3 * apart(at).powi(2)).exp() + if apart(at) == 0.0 { 1e-3 } else { 0.0 })
            .collect();
        for power in 250..324 {
            let linear: Vec<f64> = (0..n).map(|i| (1.0 + 0.1 * i as f64) * 10f64.powi(-power)).collect();
            for sum in [[0.0, 14.0], [0.5, 14.0]] {
                let problem = Quadratic { matrix: &matrix, linear: &linear, upper: &[9.0; 14], sum };
                let w = problem.minimise().unwrap_or_else(|| panic!("1e-{power} {sum:?}"));
                assert!(w.iter().sum::<f64>() >= sum[0] - 1e-12 && w.iter().all(|w| *w >= 0.0), "{w:?}");
            }
        }
    }

    #[test]
    fn what_is_no_convex_problem_is_refused() {
        let of = |matrix: &[f64]| {
            let problem = Quadratic { matrix, linear: &[1.0, 1.0], upper: &[2.0, 2.0], sum: [0.0, 4.0] };
            problem.minimise()
        };
        assert!(of(&[f64::NAN; 4]).is_none());
        assert_eq!(of(&[2.0, 0.0, 0.0, 1.0]).unwrap(), [0.5, 1.0]);
    }
}
