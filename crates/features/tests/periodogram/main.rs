//! The periodogram beside astropy's (`golden.py` tells how its values were made), and what it must not depend on.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use hesper_features::{BazinParams, Error, FrequencyGrid, Periodogram, describe, lomb_scargle, select};
use hesper_photometry::{Band, BandCurve, Object};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

struct Golden {
    name: String,
    bands: Vec<BandCurve>,
    grid: FrequencyGrid,
    false_alarm: Vec<(f64, f64)>,
    power: Vec<f64>,
}

fn golden() -> Vec<Golden> {
    let number = |text: &str| -> f64 { text.parse().unwrap() };
    let parse = |section: &str| {
        let mut lines = section.lines();
        let mut golden = Golden {
            name: lines.next().unwrap().to_owned(),
            bands: Vec::new(),
            grid: FrequencyGrid { first: 0.0, step: 1.0, count: 1 },
            false_alarm: Vec::new(),
            power: Vec::new(),
        };
        for line in lines {
            if let Some(grid) = line.strip_prefix("# grid ") {
                let grid: Vec<f64> = grid.split(' ').map(number).collect();
                golden.grid = FrequencyGrid { first: grid[0], step: grid[1], count: grid[2] as usize };
            } else if let Some(levels) = line.strip_prefix("# false alarm ") {
                let pairs = levels.split(' ').map(|pair| pair.split_once(':').unwrap());
                golden.false_alarm = pairs.map(|(power, value)| (number(power), number(value))).collect();
            } else if let Some(power) = line.strip_prefix("# power ") {
                golden.power = power.split(' ').map(number).collect();
            } else {
                let row: Vec<f64> = line.split(' ').map(number).collect();
                golden.bands.resize_with(golden.bands.len().max(row[0] as usize + 1), BandCurve::default);
                let band = &mut golden.bands[row[0] as usize];
                band.mjd.push(row[1]);
                band.flux.push(row[2]);
                band.flux_err.push(row[3]);
            }
        }
        golden
    };
    include_str!("golden.txt").split("# curve ").skip(1).map(parse).collect()
}

fn series(curve: &BandCurve, grid: &FrequencyGrid) -> Vec<f64> {
    lomb_scargle(&curve.mjd, &curve.flux, &curve.flux_err, grid).unwrap()
}

#[track_caller]
fn assert_near(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance, "{name}: power {i} is {found}, not {expected}");
    }
}

#[test]
fn powers_are_those_of_astropy_and_of_least_squares() {
    let golden = golden();
    assert_eq!(golden.len(), 7);
    for Golden { name, bands, grid, power, .. } in golden {
        if let [band] = bands.as_slice() {
            assert_near(&name, &series(band, &grid), &power, 1e-9);
        }
        let found = Periodogram::new(&bands, &grid).unwrap().unwrap();
        assert_near(&name, &found.power, &power, 1e-9);
        for (band, curve) in found.bands.iter().zip(&bands) {
            assert_near(&name, band.as_ref().unwrap(), &series(curve, &grid), 1e-9);
        }
    }
}

#[test]
fn false_alarms_are_those_of_astropy() {
    let mut compared = 0;
    for Golden { name, bands, grid, false_alarm, .. } in golden() {
        let found = Periodogram::new(&bands, &grid).unwrap().unwrap();
        // Below this power astropy's probability falls again, and ours does not.
        let lowest = 1.0 / (bands[0].len() as f64 - 3.0);
        for (power, expected) in false_alarm.into_iter().filter(|(power, _)| *power >= lowest) {
            let probability = found.ln_false_alarm(power).exp();
            // Astropy takes the variance of times of 56,000 days from their squares.
            assert!(
                (probability - expected).abs() <= 1e-8 * expected,
                "{name}, {power}: {probability} {expected}"
            );
            compared += 1;
        }
    }
    assert_eq!(compared, 18);
}

/// Noise of several bands: the probability must be what its name says, up to its approximation, which errs to the safe side.
#[test]
fn false_alarms_are_as_rare_as_said() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    for bands in [1, 2, 4] {
        let grid = FrequencyGrid::covering(60.0, 5.0, 0.5).unwrap();
        let draws = 1500;
        let mut alarms = [0; 2];
        for _ in 0..draws {
            let curves: Vec<BandCurve> = (0..bands)
                .map(|_| {
                    let mut curve = BandCurve::default();
                    for i in 0..18 {
                        let error = rng.random_range(0.5..2.0);
                        let noise: f64 = StandardNormal.sample(&mut rng);
                        curve.mjd.push(rng.random_range(0.0..60.0) + 1e-3 * f64::from(i));
                        curve.flux.push(error * noise);
                        curve.flux_err.push(error);
                    }
                    curve
                })
                .collect();
            let found = Periodogram::new(&curves, &grid).unwrap().unwrap();
            let probability = found.ln_false_alarm(found.power[found.peak().unwrap()]).exp();
            for (count, level) in alarms.iter_mut().zip([0.1, 0.01]) {
                *count += usize::from(probability < level);
            }
        }
        let rates = alarms.map(|count| count as f64 / f64::from(draws));
        println!("{bands} bands: {rates:?}");
        assert!((0.05..0.115).contains(&rates[0]), "{bands} bands: {rates:?}");
        assert!((0.003..0.018).contains(&rates[1]), "{bands} bands: {rates:?}");
    }
}

fn curve() -> impl Strategy<Value = BandCurve> {
    prop::collection::vec((0.0..50.0f64, -10.0..10.0f64, 0.3..3.0f64), 8..40).prop_map(|mut rows| {
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        BandCurve {
            mjd: rows.iter().map(|row| row.0).collect(),
            flux: rows.iter().map(|row| row.1).collect(),
            flux_err: rows.iter().map(|row| row.2).collect(),
        }
    })
}

