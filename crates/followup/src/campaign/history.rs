//! From light curves to what was known of them each night.

use hesper_features::{BazinFit, BazinParams, Feature, Nightly, NightlyState, bazin_flux};
use hesper_photometry::{Band, Object, magnitude};
use rayon::prelude::*;

use super::{Alive, Evolution, Known, Sight};
use crate::Error;

/// The time of a campaign: day 0 begins at its first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calendar {
    /// The modified Julian day of day 0, a whole one.
    pub first: f64,
    /// The last day.
    pub last: u32,
}

impl Calendar {
    /// The calendar of a survey, from the day of its first point.
    ///
    /// # Errors
    /// [`Error::Data`] where no object has a point.
    pub fn new<'a>(objects: impl IntoIterator<Item = &'a Object>, last: u32) -> Result<Self, Error> {
        let firsts = objects.into_iter().filter_map(|object| object.lightcurve.mjd.first());
        let first = firsts.copied().fold(f64::INFINITY, f64::min);
        if !first.is_finite() {
            return Err(Error::Data("no object has a point: there is no survey to play on".to_owned()));
        }
        Ok(Self { first: first.floor(), last })
    }

    /// The dusk of a day, from which on the points taken before it are known.
    pub fn mjd(&self, day: u32) -> f64 {
        self.first + f64::from(day)
    }
}

/// The day on which complete light curves are known.
pub const COMPLETE: u32 = u32::MAX;

