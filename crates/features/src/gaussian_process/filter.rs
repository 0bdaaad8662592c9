//! The marginal likelihood and its derivatives in one pass over the points, by a Kalman filter.
//!
//! A Matérn-3/2 process and its derivative are together Markovian (Hartikainen & Särkkä 2010,
//! doi:10.1109/MLSP.2010.5589113), and as the kernel is a product, the processes of m wavelengths share one transition. The
//! cost is that of n·m² numbers, where a Cholesky decomposition takes n³.

#![expect(clippy::needless_range_loop, reason = "indices read as the matrices' own")]

use crate::levenberg_marquardt::{Landscape, NormalEquations, Walk};

use super::points::Points;

/// The covariances of the process f and its derivative g (by √3/ℓ) at M wavelengths: four M × M planes. Their size is known
/// to the compiler, which makes vector instructions of the loops over them.
type Planes<const M: usize> = [[[f64; M]; M]; 4];

const FF: usize = 0;
const FG: usize = 1;
const GF: usize = 2;
const GG: usize = 3;

/// What the filter knows: means and covariances, all for the amplitude 1.
#[derive(Clone, Copy, Debug)]
struct Knowledge<const M: usize> {
    /// Means of f, then of g.
    mean: [[f64; M]; 2],
    covariance: Planes<M>,
}

impl<const M: usize> Knowledge<M> {
    const NONE: Self = Self { mean: [[0.0; M]; 2], covariance: [[[0.0; M]; M]; 4] };
}

/// The likelihood of an object's points of at most M wavelengths; those that are missing are there and never seen.
pub(super) struct Likelihood<'a, const M: usize> {
    points: &'a Points,
    coupling: [[f64; M]; M],
    state: Knowledge<M>,
    /// Derivatives of the state by ln amplitude and ln time scale.
    slopes: [Knowledge<M>; 2],
}

/// e^−x(1 + x), e^−x·x, −e^−x·x, e^−x(1 − x): what f and g make of f and g after x = √3·Δt/ℓ.
fn transition(x: f64) -> [f64; 4] {
    let e = (-x).exp();
    [e * (1.0 + x), e * x, -e * x, e * (1.0 - x)]
}

/// Its derivative by ln ℓ, which is −x times that by x.
fn transition_slope(x: f64) -> [f64; 4] {
    let e = -x * (-x).exp();
    [-e * x, e * (1.0 - x), -e * (1.0 - x), e * (x - 2.0)]
}

/// A·D·Bᵀ (+ B·D·Aᵀ) as coefficients: `[to][from]` for the four planes.
fn congruence(a: [f64; 4], b: [f64; 4]) -> [[f64; 4]; 4] {
    std::array::from_fn(|to| {
        let (row, column) = (2 * (to / 2), 2 * (to % 2));
        std::array::from_fn(|from| a[row + from / 2] * b[column + from % 2])
    })
}

impl<'a, const M: usize> Likelihood<'a, M> {
    pub(super) fn new(points: &'a Points) -> Self {
        let waves = points.wavelengths.len();
        let mut coupling = [[0.0; M]; M];
        for (row, known) in coupling.iter_mut().zip(points.coupling.chunks_exact(waves.max(1))) {
            for (value, known) in row.iter_mut().zip(known) {
                *value = *known;
            }
        }
        Self { points, coupling, state: Knowledge::NONE, slopes: [Knowledge::NONE; 2] }
    }

    /// −2·ln likelihood, less the constant n·ln 2π.
    pub(super) fn cost(&mut self, ln_amplitude: f64, ln_time_scale: f64) -> f64 {
        self.pass::<false>(ln_amplitude, ln_time_scale).0
    }

    /// One pass over the points: the cost and, if `SLOPES`, the normal equations.
    fn pass<const SLOPES: bool>(
        &mut self,
        ln_amplitude: f64,
        ln_time_scale: f64,
    ) -> (f64, NormalEquations<2>) {
        let points = self.points;
        let rate = 3f64.sqrt() * (-ln_time_scale).exp();
        let shrink = (-ln_amplitude).exp();
        self.slopes = [Knowledge::NONE; 2];
        self.state = Knowledge::NONE;
        self.state.covariance[FF] = self.coupling;
        self.state.covariance[GG] = self.coupling;
        let mut cost = 2.0 * points.len() as f64 * ln_amplitude;
        let mut equations = ([[0.0; 2]; 2], [0.0; 2]);
        let mut before = points.day.first().copied().unwrap_or(0.0);
        for i in 0..points.len() {
            let elapsed = points.day[i] - before;
            before = points.day[i];
            if elapsed > 0.0 {
                self.wait::<SLOPES>(rate * elapsed);
            }
            let flux = points.flux[i] * shrink;
            let noise = points.variance[i] * shrink * shrink;
            cost += self.learn::<SLOPES>(points.wave[i], flux, noise, &mut equations);
        }
        (cost, equations)
    }

