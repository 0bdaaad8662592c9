//! The Villar function, its priors and its derivatives.

use hesper_photometry::BandCurve;

use super::VillarFit;
use crate::levenberg_marquardt::{Landscape, NormalEquations, Tolerance, Walk};
use crate::{BazinFit, Gaussian};

/// What is known of t0 (from the Bazin fit's, days), ln plateau, ln rise and ln fall (days): as of the Bazin shape, supernovae
/// rise in days and fall in weeks; plateaus last from days to months. [`super::FEATURE`]'s text has the same numbers.
const PRIORS: [Gaussian; 4] = [
    Gaussian { mean: 0.0, sd: 15.0 },
    Gaussian { mean: 2.995_732_273_553_991, sd: 1.0 },
    Gaussian { mean: 1.386_294_361_119_890_6, sd: 0.7 },
    Gaussian { mean: 3.218_875_824_868_200_7, sd: 0.8 },
];
/// Bounds of the plateau, the rise and the fall, days.
const PLATEAU: (f64, f64) = (0.5, 300.0);
const RISE: (f64, f64) = (0.1, 100.0);
const FALL: (f64, f64) = (0.5, 1_000.0);
/// Where walks may start, in shares of the Bazin fit's times: of its fall for the fall, of its rise for the rise and for how
/// far the turn is from its own.
const FALLS: [f64; 2] = [1.0, 0.4];
const RISES: [f64; 2] = [1.0, 0.4];
const TURNS: [f64; 2] = [0.0, -1.5];
/// The most by which levels may exceed the largest measured flux.
const LARGEST_LEVEL: f64 = 100.0;

/// The Villar function (Villar et al. 2019, equation 1) of (A, β, t0, γ, τ_rise, τ_fall); see [`VillarFit`] for the units.
pub fn villar(time: f64, [amplitude, slope, t0, plateau, rise, fall]: [f64; 6]) -> f64 {
    let x = time - t0;
    let level = amplitude + slope * x.min(plateau);
    level * gate(x / rise) * (-(x - plateau).max(0.0) / fall).exp()
}

/// 1/(1 + e^−u).
fn gate(u: f64) -> f64 {
    let e = (-u.abs()).exp();
    if u >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
}

/// The walk over (end, drop, t0, ln plateau, ln rise, ln fall): `end` = A + β·γ is the level at the plateau's end and `drop`
/// = −β·γ what was lost before, both in units of the largest flux. Neither is negative, so that no flux is.
pub(super) fn walk() -> Walk<6> {
    let logarithms = |(least, largest): (f64, f64)| (least.ln(), largest.ln());
    Walk {
        bounds: [
            (0.0, LARGEST_LEVEL),
            (0.0, LARGEST_LEVEL),
            (-100.0, 100.0),
            logarithms(PLATEAU),
            logarithms(RISE),
            logarithms(FALL),
        ],
        stride: [f64::INFINITY, f64::INFINITY, 20.0, 1.0, 1.0, 1.0],
        iterations: 60,
        tolerance: Tolerance::Relative(1e-4),
        promise: 0.0,
    }
}

/// The points of a band: days from the start's t0 and fluxes in units of the largest; and what was seen at the last look.
pub(super) struct Plateau {
    day: Vec<f64>,
    flux: Vec<f64>,
    weight: Vec<f64>,
    gate: Vec<f64>,
    decay: Vec<f64>,
    origin: f64,
    unit: f64,
}

impl Plateau {
    /// Takes the points; `None` where they or the start bear no fit.
    pub(super) fn load(curve: &BandCurve, start: &BazinFit) -> Option<Self> {
        let unit = curve.flux.iter().fold(0.0f64, |largest, flux| largest.max(flux.abs()));
        let unit = if unit > 0.0 { unit } else { 1.0 };
        let band = Self {
            day: curve.mjd.iter().map(|t| t - start.t0).collect(),
            flux: curve.flux.iter().map(|flux| flux / unit).collect(),
            weight: curve.flux_err.iter().map(|error| (unit / error).powi(2)).collect(),
            gate: vec![0.0; curve.len()],
            decay: vec![0.0; curve.len()],
            origin: start.t0,
            unit,
        };
        let energy: f64 =
            (0..curve.len()).map(|i| band.weight[i] * (1.0 + band.flux[i].powi(2)) + 0.0 * band.day[i]).sum();
        (energy.is_finite() && start.rise > 0.0 && start.fall > 0.0).then_some(band)
    }

