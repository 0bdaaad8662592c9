//! The fine search: Levenberg–Marquardt on the three parameters of the shape.

use crate::exponential::exponentials;
use crate::levenberg_marquardt::{Arrival, Landscape, NormalEquations, Tolerance, Walk};

use super::model::{LARGEST_EXPONENT, Linear, Points, Priors, Shape, Sums};

/// Where the shape may go. `t0` in days from the first point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) t0: (f64, f64),
    pub(super) ln_rise: (f64, f64),
    pub(super) ln_fall: (f64, f64),
}

/// When a descent ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// The most steps, accepted or refused.
    pub(super) iterations: usize,
    /// A gain as a share of χ², two of which in a row end it.
    pub(super) tolerance: f64,
    /// A promise of gain as a share of χ² below which no step is taken.
    pub(super) promise: f64,
}

/// A shape and its χ² (with the priors' part, if there are priors).
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub(super) shape: Shape,
    pub(super) cost: f64,
    pub(super) converged: bool,
}

/// Arrays that are filled again at each step.
#[derive(Debug, Default)]
pub(super) struct Descent {
    pub(super) phi: Vec<f64>,
    pub(super) share: Vec<f64>,
    linear: Vec<Linear>,
    sums: Vec<Sums>,
    /// The shape seen last.
    pub(super) seen: Option<Shape>,
}

type Vector = [f64; 3];

impl Descent {
    /// Regresses each band's fluxes on the shape; leaves φ and the share behind for the derivatives.
    pub(super) fn project(&mut self, points: &Points, priors: &Priors, shape: Shape) -> State {
        let n = points.len();
        let (inverse_rise, inverse_fall) = ((-shape.ln_rise).exp(), (-shape.ln_fall).exp());
        self.phi.resize(n, 0.0);
        self.share.resize(n, 0.0);
        // As `basis`, a slice at a time: the exponents of both branches, their exponentials, and what they make.
        for i in 0..n {
            let x = points.time[i] - shape.t0;
            self.share[i] = -x.abs() * inverse_rise;
            let before = (x * (inverse_rise - inverse_fall)).min(LARGEST_EXPONENT);
            self.phi[i] = if x >= 0.0 { -x * inverse_fall } else { before };
        }
        exponentials(&mut self.share);
        exponentials(&mut self.phi);
        self.linear.clear();
        self.sums.clear();
        let mut cost = prior_cost(priors, shape);
        if shape.t0 * (inverse_fall - inverse_rise) > LARGEST_EXPONENT {
            // At the first point φ is cut, and what is cut is no Bazin function: no such step is taken.
            cost = f64::INFINITY;
        }
        for band in &points.bands {
            let mut sums = band.totals.with_baseline(priors.baseline);
            for i in band.range.clone() {
                let share = 1.0 / (1.0 + self.share[i]);
                self.share[i] = if points.time[i] >= shape.t0 { self.share[i] * share } else { share };
                let phi = self.phi[i] * share;
                self.phi[i] = phi;
                let wp = points.weight[i] * phi;
                sums.wp += wp;
                sums.wpp += wp * phi;
                sums.wpy += wp * points.flux[i];
            }
            let linear = sums.solve();
            for i in band.range.clone() {
                let residual = points.flux[i] - linear.amplitude * self.phi[i] - linear.baseline;
                cost += points.weight[i] * residual * residual;
            }
            if let Some(prior) = priors.baseline {
                cost += (linear.baseline - prior.mean).powi(2) * prior.precision();
            }
            self.linear.push(linear);
            self.sums.push(sums);
        }
        self.seen = Some(shape);
        State { shape, cost, converged: false }
    }

    /// The shape that [`Descent::project`] saw last.
    pub(super) fn seen(&self) -> Option<Shape> {
        self.seen
    }

    /// χ² of one of the bands, without the priors' part, at the state that [`Descent::project`] saw last.
    pub(super) fn chi2(&self, points: &Points, band: usize) -> f64 {
        let Linear { amplitude, baseline } = self.linear[band];
        let range = points.bands[band].range.clone();
        let points =
            self.phi[range.clone()].iter().zip(&points.flux[range.clone()]).zip(&points.weight[range]);
        points.map(|((phi, flux), weight)| weight * (flux - amplitude * phi - baseline).powi(2)).sum()
    }

    /// The best A and B of each band at the state that [`Descent::project`] saw last.
    pub(super) fn linear(&self) -> &[Linear] {
        &self.linear
    }

