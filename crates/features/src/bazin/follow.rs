//! Following a fit from night to night: last night's minima are the starts of tonight's search.
//!
//! A grid of shapes costs ten times what a descent does, and most nights it finds last night's minimum again. So the
//! grid is tried only where that is in doubt: where the points are few, or χ² grew by more than new points explain.

use hesper_photometry::BandCurve;
use serde::{Deserialize, Serialize};

use super::descent::State;
use super::model::{Priors, Shape};
use super::{BazinFit, BazinFitter};
use crate::nightly::bits;

/// A shape on the calendar: t0 as MJD, and the logarithms of rise and fall in days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Place(#[serde(with = "bits::array")] [f64; 3]);

impl Place {
    /// Where a fit ended.
    pub(crate) fn of(fit: &BazinFit) -> Self {
        Self([fit.t0, fit.rise.ln(), fit.fall.ln()])
    }

    /// A supernova as they usually are, with its turn at a time (MJD).
    pub(crate) fn usual(t0: f64) -> Self {
        Self([t0, 4f64.ln(), 30f64.ln()])
    }

    pub(crate) fn sharp(curve: &BandCurve) -> Vec<Self> {
        if curve.is_empty() { return Vec::new(); }
        let last = curve.mjd.last().copied().unwrap_or(0.0);
        let first = curve.mjd.first().copied().unwrap_or(0.0);
        let mut brightest = 0;
        for i in 0..curve.len() {
            if curve.flux[i] / curve.flux_err[i] > curve.flux[brightest] / curve.flux_err[brightest] { brightest = i; }
        }
        let b = curve.mjd[brightest];
        let mut v = Vec::new();
        let m = knob("SHARP", 0.0) as u64;
        let _ = (first, last);
        for (k, (rise, fall, t0)) in [(1.0f64, 6.0f64, b),(1.0f64, 6.0f64, b - 4.0),(1.5, 40.0, b),(1.5, 40.0, b - 4.0),(10.0, 16.0, b),(10.0, 16.0, b-4.0),(1.0, 200.0, b),(1.0, 200.0, b - 4.0),(25.0, 16.0, first),(10.0, 40.0, last),(0.4, 6.0, b - 1.0),(4.0,400.0,last),(4.0,110.0,b-10.0),(25.0,40.0,b),(0.4,400.0,b-1.0), (1.5,2.0,b-2.0)].into_iter().enumerate() {
            if m >> k & 1 == 1 { v.push(Self([t0, rise.ln(), fall.ln()])); }
        }
        v
    }

    fn from_shape(shape: Shape, start: f64) -> Self {
        Self([shape.t0 + start, shape.ln_rise, shape.ln_fall])
    }

    fn shape(self, start: f64) -> Shape {
        let Self([t0, ln_rise, ln_fall]) = self;
        Shape { t0: t0 - start, ln_rise, ln_fall }
    }
}

/// What a fit leaves behind for the next night.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trail {
    /// How many points were fitted.
    points: usize,
    /// How many points there were when the whole grid was last tried.
    searched: usize,
    /// χ² and the priors' part.
    #[serde(with = "bits")]
    cost: f64,
    /// The minima, best first.
    places: Vec<Place>,
}