    /// The best of the starts with a plateau, and its cost.
    pub(super) fn best_start(&mut self, plateau: f64, bazin: &BazinFit) -> (f64, [f64; 6]) {
        let mut best = (f64::INFINITY, [0.0; 6]);
        for fall in FALLS {
            for rise in RISES {
                for turn in TURNS {
                    let start = self.start(turn * bazin.rise, plateau, rise * bazin.rise, fall * bazin.fall);
                    if start.0 < best.0 {
                        best = start;
                    }
                }
            }
        }
        best
    }

    /// A place of this shape (`turn` in days from the Bazin fit's t0) with the best levels for it, and its cost.
    fn start(&mut self, turn: f64, plateau: f64, rise: f64, fall: f64) -> (f64, [f64; 6]) {
        let within = |value: f64, (least, largest): (f64, f64)| value.max(least).min(largest).ln();
        let mut place = [0.0, 0.0, turn, within(plateau, PLATEAU), within(rise, RISE), within(fall, FALL)];
        self.look(&place);
        // The flux is linear in both levels: regress it on them.
        let (mut ee, mut ed, mut dd, mut ey, mut dy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for i in 0..self.day.len() {
            let (end, drop) = self.levels(i, turn, place[3].exp());
            let w = self.weight[i];
            ee += w * end * end;
            ed += w * end * drop;
            dd += w * drop * drop;
            ey += w * end * self.flux[i];
            dy += w * drop * self.flux[i];
        }
        let determinant = ee * dd - ed * ed;
        let alone = |cross: f64, square: f64| if square > 0.0 { (cross / square).max(0.0) } else { 0.0 };
        (place[0], place[1]) = if determinant > 1e-12 * ee * dd {
            let (end, drop) = ((dd * ey - ed * dy) / determinant, (ee * dy - ed * ey) / determinant);
            match (end >= 0.0, drop >= 0.0) {
                (true, true) => (end, drop),
                (true, false) => (alone(ey, ee), 0.0),
                (false, true) => (0.0, alone(dy, dd)),
                (false, false) => (0.0, 0.0),
            }
        } else {
            (alone(ey, ee), 0.0)
        };
        (self.cost(&place), place)
    }

    /// Computes the two exponentials of each point.
    fn look(&mut self, place: &[f64; 6]) {
        let (plateau, inverse_rise, inverse_fall) = (place[3].exp(), (-place[4]).exp(), (-place[5]).exp());
        for i in 0..self.day.len() {
            let x = self.day[i] - place[2];
            self.gate[i] = gate(x * inverse_rise);
            self.decay[i] = (-(x - plateau).max(0.0) * inverse_fall).exp();
        }
    }

    /// What a unit of `end` and of `drop` give at a point.
    fn levels(&self, i: usize, turn: f64, plateau: f64) -> (f64, f64) {
        (self.gate[i] * self.decay[i], self.gate[i] * (1.0 - (self.day[i] - turn) / plateau).max(0.0))
    }

    /// The place in the words of the caller, without χ².
    pub(super) fn describe(&self, place: &[f64; 6]) -> VillarFit {
        let [end, drop, t0, ln_plateau, ln_rise, ln_fall] = *place;
        let plateau = ln_plateau.exp();
        VillarFit {
            amplitude: (end + drop) * self.unit,
            // No negative zero.
            slope: (0.0 - drop / plateau) * self.unit,
            t0: t0 + self.origin,
            plateau,
            rise: ln_rise.exp(),
            fall: ln_fall.exp(),
            chi2: f64::NAN,
            n: self.day.len(),
            converged: false,
        }
    }
}

impl Landscape<6> for Plateau {
    fn cost(&mut self, place: &[f64; 6]) -> f64 {
        self.look(place);
        let [end, drop, t0, ln_plateau, ..] = *place;
        let inverse_plateau = (-ln_plateau).exp();
        let mut cost = 0.0;
        for i in 0..self.day.len() {
            let left = (1.0 - (self.day[i] - t0) * inverse_plateau).max(0.0);
            let model = (end + drop * left) * self.gate[i] * self.decay[i];
            cost += self.weight[i] * (self.flux[i] - model).powi(2);
        }
        for (prior, value) in PRIORS.iter().zip(&place[2..]) {
            cost += ((value - prior.mean) / prior.sd).powi(2);
        }
        cost
    }

