//! The errors of features.

use hesper_features::{
    Bootstrap, DescribeOptions, Error, FEATURES, FeatureTable, Uncertainty, bazin_flux, describe_with, select,
};

use super::*;

fn survey() -> Vec<Object> {
    (0..12)
        .map(|i| {
            let curve = |seed: u64, height: f64| {
                observed(20, 5.0, 40.0, seed + 50 * i, |t| bazin_flux(t, height, 0.0, 56_230.0, 4.0, 25.0))
            };
            object(&i.to_string(), &[("g", curve(1, 2000.0)), ("r", curve(2, 1500.0))])
        })
        .collect()
}

fn table(objects: &[Object], names: &[&str], uncertainty: Option<Uncertainty>) -> FeatureTable {
    let options = DescribeOptions { uncertainty, ..DescribeOptions::default() };
    describe_with(objects, &select(names).unwrap(), &options, &|| {}).unwrap()
}

fn bootstrap(draws: usize, seed: u64) -> Option<Uncertainty> {
    Some(Uncertainty::Bootstrap(Bootstrap { draws, seed }))
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn values_stay_and_errors_follow_them() {
    let objects = survey();
    let plain = table(&objects, &["default"], None);
    let with = table(&objects, &["default"], bootstrap(10, 0));
    let columns = plain.columns();
    // The error of the photometric redshift is told by the survey.
    let erring: Vec<usize> = (0..columns).filter(|i| !plain.names[*i].starts_with("photoz")).collect();
    assert_eq!((with.columns(), erring.len()), (2 * columns - 2, columns - 2));
    assert_eq!(with.names[..columns], plain.names[..]);
    for (place, &i) in erring.iter().enumerate() {
        assert_eq!(with.names[columns + place], format!("{}_err", plain.names[i]));
    }
    for row in 0..plain.rows() {
        assert_eq!(bits(&with.row(row)[..columns]), bits(plain.row(row)));
        for (&i, error) in erring.iter().zip(&with.row(row)[columns..]) {
            let value = with.row(row)[i];
            assert!(*error >= 0.0 || value.is_nan() || error.is_nan());
            assert!(!value.is_nan() || error.is_nan());
        }
    }
}

#[test]
fn errors_depend_on_the_seed_and_the_id_alone() {
    let objects = survey();
    let one = table(&objects, &["bump"], bootstrap(10, 3));
    let mut turned = objects.clone();
    turned.reverse();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(5).build().unwrap();
    let other = pool.install(|| table(&turned, &["bump"], bootstrap(10, 3)));
    for row in 0..objects.len() {
        assert_eq!(bits(one.row(row)), bits(other.row(objects.len() - 1 - row)));
    }
    let third = table(&objects, &["bump"], bootstrap(10, 4));
    assert_ne!(bits(&one.values), bits(&third.values));
}

#[test]
fn the_errors_of_a_well_measured_band_are_those_of_its_covariance() {
    let objects = survey();
    let (draws, covariance) = (
        table(&objects, &["bazin"], bootstrap(200, 1)),
        table(&objects, &["bazin"], Some(Uncertainty::Covariance)),
    );
    assert_eq!(covariance.columns(), 14 + 10);
    for name in ["bazin_baseline_g_err", "bazin_t0_g_err", "bazin_fall_r_err", "bazin_amplitude_r_err"] {
        let ratios: Vec<f64> = (0..objects.len())
            .map(|row| {
                draws.row(row)[draws.column(name).unwrap()]
                    / covariance.row(row)[covariance.column(name).unwrap()]
            })
            .collect();
        let middle = ratios.iter().sum::<f64>() / ratios.len() as f64;
        assert!((0.8..1.25).contains(&middle), "{name}: {ratios:?}");
    }
}

#[test]
fn errors_of_the_peak_flux_are_as_large_as_its_scatter() {
    // 40 objects of one truth: the scatter of the peak flux among them is what its error should be.
    let objects: Vec<Object> = (0..40)
        .map(|i| {
            let curve = observed(30, 4.0, 40.0, 900 + i, |t| bazin_flux(t, 2000.0, 0.0, 56_230.0, 4.0, 25.0));
            object(&i.to_string(), &[("r", curve)])
        })
        .collect();
    let table = table(&objects, &["gp"], bootstrap(60, 1));
    let column = |name: &str| -> Vec<f64> {
        (0..table.rows()).map(|row| table.row(row)[table.column(name).unwrap()]).collect()
    };
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let flux = column("gp_flux_r");
    let scatter = mean(&flux.iter().map(|f| (f - mean(&flux)).powi(2)).collect::<Vec<_>>()).sqrt();
    let told = mean(&column("gp_flux_r_err"));
    assert!((0.7..1.5).contains(&(told / scatter)), "{told} {scatter}");
}

#[test]
fn one_draw_is_refused() {
    let options = DescribeOptions { uncertainty: bootstrap(1, 0), ..DescribeOptions::default() };
    let refused = describe_with(&survey(), &FEATURES, &options, &|| {});
    assert!(matches!(refused, Err(Error::Params { name: "draws", .. })), "{refused:?}");
}

#[test]
fn what_cannot_be_measured_has_no_error() {
    let sparse = object("a", &[("r", observed(4, 5.0, 40.0, 1, |_| 100.0))]);
    for uncertainty in [bootstrap(5, 0), Some(Uncertainty::Covariance)] {
        let table = table(&[sparse.clone(), Object::new("b")], &["all"], uncertainty);
        for (name, value) in table.names.iter().zip(table.row(1)) {
            assert!(value.is_nan() || name.starts_with("coverage_detections"), "{name}: {value}");
        }
        assert!(table.row(0)[table.column("bazin_t0_r_err").unwrap()].is_nan());
    }
}

#[test]
fn an_error_that_is_told_already_is_told_once() {
    let features = table(&survey(), &["photoz", "peak"], bootstrap(3, 0));
    let names = features.names.join(" ");
    assert_eq!(names.matches("photoz_err").count(), 1, "{names}");
    assert!(names.contains("peak_flux_g_err") && !names.contains("_err_err"), "{names}");
    assert_eq!(features.values.len(), features.rows() * features.columns());
}
