//! Following a fit from night to night: last night's minimum is where tonight's search starts.
//!
//! The grid of shapes and the walks from its best cells cost ten times what one walk does, and on most nights they lead to last
//! night's minimum again. So a glance at a few shapes, where an explosion may have begun or noise may have made a spike, has
//! to tell whether there is a better start; and the grid is tried only where the points were too few for last night's
//! minimum to mean anything, or χ² grew by far more than the new points explain.

use hesper_photometry::BandCurve;
use serde::{Deserialize, Serialize};

use super::descent::State;
use super::model::{Priors, Shape};
use super::{BazinFit, BazinFitter};
use crate::nightly::bits;

/// With fewer points than this the night before, the grid is tried.
const FEW: usize = 6;
/// A growth of χ² beyond that of the new points, in standard deviations of theirs, after which the grid is tried.
const CRISIS: f64 = 20.0;
/// A step that promises a smaller gain, as a share of χ², is not taken.
const PROMISE: f64 = 1e-5;

/// A shape on the calendar: t0 as MJD, ln(rise / 1 d), ln(fall / 1 d).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Place(#[serde(with = "bits::array")] [f64; 3]);

impl Place {
    /// Of a time (MJD) and two times in days.
    pub(crate) fn new(t0: f64, rise: f64, fall: f64) -> Self {
        Self([t0, rise.ln(), fall.ln()])
    }

    /// Where a fit ended.
    pub(crate) fn of(fit: &BazinFit) -> Self {
        Self::new(fit.t0, fit.rise, fit.fall)
    }

    fn on_calendar(shape: Shape, start: f64) -> Self {
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
    /// χ² and the priors' part.
    #[serde(with = "bits")]
    cost: f64,
    /// The minimum.
    place: Option<Place>,
}

impl BazinFitter {
    /// One shape for all `curves` as by [`BazinFitter::fit_jointly`], from the trail's end or from the best of the `hints`
    /// where it is better. The covariances are NaN. Empty where there are too few points, or numbers that bear no fit.
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
        let last = trail.place.filter(|_| trail.points >= FEW);
        let near = last.and_then(|last| self.walk_on(&priors, last, hints));
        let state = match near {
            Some(near) if !trail.in_crisis(near.cost, points) => near,
            near => {
                let far = self.minima(&priors).first().copied();
                // The grid always has a minimum, and the walk from it a finite cost; without either, there is no fit.
                let states = near.into_iter().chain(far);
                let Some(best) = states.min_by(|a, b| a.cost.total_cmp(&b.cost)) else { return Vec::new() };
                best
            }
        };
        *trail = Trail {
            points,
            cost: state.cost,
            place: Some(Place::on_calendar(state.shape, self.points.start)),
        };
        self.look_at(&priors, &state);
        self.outline(&state)
    }

    /// The fit of one band near a place; `None` as for [`BazinFitter::fit`]. Its covariance is NaN.
    pub(crate) fn nearby(&mut self, curve: &BandCurve, priors: Priors, place: Place) -> Option<BazinFit> {
        if curve.len() < Self::MIN_POINTS {
            return None;
        }
        self.points.load(std::iter::once(curve));
        if !self.points.usable() {
            return None;
        }
        let priors = self.localised(priors);
        let state = match self.walk_on(&priors, place, &[]) {
            Some(state) => {
                self.look_at(&priors, &state);
                state
            }
            None => self.search(&priors),
        };
        self.outline(&state).pop()
    }

    /// The minimum that the best of the starts leads to; `None` where there is no number at its end.
    fn walk_on(&mut self, priors: &Priors, last: Place, hints: &[Place]) -> Option<State> {
        let origin = self.points.start;
        let mut start = last.shape(origin);
        if !hints.is_empty() {
            let mut least = self.descent.glance(&self.points, priors, start);
            for hint in hints {
                let shape = hint.shape(origin);
                let cost = self.descent.glance(&self.points, priors, shape);
                if cost < least {
                    (least, start) = (cost, shape);
                }
            }
        }
        let state = self.descend_while(priors, start, self.params.iterations, PROMISE);
        Some(state).filter(|state| state.cost.is_finite())
    }

    /// Lets the descent see a state last, for [`BazinFitter::outline`]: it may have looked elsewhere since.
    fn look_at(&mut self, priors: &Priors, state: &State) {
        if self.descent.seen() != Some(state.shape) {
            self.descent.project(&self.points, priors, state.shape);
        }
    }
}

impl Trail {
    /// Whether χ² grew so much that last night's minimum is likely the wrong one by now.
    fn in_crisis(&self, cost: f64, points: usize) -> bool {
        let new = points.saturating_sub(self.points) as f64;
        let each = (self.cost / self.points.max(1) as f64).max(1.0);
        cost > self.cost + each * (new + CRISIS * (2.0 * new).sqrt())
    }
}
