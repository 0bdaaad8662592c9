//! The coarse search: where on a grid of shapes the good minima lie.

use super::model::{Gaussian, Linear, Points, Shape};
use crate::exponential::exponentials;

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
        self.gate.resize(RISES.len() * n, 0.0);
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
                for (rise, gate) in RISES.iter().zip(self.gate.chunks_exact(n)) {
                    // Where φ grows towards the past and is cut, it would have a peak that no Bazin function has.
                    if fall < rise && t0 > LARGEST_DECAY * fall {
                        self.cells.push(f64::INFINITY);
                        continue;
                    }
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
                ln_rise: RISES[rise].ln(),
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

#[cfg(test)]
mod tests {
    use hesper_photometry::BandCurve;

    use super::super::model::{Sums, basis, bazin};
    use super::*;

    /// Three years of points, far longer than the shortest times tried.
    fn points() -> Points {
        let mjd: Vec<f64> = (0..180).map(|i| 56_000.0 + 6.1 * f64::from(i)).collect();
        let curve = BandCurve {
            flux: mjd.iter().map(|t| bazin(*t, 500.0, 10.0, 56_640.0, 4.0, 30.0) + 20.0 * t.sin()).collect(),
            flux_err: mjd.iter().map(|t| 20.0 + 5.0 * t.cos()).collect(),
            mjd,
        };
        let mut points = Points::default();
        points.load(std::iter::once(&curve));
        points
    }

    #[test]
    fn each_cell_has_the_chi2_of_its_shape() {
        let points = points();
        let mut grid = Grid::default();
        grid.minima(&points, None, 4);
        assert_eq!(grid.cells.len(), (STEPS + 1) * FALLS.len() * RISES.len());
        let constant: f64 = points.flux.iter().zip(&points.weighted_flux).map(|(y, wy)| y * wy).sum();
        for (cell, ours) in grid.cells.iter().enumerate() {
            let t0 = turn(points.span, cell / (FALLS.len() * RISES.len()));
            let (fall, rise) = (FALLS[cell / RISES.len() % FALLS.len()], RISES[cell % RISES.len()]);
            if *ours == f64::INFINITY {
                assert!(fall < rise && t0 > 300.0, "{t0} {rise} {fall}");
                continue;
            }
            let phi: Vec<f64> = points.time.iter().map(|t| basis(t - t0, 1.0 / rise, 1.0 / fall).0).collect();
            let mut sums = Sums { ..points.bands[0].totals };
            for (i, phi) in phi.iter().enumerate() {
                sums.wp += points.weight[i] * phi;
                sums.wpp += points.weight[i] * phi * phi;
                sums.wpy += points.weighted_flux[i] * phi;
            }
            let linear = sums.solve();
            let chi2: f64 = phi
                .iter()
                .enumerate()
                .map(|(i, phi)| {
                    points.weight[i] * (points.flux[i] - linear.amplitude * phi - linear.baseline).powi(2)
                })
                .sum();
            assert!(
                (constant + ours - chi2).abs() < 1e-6 * constant,
                "{t0} {rise} {fall}: {} {chi2}",
                constant + ours
            );
        }
    }

    #[test]
    fn the_best_cells_come_first_and_are_no_neighbours() {
        let points = points();
        let mut grid = Grid::default();
        let shapes = grid.minima(&points, None, 20);
        assert_eq!(shapes.len(), 20);
        let best = shapes[0];
        assert!((best.t0 - 640.0).abs() < points.span / STEPS as f64, "{best:?}");
        let places: Vec<[usize; 3]> = grid.best(20).collect();
        let chi2 =
            |[step, fall, rise]: [usize; 3]| grid.cells[(step * FALLS.len() + fall) * RISES.len() + rise];
        assert!(places.is_sorted_by(|a, b| chi2(*a) <= chi2(*b)));
        for (i, a) in places.iter().enumerate() {
            for b in &places[..i] {
                assert!((0..3).any(|axis| a[axis].abs_diff(b[axis]) > 1), "{a:?} {b:?}");
            }
        }
        assert_eq!(chi2(places[0]), grid.cells.iter().copied().fold(f64::INFINITY, f64::min));
    }
}