proptest! {
    #[test]
    fn units_and_zero_points_do_not_matter(curve in curve(), shift in -1e3..1e3f64, scale in 0.1..10.0f64) {
        let grid = FrequencyGrid { first: 0.05, step: 0.013, count: 77 };
        let moved = BandCurve {
            mjd: curve.mjd.iter().map(|mjd| mjd + 60_000.0).collect(),
            flux: curve.flux.iter().map(|flux| scale * flux + shift).collect(),
            flux_err: curve.flux_err.iter().map(|error| 7.0 * error).collect(),
        };
        for (one, other) in series(&curve, &grid).iter().zip(series(&moved, &grid)) {
            prop_assert!((one - other).abs() < 1e-6, "{one} {other}");
            prop_assert!((-1e-9..=1.0 + 1e-9).contains(one));
        }
    }

    #[test]
    fn a_grid_in_two_parts_is_the_grid(curve in curve(), cut in 1usize..600) {
        let grid = FrequencyGrid { first: 0.05, step: 0.013, count: 600 };
        let whole = series(&curve, &grid);
        let rest = FrequencyGrid { first: grid.frequency(cut), count: 600 - cut.min(599), ..grid };
        for (one, other) in whole[cut.min(599)..].iter().zip(series(&curve, &rest)) {
            prop_assert!((one - other).abs() < 1e-6, "{one} {other}");
        }
    }
}

#[test]
fn what_has_no_period_has_none() {
    let grid = FrequencyGrid { first: 0.0, step: 0.1, count: 20 };
    let powers =
        |times: &[f64], values: &[f64]| lomb_scargle(times, values, &vec![1.0; times.len()], &grid).unwrap();
    assert!(powers(&[], &[]).iter().all(|power| power.is_nan()));
    assert!(powers(&[1.0, 2.0], &[1.0, 2.0]).iter().all(|power| power.is_nan()));
    assert!(powers(&[1.0, 2.0, 3.0, 4.0], &[0.1; 4]).iter().all(|power| power.is_nan()));
    assert!(powers(&[3.0; 4], &[1.0, 2.0, 3.0, 4.0]).iter().all(|power| power.is_nan()));
    // A sine of frequency 0 is a constant; one of half a day's is up and down on whole days, and that alone.
    let whole = powers(&[0.0, 1.0, 2.0, 3.0, 4.0], &[1.0, 0.0, 1.0, 0.0, 1.0]);
    assert!(whole[0].is_nan() && whole[10].is_nan() && (whole[5] - 1.0).abs() < 1e-9, "{whole:?}");
    assert!(Periodogram::new(&[], &grid).unwrap().is_none());
    let short = BandCurve { mjd: vec![1.0; 4], flux: vec![1.0; 4], flux_err: vec![1.0; 4] };
    assert!(Periodogram::new(&[short], &grid).unwrap().is_none());
}

#[test]
fn numbers_without_sense_are_named() {
    let grid = FrequencyGrid { first: 0.1, step: 0.1, count: 3 };
    let good = [1.0, 2.0, 3.0, 4.0];
    let message = |result: Result<Vec<f64>, Error>| result.expect_err("an error").to_string();
    assert!(message(lomb_scargle(&good, &good[..3], &good, &grid)).contains("values"));
    assert!(message(lomb_scargle(&good, &good, &good[..3], &grid)).contains("errors"));
    assert!(message(lomb_scargle(&[1.0, 2.0, f64::NAN, 4.0], &good, &good, &grid)).contains("times"));
    assert!(message(lomb_scargle(&good, &good, &[1.0, 0.0, 1.0, 1.0], &grid)).contains("positive"));
    assert!(
        message(lomb_scargle(&good, &good, &good, &FrequencyGrid { step: -1.0, ..grid })).contains("step")
    );
}

#[test]
fn a_period_is_found_and_bands_without_points_have_no_say() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut object = Object::new("a");
    let mut empty = Object::new("b");
    for i in 0..120 {
        let mjd = 59_000.0 + 2.7 * f64::from(i) + rng.random_range(0.0..0.4);
        let name = ["g", "r", "i"][i as usize % 3];
        let phase = std::f64::consts::TAU * mjd / 0.567;
        let noise: f64 = StandardNormal.sample(&mut rng);
        object.lightcurve.push(
            mjd,
            Band::new(name).unwrap(),
            500.0 + 80.0 * phase.sin() + 10.0 * noise,
            10.0,
        );
    }
    for (mjd, name) in [(1.0, "z"), (2.0, "z"), (3.0, "g")] {
        object.lightcurve.push(59_000.0 + mjd, Band::new(name).unwrap(), 100.0 * mjd, 10.0);
        empty.lightcurve.push(59_000.0 + mjd, Band::new(name).unwrap(), 100.0 * mjd, 10.0);
    }
    object.lightcurve.sort_by_time();
    let features = select(&["periodogram"]).unwrap();
    let table = describe(&[object, empty], &features, &BazinParams::default(), &|| {}).unwrap();
    let value = |name: &str| table.row(0)[table.column(name).unwrap()];
    assert!((value("periodogram_period") - 0.567).abs() < 0.567 * 0.567 / 324.0 / 5.0);
    assert!(value("periodogram_power") > 0.85 && value("periodogram_log_fap") < -15.0);
    let second = value("periodogram_second_power");
    assert!(second > 0.0 && second < value("periodogram_power"));
    assert!(value("periodogram_power_r") > 0.85 && value("periodogram_power_z").is_nan());
    assert!(table.row(1).iter().all(|value| value.is_nan()));
}
