//! The Fisher metric against another program.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hesper_cosmology::{Fisher, FisherParams, metric};

/// The sample of this name in what `golden_fisher.py` wrote.
fn sample(name: &str) -> (Vec<f64>, Vec<f64>) {
    let rows =
        include_str!("golden_fisher.csv").lines().filter_map(|row| row.strip_prefix(name)?.strip_prefix(','));
    rows.map(|row| {
        let (z, error) = row.split_once(',').unwrap();
        (z.parse::<f64>().unwrap(), error.parse::<f64>().unwrap())
    })
    .unzip()
}

/// astropy 8.0.2, numpy 2.4.6: `golden_fisher.py`, with the offset marginalised and without.
const GOLDEN: [(&str, f64, f64); 2] =
    [("deep", 0.142_697_440_6, 0.066_531_939_6), ("shallow", 0.169_190_862_7, 0.102_520_589_2)];

#[test]
fn sigma_w_is_that_of_a_numerical_hessian() {
    for (name, marginalised, known) in GOLDEN {
        let (z, error) = sample(name);
        for (marginalise_offset, expected) in [(true, marginalised), (false, known)] {
            let params = FisherParams { marginalise_offset, ..FisherParams::default() };
            let sigma = Fisher::new(&z, &error, &params).unwrap().sigma_w().unwrap();
            assert!((sigma / expected - 1.0).abs() < 1e-5, "{name} {marginalise_offset}: {sigma} {expected}");
        }
    }
}

#[test]
fn a_sample_is_as_good_as_itself_and_better_than_its_half() {
    let params = FisherParams::default();
    let (z, error) = sample("deep");
    let whole = Fisher::new(&z, &error, &params).unwrap();
    assert_eq!(metric(&whole, &Fisher::new(&z, &error, &params).unwrap()).unwrap(), 0.0);
    let half = Fisher::new(&z[..60], &error[..60], &params).unwrap();
    assert!(metric(&whole, &half).unwrap() < -0.005);
    assert!(metric(&half, &whole).unwrap() > 0.005);
}

#[test]
fn the_order_of_a_sample_does_not_matter() {
    let params = FisherParams::default();
    let (mut z, mut error) = sample("deep");
    let forward = Fisher::new(&z, &error, &params).unwrap().sigma_w().unwrap();
    z.reverse();
    error.reverse();
    let backward = Fisher::new(&z, &error, &params).unwrap().sigma_w().unwrap();
    assert!((forward / backward - 1.0).abs() < 1e-12);
}
