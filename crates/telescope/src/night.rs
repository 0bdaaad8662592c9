//! A night at a telescope.

use std::f64::consts::TAU;

use crate::{
    Conditions, Direction, Error, Limits, Moonlight, Observability, Site, Visibility,
    sky::{Precession, TURNS_PER_DAY, dot, moon_vector, phase_angle_of, sine_at_airmass, sun_vector, unit},
    visibility,
};

/// The modified Julian days for which nights can be computed: 1900 to 2100, where the series of Sun and Moon are good.
pub const MJD_RANGE: [f64; 2] = [15_020.0, 88_070.0];

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// When it begins, modified Julian days.
    pub start: f64,
    /// When it ends, modified Julian days.
    pub end: f64,
}

impl Interval {
    /// Its length, hours.
    pub fn hours(self) -> f64 {
        24.0 * (self.end - self.start)
    }

    /// What it has in common with another, if that is more than an instant.
    pub(crate) fn and(self, other: Self) -> Option<Self> {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        (start < end).then_some(Self { start, end })
    }
}

/// A night at a site, with what is needed to say quickly what can be observed in it.
#[derive(Clone, Debug)]
pub struct Night {
    site: Site,
    dark: Option<Interval>,
    midnight: f64,
    illumination: f64,
    phase_angle: f64,
    moonless_hours: f64,
    pub(crate) frame: Frame,
    moons: Moons,
}

/// What turns directions among the stars into those above the site, and the limits on them.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) precession: Precession,
    /// Sine and cosine of the latitude.
    pub(crate) latitude: [f64; 2],
    /// Local mean sidereal time at midnight, radians.
    pub(crate) sidereal: f64,
    /// The sine of the lowest altitude.
    pub(crate) lowest: f64,
    /// The least distance to the Moon, degrees.
    pub(crate) moon_distance: f64,
}

/// The Moon through the night, as seen from the site: unit vectors for the equator of date, evenly spaced in time.
#[derive(Clone, Debug)]
struct Moons {
    start: f64,
    step: f64,
    places: Vec<[f64; 3]>,
}

impl Night {
    /// The night at `site` whose midnight is nearest to `mjd`, within `limits`.
    ///
    /// Midnight is that of local mean solar time, so that nights are numbered without gaps: each is the only one for an
    /// interval of 24 hours, from noon to noon. In the Americas a whole `mjd`, 0h UTC, belongs to the night that begins or
    /// has just begun; in Australia to the one that ended some hours ago.
    ///
    /// The night itself is when the Sun's centre is below `limits.twilight` between two of its culminations. It is empty
    /// ([`Night::interval`] is `None`) where the Sun never gets so low, and lasts from culmination to culmination where it
    /// is always so.
    ///
    /// # Errors
    /// The site or the limits are not valid, or `mjd` is not in [`MJD_RANGE`].
    pub fn new(site: &Site, limits: &Limits, mjd: f64) -> Result<Self, Error> {
        site.check()?;
        limits.check()?;
        let rule = "in [15020, 88070], from 1900 to 2100";
        Error::unless_within("a night", "mjd", mjd, MJD_RANGE, rule)?;
        let from_greenwich = site.longitude / 360.0;
        let midnight = (mjd + from_greenwich).round() - from_greenwich;
        let dark = darkness(site, limits.twilight.to_radians().sin(), midnight);
        let moons = Moons::new(site, dark.unwrap_or(Interval { start: midnight, end: midnight }));
        let phase_angle = phase_angle_of(moon_vector(midnight), midnight);
        let (sin, cos) = site.latitude.to_radians().sin_cos();
        let mut night = Self {
            site: *site,
            dark,
            midnight,
            illumination: (1.0 + phase_angle.cos()) / 2.0,
            phase_angle: phase_angle.to_degrees(),
            moonless_hours: 0.0,
            frame: Frame {
                precession: Precession::new(midnight),
                latitude: [sin, cos],
                sidereal: site.sidereal(midnight),
                lowest: sine_at_airmass(limits.airmass),
                moon_distance: limits.moon_distance,
            },
            moons,
        };
        night.moonless_hours = night.hours_without_moon();
        Ok(night)
    }

