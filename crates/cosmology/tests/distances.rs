//! Distances and their derivatives against other programs.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hesper_cosmology::{Cosmology, Redshifts};

fn golden(text: &str) -> Vec<Vec<f64>> {
    let rows = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.map(|row| row.split(',').map(|value| value.parse().unwrap()).collect()).collect()
}

/// `golden_distances.py`.
#[test]
fn distances_and_volumes_are_astropys() {
    let rows = golden(include_str!("golden_distances.csv"));
    assert_eq!(rows.len(), 110);
    for row in rows {
        let [hubble, matter, w0, wa, z, comoving, luminosity, modulus, expansion, volume] = row[..] else {
            panic!("{row:?}")
        };
        let cosmology = Cosmology { hubble, matter, w0, wa };
        cosmology.check().unwrap();
        let volume = 4.0 * std::f64::consts::PI * volume;
        for (value, expected) in [
            (cosmology.comoving_distance(z), comoving),
            (cosmology.luminosity_distance(z), luminosity),
            (cosmology.expansion(z), expansion),
            (cosmology.volume_element(z), volume),
        ] {
            assert!((value / expected - 1.0).abs() < 1e-8, "{cosmology:?} {z}: {value} {expected}");
        }
        assert!((cosmology.distance_modulus(z) - modulus).abs() < 2e-8, "{cosmology:?} {z}");
        // Beside a far one, whose range they share.
        let many = Redshifts::new(&[3.0, z]).unwrap();
        let value = many.comoving_distances(&cosmology).nth(1).unwrap();
        assert!((value / comoving - 1.0).abs() < 1e-8, "{cosmology:?} {z}: {value} {comoving}");
    }
}

/// `golden_gradient.py`.
#[test]
fn derivatives_are_those_of_many_digits() {
    for row in golden(include_str!("golden_gradient.csv")) {
        let [matter, w0, wa, z, modulus, by_matter, by_w0, by_wa] = row[..] else { panic!("{row:?}") };
        let cosmology = Cosmology { matter, w0, wa, ..Cosmology::default() };
        assert!((cosmology.distance_modulus(z) - modulus).abs() < 1e-9);
        let gradient = cosmology.modulus_gradient(z);
        for (value, expected) in [(gradient.matter, by_matter), (gradient.w0, by_w0), (gradient.wa, by_wa)] {
            assert!((value / expected - 1.0).abs() < 1e-9, "{cosmology:?} {z}: {value} {expected}");
        }
    }
}

#[test]
fn extreme_redshifts_are_sensible() {
    let cosmology = Cosmology::default();
    for z in [0.0, -0.1, -5.0] {
        assert_eq!(cosmology.comoving_distance(z), 0.0);
        assert_eq!(cosmology.luminosity_distance(z), 0.0);
        assert_eq!(cosmology.modulus_gradient(z).w0, 0.0);
    }
    assert_eq!(cosmology.distance_modulus(0.0), f64::NEG_INFINITY);
    assert!(cosmology.comoving_distance(f64::NAN).is_nan());
    // Nearby, D = (c/H0) z (1 − 3 Ωm z/4).
    let unit = hesper_cosmology::LIGHT_SPEED / 70.0;
    assert!((cosmology.comoving_distance(1e-8) / (unit * 1e-8) - 1.0).abs() < 1e-8);
    // astropy 8.0.2: FlatLambdaCDM(70, .3).comoving_distance(1100).
    assert!((cosmology.comoving_distance(1100.0) / 13_683.510_509_942_074 - 1.0).abs() < 1e-8);
    let bad = Cosmology { matter: 1.2, ..cosmology };
    assert_eq!(
        bad.check().unwrap_err().to_string(),
        "matter is 1.2, but must be 0 to 1, a fraction of the critical density"
    );
    for bad in [Cosmology { hubble: 0.0, ..cosmology }, Cosmology { w0: f64::NAN, ..cosmology }] {
        assert!(bad.check().is_err());
    }
}