    /// Time passes: x = √3·Δt/ℓ.
    fn wait<const SLOPES: bool>(&mut self, x: f64) {
        let a = transition(x);
        let whole = congruence(a, a);
        // The process is stationary: only the departure from the stationary covariance decays.
        let planes = &mut self.state.covariance;
        for b in 0..M {
            for c in 0..M {
                planes[FF][b][c] -= self.coupling[b][c];
                planes[GG][b][c] -= self.coupling[b][c];
            }
        }
        if SLOPES {
            let b = transition_slope(x);
            let (one, other) = (congruence(a, b), congruence(b, a));
            let change: [[f64; 4]; 4] =
                std::array::from_fn(|to| std::array::from_fn(|k| one[to][k] + other[to][k]));
            let [by_amplitude, by_scale] = &mut self.slopes;
            by_amplitude.mean = pass_mean(&by_amplitude.mean, a);
            by_amplitude.covariance = pass_covariance(&by_amplitude.covariance, &whole);
            by_scale.mean = sum(pass_mean(&by_scale.mean, a), pass_mean(&self.state.mean, b));
            let (decayed, changed) =
                (pass_covariance(&by_scale.covariance, &whole), pass_covariance(planes, &change));
            for (plane, (decayed, changed)) in
                by_scale.covariance.iter_mut().zip(decayed.into_iter().zip(changed))
            {
                *plane = sum(decayed, changed);
            }
        }
        self.state.mean = pass_mean(&self.state.mean, a);
        *planes = pass_covariance(planes, &whole);
        for b in 0..M {
            for c in 0..M {
                planes[FF][b][c] += self.coupling[b][c];
                planes[GG][b][c] += self.coupling[b][c];
            }
        }
    }

    /// A point is seen; returns ln S + v²/S and adds to the equations.
    fn learn<const SLOPES: bool>(
        &mut self,
        wave: usize,
        flux: f64,
        noise: f64,
        equations: &mut NormalEquations<2>,
    ) -> f64 {
        let variance = self.state.covariance[FF][wave][wave] + noise;
        let inverse = 1.0 / variance;
        let surprise = flux - self.state.mean[0][wave];
        // p: the covariances of everything with f of this wavelength; q = p/S.
        let p = column(&self.state.covariance, wave);
        let q = p.map(|p| p.map(|p| p * inverse));
        if SLOPES {
            let (mut of_variance, mut of_surprise) = ([0.0; 2], [0.0; 2]);
            for (k, slopes) in self.slopes.iter_mut().enumerate() {
                // For the amplitude 1, the fluxes shrink by the amplitude and the noise by its square.
                let (flux_slope, noise_slope) = if k == 0 { (-flux, -2.0 * noise) } else { (0.0, 0.0) };
                let slope_s = slopes.covariance[FF][wave][wave] + noise_slope;
                let slope_v = flux_slope - slopes.mean[0][wave];
                let d = column(&slopes.covariance, wave);
                let e: [[f64; M]; 2] =
                    std::array::from_fn(|h| std::array::from_fn(|b| (d[h][b] - q[h][b] * slope_s) * inverse));
                for h in 0..2 {
                    for b in 0..M {
                        slopes.mean[h][b] += e[h][b] * surprise + q[h][b] * slope_v;
                    }
                }
                for (to, plane) in slopes.covariance.iter_mut().enumerate() {
                    let (one, other) = (to / 2, to % 2);
                    for b in 0..M {
                        for c in 0..M {
                            plane[b][c] -= d[one][b] * q[other][c] + p[one][b] * e[other][c];
                        }
                    }
                }
                // Back to the amplitude itself: S grows with its square and v with it.
                let back = if k == 0 { 1.0 } else { 0.0 };
                of_variance[k] = slope_s * inverse + 2.0 * back;
                of_surprise[k] = slope_v + back * surprise;
            }
            let (jj, jr) = equations;
            let chi2 = surprise * surprise * inverse;
            for a in 0..2 {
                jr[a] -= 0.5 * of_variance[a] * (1.0 - chi2) + surprise * of_surprise[a] * inverse;
                for b in 0..2 {
                    jj[a][b] +=
                        0.5 * of_variance[a] * of_variance[b] + of_surprise[a] * of_surprise[b] * inverse;
                }
            }
        }
        for h in 0..2 {
            for b in 0..M {
                self.state.mean[h][b] += q[h][b] * surprise;
            }
        }
        for (to, plane) in self.state.covariance.iter_mut().enumerate() {
            let (one, other) = (to / 2, to % 2);
            for b in 0..M {
                for c in 0..M {
                    plane[b][c] -= p[one][b] * q[other][c];
                }
            }
        }
        variance.ln() + surprise * surprise * inverse
    }
}

/// The covariances of f and g at all wavelengths with f at one: by symmetry rows, which lie together.
fn column<const M: usize>(planes: &Planes<M>, wave: usize) -> [[f64; M]; 2] {
    [planes[FF][wave], planes[FG][wave]]
}