    /// Where the night is.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Local mean midnight, modified Julian days.
    pub fn midnight(&self) -> f64 {
        self.midnight
    }

    /// When it is dark; `None` where it never is.
    pub fn interval(&self) -> Option<Interval> {
        self.dark
    }

    /// Hours from the end of one twilight to the begin of the other.
    pub fn hours(&self) -> f64 {
        self.dark.map_or(0.0, Interval::hours)
    }

    /// Hours of the night in which the Moon is below the horizon.
    pub fn moonless_hours(&self) -> f64 {
        self.moonless_hours
    }

    /// The part of the Moon's disc that is lit at midnight, in [0, 1].
    pub fn illumination(&self) -> f64 {
        self.illumination
    }

    /// The Moon's phase angle at midnight, degrees: 0 when full, 180 when new.
    pub fn phase_angle(&self) -> f64 {
        self.phase_angle
    }

    /// The Moon's altitude as seen from the site at an instant of the night, degrees.
    pub fn moon_altitude(&self, mjd: f64) -> f64 {
        dot(self.moons.at(mjd), self.zenith(mjd)).clamp(-1.0, 1.0).asin().to_degrees()
    }

    /// The altitude of an object at an instant within a day of the night, degrees, without refraction.
    pub fn altitude(&self, direction: Direction, mjd: f64) -> f64 {
        let place = self.frame.precession.apply(direction.0);
        dot(place, self.zenith(mjd)).clamp(-1.0, 1.0).asin().to_degrees()
    }

    /// When an object can be observed, `ra` and `dec` in degrees (ICRS or J2000); [`Observability::Unknown`] where one of
    /// them is NaN. For many nights, [`Direction::new`] once and [`Night::look`] are quicker.
    ///
    /// # Errors
    /// As [`Direction::new`].
    pub fn visibility(&self, ra: f64, dec: f64) -> Result<Observability, Error> {
        Ok(Direction::new(ra, dec)?.map_or(Observability::Unknown, |direction| self.look(direction)))
    }

    /// When an object can be observed: above the limit of airmass, in the dark, and not too near a Moon above the horizon.
    ///
    /// Closed form: with H₀ the hour angle at the lowest altitude allowed, it is high enough within H₀ of its transits;
    /// what of that is in the night is the answer. The airmass is that at the best moment, and the Moon is judged then: it
    /// moves by less than a degree an hour.
    pub fn look(&self, direction: Direction) -> Observability {
        visibility::look(self, direction)
    }

    /// What is between the telescope and an object at the best moment that [`Night::look`] found.
    pub fn conditions(&self, visible: &Visibility) -> Conditions {
        let moon = if visible.moon_altitude > 0.0 {
            Moonlight::Scattered {
                phase_angle: self.phase_angle,
                altitude: visible.moon_altitude,
                separation: visible.moon_separation,
            }
        } else {
            Moonlight::None
        };
        Conditions { airmass: visible.airmass, moon }
    }

    /// The Moon as seen from the site, as a unit vector for the equator of date.
    pub(crate) fn moon(&self, mjd: f64) -> [f64; 3] {
        self.moons.at(mjd)
    }

    /// The direction of the zenith, as a unit vector for the equator of date.
    pub(crate) fn zenith(&self, mjd: f64) -> [f64; 3] {
        let sidereal = self.frame.sidereal + (mjd - self.midnight) * TAU * TURNS_PER_DAY;
        let (sin, cos) = sidereal.sin_cos();
        let [sin_latitude, cos_latitude] = self.frame.latitude;
        [cos_latitude * cos, cos_latitude * sin, sin_latitude]
    }

