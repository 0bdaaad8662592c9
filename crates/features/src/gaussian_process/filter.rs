//! The marginal likelihood and its derivatives in one pass over the points, by a Kalman filter.
//!
//! A Matérn-3/2 process and its derivative are together Markovian (Hartikainen & Särkkä 2010,
//! doi:10.1109/MLSP.2010.5589113), and as the kernel is a product, the processes of m wavelengths share one transition. The
//! cost is that of n·m² numbers, where a Cholesky decomposition takes n³.

use crate::levenberg_marquardt::{Landscape, NormalEquations, Walk};

use super::points::Points;

/// The covariances of the process f and its derivative g (by √3/ℓ) at m wavelengths: four m × m planes.
#[derive(Clone, Debug)]
struct Planes([Vec<f64>; 4]);

const FF: usize = 0;
const FG: usize = 1;
const GF: usize = 2;
const GG: usize = 3;

/// What the filter knows: means and covariances, all for the amplitude 1.
#[derive(Clone, Debug)]
struct Knowledge {
    /// Means of f, then of g.
    mean: [Vec<f64>; 2],
    covariance: Planes,
}

impl Knowledge {
    fn new(waves: usize) -> Self {
        let plane = || vec![0.0; waves * waves];
        Self {
            mean: [vec![0.0; waves], vec![0.0; waves]],
            covariance: Planes([plane(), plane(), plane(), plane()]),
        }
    }

    fn forget(&mut self) {
        self.mean.iter_mut().chain(&mut self.covariance.0).for_each(|values| values.fill(0.0));
    }
}

/// The likelihood of an object's points, and arrays that are filled at each look.
pub(super) struct Likelihood<'a> {
    points: &'a Points,
    state: Knowledge,
    /// Derivatives of the state by ln amplitude and ln time scale.
    slopes: [Knowledge; 2],
    /// Columns of covariances: p = (f, g), by S, and their derivatives.
    gain: [Vec<f64>; 4],
    slope: [Vec<f64>; 4],
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

impl<'a> Likelihood<'a> {
    pub(super) fn new(points: &'a Points) -> Self {
        let waves = points.wavelengths.len();
        let column = || std::array::from_fn(|_| vec![0.0; waves]);
        let knowledge = || Knowledge::new(waves);
        Self {
            points,
            state: knowledge(),
            slopes: [knowledge(), knowledge()],
            gain: column(),
            slope: column(),
        }
    }

    /// −2·ln likelihood, less the constant n·ln 2π.
    pub(super) fn cost(&mut self, ln_amplitude: f64, ln_time_scale: f64) -> f64 {
        self.pass(ln_amplitude, ln_time_scale, None)
    }

    /// One pass over the points; with the normal equations, if they are wanted.
    fn pass(
        &mut self,
        ln_amplitude: f64,
        ln_time_scale: f64,
        mut wanted: Option<&mut NormalEquations<2>>,
    ) -> f64 {
        let points = self.points;
        let rate = 3f64.sqrt() * (-ln_time_scale).exp();
        let shrink = (-ln_amplitude).exp();
        self.state.forget();
        self.slopes.iter_mut().for_each(Knowledge::forget);
        self.state.covariance.0[FF].copy_from_slice(&points.coupling);
        self.state.covariance.0[GG].copy_from_slice(&points.coupling);
        let mut cost = 2.0 * points.len() as f64 * ln_amplitude;
        let mut before = points.day.first().copied().unwrap_or(0.0);
        for i in 0..points.len() {
            let elapsed = points.day[i] - before;
            before = points.day[i];
            if elapsed > 0.0 {
                self.wait(rate * elapsed, wanted.is_some());
            }
            let flux = points.flux[i] * shrink;
            let noise = points.variance[i] * shrink * shrink;
            cost += self.learn(points.wave[i], flux, noise, wanted.as_deref_mut());
        }
        cost
    }