/// f and g of the mean after the transition `a`.
fn pass_mean<const M: usize>(mean: &[[f64; M]; 2], a: [f64; 4]) -> [[f64; M]; 2] {
    let [f, g] = mean;
    [std::array::from_fn(|i| a[0] * f[i] + a[1] * g[i]), std::array::from_fn(|i| a[2] * f[i] + a[3] * g[i])]
}

/// Each plane becomes a sum of all planes.
fn pass_covariance<const M: usize>(planes: &Planes<M>, by: &[[f64; 4]; 4]) -> Planes<M> {
    let mut new = [[[0.0; M]; M]; 4];
    for (plane, by) in new.iter_mut().zip(by) {
        for b in 0..M {
            for c in 0..M {
                plane[b][c] = by[FF] * planes[FF][b][c]
                    + by[FG] * planes[FG][b][c]
                    + by[GF] * planes[GF][b][c]
                    + by[GG] * planes[GG][b][c];
            }
        }
    }
    new
}

fn sum<const R: usize, const M: usize>(mut one: [[f64; M]; R], other: [[f64; M]; R]) -> [[f64; M]; R] {
    for b in 0..R {
        for c in 0..M {
            one[b][c] += other[b][c];
        }
    }
    one
}

/// The likelihood as a landscape over (ln amplitude, ln time scale).
pub(super) struct Ground<'a, 'b, const M: usize> {
    pub(super) likelihood: &'a mut Likelihood<'b, M>,
    pub(super) walk: &'a Walk<2>,
}

impl<const M: usize> Landscape<2> for Ground<'_, '_, M> {
    fn cost(&mut self, place: &[f64; 2]) -> f64 {
        self.likelihood.cost(place[0], place[1])
    }

    fn normal_equations(&mut self, place: &[f64; 2]) -> NormalEquations<2> {
        let (_, mut equations) = self.likelihood.pass::<true>(place[0], place[1]);
        self.walk.hold(&mut equations, place);
        equations
    }
}

#[cfg(test)]
mod tests {
    use hesper_photometry::{Band, LightCurve};

    use super::super::posterior::Posterior;
    use super::*;

    fn points() -> Points {
        let bands = ["g", "r", "i", "z"].map(|band| Band::new(band).unwrap());
        let mut curve = LightCurve::default();
        for i in 0..60 {
            let mjd = 56_000.0 + (1.7 * f64::from(i / 3)) + 0.01 * f64::from(i % 2);
            let shape = (-((mjd - 56_020.0) / 12.0).powi(2)).exp();
            let flux = 100.0 * shape + 9.0 * (1.3 * f64::from(i)).sin();
            curve.push(mjd, bands[i as usize * 7 % 4], flux, 6.0 + f64::from(i % 5));
        }
        Points::load(&curve).unwrap()
    }

    #[test]
    fn the_filter_agrees_with_the_decomposition() {
        let points = points();
        // More wavelengths than there are do no harm.
        let mut likelihood = Likelihood::<6>::new(&points);
        for (amplitude, time_scale) in [(0.5f64, 20.0f64), (3.0, 5.0), (0.01, 100.0), (100.0, 400.0)] {
            let ours = likelihood.cost(amplitude.ln(), time_scale.ln());
            let (_, theirs) = Posterior::new(&points, amplitude, time_scale).unwrap();
            // The other is per error, and has the constant.
            let n = points.len() as f64;
            let errors: f64 = points.variance.iter().map(|v| v.ln()).sum();
            let theirs = -2.0 * theirs - n * (2.0 * std::f64::consts::PI).ln() + errors;
            assert!((ours - theirs).abs() < 1e-9 * theirs.abs(), "{amplitude} {time_scale}: {ours} {theirs}");
        }
    }

    #[test]
    fn the_gradient_is_that_of_the_likelihood() {
        let points = points();
        let mut likelihood = Likelihood::<4>::new(&points);
        for place in [[-0.7, 3.0], [1.1, 1.6], [-4.0, 4.6], [2.0, 0.1]] {
            let (_, equations) = likelihood.pass::<true>(place[0], place[1]);
            for axis in 0..2 {
                let mut cost = |step: f64| {
                    let mut moved = place;
                    moved[axis] += step;
                    likelihood.cost(moved[0], moved[1])
                };
                let slope = (cost(1e-5) - cost(-1e-5)) / 2e-5;
                let ours = -2.0 * equations.1[axis];
                assert!(
                    (ours - slope).abs() < 1e-6 * slope.abs() + 1e-5,
                    "axis {axis} of {place:?}: {ours} {slope}"
                );
            }
            let (jj, _) = equations;
            assert!(jj[0][0] > 0.0 && jj[0][0] * jj[1][1] > jj[0][1] * jj[1][0], "{jj:?}");
        }
    }
}
