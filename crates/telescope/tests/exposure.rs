//! Exposure times: inverses, limits and monotony over random instruments.

use hesper_telescope::{
    Aperture, Conditions, Exposure, Mode, Moonlight, Seconds, Site, Telescope, exposure, snr_after,
    snr_equation,
};
use proptest::prelude::*;

const SITE: Site = Site { longitude: -70.7, latitude: -30.2, height: 2700.0 };

/// Numbers of which all orders of magnitude of a range are equally likely.
fn scale(low: f64, high: f64) -> impl Strategy<Value = f64> {
    (low.ln()..high.ln()).prop_map(f64::exp)
}

fn aperture() -> impl Strategy<Value = Aperture> {
    prop_oneof![scale(0.05, 20.0).prop_map(Aperture::Slit), scale(0.05, 20.0).prop_map(Aperture::Fibre)]
}

prop_compose! {
    fn telescopes()(
        diameter in scale(0.1, 60.0), efficiency in scale(1e-4, 1.0), gain in scale(0.1, 50.0), read_noise in 0.0..50.0,
        dark_current in 0.0..1e4, scales in (scale(0.02, 5.0), scale(1e-3, 10.0)), wavelength in 320.0..2400.0,
        bin in scale(1e-3, 100.0), aperture in aperture(), extraction in 0.1..10.0, reads in 1_u32..200,
        seeing in 0.2..5.0, dark in 15.0..24.0, extinction in 0.0..1.5, resspect in any::<bool>()
    ) -> Telescope {
        let mut telescope = Telescope::new("random", diameter, SITE);
        telescope.mode = if resspect { Mode::Resspect } else { Mode::Spectroscopic };
        let instrument = &mut telescope.instrument;
        (instrument.efficiency, instrument.gain, instrument.read_noise) = (efficiency, gain, read_noise);
        (instrument.dark_current, instrument.wavelength, instrument.bin) = (dark_current, wavelength, bin);
        (instrument.pixel_scale, instrument.dispersion) = scales;
        (instrument.aperture, instrument.extraction, instrument.reads) = (aperture, extraction, reads);
        (telescope.sky.seeing, telescope.sky.dark, telescope.sky.extinction) = (seeing, dark, extinction);
        telescope
    }
}