    /// Time passes: x = √3·Δt/ℓ.
    fn wait(&mut self, x: f64, with_slopes: bool) {
        let a = transition(x);
        let whole = congruence(a, a);
        let coupling = &self.points.coupling;
        if with_slopes {
            let b = transition_slope(x);
            let (one, other) = (congruence(a, b), congruence(b, a));
            let change: [[f64; 4]; 4] =
                std::array::from_fn(|to| std::array::from_fn(|k| one[to][k] + other[to][k]));
            let [by_amplitude, by_scale] = &mut self.slopes;
            pass_mean(&mut by_amplitude.mean, a, None);
            pass_mean(&mut by_scale.mean, a, Some((&self.state.mean, b)));
            apply(&mut by_amplitude.covariance, &whole, None);
            apply(&mut by_scale.covariance, &whole, Some((&self.state.covariance, &change, coupling)));
        }
        pass_mean(&mut self.state.mean, a, None);
        // The process is stationary: only the departure from the stationary covariance decays.
        let planes = &mut self.state.covariance;
        for (ff, gg, k) in zip3(planes, coupling) {
            *ff -= k;
            *gg -= k;
        }
        apply(planes, &whole, None);
        for (ff, gg, k) in zip3(planes, coupling) {
            *ff += k;
            *gg += k;
        }
    }

    /// A point is seen; returns ln S + v²/S.
    fn learn(&mut self, wave: usize, flux: f64, noise: f64, wanted: Option<&mut NormalEquations<2>>) -> f64 {
        let waves = self.points.wavelengths.len();
        let variance = self.state.covariance.0[FF][wave * waves + wave] + noise;
        let surprise = flux - self.state.mean[0][wave];
        // p: the covariances of everything with f of this wavelength; q = p/S.
        let [p_f, p_g, q_f, q_g] = &mut self.gain;
        for b in 0..waves {
            p_f[b] = self.state.covariance.0[FF][b * waves + wave];
            p_g[b] = self.state.covariance.0[GF][b * waves + wave];
            q_f[b] = p_f[b] / variance;
            q_g[b] = p_g[b] / variance;
        }
        if let Some((jj, jr)) = wanted {
            let mut of_variance = [0.0; 2];
            let mut of_surprise = [0.0; 2];
            for (k, slopes) in self.slopes.iter_mut().enumerate() {
                // For the amplitude 1, the fluxes shrink by the amplitude and the noise by its square.
                let (flux_slope, noise_slope) = if k == 0 { (-flux, -2.0 * noise) } else { (0.0, 0.0) };
                let slope_s = slopes.covariance.0[FF][wave * waves + wave] + noise_slope;
                let slope_v = flux_slope - slopes.mean[0][wave];
                let [d_f, d_g, e_f, e_g] = &mut self.slope;
                for b in 0..waves {
                    d_f[b] = slopes.covariance.0[FF][b * waves + wave];
                    d_g[b] = slopes.covariance.0[GF][b * waves + wave];
                    e_f[b] = (d_f[b] - q_f[b] * slope_s) / variance;
                    e_g[b] = (d_g[b] - q_g[b] * slope_s) / variance;
                }
                for b in 0..waves {
                    slopes.mean[0][b] += e_f[b] * surprise + q_f[b] * slope_v;
                    slopes.mean[1][b] += e_g[b] * surprise + q_g[b] * slope_v;
                }
                let planes = &mut slopes.covariance.0;
                for (plane, (d_row, p_row, q_column, e_column)) in planes.iter_mut().zip([
                    (&*d_f, &*p_f, &*q_f, &*e_f),
                    (&*d_f, &*p_f, &*q_g, &*e_g),
                    (&*d_g, &*p_g, &*q_f, &*e_f),
                    (&*d_g, &*p_g, &*q_g, &*e_g),
                ]) {
                    for (row, (d, p)) in plane.chunks_exact_mut(waves).zip(d_row.iter().zip(p_row)) {
                        for (value, (q, e)) in row.iter_mut().zip(q_column.iter().zip(e_column)) {
                            *value -= d * q + p * e;
                        }
                    }
                }
                // Back to the amplitude itself: S grows with its square and v with it.
                let back = if k == 0 { 1.0 } else { 0.0 };
                of_variance[k] = slope_s / variance + 2.0 * back;
                of_surprise[k] = slope_v + back * surprise;
            }
            let chi2 = surprise * surprise / variance;
            for a in 0..2 {
                jr[a] -= 0.5 * of_variance[a] * (1.0 - chi2) + surprise * of_surprise[a] / variance;
                for b in 0..2 {
                    jj[a][b] +=
                        0.5 * of_variance[a] * of_variance[b] + of_surprise[a] * of_surprise[b] / variance;
                }
            }
        }
        for b in 0..waves {
            self.state.mean[0][b] += q_f[b] * surprise;
            self.state.mean[1][b] += q_g[b] * surprise;
        }
        let planes = &mut self.state.covariance.0;
        for (plane, (p_row, q_column)) in
            planes.iter_mut().zip([(&*p_f, &*q_f), (&*p_f, &*q_g), (&*p_g, &*q_f), (&*p_g, &*q_g)])
        {
            for (row, p) in plane.chunks_exact_mut(waves).zip(p_row) {
                for (value, q) in row.iter_mut().zip(q_column) {
                    *value -= p * q;
                }
            }
        }
        variance.ln() + surprise * surprise / variance
    }
}

