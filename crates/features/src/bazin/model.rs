//! The Bazin function and its variable projection.
//!
//! `f(t) = A·φ(t; t0, rise, fall) + B` is linear in A and B: for any shape φ their best values are a weighted linear
//! regression, so only the three parameters of the shape are searched (Golub & Pereyra 1973, doi:10.1137/0710036).

use std::ops::Range;

use hesper_photometry::BandCurve;

/// The points of one band, or of several one after the other: one shape serves all, each band has its own A and B.
#[derive(Clone, Debug, Default)]
pub(super) struct Points {
    /// Days from the first point of all.
    pub(super) time: Vec<f64>,
    pub(super) flux: Vec<f64>,
    /// Inverse variances.
    pub(super) weight: Vec<f64>,
    /// Weight times flux.
    pub(super) weighted_flux: Vec<f64>,
    pub(super) bands: Vec<Members>,
    /// The first point's time, MJD.
    pub(super) start: f64,
    /// From the first point to the last, days; 1 where all were taken at once.
    pub(super) span: f64,
}

/// Which points are one band's, and the sums over them that no shape changes.
#[derive(Clone, Debug)]
pub(super) struct Members {
    pub(super) range: Range<usize>,
    pub(super) totals: Sums,
}

impl Points {
    /// Takes the points of bands.
    pub(super) fn load<'a>(&mut self, curves: impl Iterator<Item = &'a BandCurve> + Clone) {
        self.start =
            curves.clone().filter_map(|curve| curve.mjd.first().copied()).fold(f64::INFINITY, f64::min);
        self.time.clear();
        self.flux.clear();
        self.weight.clear();
        self.weighted_flux.clear();
        self.bands.clear();
        let mut last = 0.0f64;
        for curve in curves {
            let first = self.time.len();
            let mut totals = Sums::default();
            for i in 0..curve.len() {
                let (time, weight) =
                    (curve.mjd[i] - self.start, 1.0 / (curve.flux_err[i] * curve.flux_err[i]));
                last = last.max(time);
                self.time.push(time);
                self.flux.push(curve.flux[i]);
                self.weight.push(weight);
                self.weighted_flux.push(weight * curve.flux[i]);
                totals.w += weight;
                totals.wy += weight * curve.flux[i];
            }
            self.bands.push(Members { range: first..self.time.len(), totals });
        }
        self.span = if last > 0.0 { last } else { 1.0 };
    }

    pub(super) fn len(&self) -> usize {
        self.time.len()
    }

    /// Whether the numbers bear a fit: all finite, some of weight, and none so large or small that their squares leave
    /// the range of f64.
    pub(super) fn usable(&self) -> bool {
        let good = |band: &Members| {
            let square = band.totals.w * band.totals.w;
            let energy: f64 =
                band.range.clone().map(|i| self.weighted_flux[i] * self.flux[i] + 0.0 * self.time[i]).sum();
            band.range.is_empty() || square.is_normal() && energy.is_finite() && band.totals.wy.is_finite()
        };
        self.bands.iter().all(good)
    }
}

/// The shape: `t0` in days from the first point; the two times as logarithms, which keeps them positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shape {
    pub(super) t0: f64,
    pub(super) ln_rise: f64,
    pub(super) ln_fall: f64,
}

/// Keeps φ finite where a fall shorter than the rise makes it grow towards the past.
pub(super) const LARGEST_EXPONENT: f64 = 300.0;

/// φ = exp(−x/fall) / (1 + exp(−x/rise)) and the share exp(−x/rise)/(1 + exp(−x/rise)), for x = t − t0.
/// The two branches are one formula, written so that no exponential overflows while rise < fall.
#[inline]
pub(super) fn basis(x: f64, inverse_rise: f64, inverse_fall: f64) -> (f64, f64) {
    let e = (-x.abs() * inverse_rise).exp();
    let share = 1.0 / (1.0 + e);
    if x >= 0.0 {
        ((-x * inverse_fall).exp() * share, e * share)
    } else {
        ((x * (inverse_rise - inverse_fall)).min(LARGEST_EXPONENT).exp() * share, share)
    }
}

/// Gaussian knowledge from elsewhere: mean and standard deviation.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Gaussian {
    /// The mean.
    pub mean: f64,
    /// The standard deviation, positive.
    pub sd: f64,
}

impl Gaussian {
    pub(crate) fn precision(&self) -> f64 {
        1.0 / (self.sd * self.sd)
    }
}

/// What is known of a band before its points are seen. Everything is optional.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Priors {
    /// `t0`, MJD.
    pub t0: Option<Gaussian>,
    /// ln(`rise` / 1 d).
    pub ln_rise: Option<Gaussian>,
    /// ln(`fall` / 1 d).
    pub ln_fall: Option<Gaussian>,
    /// `baseline`, nJy: a mean of 0 and a small deviation for difference photometry.
    pub baseline: Option<Gaussian>,
}

