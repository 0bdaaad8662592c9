//! Places, nights and windows against astropy. The golden files are made by `tests/golden/astropy_sky.py`.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use hesper_telescope::{
    Direction, Hidden, Limits, Night, Observability, Site,
    sky::{airmass, illumination, moon, sun},
    window,
};

/// The rows of a golden file; an empty cell is NaN.
fn rows<const COLUMNS: usize>(text: &str) -> Vec<[f64; COLUMNS]> {
    let cell = |cell: &str| if cell.is_empty() { f64::NAN } else { cell.parse().unwrap() };
    let row = |line: &str| line.split(',').map(cell).collect::<Vec<_>>().try_into().unwrap();
    text.lines().skip(1).map(row).collect()
}

fn site(longitude: f64, latitude: f64, height: f64) -> Site {
    Site { longitude, latitude, height }
}

fn direction(ra: f64, dec: f64) -> Direction {
    Direction::new(ra, dec).unwrap().unwrap()
}

/// The largest of a series, with what it belongs to.
#[derive(Default)]
struct Worst(f64, String);

impl Worst {
    fn see(&mut self, difference: f64, what: impl std::fmt::Debug) {
        // NaN is the worst of all, and stays.
        if difference.is_nan() || difference.abs() > self.0 {
            *self = Self(difference.abs(), format!("{what:?}"));
        }
    }

    fn within(&self, name: &str, limit: f64) {
        println!("{name}: worst {:.5} of {limit} at {}", self.0, self.1);
        assert!(self.0 <= limit, "{name}: {} > {limit} at {}", self.0, self.1);
    }
}

#[test]
fn sun_and_moon_stand_where_astropy_puts_them() {
    let [mut at_sun, mut at_moon, mut far, mut lit] = [(); 4].map(|()| Worst::default());
    for row in rows::<8>(include_str!("golden/places.csv")) {
        let [mjd, sun_ra, sun_dec, sun_km, moon_ra, moon_dec, moon_km, part] = row;
        let (ours, moons) = (sun(mjd), moon(mjd));
        at_sun.see(direction(ours.ra, ours.dec).separation(direction(sun_ra, sun_dec)), mjd);
        at_moon.see(direction(moons.ra, moons.dec).separation(direction(moon_ra, moon_dec)), mjd);
        far.see(ours.distance / sun_km - 1.0, mjd);
        far.see(moons.distance / moon_km - 1.0, mjd);
        lit.see(illumination(mjd) - part, mjd);
    }
    at_sun.within("the Sun, degrees", 0.012);
    at_moon.within("the Moon, degrees", 0.03);
    far.within("distances, relative", 5e-4);
    lit.within("the lit part", 1e-3);
}

#[test]
fn altitudes_and_airmasses_are_astropys() {
    let limits = Limits { twilight: 0.0, ..Limits::default() };
    let [mut star, mut at_moon, mut mass] = [(); 3].map(|()| Worst::default());
    for row in rows::<10>(include_str!("golden/altitudes.csv")) {
        let [longitude, latitude, height, mjd, ra, dec, altitude, expected, sun_altitude, moon_altitude] =
            row;
        let night = Night::new(&site(longitude, latitude, height), &limits, mjd).unwrap();
        let ours = night.altitude(direction(ra, dec), mjd);
        star.see(ours - altitude, row);
        if expected < 2.5 {
            mass.see(airmass(ours) / expected - 1.0, row);
        }
        // Where it is night, the Moon is known.
        if sun_altitude < -1.0 {
            let interval = night.interval().unwrap();
            assert!((interval.start..=interval.end).contains(&mjd), "{row:?} {interval:?}");
            at_moon.see(night.moon_altitude(mjd) - moon_altitude, row);
        } else if sun_altitude > 1.0 {
            assert!(night.interval().is_none_or(|i| !(i.start..=i.end).contains(&mjd)), "{row:?}");
        }
    }
    star.within("altitudes of stars, degrees", 0.02);
    at_moon.within("altitudes of the Moon, degrees", 0.04);
    mass.within("airmasses below 2.5, relative", 0.005);
}

#[test]
fn nights_begin_and_end_as_astropys() {
    let (mut edge, mut moonless, mut empty, mut endless) = (Worst::default(), Worst::default(), 0, 0);
    for row in rows::<8>(include_str!("golden/nights.csv")) {
        let [longitude, latitude, height, mjd, twilight, start, end, down] = row;
        let limits = Limits { twilight, ..Limits::default() };
        let night = Night::new(&site(longitude, latitude, height), &limits, mjd).unwrap();
        assert!((night.midnight() - mjd).abs() <= 0.5, "{row:?}");
        let Some(interval) = night.interval() else {
            assert!(start.is_nan(), "no night, but {row:?}");
            empty += 1;
            continue;
        };
        // At a pole the Sun sinks by 0.0003° a minute, so that its place within 0.01° is an edge within half an hour.
        let scale = if latitude.abs() < 89.9 { 1440.0 } else { 1440.0 / 20.0 };
        edge.see((interval.start - start) * scale, row);
        edge.see((interval.end - end) * scale, row);
        if latitude.abs() < 89.9 {
            moonless.see(night.moonless_hours() - down, row);
        }
        endless += i32::from(night.hours() > 23.9);
    }
    edge.within("begin and end, minutes", 2.0);
    moonless.within("hours without Moon", 0.1);
    assert!(empty >= 5 && endless >= 2, "{empty} nights never come, {endless} never end");
}

