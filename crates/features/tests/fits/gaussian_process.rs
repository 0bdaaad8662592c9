//! The Gaussian process against numpy's dense algebra and scikit-learn (`gaussian_process_golden.py` tells how), and the
//! choice of its parameters against a fine grid.

use hesper_features::{BazinParams, GaussianProcess, describe, select};
use hesper_photometry::LightCurve;

use super::*;

#[track_caller]
fn near(ours: f64, theirs: f64, unit: f64) {
    assert!((ours - theirs).abs() < 1e-8 * theirs.abs().max(unit), "{ours} {theirs}");
}

#[test]
fn means_variances_and_likelihoods_are_those_of_numpy() {
    let (mut cases, mut places) = (0, 0);
    for section in include_str!("gaussian_process_golden.txt").split("case ").skip(1) {
        let mut lines = section.lines();
        let [amplitude, time_scale, log_likelihood] = numbers(lines.next().unwrap())[..] else {
            panic!("{section}")
        };
        let mut curve = LightCurve::default();
        let mut expected = Vec::new();
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            let number = |i: usize| words[i].parse::<f64>().unwrap();
            if words[0] == "point" {
                curve.push(number(1), band(words[2]), number(3), number(4));
            } else {
                expected.push((number(1), band(words[2]), number(3), number(4)));
            }
        }
        let process = GaussianProcess::with(&curve, amplitude, time_scale).unwrap();
        near(process.log_likelihood(), log_likelihood, 1.0);
        for (mjd, band, mean, sd) in expected {
            near(process.flux(mjd, band).unwrap(), mean, 1e-3 * amplitude);
            near(process.flux_err(mjd, band).unwrap(), sd, 1e-3 * amplitude);
            places += 1;
        }
        cases += 1;
    }
    assert_eq!((cases, places), (5, 40));
}

fn supernova(signal: f64, seed: u64) -> Object {
    let bazin = |t: f64, delay: f64| hesper_features::bazin_flux(t, signal, 0.0, 56_225.0 + delay, 4.0, 25.0);
    let bands = [("g", 1.0, 0.0), ("r", 0.9, 1.0), ("i", 0.7, 3.0), ("z", 0.5, 5.0)];
    let curves = bands.map(|(name, height, delay)| {
        (name, observed(24, 5.0, 30.0, seed + 100 * name.len() as u64, |t| height * bazin(t, delay)))
    });
    object("a", &curves)
}

#[test]
fn no_place_on_a_grid_is_likelier_than_the_fit() {
    for (signal, seed) in [(3000.0, 1), (300.0, 2), (100.0, 3), (40.0, 4)] {
        let curve = supernova(signal, seed).lightcurve;
        let fit = GaussianProcess::fit(&curve).unwrap();
        let mut best = (f64::NEG_INFINITY, 0.0, 0.0);
        for i in 0..60 {
            for j in 0..60 {
                let amplitude = fit.amplitude() * 10f64.powf((f64::from(i) - 30.0) / 20.0);
                let time_scale = 500f64.powf(f64::from(j) / 59.0);
                let process = GaussianProcess::with(&curve, amplitude, time_scale).unwrap();
                if process.log_likelihood() > best.0 {
                    best = (process.log_likelihood(), amplitude, time_scale);
                }
            }
        }
        assert!(
            fit.log_likelihood() > best.0 - 1e-3,
            "{signal}: {best:?}; {} {} {}",
            fit.log_likelihood(),
            fit.amplitude(),
            fit.time_scale()
        );
    }
}