    fn normal_equations(&mut self, place: &[f64; 6]) -> NormalEquations<6> {
        let [end, drop, t0, ln_plateau, ln_rise, ln_fall] = *place;
        let (plateau, inverse_plateau) = (ln_plateau.exp(), (-ln_plateau).exp());
        let (inverse_rise, inverse_fall) = ((-ln_rise).exp(), (-ln_fall).exp());
        let (mut jj, mut jr) = ([[0.0; 6]; 6], [0.0; 6]);
        for i in 0..self.day.len() {
            let x = self.day[i] - t0;
            let (gate, decay) = (self.gate[i], self.decay[i]);
            let left = (1.0 - x * inverse_plateau).max(0.0);
            let level = end + drop * left;
            let value = level * gate * decay;
            // The rise moves the gate by the share of it that is not yet open.
            let opening = value * (1.0 - gate) * inverse_rise;
            let gradient = if x < plateau {
                let slope = drop * inverse_plateau * gate;
                [gate, gate * left, slope - opening, slope * x, -opening * x, 0.0]
            } else {
                let fading = value * inverse_fall;
                [gate * decay, 0.0, fading - opening, fading * plateau, -opening * x, fading * (x - plateau)]
            };
            let residual = self.flux[i] - value;
            for a in 0..6 {
                let weighted = self.weight[i] * gradient[a];
                jr[a] += weighted * residual;
                for b in 0..=a {
                    jj[a][b] += weighted * gradient[b];
                }
            }
        }
        for (axis, prior) in (2..).zip(PRIORS) {
            jj[axis][axis] += 1.0 / (prior.sd * prior.sd);
            jr[axis] -= (place[axis] - prior.mean) / (prior.sd * prior.sd);
        }
        let mut equations = (jj, jr);
        walk().hold(&mut equations, place);
        equations
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn band() -> Plateau {
        let mjd: Vec<f64> = (0..40).map(|i| 56_000.3 + 3.1 * f64::from(i)).collect();
        let flux = |t: &f64| villar(*t, [900.0, -6.0, 56_020.0, 45.0, 2.5, 14.0]) + 40.0 * (0.7 * t).sin();
        let curve = BandCurve { flux: mjd.iter().map(flux).collect(), flux_err: vec![12.0; 40], mjd };
        let start = BazinFit {
            amplitude: 1.0,
            baseline: 0.0,
            t0: 56_018.0,
            rise: 3.0,
            fall: 30.0,
            chi2: 0.0,
            n: 40,
            converged: true,
            covariance: [[0.0; 5]; 5],
        };
        Plateau::load(&curve, &start).unwrap()
    }

    #[test]
    fn the_priors_are_those_that_the_text_tells() {
        for (prior, days) in PRIORS[1..].iter().zip([20.0f64, 4.0, 25.0]) {
            assert!((prior.mean - days.ln()).abs() < 1e-15);
        }
    }

    #[test]
    fn the_seam_is_no_step() {
        for slope in [0.0, -3.0, -12.0] {
            let parameters = [600.0, slope, 10.0, 50.0, 4.0, 20.0];
            let (before, after) = (villar(60.0 - 1e-9, parameters), villar(60.0 + 1e-9, parameters));
            assert!((before - after).abs() < 1e-6, "{before} {after}");
        }
    }

    #[test]
    fn the_gradient_is_that_of_the_cost() {
        let mut band = band();
        for place in
            [[0.6, 0.3, 1.5, 3.6, 1.0, 2.6], [0.2, 0.9, -4.0, 2.5, 0.3, 3.9], [1.1, 0.01, 9.0, 4.4, 2.0, 2.0]]
        {
            band.cost(&place);
            let (_, gradient) = band.normal_equations(&place);
            for axis in 0..6 {
                let mut cost = |step: f64| {
                    let mut moved = place;
                    moved[axis] += step;
                    band.cost(&moved)
                };
                let slope = (cost(1e-6) - cost(-1e-6)) / 2e-6;
                let ours = -2.0 * gradient[axis];
                assert!(
                    (ours - slope).abs() < 1e-4 * slope.abs() + 1e-2,
                    "axis {axis} of {place:?}: {ours} {slope}"
                );
            }
        }
    }

    #[test]
    fn nothing_overflows() {
        for time in [-1e6, -1e3, 0.0, 1e3, 1e6] {
            for rise in [1e-3, 1e3] {
                let value = villar(time, [1.0, -0.01, 0.0, 50.0, rise, 1e-3]);
                assert!(value.is_finite(), "{time} {rise}: {value}");
            }
        }
    }
}
