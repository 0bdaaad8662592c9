//! The closed form of what is visible, against sampling of the altitude, over random places, dates and stars.

use hesper_telescope::{Direction, Hidden, Limits, Night, Observability, Site, sky::airmass};
use proptest::prelude::*;

/// Minutes between samples.
const STEP: f64 = 2.0;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn closed_form_is_what_sampling_finds(
        longitude in -180.0..360.0, latitude in prop_oneof![-89.5..89.5, Just(0.0)],
        mjd in 40_000.0..70_000.0, ra in -400.0..400.0, dec in prop_oneof![-90.0..90.0, Just(90.0), Just(-90.0)],
        limit in 1.05..10.0, twilight in -20.0..0.0, moon_distance in 0.0..90.0
    ) {
        let site = Site { longitude, latitude, height: 1000.0 };
        let limits = Limits { airmass: limit, twilight, moon_distance, ..Limits::default() };
        let night = Night::new(&site, &limits, mjd).unwrap();
        let star = Direction::new(ra, dec).unwrap().unwrap();
        let Some(interval) = night.interval() else {
            prop_assert_eq!(night.look(star), Observability::Hidden(Hidden::NoNight));
            return Ok(());
        };
        let count = (interval.hours() * 60.0 / STEP) as usize + 1;
        let time = |index: usize| interval.start + (interval.end - interval.start) * index as f64 / count as f64;
        let up = |mjd: f64| airmass(night.altitude(star, mjd)) <= limit;
        let sampled: Vec<f64> = (0..=count).map(time).filter(|mjd| up(*mjd)).collect();
        let least = sampled.iter().map(|mjd| airmass(night.altitude(star, *mjd))).fold(f64::INFINITY, f64::min);
        match night.look(star) {
            Observability::Visible(found) => {
                prop_assert!(interval.start <= found.start && found.start < found.end && found.end <= interval.end);
                prop_assert!((found.start..=found.end).contains(&found.best));
                prop_assert!((airmass(night.altitude(star, found.best)) - found.airmass).abs() < 1e-6);
                prop_assert!(found.airmass <= limit * (1.0 + 1e-9));
                // In two spans the best may be in the shorter.
                if found.other.is_none() {
                    prop_assert!(found.airmass <= least + 1e-9, "{} {}", found.airmass, least);
                }
                prop_assert!(found.moon_altitude <= 0.0 || found.moon_separation >= moon_distance);
                let within = |mjd: f64| {
                    let second = found.other.is_some_and(|other| (other.start..=other.end).contains(&mjd));
                    (found.start..=found.end).contains(&mjd) || second
                };
                // A third span is shorter than a few minutes: the gaps between transits are those of a sidereal day.
                let missed = (0..=count).filter(|index| up(time(*index)) != within(time(*index))).count();
                prop_assert!(missed <= 3, "{} samples of {} differ: {:?}", missed, count, found);
            }
            Observability::Hidden(Hidden::NearMoon { separation }) => prop_assert!(separation < moon_distance),
            Observability::Hidden(_) => prop_assert!(sampled.is_empty(), "hidden, but up at {:?}", sampled),
            _ => prop_assert!(false, "neither visible nor hidden"),
        }
    }
}