#[test]
fn windows_are_those_that_sampling_finds() {
    let [mut edge, mut mass, mut apart, mut up] = [(); 4].map(|()| Worst::default());
    let (mut hidden, mut twice) = (0, 0);
    for row in rows::<13>(include_str!("golden/windows.csv")) {
        let [
            longitude,
            latitude,
            height,
            mjd,
            limit,
            ra,
            dec,
            start,
            end,
            spans,
            expected,
            separation,
            altitude,
        ] = row;
        let limits = Limits { airmass: limit, moon_distance: 0.0, ..Limits::default() };
        let place = site(longitude, latitude, height);
        let Observability::Visible(found) = window(&place, ra, dec, mjd, &limits).unwrap() else {
            assert!(start.is_nan(), "hidden, but {row:?}");
            hidden += 1;
            continue;
        };
        // Pickering's airmass and Young's differ by 0.1 %, which moves the edges by some seconds, and by minutes where the
        // object passes just above the limit.
        edge.see((found.start - start) * 1440.0, row);
        edge.see((found.end - end) * 1440.0, row);
        mass.see(found.airmass / expected - 1.0, row);
        // At a pole a star is equally high always, and no moment the best.
        if latitude.abs() < 89.9 {
            apart.see(found.moon_separation - separation, row);
            up.see(found.moon_altitude - altitude, row);
        }
        assert_eq!(found.other.is_some(), spans > 1.5, "{row:?}");
        twice += i32::from(found.other.is_some());
    }
    edge.within("begin and end, minutes", 2.0);
    mass.within("least airmass, relative", 0.005);
    apart.within("distance to the Moon, degrees", 0.3);
    up.within("altitude of the Moon, degrees", 0.3);
    assert!(hidden > 5 && twice > 0, "{hidden} hidden, {twice} twice");
}

#[test]
fn what_is_not_known_is_not_an_error() {
    let place = site(-70.4, -24.6, 2518.0);
    let limits = Limits::default();
    assert_eq!(window(&place, f64::NAN, 0.0, 56_250.0, &limits).unwrap(), Observability::Unknown);
    assert_eq!(window(&place, 0.0, f64::NAN, 56_250.0, &limits).unwrap(), Observability::Unknown);
    assert!(window(&place, 0.0, 90.5, 56_250.0, &limits).is_err());
    assert!(window(&place, f64::INFINITY, 0.0, 56_250.0, &limits).is_err());
    for mjd in [f64::NAN, f64::INFINITY, 0.0, 1e6] {
        let message = window(&place, 0.0, 0.0, mjd, &limits).unwrap_err().to_string();
        assert!(message.contains("in [15020, 88070], from 1900 to 2100"), "{message}");
    }
}

#[test]
fn what_is_hidden_says_why() {
    let place = site(-70.4, -24.6, 2518.0);
    let limits = Limits::default();
    let look = |ra, dec, mjd| window(&place, ra, dec, mjd, &limits).unwrap();
    assert!(
        matches!(look(0.0, 80.0, 56_250.0), Observability::Hidden(Hidden::TooLow { airmass }) if airmass.is_nan())
    );
    assert!(
        matches!(look(0.0, 50.0, 56_250.0), Observability::Hidden(Hidden::TooLow { airmass }) if airmass > 3.0)
    );
    let noon = sun(56_250.0);
    assert_eq!(look(noon.ra, noon.dec, 56_250.0), Observability::Hidden(Hidden::ByDay));
    let full = (0..30)
        .map(|day| 56_250.0 + f64::from(day))
        .max_by(|a, b| illumination(*a).total_cmp(&illumination(*b)));
    let (mjd, near) = (full.unwrap(), moon(full.unwrap()));
    let hidden = look(near.ra, near.dec, mjd);
    assert!(
        matches!(hidden, Observability::Hidden(Hidden::NearMoon { separation }) if separation < 5.0),
        "{hidden:?}"
    );
    let north = site(15.6, 78.2, 500.0);
    let summer = window(&north, 0.0, 60.0, 56_100.0, &limits).unwrap();
    assert_eq!(summer, Observability::Hidden(Hidden::NoNight));
}

#[test]
fn nights_follow_each_other_without_gaps() {
    let limits = Limits::default();
    for longitude in [-180.0, -70.4, 0.0, 149.1, 180.0, 289.6, 360.0] {
        let place = site(longitude, -30.0, 0.0);
        let midnight = |mjd| Night::new(&place, &limits, mjd).unwrap().midnight();
        for day in 0..20 {
            let mjd = 56_250.0 + f64::from(day);
            assert!((midnight(mjd + 1.0) - midnight(mjd) - 1.0).abs() < 1e-9);
            assert!((midnight(mjd) - mjd).abs() <= 0.5 + 1e-9);
        }
    }
    // West and east names of one place have one night.
    let [west, east] =
        [-70.4, 289.6].map(|longitude| Night::new(&site(longitude, -30.0, 0.0), &limits, 56_250.0).unwrap());
    assert!((west.interval().unwrap().start - east.interval().unwrap().start).abs() < 1e-8);
}
