//! Values of features on objects made by hand, and the table of objects that lack this or that.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

use hesper_features::{BazinParams, FEATURES, FeatureTable, bazin_flux, describe, select};
use hesper_photometry::{Band, Object, flux_of_magnitude, magnitude};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

const T0: f64 = 56_230.0;
const RISE: f64 = 4.0;
const FALL: f64 = 25.0;
const ERROR: f64 = 0.05;

/// Where the shape of the tests is brightest, and how bright for an amplitude of 1: its derivative is zero where
/// exp(−x/rise) = 1/(fall/rise − 1).
fn peak() -> (f64, f64) {
    let ratio = FALL / RISE - 1.0;
    (T0 + RISE * ratio.ln(), ratio.powf(-RISE / FALL) * (1.0 - RISE / FALL))
}

/// Flux at days from the peak, by that of the peak.
fn share(days: f64) -> f64 {
    let (time, height) = peak();
    bazin_flux(time + days, 1.0, 0.0, T0, RISE, FALL) / height
}

/// The days from the peak at which half of it is left, on the side of `from`: by small steps.
fn half(direction: f64) -> f64 {
    (0..).map(|i| 1e-4 * f64::from(i)).find(|days| share(direction * days) < 0.5).unwrap()
}

fn band(name: &str) -> Band {
    Band::new(name).unwrap()
}

/// Points without noise every 3 days for 150, each band with its amplitude and its shift of t0.
fn object(id: &str, bands: &[(&str, f64, f64)]) -> Object {
    let mut object = Object::new(id);
    for (name, amplitude, shift) in bands {
        for step in 0..50 {
            let mjd = 56_171.0 + 3.0 * f64::from(step);
            let flux = bazin_flux(mjd, *amplitude, 0.0, T0 + shift, RISE, FALL);
            object.lightcurve.push(mjd, band(name), flux, ERROR);
        }
    }
    object.lightcurve.sort_by_time();
    object
}

fn table(objects: &[Object]) -> FeatureTable {
    describe(objects, &select(&["default"]).unwrap(), &BazinParams::default(), &|| {}).unwrap()
}

fn value(table: &FeatureTable, row: usize, name: &str) -> f64 {
    table.row(row)[table.column(name).expect(name)]
}

#[track_caller]
fn near(table: &FeatureTable, name: &str, expected: f64, tolerance: f64) {
    let found = value(table, 0, name);
    assert!((found - expected).abs() <= tolerance, "{name} is {found}, not {expected}");
}

#[test]
fn the_parameters_of_a_known_curve_are_found() {
    let table = table(&[object("a", &[("g", 1000.0, 0.0), ("r", 500.0, 0.0)])]);
    near(&table, "bazin_amplitude_r", 500.0, 0.01);
    near(&table, "bazin_baseline_r", 0.0, 0.01);
    near(&table, "bazin_t0_r", T0, 1e-3);
    near(&table, "bazin_rise_r", RISE, 1e-3);
    near(&table, "bazin_fall_r", FALL, 1e-2);
    near(&table, "bazin_chi2_r", 0.0, 1e-3);
    near(&table, "bazin_n_r", 50.0, 0.0);
}

#[test]
fn peaks_of_a_known_curve_are_found() {
    let table = table(&[object("a", &[("g", 1000.0, 0.0), ("r", 500.0, 0.0)])]);
    let height = peak().1;
    near(&table, "peak_flux_g", 1000.0 * height, 0.1);
    near(&table, "peak_flux_r", 500.0 * height, 0.05);
    let (time, _) = peak();
    let information: f64 =
        (0..50).map(|step| (share(56_171.0 + 3.0 * f64::from(step) - time) / ERROR).powi(2)).sum();
    near(&table, "peak_flux_err_g", information.sqrt().recip(), 1e-5);
    near(&table, "peak_snr_g", 1000.0 * height * information.sqrt(), 20.0);
    assert!((table.peak_mag[0].unwrap() - magnitude(1000.0 * height).unwrap()).abs() < 0.01);
}