    /// Sums the times when the Moon is down, a straight line between the instants at which its altitude is known.
    fn hours_without_moon(&self) -> f64 {
        let Some(Interval { start, end }) = self.dark else { return 0.0 };
        let count = (((end - start) * 96.0).ceil() as usize).max(1);
        let step = (end - start) / count as f64;
        let altitude = |index: usize| self.moon_altitude(start + index as f64 * step);
        let down = |index| {
            let (a, b) = (altitude(index), altitude(index + 1));
            if (a < 0.0) == (b < 0.0) {
                f64::from(u8::from(a < 0.0))
            } else {
                a.min(b) / (a.min(b) - a.max(b))
            }
        };
        24.0 * step * (0..count).map(down).sum::<f64>()
    }
}

impl Moons {
    /// The Moon at least once an hour of the interval.
    fn new(site: &Site, Interval { start, end }: Interval) -> Self {
        let count = ((end - start) * 24.0).ceil() as usize + 1;
        let step = (end - start) / (count.max(2) - 1) as f64;
        let [from_axis, from_equator] = site.geocentric();
        let place = |index: usize| {
            let mjd = start + index as f64 * step;
            let (sin, cos) = site.sidereal(mjd).sin_cos();
            let [x, y, z] = moon_vector(mjd);
            unit([x - from_axis * cos, y - from_axis * sin, z - from_equator])
        };
        Self { start, step, places: (0..count).map(place).collect() }
    }

    /// The Moon at an instant; before the first and after the last known place, that place.
    fn at(&self, mjd: f64) -> [f64; 3] {
        let last = self.places.len() - 1;
        let position =
            if self.step > 0.0 { ((mjd - self.start) / self.step).clamp(0.0, last as f64) } else { 0.0 };
        let index = position as usize;
        let weight = position - index as f64;
        let (before, after) = (self.places[index], self.places[(index + 1).min(last)]);
        unit([0, 1, 2].map(|axis| before[axis] + weight * (after[axis] - before[axis])))
    }
}

/// When the sine of the Sun's altitude is below `limit` between its upper culminations around `midnight`.
fn darkness(site: &Site, limit: f64, midnight: f64) -> Option<Interval> {
    let (sin_latitude, cos_latitude) = site.latitude.to_radians().sin_cos();
    let sun = |mjd| {
        let place = unit(sun_vector(mjd));
        let (sin, cos) = site.sidereal(mjd).sin_cos();
        let [x, y] = [place[0] * cos + place[1] * sin, place[1] * cos - place[0] * sin];
        // Towards the meridian, towards the east, and above the horizon.
        (x, y, cos_latitude * x + sin_latitude * place[2])
    };
    let culmination = |near: f64, turn: f64| {
        let mut mjd = near;
        for _ in 0..3 {
            let (x, y, _) = sun(mjd);
            let hour_angle = (-y).atan2(x) + turn;
            mjd -= (hour_angle - TAU * (hour_angle / TAU).round()) / TAU;
        }
        mjd
    };
    let half = std::f64::consts::PI;
    let [before, lowest, after] =
        [culmination(midnight - 0.5, 0.0), culmination(midnight, half), culmination(midnight + 0.5, 0.0)];
    let above = |mjd| sun(mjd).2 - limit;
    // Between culminations the altitude rises or falls all the way, so that there is at most one crossing.
    let crossing = |mut light: f64, mut night: f64| {
        for _ in 0..40 {
            let middle = 0.5 * (light + night);
            if above(middle) > 0.0 {
                light = middle;
            } else {
                night = middle;
            }
        }
        0.5 * (light + night)
    };
    let is_dark = [before, lowest, after].map(|mjd| above(mjd) <= 0.0);
    let (start, end) = match is_dark {
        [true, true, true] => (before, after),
        [false, true, true] => (crossing(before, lowest), after),
        [true, true, false] => (before, crossing(after, lowest)),
        [false, true, false] => (crossing(before, lowest), crossing(after, lowest)),
        // At a pole the Sun's altitude is its declination, so that the lowest is at one of the ends.
        [true, false, _] => (before, crossing(lowest, before)),
        [false, false, true] => (crossing(lowest, after), after),
        [false, false, false] => return None,
    };
    Some(Interval { start, end })
}
