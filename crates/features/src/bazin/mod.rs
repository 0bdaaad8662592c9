//! The Bazin fit of one band.

mod covariance;
mod descent;
mod feature;
mod follow;
mod glance;
mod model;
mod search;

use hesper_photometry::BandCurve;
use serde::{Deserialize, Serialize};

use crate::Error;
use descent::{Bounds, Descent, Patience, State};
pub(crate) use feature::FEATURE;
pub(crate) use follow::{Place, Trail};
pub use model::{Gaussian, Priors, bazin};
use model::{Points, Shape};
use search::Grid;

/// Steps from each start before the starts are compared.
const SHORT_WALK: usize = 12;
/// How many of the starts are followed to their end.
const FOLLOWED: usize = 2;

/// How to fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BazinParams {
    /// How many minima of the coarse search are followed (1 to 20).
    pub starts: usize,
    /// The most steps of the fine search from the best start.
    pub iterations: usize,
    /// Relative gain of χ² below which two steps in a row end the fine search.
    pub tolerance: f64,
    /// Shortest and longest rise time, days.
    pub rise: (f64, f64),
    /// Shortest and longest fall time, days.
    pub fall: (f64, f64),
    /// What is known beforehand; nothing by default.
    pub priors: Priors,
}

impl Default for BazinParams {
    fn default() -> Self {
        Self {
            starts: 4,
            iterations: 60,
            tolerance: 1e-5,
            rise: (1e-2, 1e3),
            fall: (1e-2, 1e4),
            priors: Priors::default(),
        }
    }
}

impl BazinParams {
    /// Whether the parameters make sense.
    ///
    /// # Errors
    /// [`Error::Params`] names the first that does not, its value and its limits.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |name, value: String, rule| Err(Error::Params { name, value, rule });
        if !(1..=20).contains(&self.starts) {
            return wrong("starts", self.starts.to_string(), "from 1 to 20");
        }
        if self.iterations == 0 {
            return wrong("iterations", "0".to_owned(), "at least 1");
        }
        if !(0.0..1.0).contains(&self.tolerance) {
            return wrong("tolerance", self.tolerance.to_string(), "at least 0 and below 1");
        }
        for (name, (shortest, longest)) in [("rise", self.rise), ("fall", self.fall)] {
            if !(shortest > 0.0 && shortest < longest && longest.is_finite()) {
                let value = format!("({shortest}, {longest})");
                return wrong(name, value, "two finite times above 0, the shorter first");
            }
        }
        let Priors { t0, ln_rise, ln_fall, baseline } = self.priors;
        let priors = [
            ("priors.t0", t0),
            ("priors.ln_rise", ln_rise),
            ("priors.ln_fall", ln_fall),
            ("priors.baseline", baseline),
        ];
        for (name, prior) in priors {
            if let Some(Gaussian { mean, sd }) = prior
                && !(mean.is_finite() && sd.is_finite() && sd > 0.0)
            {
                let value = format!("mean {mean}, sd {sd}");
                return wrong(name, value, "a finite mean and a finite sd above 0");
            }
        }
        Ok(())
    }
}

/// The fit of `A·exp(−(t−t0)/fall) / (1 + exp(−(t−t0)/rise)) + B` to one band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BazinFit {
    /// A ≥ 0, nJy. The peak's height over the baseline is near A only where rise ≪ fall; see [`BazinFit::peak`].
    pub amplitude: f64,
    /// B, nJy.
    pub baseline: f64,
    /// The time of the turn, MJD; the peak comes later, see [`BazinFit::peak`].
    pub t0: f64,
    /// The rise time, days.
    pub rise: f64,
    /// The fall time, days. Shorter than the rise time where the points show a decline alone: the model then grows
    /// without end towards the past.
    pub fall: f64,
    /// χ² of the points, without the priors' part.
    pub chi2: f64,
    /// The number of points.
    pub n: usize,
    /// Whether the search ended because nothing more was to be gained.
    pub converged: bool,
    /// Covariance of (amplitude, baseline, t0, rise, fall) from the Fisher matrix of the points; NaN where the points
    /// do not constrain all five.
    pub covariance: [[f64; 5]; 5],
}

impl BazinFit {
    /// The model's flux at a time (MJD), nJy.
    pub fn flux(&self, mjd: f64) -> f64 {
        bazin(mjd, self.amplitude, self.baseline, self.t0, self.rise, self.fall)
    }