impl Priors {
    /// Of t0, ln(rise) and ln(fall).
    pub(crate) fn shape(&self) -> [Option<Gaussian>; 3] {
        [self.t0, self.ln_rise, self.ln_fall]
    }
}

/// The best A and B of a band, given the shape.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Linear {
    pub(super) amplitude: f64,
    pub(super) baseline: f64,
}

/// Sums that decide A and B: Σw, Σwy, Σwφ, Σwφ², Σwφy.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub(super) w: f64,
    pub(super) wy: f64,
    pub(super) wp: f64,
    pub(super) wpp: f64,
    pub(super) wpy: f64,
}

/// Below this weighted mean of φ², the transient lies where nothing was measured: A would be a number without meaning.
const FAINTEST: f64 = 1e-24;

impl Sums {
    /// Whether A and B can be told apart; the determinant of their normal equations.
    pub(super) fn determinant(&self) -> Option<f64> {
        let determinant = self.wpp * self.w - self.wp * self.wp;
        (self.wpp > FAINTEST * self.w && determinant > 1e-12 * self.wpp * self.w).then_some(determinant)
    }

    /// The regression of the fluxes on φ, with A ≥ 0: a supernova adds light. Where φ is the same at all points, the
    /// constant is B's.
    pub(super) fn solve(&self) -> Linear {
        if let Some(determinant) = self.determinant() {
            let amplitude = (self.w * self.wpy - self.wp * self.wy) / determinant;
            if amplitude > 0.0 {
                return Linear {
                    amplitude,
                    baseline: (self.wpp * self.wy - self.wp * self.wpy) / determinant,
                };
            }
        }
        // Without points and without a prior, any baseline serves.
        Linear { amplitude: 0.0, baseline: if self.w > 0.0 { self.wy / self.w } else { 0.0 } }
    }

    /// With what a prior says of the baseline.
    pub(super) fn with_baseline(mut self, prior: Option<Gaussian>) -> Self {
        if let Some(prior) = prior {
            self.w += prior.precision();
            self.wy += prior.precision() * prior.mean;
        }
        self
    }
}

/// The Bazin function; see [`super::BazinFit`] for the parameters' units.
pub fn bazin(time: f64, amplitude: f64, baseline: f64, t0: f64, rise: f64, fall: f64) -> f64 {
    amplitude * basis(time - t0, 1.0 / rise, 1.0 / fall).0 + baseline
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_branches_are_the_formula() {
        for x in [-30.0f64, -1.0, 0.0, 0.5, 20.0] {
            let (rise, fall) = (3.0, 25.0);
            let formula = (-x / fall).exp() / (1.0 + (-x / rise).exp());
            assert!((basis(x, 1.0 / rise, 1.0 / fall).0 - formula).abs() < 1e-15);
        }
    }

    #[test]
    fn amplitude_and_baseline_are_regressed_and_never_negative() {
        let sums = |flux: [f64; 4]| {
            let (phi, w) = ([0.0, 0.5, 1.0, 0.2], [1.0, 2.0, 0.5, 4.0]);
            let sum = |term: &dyn Fn(usize) -> f64| (0..4).map(|i| w[i] * term(i)).sum();
            Sums {
                w: sum(&|_| 1.0),
                wy: sum(&|i| flux[i]),
                wp: sum(&|i| phi[i]),
                wpp: sum(&|i| phi[i] * phi[i]),
                wpy: sum(&|i| phi[i] * flux[i]),
            }
        };
        let linear = sums([7.0, 10.0, 13.0, 8.2]).solve();
        assert!(
            (linear.amplitude - 6.0).abs() < 1e-12 && (linear.baseline - 7.0).abs() < 1e-12,
            "{linear:?}"
        );
        // A dip is no transient: the weighted mean remains.
        let linear = sums([7.0, 4.0, 1.0, 5.8]).solve();
        assert_eq!(linear.amplitude, 0.0);
        assert!((linear.baseline - (7.0 + 8.0 + 0.5 + 23.2) / 7.5).abs() < 1e-12, "{linear:?}");
        // A strong prior holds the baseline.
        let prior = Some(Gaussian { mean: -2.0, sd: 1e-6 });
        assert!((sums([7.0, 10.0, 13.0, 8.2]).with_baseline(prior).solve().baseline + 2.0).abs() < 1e-6);
        assert_eq!(Sums::default().solve(), Linear::default());
    }

    #[test]
    fn nothing_overflows() {
        for x in [-1e6, -1e3, 1e3, 1e6] {
            for (rise, fall) in [(1e-3, 1e4), (1e4, 1e-3), (1e-3, 1e-3)] {
                let (value, share) = basis(x, 1.0 / rise, 1.0 / fall);
                assert!(value.is_finite() && share.is_finite(), "{x} {rise} {fall}");
            }
        }
    }
}