    /// JᵀJ and Jᵀr of the projected residuals at the state that [`Descent::project`] saw last, in Kaufman's
    /// approximation (1975, doi:10.1007/BF01932995): the derivatives of A·φ, less their regression on φ and 1.
    #[expect(clippy::needless_range_loop, reason = "indices read as the matrices' own")]
    fn normal_equations(&self, points: &Points, priors: &Priors, shape: Shape) -> NormalEquations<3> {
        let Shape { t0, ln_rise, ln_fall } = shape;
        let (inverse_rise, inverse_fall) = ((-ln_rise).exp(), (-ln_fall).exp());
        let (mut jj, mut jr) = ([[0.0; 3]; 3], [0.0; 3]);
        for ((band, linear), sums) in points.bands.iter().zip(&self.linear).zip(&self.sums) {
            if linear.amplitude == 0.0 {
                continue;
            }
            // Sums over the points of w·derivative·(derivatives, residual, φ, 1).
            let (mut dd, mut dp, mut d1) = ([[0.0; 3]; 3], [0.0; 3], [0.0; 3]);
            for i in band.range.clone() {
                let (phi, share, w) = (self.phi[i], self.share[i], points.weight[i]);
                let x = points.time[i] - t0;
                let scale = linear.amplitude * phi;
                let d = [
                    scale * (inverse_fall - share * inverse_rise),
                    -scale * share * x * inverse_rise,
                    scale * x * inverse_fall,
                ];
                let residual = points.flux[i] - scale - linear.baseline;
                for a in 0..3 {
                    let wd = w * d[a];
                    jr[a] += wd * residual;
                    dp[a] += wd * phi;
                    d1[a] += wd;
                    for b in 0..=a {
                        dd[a][b] += wd * d[b];
                    }
                }
            }
            let Some(determinant) = sums.determinant() else { continue };
            for a in 0..3 {
                // The regression of derivative a on φ and 1.
                let on_phi = (sums.w * dp[a] - sums.wp * d1[a]) / determinant;
                let on_one = (sums.wpp * d1[a] - sums.wp * dp[a]) / determinant;
                for b in 0..=a {
                    jj[a][b] += dd[a][b] - on_phi * dp[b] - on_one * d1[b];
                }
            }
        }
        for (axis, prior, value) in prior_terms(priors, shape) {
            if let Some(prior) = prior {
                jj[axis][axis] += prior.precision();
                jr[axis] -= (value - prior.mean) * prior.precision();
            }
        }
        for a in 0..3 {
            for b in 0..a {
                jj[b][a] = jj[a][b];
            }
        }
        (jj, jr)
    }

    /// Goes downhill from `start` as long as patience lasts.
    pub(super) fn run(
        &mut self,
        points: &Points,
        priors: &Priors,
        bounds: &Bounds,
        start: Shape,
        patience: Patience,
    ) -> State {
        let walk = Walk {
            bounds: [bounds.t0, bounds.ln_rise, bounds.ln_fall],
            stride: [f64::INFINITY, 2.0, 2.0],
            iterations: patience.iterations,
            tolerance: Tolerance::Relative(patience.tolerance),
            promise: patience.promise,
        };
        let mut ground = Ground { descent: self, points, priors };
        let Arrival { place, cost, converged } = walk.run(&mut ground, start.array());
        State { shape: Shape::of(place), cost, converged }
    }
}

impl Shape {
    fn array(self) -> Vector {
        [self.t0, self.ln_rise, self.ln_fall]
    }

    fn of([t0, ln_rise, ln_fall]: Vector) -> Self {
        Self { t0, ln_rise, ln_fall }
    }
}

/// The projected χ² over the shapes.
struct Ground<'a> {
    descent: &'a mut Descent,
    points: &'a Points,
    priors: &'a Priors,
}

impl Landscape<3> for Ground<'_> {
    fn cost(&mut self, place: &Vector) -> f64 {
        self.descent.project(self.points, self.priors, Shape::of(*place)).cost
    }

    fn normal_equations(&mut self, place: &Vector) -> NormalEquations<3> {
        self.descent.normal_equations(self.points, self.priors, Shape::of(*place))
    }
}

/// The shape's parameters with their priors, in the order of the derivatives.
fn prior_terms(priors: &Priors, shape: Shape) -> [(usize, Option<super::Gaussian>, f64); 3] {
    [(0, priors.t0, shape.t0), (1, priors.ln_rise, shape.ln_rise), (2, priors.ln_fall, shape.ln_fall)]
}

/// What the priors of the shape add to χ².
pub(super) fn prior_cost(priors: &Priors, shape: Shape) -> f64 {
    let terms = prior_terms(priors, shape).into_iter();
    terms.filter_map(|(_, prior, value)| prior.map(|p| (value - p.mean).powi(2) * p.precision())).sum()
}

#[cfg(test)]
mod tests {
    use hesper_photometry::BandCurve;

