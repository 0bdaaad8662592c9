//! The coarse search: where on a grid of shapes the good minima lie.

use super::exponential::exponentials;
use super::model::{Gaussian, Linear, Points, Shape};

/// Rise times tried, days.
const RISES: [f64; 5] = [0.4, 1.5, 4.0, 10.0, 25.0];
/// Fall times tried, days.
const FALLS: [f64; 6] = [2.0, 6.0, 16.0, 40.0, 110.0, 400.0];

/// Rise times tried with each fall time: [`RISES`], then one a little shorter than the fall itself, for plateaus that end.
const RISES_EACH: usize = RISES.len() + 1;

/// The rise time with which φ grows by e in 60 days before t0, then falls.
fn plateau(fall: f64) -> f64 {
    1.0 / (1.0 / fall + 1.0 / 60.0)
}

/// Steps of t0 from a tenth of the span before the first point to a twentieth after the last.
const STEPS: usize = 14;

/// Arrays that are filled again for each band.
#[derive(Debug, Default)]
pub(super) struct Grid {
    decay: Vec<f64>,
    gate: Vec<f64>,
    /// χ² less its constant part, by t0, fall and rise.
    cells: Vec<f64>,
}

impl Grid {
    /// The `count` best local minima of χ² on the grid, best first.
    ///
    /// The two exponentials of φ separate, exp(−x/fall) · 1/(1 + exp(−x/rise)), so each is computed once for its
    /// own time scale and the inner loop over their pairs only multiplies and adds.
    pub(super) fn minima(&mut self, points: &Points, baseline: Option<Gaussian>, count: usize) -> Vec<Shape> {
        let n = points.len();
        self.cells.clear();
        self.gate.resize(RISES_EACH * n, 0.0);
        self.decay.resize(n, 0.0);
        for step in 0..=STEPS {
            let t0 = turn(points.span, step);
            for (rise, gate) in RISES.iter().zip(self.gate.chunks_exact_mut(n)) {
                fill(gate, &points.time, t0, 1.0 / rise, 2.0 * LARGEST_DECAY);
                for gate in gate {
                    *gate = 1.0 / (1.0 + *gate);
                }
            }
            for fall in &FALLS {
                fill(&mut self.decay, &points.time, t0, 1.0 / fall, LARGEST_DECAY);
                let gate = &mut self.gate[RISES.len() * n..];
                fill(gate, &points.time, t0, 1.0 / plateau(*fall), 2.0 * LARGEST_DECAY);
                for gate in gate {
                    *gate = 1.0 / (1.0 + *gate);
                }
                for gate in self.gate.chunks_exact(n) {
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
                    self.cells.push(chi2);
                }
            }
        }
        self.best(count)
            .map(|[step, fall, rise]| Shape {
                t0: turn(points.span, step),
                ln_rise: RISES.get(rise).copied().unwrap_or_else(|| plateau(FALLS[fall])).ln(),
                ln_fall: FALLS[fall].ln(),
            })
            .collect()
    }

    /// The best cells of which none is another's neighbour: a neighbour of a better cell leads to the same minimum.
    fn best(&self, count: usize) -> impl Iterator<Item = [usize; 3]> {
        let mut kept: Vec<[usize; 3]> = Vec::with_capacity(count);
        while kept.len() < count {
            let mut best = None;
            let mut lowest = f64::INFINITY;
            for (cell, chi2) in self.cells.iter().enumerate() {
                if *chi2 < lowest {
                    let place = [
                        cell / (FALLS.len() * RISES.len()),
                        cell / RISES.len() % FALLS.len(),
                        cell % RISES.len(),
                    ];
                    let near = |other: &[usize; 3]| (0..3).all(|axis| place[axis].abs_diff(other[axis]) <= 1);
                    if !kept.iter().any(near) {
                        (best, lowest) = (Some(place), *chi2);
                    }
                }
            }
            let Some(place) = best else { break };
            kept.push(place);
        }
        kept.into_iter()
    }
}

/// The t0 of a step, days from the first point.
fn turn(span: f64, step: usize) -> f64 {
    span * (-0.1 + 1.15 * step as f64 / STEPS as f64)
}

/// Where exp(−x/fall) is cut, so that no square of it overflows. 1 + exp(−x/rise) is cut at twice that: φ then still
/// vanishes long before t0.
const LARGEST_DECAY: f64 = 150.0;

/// exp(−(t − t0)·rate) at each time, cut at e^`largest`.
fn fill(values: &mut [f64], times: &[f64], t0: f64, rate: f64, largest: f64) {
    for (value, time) in values.iter_mut().zip(times) {
        *value = ((t0 - time) * rate).min(largest);
    }
    exponentials(values);
}