pub(crate) fn knob(name: &'static str, default: f64) -> f64 {
    thread_local!(static K: std::cell::RefCell<Vec<(&'static str, f64)>> = const { std::cell::RefCell::new(Vec::new()) });
    K.with(|k| {
        let mut k = k.borrow_mut();
        if let Some((_, v)) = k.iter().find(|(n, _)| *n == name) { return *v; }
        let v = std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
        k.push((name, v));
        v
    })
}

impl BazinFitter {
    /// One shape for all `curves`, as [`BazinFitter::fit_jointly`], or the fit of a single one; starting where the
    /// trail ends, or from the `hints` where they promise more. The covariances are NaN. Empty where there are too few points, or numbers
    /// that bear no fit.
    pub(crate) fn follow<'c>(
        &mut self,
        curves: impl Iterator<Item = &'c BandCurve> + Clone,
        priors: Priors,
        trail: &mut Trail,
        hints: &[Place],
    ) -> Vec<BazinFit> {
        let points: usize = curves.clone().map(BandCurve::len).sum();
        if points >= Self::MIN_POINTS {
            self.points.load(curves);
        }
        if points < Self::MIN_POINTS || !self.points.usable() {
            *trail = Trail::default();
            return Vec::new();
        }
        let priors = self.localised(priors);
        let mut states = self.walk_on(&priors, trail, hints);
        if states.first().is_none_or(|state| trail.doubts(state.cost, points)) {
            states.extend(self.minima(&priors));
            states.sort_by(|a, b| a.cost.total_cmp(&b.cost));
            trail.searched = points;
        }
        let Some(best) = states.first().copied() else { return Vec::new() };
        trail.points = points;
        trail.cost = best.cost;
        let start = self.points.start;
        trail.places.clear();
        trail.places.extend(states.iter().take(knob("KEEP", 2.0) as usize).map(|state| Place::from_shape(state.shape, start)));
        self.settle_unless_seen(&priors, &best);
        self.outline(&best)
    }

    /// The fit of one band near the better of some places; `None` as for [`BazinFitter::fit`]. Its covariance is NaN.
    pub(crate) fn nearby(&mut self, curve: &BandCurve, priors: Priors, starts: &[Place]) -> Option<BazinFit> {
        if curve.len() < Self::MIN_POINTS {
            return None;
        }
        self.points.load(std::iter::once(curve));
        if !self.points.usable() {
            return None;
        }
        let priors = self.localised(priors);
        let state = match self.most_promising(&priors, starts) {
            Some(start) => {
                let state = self.descend_while(&priors, start, self.params.iterations, knob("PROMISE", 1e-5));
                self.settle_unless_seen(&priors, &state);
                state
            }
            None => self.search(&priors),
        };
        self.outline(&state).pop()
    }

    /// The minima near those of the trail and the best hint, best first.
    fn walk_on(&mut self, priors: &Priors, trail: &Trail, hints: &[Place]) -> Vec<State> {
        let (first, others) = match trail.places.split_first() {
            Some((first, others)) if trail.points >= knob("COLD", 12.0) as usize => (first, others),
            _ => return Vec::new(),
        };
        let mut states = Vec::with_capacity(2);
        let promise = knob("PROMISE", 1e-5);
        let start = if knob("H2", 0.0) > 0.0 {
            let hint = self.most_promising(priors, hints);
            if let Some(start) = hint { states.push(self.descend_while(priors, start, knob("H2", 0.0) as usize, promise)); }
            self.most_promising(priors, &[*first])
        } else {
            let candidates: Vec<Place> = std::iter::once(*first).chain(hints.iter().copied()).collect();
            self.most_promising(priors, &candidates)
        };
        if let Some(start) = start {
            states.push(self.descend_while(priors, start, self.params.iterations, promise));
        }
        if let Some(start) = self.most_promising(priors, others) {
            states.push(self.descend_while(priors, start, knob("OTHER", 12.0) as usize, knob("PROMISE", 1e-5)));
        }
        states.retain(|state| state.cost.is_finite());
        states.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        states
    }

    /// Lets the descent see a state last, for [`BazinFitter::outline`].
    fn settle_unless_seen(&mut self, priors: &Priors, state: &State) {
        if self.descent.seen() != Some(state.shape) {
            self.descent.project(&self.points, priors, state.shape);
        }
    }

    /// The place where the cost is least before any step.
    fn most_promising(&mut self, priors: &Priors, places: &[Place]) -> Option<Shape> {
        let start = self.points.start;
        if let [place] = places {
            return Some(place.shape(start));
        }
        let mut best: Option<(f64, Shape)> = None;
        for place in places {
            let shape = place.shape(start);
            let cost = self.descent.glance(&self.points, priors, shape);
            if cost.is_finite() && best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, shape));
            }
        }
        best.map(|(_, shape)| shape)
    }
}

impl Trail {
    /// Whether χ² grew so much that another minimum may be better by now.
    fn doubts(&self, cost: f64, points: usize) -> bool {
        let new = points.saturating_sub(self.points) as f64;
        let each = (self.cost / self.points.max(1) as f64).max(1.0);
        points as f64 > knob("GROWTH", 1e9) * self.searched as f64
            || cost > self.cost + each * (new + knob("SIGMAS", 3.0) * (2.0 * new).sqrt())
    }
}