#[test]
fn colours_are_shares_of_light() {
    let table = table(&[object("a", &[("g", 800.0, 0.0), ("r", 800.0, 0.0), ("i", 400.0, 0.0)])]);
    for phase in ["m7", "p0", "p15", "p30"] {
        near(&table, &format!("colour_{phase}_g-r"), 0.5, 1e-4);
        near(&table, &format!("colour_{phase}_r-i"), 2.0 / 3.0, 1e-4);
    }
}

#[test]
fn times_are_those_of_the_rest_frame() {
    for photoz in [None, Some(0.5)] {
        let mut object = object("a", &[("g", 1000.0, 0.0), ("r", 1000.0, 0.0)]);
        object.host_photoz = photoz;
        let table = table(&[object]);
        let stretch = 1.0 + photoz.unwrap_or(0.0);
        near(&table, "width_rise_g", half(-1.0) / stretch, 1e-2);
        near(&table, "width_fall_g", half(1.0) / stretch, 1e-2);
        for (name, days) in [("m10", -10.0), ("p15", 15.0), ("p40", 40.0)] {
            near(&table, &format!("decline_{name}_r"), share(days * stretch), 1e-3);
        }
        near(&table, "delay_g", 0.0, 1e-2);
        near(&table, "shape_rise", RISE / stretch, 1e-2);
        near(&table, "shape_fall", FALL / stretch, 2e-2);
        near(&table, "coverage_before", (peak().0 - 56_171.0) / stretch, 1e-2);
        near(&table, "coverage_after", (56_318.0 - peak().0) / stretch, 1e-2);
        near(&table, "shape_chi2", 0.0, 0.1);
        near(&table, "shape_chi2_r", 0.0, 0.1);
    }
}

#[test]
fn a_band_that_peaks_later_has_a_longer_delay() {
    let mut object = object("a", &[("g", 1000.0, 0.0), ("r", 1000.0, 3.0)]);
    object.host_photoz = Some(0.2);
    let table = table(&[object]);
    near(&table, "delay_r", value(&table, 0, "delay_g") + 3.0 / 1.2, 0.05);
}

#[test]
fn luminosity_needs_a_distance() {
    let mut near_by = object("a", &[("g", flux_of_magnitude(22.0) / peak().1, 0.0)]);
    near_by.host_photoz = Some(0.5);
    near_by.host_photoz_err = Some(0.02);
    let galactic = Object { host_photoz: Some(0.0), ..near_by.clone() };
    let unknown = Object { host_photoz: None, host_photoz_err: None, redshift: Some(0.5), ..near_by.clone() };
    let table = table(&[near_by, galactic, unknown]);
    near(&table, "luminosity_g", 22.0 - 42.261_185_422, 1e-3);
    assert_eq!((value(&table, 0, "photoz"), value(&table, 0, "photoz_err")), (0.5, 0.02));
    // An object of our galaxy has no distance by redshift; its redshift is known all the same.
    assert!(value(&table, 1, "luminosity_g").is_nan());
    assert_eq!(value(&table, 1, "photoz"), 0.0);
    // The best redshift is no feature, for it tells who has a spectrum.
    for name in ["luminosity_g", "photoz", "photoz_err"] {
        assert!(value(&table, 2, name).is_nan(), "{name}");
    }
}

#[test]
fn detections_are_points_of_three_standard_deviations() {
    let mut object = Object::new("a");
    for (i, flux) in [29.9, 30.0, 31.0, -50.0, 0.0].into_iter().enumerate() {
        object.lightcurve.push(56_000.0 + i as f64, band("g"), flux, 10.0);
    }
    near(&table(&[object]), "coverage_detections_g", 2.0, 0.0);
}