/// f and g of the mean after the transition `a`; with the derivative `b` of the transition by that of another mean.
fn pass_mean(mean: &mut [Vec<f64>; 2], a: [f64; 4], change: Option<(&[Vec<f64>; 2], [f64; 4])>) {
    let [f, g] = mean;
    for i in 0..f.len() {
        let (old_f, old_g) = (f[i], g[i]);
        f[i] = a[0] * old_f + a[1] * old_g;
        g[i] = a[2] * old_f + a[3] * old_g;
        if let Some((other, b)) = change {
            f[i] += b[0] * other[0][i] + b[1] * other[1][i];
            g[i] += b[2] * other[0][i] + b[3] * other[1][i];
        }
    }
}

/// Each plane becomes a sum of all planes; with a second sum over the departures of other planes from `coupling`.
fn apply(planes: &mut Planes, whole: &[[f64; 4]; 4], change: Option<(&Planes, &[[f64; 4]; 4], &[f64])>) {
    let [ff, fg, gf, gg] = &mut planes.0;
    for i in 0..ff.len() {
        let old = [ff[i], fg[i], gf[i], gg[i]];
        let sum = |c: &[f64; 4], v: &[f64; 4]| c[0] * v[0] + c[1] * v[1] + c[2] * v[2] + c[3] * v[3];
        let mut new =
            [sum(&whole[FF], &old), sum(&whole[FG], &old), sum(&whole[GF], &old), sum(&whole[GG], &old)];
        if let Some((Planes(other), change, coupling)) = change {
            let departure =
                [other[FF][i] - coupling[i], other[FG][i], other[GF][i], other[GG][i] - coupling[i]];
            for (value, c) in new.iter_mut().zip(change) {
                *value += sum(c, &departure);
            }
        }
        [ff[i], fg[i], gf[i], gg[i]] = new;
    }
}

fn zip3<'a>(
    planes: &'a mut Planes,
    coupling: &'a [f64],
) -> impl Iterator<Item = (&'a mut f64, &'a mut f64, &'a f64)> {
    let [ff, _, _, gg] = &mut planes.0;
    ff.iter_mut().zip(gg).zip(coupling).map(|((ff, gg), k)| (ff, gg, k))
}

/// The likelihood as a landscape over (ln amplitude, ln time scale).
pub(super) struct Ground<'a, 'b> {
    pub(super) likelihood: &'a mut Likelihood<'b>,
    pub(super) walk: &'a Walk<2>,
}

impl Landscape<2> for Ground<'_, '_> {
    fn cost(&mut self, place: &[f64; 2]) -> f64 {
        self.likelihood.cost(place[0], place[1])
    }

    fn normal_equations(&mut self, place: &[f64; 2]) -> NormalEquations<2> {
        let mut equations = ([[0.0; 2]; 2], [0.0; 2]);
        self.likelihood.pass(place[0], place[1], Some(&mut equations));
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
        let mut likelihood = Likelihood::new(&points);
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
        let mut likelihood = Likelihood::new(&points);
        for place in [[-0.7, 3.0], [1.1, 1.6], [-4.0, 4.6], [2.0, 0.1]] {
            let mut equations = ([[0.0; 2]; 2], [0.0; 2]);
            likelihood.pass(place[0], place[1], Some(&mut equations));
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
