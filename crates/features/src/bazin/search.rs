//! The coarse search: where on a grid of shapes the good minima lie.

use super::exponential::exponentials;
use super::model::{Gaussian, Linear, Points, Shape};

/// Rise times tried, days.
const RISES: [f64; 5] = [0.4, 1.5, 4.0, 10.0, 25.0];
/// Fall times tried, days.
const FALLS: [f64; 6] = [2.0, 6.0, 16.0, 40.0, 110.0, 400.0];

/// Steps of t0 from a tenth of the span before the first point to a twentieth after the last.
const STEPS: usize = 14;

/// Arrays that are filled again for each band.
#[derive(Debug, Default)]
pub(super) struct Grid {
    decay: Vec<f64>,
    gate: Vec<f64>,
    cells: Vec<Cell>,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    chi2: f64,
    shape: Shape,
    place: [usize; 3],
}

impl Grid {
    /// The `count` best local minima of χ² on the grid, best first.
    ///
    /// The two exponentials of φ separate, exp(−x/fall) · 1/(1 + exp(−x/rise)), so each is computed once for its
    /// own time scale and the inner loop over their pairs only multiplies and adds.
    pub(super) fn minima(&mut self, points: &Points, baseline: Option<Gaussian>, count: usize) -> Vec<Shape> {
        let n = points.len();
        self.cells.clear();
        self.gate.resize(RISES.len() * n, 0.0);
        self.decay.resize(n, 0.0);
        for step in 0..=STEPS {
            let t0 = points.span * (-0.1 + 1.15 * step as f64 / STEPS as f64);
            for (rise, gate) in RISES.iter().zip(self.gate.chunks_exact_mut(n)) {
                fill(gate, &points.time, t0, 1.0 / rise);
                for gate in gate {
                    *gate = 1.0 / (1.0 + *gate);
                }
            }
            for (f, fall) in FALLS.iter().enumerate() {
                fill(&mut self.decay, &points.time, t0, 1.0 / fall);
                for (r, rise) in RISES.iter().enumerate() {
                    let gate = &self.gate[r * n..(r + 1) * n];
                    let mut chi2 = 0.0;
                    for band in &points.bands {
                        let mut sums = band.totals.with_baseline(baseline);
                        for i in band.range.clone() {
                            let p = self.decay[i] * gate[i];
                            let wp = points.weight[i] * p;
                            sums.wp += wp;
                            sums.wpp += wp * p;
                            sums.wpy += points.weighted_flux[i] * p;
                        }
                        let Linear { amplitude, baseline } = sums.solve();
                        // χ² less the constant Σwy²; the normal equations make the rest linear in the sums.
                        chi2 -= amplitude * sums.wpy + baseline * sums.wy;
                    }
                    let shape = Shape { t0, ln_rise: rise.ln(), ln_fall: fall.ln() };
                    self.cells.push(Cell { chi2, shape, place: [step, f, r] });
                }
            }
        }
        self.cells.sort_by(|a, b| a.chi2.total_cmp(&b.chi2));
        let mut kept: Vec<Cell> = Vec::with_capacity(count);
        for cell in &self.cells {
            // A neighbour of a better cell leads to the same minimum.
            let near = |other: &Cell| (0..3).all(|axis| cell.place[axis].abs_diff(other.place[axis]) <= 1);
            if !kept.iter().any(near) {
                kept.push(*cell);
                if kept.len() == count {
                    break;
                }
            }
        }
        kept.iter().map(|cell| cell.shape).collect()
    }
}

/// exp(−(t − t0)·rate) at each time, cut at e^150 so that no square of it overflows.
fn fill(values: &mut [f64], times: &[f64], t0: f64, rate: f64) {
    for (value, time) in values.iter_mut().zip(times) {
        *value = ((t0 - time) * rate).min(150.0);
    }
    exponentials(values);
}