    /// The derivatives of [`BazinFit::flux`] by amplitude, t0, ln(rise) and ln(fall).
    pub(crate) fn gradient(&self, mjd: f64) -> [f64; 4] {
        let x = mjd - self.t0;
        let (phi, share) = model::basis(x, 1.0 / self.rise, 1.0 / self.fall);
        let scale = self.amplitude * phi;
        [
            phi,
            scale * (1.0 / self.fall - share / self.rise),
            -scale * share * x / self.rise,
            scale * x / self.fall,
        ]
    }

    /// The time (MJD) at which the model is brightest: t0 + rise·ln(fall/rise − 1), the zero of its derivative; `None`
    /// where fall ≤ rise, for then the model grows without end towards the past.
    pub fn peak(&self) -> Option<f64> {
        let peak = self.t0 + self.rise * (self.fall / self.rise - 1.0).ln();
        peak.is_finite().then_some(peak)
    }
}

/// Fits bands one after the other, keeping its arrays between them.
#[derive(Debug)]
pub struct BazinFitter {
    params: BazinParams,
    points: Points,
    grid: Grid,
    descent: Descent,
}

impl BazinFitter {
    /// The fewest points that can be fitted: one for each parameter.
    pub const MIN_POINTS: usize = 5;

    /// A fitter with these parameters.
    pub fn new(params: BazinParams) -> Self {
        Self { params, points: Points::default(), grid: Grid::default(), descent: Descent::default() }
    }

    /// The parameters.
    pub fn params(&self) -> &BazinParams {
        &self.params
    }

    /// The best fit from several starts; `None` where the band has fewer than [`BazinFitter::MIN_POINTS`] points, or
    /// numbers that bear no fit: NaN, infinite, or errors beyond 1e±75 nJy.
    pub fn fit(&mut self, curve: &BandCurve) -> Option<BazinFit> {
        self.fit_with(curve, self.params.priors)
    }

    /// As [`BazinFitter::fit`], with the knowledge given instead of the parameters'.
    pub fn fit_with(&mut self, curve: &BandCurve, priors: Priors) -> Option<BazinFit> {
        if curve.len() < Self::MIN_POINTS {
            return None;
        }
        self.points.load(std::iter::once(curve));
        if !self.points.usable() {
            return None;
        }
        let state = self.search(&self.localised(priors));
        self.describe(&state).pop()
    }

    /// The fit that starts from an earlier one, such as last night's; `None` as for [`BazinFitter::fit`]. It finds the
    /// minimum near the earlier one, which need not be the best. An earlier fit with a NaN, or beyond the range of
    /// f64 at these points, is no start: then the search is that of [`BazinFitter::fit`].
    pub fn refit(&mut self, curve: &BandCurve, earlier: &BazinFit) -> Option<BazinFit> {
        self.refit_with(curve, earlier, self.params.priors)
    }

    /// As [`BazinFitter::refit`], with the knowledge given instead of the parameters'.
    pub fn refit_with(&mut self, curve: &BandCurve, earlier: &BazinFit, priors: Priors) -> Option<BazinFit> {
        if curve.len() < Self::MIN_POINTS {
            return None;
        }
        self.points.load(std::iter::once(curve));
        if !self.points.usable() {
            return None;
        }
        let start = Shape {
            t0: earlier.t0 - self.points.start,
            ln_rise: earlier.rise.ln(),
            ln_fall: earlier.fall.ln(),
        };
        let priors = self.localised(priors);
        let known = ![start.t0, start.ln_rise, start.ln_fall].iter().any(|value| value.is_nan());
        let near = known.then(|| self.descend(&priors, start, self.params.iterations));
        let state = match near.filter(|state| state.cost.is_finite()) {
            Some(state) => self.settle(&priors, state),
            None => self.search(&priors),
        };
        self.describe(&state).pop()
    }

    /// One shape for all bands, an amplitude and a baseline for each: what sparse bands share, each says better
    /// together. The fits have the order of `curves`; empty where all bands together have fewer than
    /// [`BazinFitter::MIN_POINTS`] points, or one has numbers that bear no fit. A band without points has amplitude 0
    /// and n = 0.
    pub fn fit_jointly(&mut self, curves: &[BandCurve], priors: Priors) -> Vec<BazinFit> {
        if curves.iter().map(BandCurve::len).sum::<usize>() < Self::MIN_POINTS {
            return Vec::new();
        }
        self.points.load(curves.iter());
        if !self.points.usable() {
            return Vec::new();
        }
        let state = self.search(&self.localised(priors));
        self.describe(&state)
    }