/// What was known of objects at the dusk of each day up to the last, and of their complete light curves: features and what the eye sees. `progress` is called
/// after each object.
///
/// # Errors
/// [`Error::Data`] where the band that exposures are reckoned by is not among `bands`.
///
/// Each night's fits start from those of the night before ([`Nightly`]).
pub fn evolve(
    objects: &[Object],
    features: &[&'static Feature],
    bands: &[Band],
    calendar: Calendar,
    alive: &Alive,
    progress: &(dyn Fn() + Sync),
) -> Result<Evolution, Error> {
    let Some(band) = bands.iter().copied().find(|band| band.as_str() == alive.band) else {
        let known: Vec<&str> = bands.iter().map(Band::as_str).collect();
        return Err(Error::Data(format!(
            "no point is in the band {:?} that exposures are reckoned by; there are {}: see alive.band",
            alive.band,
            known.join(", ")
        )));
    };
    let nightly = Nightly::new(features, bands, &BazinParams::default())?;
    let told: Vec<Told> = objects
        .par_iter()
        .map(|object| {
            let told = tell(object, &nightly, band, calendar, alive);
            progress();
            told
        })
        .collect();
    let mut evolution = Evolution::new(nightly.names().len());
    for Told { entries, values } in told {
        evolution.push(entries, &values);
    }
    Ok(evolution)
}

/// One object, night after night.
#[derive(Default)]
struct Told {
    entries: Vec<(u32, Sight)>,
    values: Vec<f32>,
}

/// In single precision; what runs away further stops at its end, so that it stays a number and the largest.
fn single(value: f64) -> f32 {
    (value as f32).clamp(f32::MIN, f32::MAX)
}

fn tell(object: &Object, nightly: &Nightly, band: Band, calendar: Calendar, alive: &Alive) -> Told {
    let curve = &object.lightcurve;
    let mut told = Told::default();
    let mut state = NightlyState::default();
    let mut sight = Sight {
        detections: 0,
        last_detection: f32::NAN,
        brightest: f32::NAN,
        last_point: f32::NAN,
        curve: [f32::NAN; 4],
        ceiling: f32::NAN,
    };
    let mut next = 0;
    while next < curve.len() {
        // The dusk after this point. What comes after the last day is the complete light curve's.
        let day = (curve.mjd[next] - calendar.first).floor() + 1.0;
        let day = if day <= f64::from(calendar.last) { day.max(0.0) as u32 } else { COMPLETE };
        let mut last = f64::NEG_INFINITY;
        while next < curve.len() && (day == COMPLETE || curve.mjd[next] < calendar.mjd(day)) {
            last = curve.mjd[next];
            see(&mut sight, last - calendar.first, curve.flux[next], curve.flux_err[next], alive.snr);
            next += 1;
        }
        nightly.update_one(&mut state, object, last);
        told.values.extend(state.values().iter().copied().map(single));
        let fit = nightly.smooth(&state, object, band);
        sight.curve = fit.as_ref().map_or([f32::NAN; 4], |(fit, _)| short(fit, calendar));
        sight.ceiling = fit.and_then(|(_, ceiling)| magnitude(ceiling)).map_or(f32::NAN, |mag| mag as f32);
        told.entries.push((day, sight));
    }
    told
}

/// A point more.
fn see(sight: &mut Sight, day: f64, flux: f64, error: f64, snr: f64) {
    sight.last_point = day as f32;
    if flux >= snr * error {
        sight.detections += 1;
        sight.last_detection = day as f32;
        let magnitude = magnitude(flux).unwrap_or(f64::NAN) as f32;
        sight.brightest = sight.brightest.min(magnitude);
    }
}

fn short(fit: &BazinFit, calendar: Calendar) -> [f32; 4] {
    [fit.amplitude as f32, (fit.t0 - calendar.first) as f32, fit.rise as f32, fit.fall as f32]
}

impl Known<'_> {
    /// Whether the object may be asked for on a day: believed in, and detected lately.
    pub fn alive(&self, day: f64, alive: &Alive) -> bool {
        self.sight.detections >= alive.detections
            && day - f64::from(self.sight.last_detection) <= alive.recent
    }

    /// The AB magnitude expected on a day, in the band that exposures are reckoned by: that of the smooth fit, but hardly
    /// brighter than the fit was at the points ([`Nightly::smooth`]): a rise goes on for some nights, but the peak of an
    /// explosion that has just begun is a guess. Without a fit, the brightest detection's. `None` where the object is not
    /// expected to be seen at all.
    pub fn magnitude(&self, day: f64) -> Option<f64> {
        let [amplitude, turn, rise, fall] = self.sight.curve.map(f64::from);
        if amplitude.is_nan() {
            return Some(f64::from(self.sight.brightest)).filter(|magnitude| magnitude.is_finite());
        }
        let fitted = magnitude(bazin_flux(day, amplitude, 0.0, turn, rise, fall))?;
        Some(fitted.max(f64::from(self.sight.ceiling)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesper_features::{DEFAULT, describe};

    /// A supernova in two bands that turns at 56,040, seen every third day from 56,010.5 on.
    fn object() -> Object {
        let mut object = Object::new("a");
        for night in 0..30 {
            let mjd = 56_010.5 + 3.0 * f64::from(night);
            for (name, scale) in [("g", 900.0), ("r", 1000.0)] {
                let wiggle = f64::from((night * 7 + scale as i32) % 11 - 5);
                let flux = bazin_flux(mjd, scale, 0.0, 56_040.0, 4.0, 25.0) + 3.0 * wiggle;
                object.lightcurve.push(mjd, Band::new(name).unwrap(), flux, 10.0);
            }
        }
        object
    }

    fn evolution(last: u32) -> (Evolution, Calendar) {
        let (objects, bands) = ([object()], [Band::new("g").unwrap(), Band::new("r").unwrap()]);
        let calendar = Calendar::new(&objects, last).unwrap();
        (evolve(&objects, &DEFAULT, &bands, calendar, &Alive::default(), &|| ()).unwrap(), calendar)
    }

    #[test]
    fn points_are_known_from_the_dusk_after_them() {
        let (evolution, calendar) = evolution(60);
        assert_eq!(calendar.first, 56_010.0);
        assert!(evolution.known(0, 0).is_none());
        assert_eq!(evolution.known(0, 1).unwrap().sight.last_point, 0.5);
        assert_eq!(evolution.known(0, 3).unwrap().sight.last_point, 0.5);
        assert_eq!(evolution.known(0, 4).unwrap().sight.last_point, 3.5);
        assert_eq!(
            evolution.entries(),
            20 + 1,
            "points every third day up to day 60, and the complete light curve"
        );
        assert_eq!(evolution.known(0, 8).unwrap().sight.detections, 0, "the rise has not begun");
    }

    #[test]
    fn a_single_dusk_after_all_points_sees_what_describing_sees() {
        let (objects, bands) = ([object()], [Band::new("g").unwrap(), Band::new("r").unwrap()]);
        let calendar = Calendar { first: 56_200.0, last: 0 };
        let evolution = evolve(&objects, &DEFAULT, &bands, calendar, &Alive::default(), &|| ()).unwrap();
        let whole = describe(&objects, &DEFAULT, &BazinParams::default(), &|| ()).unwrap();
        assert_eq!(evolution.entries(), 1);
        let known = evolution.known(0, 0).unwrap();
        assert!(known.sight.last_detection < 0.0, "before the dusk");
        for (known, (whole, name)) in known.features.iter().zip(whole.values.iter().zip(&whole.names)) {
            // A band's χ² to all digits is a matter of which of two minima of one depth was found.
            let close = (f64::from(*known) - whole).abs() <= 5e-3 * (1.0 + whole.abs());
            assert!(close || known.is_nan() && whole.is_nan(), "{name}: {known}, {whole}");
        }
    }

    #[test]
    fn magnitudes_are_expected_near_the_truth_and_within_reason() {
        let (evolution, calendar) = evolution(999);
        for day in [32, 45, 60] {
            let truth = magnitude(bazin_flux(calendar.mjd(day), 1000.0, 0.0, 56_040.0, 4.0, 25.0)).unwrap();
            let expected = evolution.known(0, day).unwrap().magnitude(f64::from(day)).unwrap();
            assert!((expected - truth).abs() < 0.35, "day {day}: {expected}, truly {truth}");
        }
        let known = evolution.known(0, 28).unwrap();
        let furthest =
            (28..80).filter_map(|day| known.magnitude(f64::from(day))).fold(f64::INFINITY, f64::min);
        assert!(furthest >= f64::from(known.sight.ceiling) - 1e-6);
    }

    #[test]
    fn what_runs_away_stays_a_number() {
        assert_eq!([1e300, -1e300, 2.5].map(single), [f32::MAX, f32::MIN, 2.5]);
        assert!(single(f64::NAN).is_nan());
    }

    #[test]
    fn a_band_that_is_not_there_is_named() {
        let alive = Alive { band: "K".to_owned(), ..Alive::default() };
        let bands = [Band::new("g").unwrap()];
        let calendar = Calendar { first: 56_010.0, last: 9 };
        let error = evolve(&[object()], &DEFAULT, &bands, calendar, &alive, &|| ()).unwrap_err().to_string();
        assert!(error.contains("\"K\"") && error.contains("alive.band"), "{error}");
        assert!(Calendar::new(&[Object::new("b")], 9).is_err());
    }
}
