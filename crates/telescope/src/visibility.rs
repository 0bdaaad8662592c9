//! When an object can be observed.

use std::f64::consts::TAU;

use crate::{
    Error, Interval, Limits, Night, Site,
    sky::{TURNS_PER_DAY, airmass_of_sine, angle, dot},
};

/// When and how an object can be observed in a night.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visibility {
    /// When it can first be observed, modified Julian days.
    pub start: f64,
    /// When it can last be observed, modified Julian days.
    pub end: f64,
    /// The other, shorter span in which it can be observed too: in long nights an object may set and rise again.
    pub other: Option<Interval>,
    /// The moment of the least airmass from `start` to `end`, modified Julian days.
    pub best: f64,
    /// The airmass then.
    pub airmass: f64,
    /// The distance to the Moon then, degrees.
    pub moon_separation: f64,
    /// The altitude of the Moon then, degrees; negative when it has set.
    pub moon_altitude: f64,
}

impl Visibility {
    /// Hours from `start` to `end`.
    pub fn hours(&self) -> f64 {
        Interval { start: self.start, end: self.end }.hours()
    }
}

/// Why an object cannot be observed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Hidden {
    /// It does not get dark.
    NoNight,
    /// It never rises high enough at this site; with the least airmass that it has there, NaN where it does not rise.
    TooLow {
        /// The least airmass that it has.
        airmass: f64,
    },
    /// It is high enough only by day.
    ByDay,
    /// The Moon is too near.
    NearMoon {
        /// The distance to the Moon, degrees.
        separation: f64,
    },
}

/// Whether an object can be observed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Observability {
    /// It can.
    Visible(Visibility),
    /// It cannot, because.
    Hidden(Hidden),
    /// Its coordinates are not known: what to do with it is the caller's to decide.
    Unknown,
}

impl Observability {
    /// When and how, where it can be observed.
    pub fn visible(self) -> Option<Visibility> {
        match self {
            Self::Visible(visibility) => Some(visibility),
            _ => None,
        }
    }
}

/// When an object at `ra` and `dec`, degrees, can be observed from `site` in the night whose midnight is nearest to `mjd`:
/// [`Night::new`] and [`Night::visibility`] in one.
///
/// # Errors
/// As those two.
pub fn window(site: &Site, ra: f64, dec: f64, mjd: f64, limits: &Limits) -> Result<Observability, Error> {
    Night::new(site, limits, mjd)?.visibility(ra, dec)
}

/// The body of [`Night::look`].
pub(crate) fn look(night: &Night, direction: crate::sky::Direction) -> Observability {
    let Some(dark) = night.interval() else { return Observability::Hidden(Hidden::NoNight) };
    let frame = &night.frame;
    let place = frame.precession.apply(direction.0);
    let [sin_latitude, cos_latitude] = frame.latitude;
    // The sine of the altitude is level + swing · cos H.
    let level = sin_latitude * place[2];
    let swing = cos_latitude * place[0].hypot(place[1]);
    let highest = (level + swing).min(1.0);
    if highest < frame.lowest {
        let airmass = if highest < 0.0 { f64::NAN } else { airmass_of_sine(highest) };
        return Observability::Hidden(Hidden::TooLow { airmass });
    }
    let day = TURNS_PER_DAY.recip();
    let hour_angle = frame.sidereal - place[1].atan2(place[0]);
    let turns = hour_angle / TAU;
    let transit = night.midnight() - (turns - turns.round()) * day;
    // Above the limit for all of its way: also where it stands still, as everything does seen from a pole.
    let always = level - swing >= frame.lowest;
    let half = if always { f64::INFINITY } else { ((frame.lowest - level) / swing).acos() / TAU * day };
    let (mut longest, mut other): (Option<Interval>, Option<Interval>) = (None, None);
    for turn in [0.0, -1.0, 1.0] {
        let middle = transit + turn * day;
        let Some(found) = (Interval { start: middle - half, end: middle + half }).and(dark) else { continue };
        if longest.is_none_or(|interval| found.hours() > interval.hours()) {
            other = longest.replace(found);
        } else if other.is_none_or(|interval| found.hours() > interval.hours()) {
            other = Some(found);
        }
        if always {
            other = None;
            break;
        }
    }
    let Some(Interval { start, end }) = longest else { return Observability::Hidden(Hidden::ByDay) };
    let (best, sine) = highest_moment(night, place, transit, day, [start, end], highest);
    let moon = night.moon(best);
    let moon_separation = angle(place, moon).to_degrees();
    let moon_altitude = dot(moon, night.zenith(best)).clamp(-1.0, 1.0).asin().to_degrees();
    if moon_altitude > 0.0 && moon_separation < frame.moon_distance {
        return Observability::Hidden(Hidden::NearMoon { separation: moon_separation });
    }
    let airmass = airmass_of_sine(sine);
    Observability::Visible(Visibility { start, end, other, best, airmass, moon_separation, moon_altitude })
}

/// The moment from `start` to `end` at which an object is highest, and the sine of its altitude then: a transit, or else one
/// of the ends.
fn highest_moment(
    night: &Night,
    place: [f64; 3],
    transit: f64,
    day: f64,
    [start, end]: [f64; 2],
    highest: f64,
) -> (f64, f64) {
    for turn in [0.0, -1.0, 1.0] {
        let moment = transit + turn * day;
        if (start..=end).contains(&moment) {
            return (moment, highest);
        }
    }
    let [at_start, at_end] = [start, end].map(|moment| dot(place, night.zenith(moment)).min(1.0));
    if at_start > at_end { (start, at_start) } else { (end, at_end) }
}