    /// The best minimum that several starts lead to.
    fn search(&mut self, priors: &Priors) -> State {
        let states = self.minima(priors);
        // The grid always has a minimum; the default only spares a panic.
        let shape = states.first().map_or(Shape { t0: 0.0, ln_rise: 0.0, ln_fall: 3.0 }, |state| state.shape);
        let converged = states.iter().any(|state| state.shape == shape && state.converged);
        State { converged, ..self.descent.project(&self.points, priors, shape) }
    }

    /// The minima that several starts lead to and that are followed to their end, best first.
    fn minima(&mut self, priors: &Priors) -> Vec<State> {
        let starts = self.grid.minima(&self.points, priors.baseline, self.params.starts.clamp(1, 20));
        // A short walk from each start tells which lead to the best minima; only those are followed to their end.
        let mut states: Vec<State> =
            starts.into_iter().map(|start| self.descend(priors, start, SHORT_WALK)).collect();
        states.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        states.truncate(FOLLOWED);
        for state in states.iter_mut().filter(|state| !state.converged) {
            *state = self.descend(priors, state.shape, self.params.iterations);
        }
        states.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        states
    }

    fn descend(&mut self, priors: &Priors, start: Shape, iterations: usize) -> State {
        self.descend_while(priors, start, iterations, 0.0)
    }

    /// As [`BazinFitter::descend`], as long as a step promises a gain of more than a share of the cost.
    fn descend_while(&mut self, priors: &Priors, start: Shape, iterations: usize, promise: f64) -> State {
        let span = self.points.span;
        let BazinParams { rise, fall, tolerance, .. } = self.params;
        let bounds = Bounds {
            t0: (-span, 2.0 * span),
            ln_rise: (rise.0.ln(), rise.1.ln()),
            ln_fall: (fall.0.ln(), fall.1.ln()),
        };
        self.descent.run(&self.points, priors, &bounds, start, Patience { iterations, tolerance, promise })
    }

    /// Lets the descent see a state last, for [`BazinFitter::describe`]: its own last look was at a step it refused.
    fn settle(&mut self, priors: &Priors, state: State) -> State {
        State { converged: state.converged, ..self.descent.project(&self.points, priors, state.shape) }
    }

    /// The priors with t0 counted from the first point.
    fn localised(&self, mut priors: Priors) -> Priors {
        if let Some(prior) = &mut priors.t0 {
            prior.mean -= self.points.start;
        }
        priors
    }

    /// The state that the descent saw last, in the words of the caller: a fit for each band.
    fn describe(&self, state: &State) -> Vec<BazinFit> {
        let mut fits = self.outline(state);
        for (fit, band) in fits.iter_mut().zip(&self.points.bands) {
            let BazinFit { amplitude, baseline, rise, fall, .. } = *fit;
            let t0 = state.shape.t0;
            let chi2 = band.range.clone().map(|i| {
                let model = bazin(self.points.time[i], amplitude, baseline, t0, rise, fall);
                self.points.weight[i] * (self.points.flux[i] - model).powi(2)
            });
            fit.chi2 = chi2.sum();
            let parameters = [amplitude, baseline, t0, rise, fall];
            fit.covariance = covariance::covariance(&self.points, band.range.clone(), parameters);
        }
        fits
    }

    /// As [`BazinFitter::describe`], without the covariances, and with the descent's own χ².
    fn outline(&self, state: &State) -> Vec<BazinFit> {
        let Shape { t0, ln_rise, ln_fall } = state.shape;
        let (rise, fall) = (ln_rise.exp(), ln_fall.exp());
        let bands = self.points.bands.iter().zip(self.descent.linear()).enumerate();
        bands
            .map(|(place, (band, linear))| BazinFit {
                amplitude: linear.amplitude,
                baseline: linear.baseline,
                t0: t0 + self.points.start,
                rise,
                fall,
                chi2: self.descent.chi2(&self.points, place),
                n: band.range.len(),
                converged: state.converged,
                covariance: [[f64::NAN; 5]; 5],
            })
            .collect()
    }
}