#[test]
fn objects_that_lack_points_keep_their_rows() {
    let whole = object("whole", &[("g", 1000.0, 0.0), ("r", 500.0, 0.0)]);
    let nothing = Object::new("nothing");
    let one_band = object("one band", &[("r", 500.0, 0.0)]);
    let mut three = one_band.clone();
    three.object_id = "three points in g".to_owned();
    for (mjd, flux) in [(56_225.0, 300.0), (56_235.0, 700.0), (56_245.0, 500.0)] {
        three.lightcurve.push(mjd, band("g"), flux, 5.0);
    }
    three.lightcurve.sort_by_time();
    let mut four = Object::new("four points in all");
    for (i, name) in ["g", "g", "r", "r"].into_iter().enumerate() {
        four.lightcurve.push(56_220.0 + 5.0 * i as f64, band(name), 100.0, 5.0);
    }
    let table = table(&[whole, nothing, one_band, three, four]);
    assert_eq!(table.object_id, ["whole", "nothing", "one band", "three points in g", "four points in all"]);
    assert_eq!(table.values.len(), table.rows() * table.columns());
    assert_eq!(table.peak_mag[1], None);
    let known = |row: usize| -> Vec<&str> {
        (0..table.columns())
            .filter(|c| !table.row(row)[*c].is_nan())
            .map(|c| table.names[c].as_str())
            .collect()
    };
    // All but the distance is known of the whole object; of nothing, that nothing was detected.
    let unknown = ["luminosity_g", "luminosity_r", "photoz", "photoz_err"];
    let all: Vec<&str> = table.names.iter().map(String::as_str).filter(|n| !unknown.contains(n)).collect();
    assert_eq!(known(0), all);
    assert_eq!(known(1), ["coverage_detections_g", "coverage_detections_r"]);
    assert_eq!(known(4), ["coverage_detections_g", "coverage_detections_r"]);
    for name in known(2) {
        assert!(!name.ends_with("_g") && !name.ends_with("g-r") || name == "coverage_detections_g", "{name}");
    }
    // Three points tell the height of a shape that the other band knows, and no shape of their own.
    for name in all {
        let free = name.starts_with("bazin") && name.ends_with("_g");
        assert_eq!(value(&table, 3, name).is_nan(), free, "{name}");
    }
}

#[test]
fn columns_depend_on_the_bands_alone() {
    let one = table(&[object("a", &[("g", 1000.0, 0.0), ("r", 500.0, 0.0)])]);
    let mut empty = Object::new("b");
    empty.lightcurve.push(1.0, band("r"), 1.0, 1.0);
    empty.lightcurve.push(2.0, band("g"), 1.0, 1.0);
    let other = table(&[empty]);
    assert_eq!(one.names, other.names);
    assert!(one.names.iter().all(|name| one.column(name) == one.names.iter().position(|n| n == name)));
    assert!(one.names.contains(&"colour_p0_g-r".to_owned()) && !one.names.iter().any(|n| n.ends_with("r-g")));
}

#[test]
fn no_object_is_an_error_and_an_object_without_points_is_none() {
    let none = describe(&[], &FEATURES, &BazinParams::default(), &|| {}).unwrap_err().to_string();
    assert!(none.contains("no object"), "{none}");
    let table = table(&[Object::new("a")]);
    assert_eq!((table.rows(), table.row(0).iter().filter(|value| !value.is_nan()).count()), (1, 0));
}