    use super::super::Gaussian;
    use super::super::model::bazin;
    use super::*;

    /// Two bands of 25 points that follow one shape, and bumps of `bumps` nJy that no shape follows.
    fn points(bumps: f64) -> Points {
        let curves = [(800.0, 20.0, 0.0), (300.0, -10.0, 1.3)].map(|(amplitude, baseline, shift)| {
            let mjd: Vec<f64> = (0..25).map(|i| 56_000.0 + shift + 4.0 * f64::from(i)).collect();
            let flux = mjd.iter().map(|t| {
                bazin(*t, amplitude, baseline, 56_030.0, 4.0, 25.0) + bumps * (0.9 * (t - 56_000.0)).sin()
            });
            BandCurve {
                flux: flux.collect(),
                flux_err: mjd.iter().map(|t| 10.0 + (t / 7.0).cos()).collect(),
                mjd,
            }
        });
        let mut points = Points::default();
        points.load(curves.iter());
        points
    }

    fn moved(shape: Shape, axis: usize, step: f64) -> Shape {
        let mut values = [shape.t0, shape.ln_rise, shape.ln_fall];
        values[axis] += step;
        Shape { t0: values[0], ln_rise: values[1], ln_fall: values[2] }
    }

    fn knowledge() -> Priors {
        Priors {
            t0: Some(Gaussian { mean: 28.0, sd: 2.0 }),
            ln_rise: Some(Gaussian { mean: 1.0, sd: 0.5 }),
            ln_fall: Some(Gaussian { mean: 3.0, sd: 0.7 }),
            baseline: Some(Gaussian { mean: 5.0, sd: 3.0 }),
        }
    }

    #[test]
    fn the_gradient_is_that_of_the_projected_cost() {
        let points = points(60.0);
        let mut descent = Descent::default();
        for priors in [Priors::default(), knowledge()] {
            for shape in [(30.0, 4.0f64, 25.0f64), (22.0, 1.5, 60.0), (45.0, 9.0, 12.0), (50.0, 12.0, 7.0)] {
                let shape = Shape { t0: shape.0, ln_rise: shape.1.ln(), ln_fall: shape.2.ln() };
                let state = descent.project(&points, &priors, shape);
                let (_, gradient) = descent.normal_equations(&points, &priors, state.shape);
                for (axis, ours) in gradient.into_iter().enumerate() {
                    let step = 1e-4;
                    let mut cost =
                        |step: f64| descent.project(&points, &priors, moved(shape, axis, step)).cost;
                    let slope = (cost(step) - cost(-step)) / (2.0 * step);
                    assert!(
                        (-2.0 * ours - slope).abs() < 1e-5 * slope.abs() + 1e-3,
                        "axis {axis} of {shape:?}: {} and {slope}",
                        -2.0 * ours
                    );
                }
            }
        }
    }

    #[test]
    fn without_residuals_the_matrix_is_half_the_curvature_of_the_cost() {
        let points = points(0.0);
        let mut descent = Descent::default();
        let priors = Priors::default();
        let shape = Shape { t0: 30.0, ln_rise: 4f64.ln(), ln_fall: 25f64.ln() };
        let state = descent.project(&points, &priors, shape);
        assert!(state.cost < 1e-12, "{state:?}");
        let (matrix, _) = descent.normal_equations(&points, &priors, state.shape);
        let step = 1e-3;
        for a in 0..3 {
            for b in 0..3 {
                let mut cost = |a_step: f64, b_step: f64| {
                    let place = moved(moved(shape, a, a_step * step), b, b_step * step);
                    descent.project(&points, &priors, place).cost
                };
                let curvature = (cost(1.0, 1.0) - cost(1.0, -1.0) - cost(-1.0, 1.0) + cost(-1.0, -1.0))
                    / (4.0 * step * step);
                let unit = (matrix[a][a] * matrix[b][b]).sqrt();
                assert!(
                    (matrix[a][b] - 0.5 * curvature).abs() < 1e-3 * unit,
                    "{a} {b}: {} and {}",
                    matrix[a][b],
                    0.5 * curvature
                );
            }
        }
    }

    #[test]
    fn no_step_leads_where_the_shape_is_cut() {
        let points = points(60.0);
        let mut descent = Descent::default();
        // φ at the first point is e^(t0/fall − t0/rise): e^290, then e^310.
        for (t0, cut) in [(145.0, false), (155.0, true)] {
            let shape = Shape { t0, ln_rise: 1e6f64.ln(), ln_fall: 0.5f64.ln() };
            let state = descent.project(&points, &Priors::default(), shape);
            assert_eq!(state.cost.is_infinite(), cut, "{state:?}");
        }
    }
}