prop_compose! {
    fn skies()(
        airmass in 1.0..3.0, phase_angle in 0.0..180.0, altitude in -90.0..90.0, separation in 0.0..180.0, kind in 0..3
    ) -> Conditions {
        let moon = match kind {
            0 => Moonlight::None,
            1 => Moonlight::Bright,
            _ => Moonlight::Scattered { phase_angle, altitude, separation },
        };
        Conditions { airmass, moon }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

    #[test]
    fn time_and_ratio_are_inverse(telescope in telescopes(), sky in skies(), magnitude in 5.0..28.0, snr in scale(0.1, 1e3)) {
        telescope.check().unwrap();
        let equation = snr_equation(&telescope, magnitude, &sky);
        let seconds = equation.seconds(snr);
        prop_assert!(seconds.0 > 0.0 && seconds.0.is_finite());
        prop_assert!((snr_after(&telescope, magnitude, &sky, seconds) / snr - 1.0).abs() < 1e-9);
        let again = equation.seconds(equation.snr(Seconds(1234.5))).0;
        prop_assert!((again / 1234.5 - 1.0).abs() < 1e-9, "{}", again);
    }

    /// What is worse takes longer: fainter, more demanding, smaller, lower, under more Moon, read more often.
    #[test]
    fn worse_takes_longer(telescope in telescopes(), sky in skies(), magnitude in 5.0..27.0, more in 1e-3..1.0) {
        let time = |telescope: &Telescope, magnitude: f64, sky: &Conditions| {
            snr_equation(telescope, magnitude, sky).seconds(telescope.observing.snr).0
        };
        let usual = time(&telescope, magnitude, &sky);
        prop_assert!(time(&telescope, magnitude + more, &sky) > usual);
        let change = |edit: &dyn Fn(&mut Telescope)| {
            let mut other = telescope.clone();
            edit(&mut other);
            time(&other, magnitude, &sky)
        };
        prop_assert!(change(&|t| t.observing.snr *= 1.0 + more) > usual);
        prop_assert!(change(&|t| t.diameter /= 1.0 + more) > usual);
        prop_assert!(change(&|t| t.instrument.efficiency /= 1.0 + more) > usual);
        // Where read noise is a trifle its growth may be lost in rounding.
        let usually = usual * (1.0 - 1e-12);
        prop_assert!(change(&|t| t.instrument.read_noise += 1.0 + more) >= usually);
        if telescope.mode == Mode::Spectroscopic {
            prop_assert!(change(&|t| t.instrument.reads += 1) >= usually);
            prop_assert!(change(&|t| t.instrument.dark_current += 10.0) >= usually);
            let dark = time(&telescope, magnitude, &Conditions::dark(sky.airmass));
            let scattered = matches!(sky.moon, Moonlight::Scattered { .. });
            prop_assert!(!scattered || usual >= dark * (1.0 - 1e-12));
            // More air between dims the Moon's light too.
            prop_assert!(scattered || change(&|t| t.sky.extinction += more) > usual);
        } else {
            prop_assert_eq!(time(&telescope, magnitude, &Conditions::dark(2.9)), usual);
        }
    }
}

/// A telescope without read noise and dark current.
fn bare() -> Telescope {
    let mut telescope = Telescope::new("bare", 4.0, SITE);
    telescope.instrument.read_noise = 0.0;
    telescope.instrument.gain = 1e-6;
    telescope.instrument.dark_current = 0.0;
    telescope
}

fn seconds(telescope: &Telescope, magnitude: f64) -> f64 {
    snr_equation(telescope, magnitude, &Conditions::dark(1.2)).seconds(10.0).0
}

#[test]
fn bright_sources_go_by_area_and_flux() {
    let mut telescope = bare();
    let time = seconds(&telescope, 10.0);
    assert!((seconds(&telescope, 12.5) / time - 10.0).abs() < 0.01);
    telescope.diameter *= 2.0;
    assert!((seconds(&telescope, 10.0) / time - 0.25).abs() < 1e-9);
}

#[test]
fn faint_sources_go_by_the_square_of_the_flux() {
    let mut telescope = bare();
    let time = seconds(&telescope, 26.5);
    assert!((seconds(&telescope, 29.0) / time - 100.0).abs() < 2.0);
    telescope.diameter *= 2.0;
    assert!((seconds(&telescope, 26.5) / time - 0.25).abs() < 1e-9);
    telescope.sky.dark -= 2.5;
    assert!((seconds(&telescope, 26.5) / time - 2.5).abs() < 0.05);
}

#[test]
fn read_noise_goes_by_the_flux() {
    let mut telescope = bare();
    telescope.instrument.read_noise = 1e6;
    let time = seconds(&telescope, 20.0);
    assert!((seconds(&telescope, 22.5) / time - 10.0).abs() < 0.05);
    telescope.diameter *= 2.0;
    assert!((seconds(&telescope, 20.0) / time - 0.25).abs() < 1e-3);
    telescope.instrument.reads = 4;
    assert!((seconds(&telescope, 20.0) / time - 0.5).abs() < 2e-3);
}

/// The formulas of `snr_equation`, a second time, term by term: Python 3 with math only; see `golden/spectroscopic.py`.
#[test]
fn the_counts_are_those_of_the_formulas() {
    for line in include_str!("golden/spectroscopic.csv").lines().skip(1) {
        let (name, rest) = line.split_once(',').unwrap();
        let numbers: Vec<f64> = rest.split(',').map(|cell| cell.parse().unwrap()).collect();
        let [magnitude, airmass, phase_angle, altitude, separation, source, background, fixed] = numbers[..]
        else {
            panic!("{line}");
        };
        let telescope = Telescope::preset(name).unwrap();
        let moon = Moonlight::Scattered { phase_angle, altitude, separation };
        let equation = snr_equation(&telescope, magnitude, &Conditions { airmass, moon });
        assert!((equation.source / source - 1.0).abs() < 1e-5, "{line} {equation:?}");
        assert!((equation.background / background - 1.0).abs() < 1e-5, "{line} {equation:?}");
        assert!((equation.fixed / fixed - 1.0).abs() < 1e-9, "{line} {equation:?}");
    }
}

#[test]
fn full_moons_cost_time_and_missing_numbers_are_unknown() {
    let telescope = Telescope::preset("soar-goodman").unwrap();
    let moon = |phase_angle| Moonlight::Scattered { phase_angle, altitude: 60.0, separation: 45.0 };
    let time = |moon| exposure(&telescope, 20.5, &Conditions { airmass: 1.2, moon }).seconds().unwrap().0;
    assert!(time(moon(0.0)) > 2.0 * time(Moonlight::None));
    assert!(time(moon(150.0)) < 1.05 * time(Moonlight::None));
    assert!(time(moon(5.0)) > time(moon(90.0)));
    let none = Conditions { airmass: f64::NAN, moon: Moonlight::None };
    assert_eq!(exposure(&telescope, 20.0, &none), Exposure::Unknown);
    assert_eq!(exposure(&telescope, f64::NAN, &Conditions::dark(1.0)), Exposure::Unknown);
    let lost = Moonlight::Scattered { phase_angle: 0.0, altitude: 10.0, separation: f64::NAN };
    assert_eq!(exposure(&telescope, 20.0, &Conditions { airmass: 1.0, moon: lost }), Exposure::Unknown);
}