#[test]
fn parameters_without_sense_are_refused() {
    let objects = [object("a", &[("g", 1000.0, 0.0)])];
    let good = BazinParams::default();
    let gaussian = |mean, sd| Some(hesper_features::Gaussian { mean, sd });
    let priors = good.priors;
    for (params, named) in [
        (BazinParams { rise: (-1.0, 10.0), ..good.clone() }, "rise"),
        (BazinParams { rise: (10.0, 1.0), ..good.clone() }, "rise"),
        (BazinParams { fall: (1.0, f64::INFINITY), ..good.clone() }, "fall"),
        (BazinParams { starts: 0, ..good.clone() }, "starts"),
        (BazinParams { starts: 21, ..good.clone() }, "starts"),
        (BazinParams { iterations: 0, ..good.clone() }, "iterations"),
        (BazinParams { tolerance: f64::NAN, ..good.clone() }, "tolerance"),
        (BazinParams { tolerance: -1.0, ..good.clone() }, "tolerance"),
        (
            BazinParams {
                priors: hesper_features::Priors { t0: gaussian(1.0, 0.0), ..priors },
                ..good.clone()
            },
            "t0",
        ),
        (
            BazinParams {
                priors: hesper_features::Priors { baseline: gaussian(f64::NAN, 1.0), ..priors },
                ..good.clone()
            },
            "baseline",
        ),
    ] {
        let message = describe(&objects, &FEATURES, &params, &|| {}).unwrap_err().to_string();
        assert!(message.contains(named), "{message}");
        // Whoever asks the fitter itself gets no panic.
        hesper_features::BazinFitter::new(params).fit(&objects[0].lightcurve.in_band(band("g")));
    }
    assert!(good.check().is_ok());
}

/// Noisy objects of two to three bands, some of them short.
fn survey(objects: usize) -> Vec<Object> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    (0..objects)
        .map(|i| {
            let amplitude = 10f64.powf(rng.random_range(1.0..4.0));
            let mut object = object(
                &i.to_string(),
                &[("g", amplitude, 0.0), ("r", 0.7 * amplitude, 2.0), ("z", 50.0, 4.0)],
            );
            let (from, to) = (rng.random_range(0..80), rng.random_range(80..150));
            let whole = std::mem::take(&mut object.lightcurve);
            for point in from..to {
                let noise: f64 = StandardNormal.sample(&mut rng);
                object.lightcurve.push(
                    whole.mjd[point],
                    whole.band[point],
                    whole.flux[point] + 20.0 * noise,
                    20.0,
                );
            }
            object.host_photoz = (i % 3 > 0).then_some(0.3);
            object
        })
        .collect()
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn the_table_is_the_same_whatever_the_threads() {
    let objects = survey(80);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| table(&objects))
    };
    let one = with(1);
    for threads in [2, 5] {
        let other = with(threads);
        assert_eq!(bits(&one.values), bits(&other.values));
        assert_eq!((&one.names, &one.object_id), (&other.names, &other.object_id));
    }
}

#[test]
fn objects_in_another_order_give_the_rows_in_that_order() {
    let objects = survey(80);
    let order: Vec<usize> = (0..80).map(|i| (i * 37 + 11) % 80).collect();
    let permuted: Vec<Object> = order.iter().map(|i| objects[*i].clone()).collect();
    let (table, other) = (table(&objects), table(&permuted));
    assert_eq!(table.names, other.names);
    for (row, from) in order.into_iter().enumerate() {
        assert_eq!(table.object_id[from], other.object_id[row]);
        assert_eq!(bits(table.row(from)), bits(other.row(row)));
        assert_eq!(table.peak_mag[from], other.peak_mag[row]);
    }
}

#[test]
fn each_object_is_counted_once() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let done = || {
        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    };
    describe(&survey(20), &FEATURES, &BazinParams::default(), &done).unwrap();
    assert_eq!(count.into_inner(), 20);
}

#[test]
fn a_single_feature_has_the_values_it_has_among_all() {
    let objects = survey(30);
    let all = describe(&objects, &FEATURES, &BazinParams::default(), &|| {}).unwrap();
    for feature in FEATURES {
        let alone = describe(&objects, &[feature], &BazinParams::default(), &|| {}).unwrap();
        let columns: Vec<usize> = alone.names.iter().map(|name| all.column(name).unwrap()).collect();
        let chosen = all.select_columns(&columns);
        assert_eq!(
            (chosen.names, bits(&chosen.values)),
            (alone.names, bits(&alone.values)),
            "{}",
            feature.name
        );
    }
}