#[test]
fn the_summary_is_that_of_the_supernova() {
    let mut one = supernova(6000.0, 5);
    let mut other = one.clone();
    other.object_id = "b".to_owned();
    other.host_photoz = Some(0.5);
    one.lightcurve.push(56_221.0, band("W1"), 1.0, 1.0);
    one.lightcurve.sort_by_time();
    let table = describe(&[one, other], &select(&["gp"]).unwrap(), &BazinParams::default(), &|| {}).unwrap();
    let value = |row: usize, name: &str| table.row(row)[table.column(name).expect(name)];
    let peak = 56_225.0 + 4.0 * (25.0f64 / 4.0 - 1.0).ln();
    let height = hesper_features::bazin_flux(peak, 6000.0, 0.0, 56_225.0, 4.0, 25.0);
    for (band, share) in [("g", 1.0), ("r", 0.9), ("i", 0.7), ("z", 0.5)] {
        let flux = value(0, &format!("gp_flux_{band}"));
        assert!((flux / (share * height) - 1.0).abs() < 0.12, "{band}: {flux} {}", share * height);
        assert!(value(0, &format!("gp_flux_err_{band}")) < 0.1 * flux);
    }
    assert!(value(0, "gp_delay_z") > 0.0 && value(0, "gp_delay_g") < 1.5, "{:?}", table.row(0));
    assert!((7.0..11.0).contains(&value(0, "gp_rise_g")) && (17.0..25.0).contains(&value(0, "gp_fall_g")));
    assert!((value(0, "gp_colour_p0_g-r") - 1.0 / 1.9).abs() < 0.03);
    // Another redshift stretches times and leaves fluxes.
    for (name, stretch) in
        [("gp_fall_g", 1.5), ("gp_time_scale", 1.5), ("gp_flux_g", 1.0), ("gp_delay_z", 1.5)]
    {
        assert!((value(0, name) / value(1, name) - stretch).abs() < 1e-9, "{name}");
    }
    // What has no wavelength has columns, and nothing in them.
    for name in &table.names {
        let known = !name.contains("W1");
        assert_eq!(value(0, name).is_nan(), !known, "{name}");
    }
    assert!(!table.names.contains(&"gp_delay_r".to_owned()));
}

#[test]
fn flux_has_no_unit_that_matters() {
    let curve = supernova(500.0, 6).lightcurve;
    let mut other = curve.clone();
    other.flux.iter_mut().chain(&mut other.flux_err).for_each(|value| *value *= 1024.0);
    let (one, other) = (GaussianProcess::fit(&curve).unwrap(), GaussianProcess::fit(&other).unwrap());
    assert_eq!(one.time_scale(), other.time_scale());
    assert_eq!(one.log_likelihood(), other.log_likelihood());
    assert_eq!(1024.0 * one.amplitude(), other.amplitude());
}

#[test]
fn what_bears_no_fit_is_none() {
    let curve = observed(12, 5.0, 10.0, 3, |_| 100.0);
    for curve in unusable(&curve) {
        assert!(GaussianProcess::fit(&object("a", &[("r", curve)]).lightcurve).is_none());
    }
    let whole = object("a", &[("r", curve)]).lightcurve;
    assert!(GaussianProcess::fit(&LightCurve::default()).is_none());
    assert!(
        GaussianProcess::fit(&object("a", &[("W1", observed(9, 1.0, 1.0, 1, |_| 1.0))]).lightcurve).is_none()
    );
    for (amplitude, time_scale) in [(0.0, 1.0), (1.0, -1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
        assert!(GaussianProcess::with(&whole, amplitude, time_scale).is_none());
    }
    // Nothing but zeros, and all points at once.
    for curve in [observed(9, 1.0, 0.0, 1, |_| 0.0), observed(9, 0.0, 0.0, 1, |_| 3.0)] {
        let curve = BandCurve { flux_err: vec![1.0; 9], ..curve };
        let process = GaussianProcess::fit(&object("a", &[("r", curve)]).lightcurve).unwrap();
        assert!(process.amplitude().is_finite() && process.log_likelihood().is_finite());
    }
}

#[test]
fn thousands_of_points_are_merged() {
    let curve = observed(4000, 0.05, 30.0, 7, |t| 1000.0 * (-((t - 56_260.0) / 20.0).powi(2)).exp());
    let process = GaussianProcess::fit(&object("a", &[("r", curve)]).lightcurve).unwrap();
    assert!(process.len() <= GaussianProcess::MAX_POINTS);
    assert!((process.flux(56_260.0, band("r")).unwrap() - 1000.0).abs() < 20.0);
}
