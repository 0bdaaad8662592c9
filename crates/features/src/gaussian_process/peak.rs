//! Where the mean of a wavelength is largest, and when it is half of that.

use super::points::Points;
use super::posterior::Wave;

/// The most steps of the search over the time of the points.
const STEPS: usize = 400;
/// The shortest step, days.
const SHORTEST: f64 = 0.5;
/// How far beyond the points half the peak is looked for, in time scales.
const BEYOND: f64 = 8.0;

/// The peak of the mean between the first and the last point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peak {
    /// Days from the first point.
    pub(super) day: f64,
    /// In the points' unit.
    pub(super) flux: f64,
}

fn step(points: &Points) -> f64 {
    let span = points.day.last().copied().unwrap_or(0.0);
    (span / STEPS as f64).max(SHORTEST)
}

/// The largest mean: the best of even steps, made exact by golden sections.
pub(super) fn peak(wave: &Wave, points: &Points) -> Peak {
    let (span, step) = (points.day.last().copied().unwrap_or(0.0), step(points));
    let mut best = Peak { day: 0.0, flux: f64::NEG_INFINITY };
    let mut next = 0;
    for i in 0..=(span / step).ceil() as usize {
        let day = (i as f64 * step).min(span);
        while points.day.get(next).is_some_and(|known| *known <= day) {
            next += 1;
        }
        let flux = wave.mean_between(points, day, next);
        if flux > best.flux {
            best = Peak { day, flux };
        }
    }
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    let (mut from, mut to) = ((best.day - step).max(0.0), (best.day + step).min(span));
    let (mut left, mut right) = (to - golden * (to - from), from + golden * (to - from));
    let (mut at_left, mut at_right) = (wave.mean(points, left), wave.mean(points, right));
    for _ in 0..20 {
        if at_left > at_right {
            (to, right, at_right) = (right, left, at_left);
            left = to - golden * (to - from);
            at_left = wave.mean(points, left);
        } else {
            (from, left, at_left) = (left, right, at_right);
            right = from + golden * (to - from);
            at_right = wave.mean(points, right);
        }
    }
    for (day, flux) in [(left, at_left), (right, at_right)] {
        if flux > best.flux {
            best = Peak { day, flux };
        }
    }
    best
}

/// Days from the peak to the first time at which half of it is left, before it (direction −1) or after it (+1). `None` where
/// the peak is not above 0, or half of it is left long before or after the points.
pub(super) fn half_time(
    wave: &Wave,
    points: &Points,
    peak: Peak,
    direction: f64,
    time_scale: f64,
) -> Option<f64> {
    let half = 0.5 * peak.flux;
    if half.is_nan() || half <= 0.0 {
        return None;
    }
    let flux = |days: f64| wave.mean(points, peak.day + direction * days);
    let span = points.day.last().copied().unwrap_or(0.0);
    let inside = if direction < 0.0 { peak.day } else { span - peak.day };
    let (step, limit) = (step(points), inside + BEYOND * time_scale);
    let (mut near, mut far) = (0.0, step);
    while flux(far) > half {
        near = far;
        // Outside, the mean only decays: long steps miss nothing.
        far += if far > inside { step.max(0.3 * time_scale) } else { step };
        if near > limit {
            return None;
        }
    }
    for _ in 0..20 {
        let middle = 0.5 * (near + far);
        if flux(middle) > half { near = middle } else { far = middle }
    }
    Some(0.5 * (near + far))
}
