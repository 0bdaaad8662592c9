//! The features that assume no shape, beside those of `light-curve`: `golden.py` tells how its values were made.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

use hesper_features::{BazinParams, FeatureTable, describe, select};
use hesper_photometry::{Band, Object};

/// Where we differ from `light-curve`, and on purpose: equal fluxes have no kurtosis of rounding errors, no slope but 0.
const FLAT: &str = "one level";

fn table(points: &[[f64; 3]]) -> FeatureTable {
    let mut object = Object::new("a");
    for [mjd, flux, error] in points {
        object.lightcurve.push(*mjd, Band::new("r").unwrap(), *flux, *error);
    }
    describe(&[object], &select(&["statistics"]).unwrap(), &BazinParams::default(), &|| {}).unwrap()
}

fn numbers(row: &str) -> Vec<f64> {
    row.split(' ').map(|number| number.parse().unwrap()).collect()
}

fn value(table: &FeatureTable, name: &str) -> f64 {
    table.row(0)[table.column(&format!("{name}_r")).expect(name)]
}

#[test]
fn values_are_those_of_light_curve() {
    let golden = include_str!("golden.txt");
    let columns: Vec<&str> =
        golden.lines().find_map(|line| line.strip_prefix("# columns ")).unwrap().split(' ').collect();
    let (mut curves, mut compared, mut wrong) = (0, 0, Vec::new());
    for section in golden.split("# curve ").skip(1) {
        let (name, rest) = section.split_once('\n').unwrap();
        let (rows, theirs) = rest.split_once("# values ").unwrap();
        let points: Vec<[f64; 3]> =
            rows.lines().map(|row| numbers(row).try_into().expect("three numbers a row")).collect();
        let table = table(&points);
        assert_eq!(table.columns(), columns.len());
        for (column, expected) in columns.iter().zip(numbers(theirs.trim())) {
            let found = value(&table, column);
            let scale = points.iter().fold(0.0f64, |most, [_, flux, _]| most.max(flux.abs()));
            // Rounding errors of theirs where the true value is 0.
            let absolute = if name == FLAT { 1e-12 * scale } else { 0.0 };
            // Single precision: see golden.py.
            let relative = if column.starts_with("percentile") { 1e-6 } else { 1e-10 };
            let near = (found - expected).abs() <= relative * expected.abs() + absolute;
            let neither = found.is_nan() && expected.is_nan();
            if !(near || neither) {
                wrong.push(format!("{name}: {column} is {found}, not {expected}"));
            }
            compared += usize::from(!expected.is_nan());
        }
        curves += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(curves == 13 && compared > 380, "{curves} curves, {compared} values");
}

/// A curve, its fluxes and errors three times as large and its times moved: what should scale does, the rest stays.
#[test]
fn units_are_what_the_documentation_says() {
    let points: Vec<[f64; 3]> = (0..30)
        .map(|i| {
            let i = f64::from(i);
            [
                56_000.0 + 2.0 * i + 0.3 * (i * 1.7).sin(),
                50.0 + 40.0 * (i * 0.9).sin() + i,
                2.0 + (i * 2.3).cos(),
            ]
        })
        .collect();
    let scaled: Vec<[f64; 3]> = points.iter().map(|[t, f, e]| [2.0 * t, 3.0 * f, 3.0 * e]).collect();
    let (one, other) = (table(&points), table(&scaled));
    let features = select(&["statistics"]).unwrap();
    let mut checked = 0;
    for line in features.iter().flat_map(|feature| feature.doc.lines()).filter(|line| line.starts_with("| `"))
    {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let factor = match cells[2] {
            "nJy" => 3.0,
            "days" | "MJD" => 2.0,
            "nJy/day" => 1.5,
            "–" => 1.0,
            unit => panic!("{unit}"),
        };
        for name in cells[1].split(", ") {
            let name = name.trim_matches('`').replace("_<band>", "");
            let (before, after) = (value(&one, &name), value(&other, &name));
            assert!((after - factor * before).abs() <= 1e-9 * after.abs(), "{name}: {before} {after}");
            checked += 1;
        }
    }
    assert_eq!(checked, one.columns());
}

#[test]
fn points_of_one_time_have_no_slope_between_them() {
    let table = table(&[[1.0, 5.0, 1.0], [1.0, 7.0, 1.0], [1.0, 9.0, 1.0]]);
    for name in ["linear_fit_slope", "linear_fit_slope_err", "variability_slope", "variability_eta_e"] {
        assert!(value(&table, name).is_nan(), "{name}");
    }
    assert_eq!(value(&table, "variability_eta"), 8.0 / (2.0 * 4.0));
    assert_eq!(value(&table, "duration"), 0.0);
}

#[test]
fn an_object_without_points_has_nothing_and_order_of_points_no_say() {
    let empty = describe(
        &[Object::new("a"), {
            let mut object = Object::new("b");
            object.lightcurve.push(1.0, Band::new("r").unwrap(), 1.0, 1.0);
            object
        }],
        &select(&["statistics"]).unwrap(),
        &BazinParams::default(),
        &|| {},
    )
    .unwrap();
    assert!(empty.row(0).iter().all(|value| value.is_nan()));
    let known: Vec<&str> = (0..empty.columns())
        .filter(|c| !empty.row(1)[*c].is_nan())
        .map(|c| empty.names[c].trim_end_matches("_r"))
        .collect();
    assert_eq!(
        known,
        [
            "percentile_range",
            "weighted_mean",
            "duration",
            "amplitude_half",
            "amplitude_median",
            "moments_mean",
            "percentiles_median",
            "percentiles_mad",
            "percentiles_range25",
            "percentiles_relative_range",
            "percentiles_near_median",
            "times_mean"
        ]
    );
}
