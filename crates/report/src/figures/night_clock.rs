//! The time axis of a night.

use super::night_timeline::{LEFT, NightTimeline, RIGHT, TelescopeNight};
use crate::axis::{Axis, Extent, Numbers, usable};
use crate::clock::{date, time_of_day};
use crate::figure::{TICK, WIDTH};
use crate::font::{self, Weight};
use crate::outline::Area;

/// How much of the twilight is shown at most, in days.
const TWILIGHT: f64 = 1.0 / 32.0;

/// An interval that can be drawn.
pub(super) fn interval((start, end): (f64, f64)) -> Option<(f64, f64)> {
    (usable(start)? < usable(end)?).then_some((start, end))
}

/// The time axis: the figure's places of modified Julian days.
pub(super) struct Clock {
    pub(super) axis: Axis,
    base: f64,
    /// Units of the axis in a day.
    unit: f64,
}

impl Clock {
    pub(super) fn at(&self, mjd: f64) -> f64 {
        self.axis.at((mjd - self.base) * self.unit).clamp(LEFT, RIGHT)
    }

    pub(super) fn span(&self, (start, end): (f64, f64), top: f64, bottom: f64) -> Area {
        Area::new(self.at(start), top, self.at(end), bottom)
    }

    /// The nights and the bars of the telescopes that have any, or else all nights, or else the windows, with a little
    /// room around them; nothing if there are no times.
    pub(super) fn of(data: &NightTimeline) -> Option<Self> {
        let bars = |telescope: &TelescopeNight| {
            telescope.bars.iter().map(|bar| (bar.start, bar.end)).filter_map(interval).collect::<Vec<_>>()
        };
        let night = |telescope: &TelescopeNight| {
            let Some((dusk, dawn)) = interval(telescope.dark) else { return interval(telescope.sun_down) };
            let (set, rise) = interval(telescope.sun_down).unwrap_or((dusk, dawn));
            Some(((dusk - TWILIGHT).max(set).min(dusk), (dawn + TWILIGHT).min(rise).max(dawn)))
        };
        let busy = data.telescopes.iter().filter(|telescope| !bars(telescope).is_empty());
        let used = busy.flat_map(|telescope| bars(telescope).into_iter().chain(night(telescope)));
        let nights = data.telescopes.iter().filter_map(night);
        let windows = data.telescopes.iter().flat_map(|telescope| {
            telescope.bars.iter().map(|bar| bar.window).chain(telescope.moon_up.iter().copied())
        });
        let extent = |times: &mut dyn Iterator<Item = (f64, f64)>| {
            Extent::of(times.filter_map(interval).flat_map(|(start, end)| [start, end]))
        };
        let used = extent(&mut used.into_iter()).or_else(|| extent(&mut nights.into_iter()));
        let Extent { low, high } = used.or_else(|| extent(&mut windows.into_iter()))?;
        let pad = 0.02 * (high - low).max(1.0 / 48.0);
        let (low, high) = (low - pad, high + pad);
        if high - low > 3.0 || date(low).is_none() || date(high).is_none() {
            let mut axis = Axis::new("MJD", Extent { low, high }, 8, Numbers::Days).onto(LEFT, RIGHT);
            keep_inside(&mut axis);
            return Some(Self { axis, base: 0.0, unit: 1.0 });
        }
        // Hours since midnight: an axis of days would not resolve minutes.
        let base = low.floor();
        let hours = Extent { low: 24.0 * (low - base), high: 24.0 * (high - base) };
        let (first, last) = (date(low)?, date(high)?);
        let title =
            if first == last { format!("UTC on {first}") } else { format!("UTC from {first} to {last}") };
        let mut axis = Axis::new(&title, hours, 9, Numbers::Plain).onto(LEFT, RIGHT);
        let steps = [0.25, 0.5, 1.0, 2.0, 3.0, 6.0];
        let wanted = (hours.high - hours.low) / 10.0;
        let step = steps.into_iter().find(|step| *step >= wanted).unwrap_or(12.0);
        let count = (hours.high / step).floor() as u32;
        axis.ticks = (0..=count)
            .map(|index| f64::from(index) * step)
            .filter(|hour| *hour >= hours.low)
            .filter_map(|hour| Some((hour, time_of_day(base + hour / 24.0)?)))
            .collect();
        keep_inside(&mut axis);
        Some(Self { axis, base, unit: 24.0 })
    }
}

/// Takes the labels away that would be cut off at the figure's edge: the axis goes almost as far.
fn keep_inside(axis: &mut Axis) {
    let place = axis.clone();
    for (value, label) in &mut axis.ticks {
        let half = font::width(label, TICK, Weight::Regular) / 2.0;
        if place.at(*value) < half + 2.0 || place.at(*value) > WIDTH - half - 2.0 {
            label.clear();
        }
    }
}
