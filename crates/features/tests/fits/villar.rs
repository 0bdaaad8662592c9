//! The Villar function against light-curve's (`villar_golden.py` tells how), and its fit on known truths.

use hesper_features::{BazinFit, BazinFitter, BazinParams, VillarFit, villar_flux};

use super::*;

#[test]
fn the_function_is_that_of_light_curve() {
    let mut values = 0;
    for line in include_str!("villar_golden.txt").lines().skip(1) {
        let numbers = numbers(line);
        let (parameters, points) = numbers.split_at(6);
        let parameters: [f64; 6] = parameters.try_into().unwrap();
        for point in points.chunks_exact(2) {
            let ours = villar_flux(point[0], parameters);
            assert!((ours - point[1]).abs() < 1e-12 * parameters[0].max(point[1].abs()), "{point:?}: {ours}");
            values += 1;
        }
    }
    assert_eq!(values, 200);
}

fn start(curve: &BandCurve) -> BazinFit {
    BazinFitter::new(BazinParams::default()).fit(curve).unwrap()
}

#[test]
fn the_parameters_of_a_known_plateau_are_found() {
    let truth = [1000.0, -5.0, 56_225.0, 60.0, 3.0, 12.0];
    let curve = observed(100, 1.5, 5.0, 4, |t| villar_flux(t, truth));
    let fit = VillarFit::new(&curve, &start(&curve)).unwrap();
    let ours = [fit.amplitude, fit.slope, fit.t0, fit.plateau, fit.rise, fit.fall];
    for (name, ours, truth, tolerance) in [
        ("amplitude", ours[0], truth[0], 15.0),
        ("slope", ours[1], truth[1], 0.3),
        ("t0", ours[2], truth[2], 0.3),
        ("plateau", ours[3], truth[3], 1.5),
        ("rise", ours[4], truth[4], 0.2),
        ("fall", ours[5], truth[5], 1.0),
    ] {
        assert!((ours - truth).abs() < tolerance, "{name}: {ours} {truth}");
    }
    assert!((0.6..1.5).contains(&fit.reduced_chi2()), "{fit:?}");
    // A Bazin function has no plateau.
    assert!(fit.chi2 < 0.2 * start(&curve).chi2);
}

#[test]
fn the_plateau_never_ends_below_zero_nor_rises() {
    for seed in 0..40 {
        let signal = [0.0, 50.0, 300.0, 3000.0][seed as usize % 4];
        let curve = observed(8 + seed as usize % 20, 6.0, 60.0, seed, |t| {
            villar_flux(t, [signal, 0.02 * signal, 56_230.0, 40.0, 4.0, 25.0])
        });
        let fit = VillarFit::new(&curve, &start(&curve)).unwrap();
        assert!(fit.amplitude >= 0.0 && fit.slope <= 0.0, "{fit:?}");
        assert!(fit.amplitude + fit.slope * fit.plateau >= -1e-9 * fit.amplitude, "{fit:?}");
        assert!(
            fit.chi2.is_finite() && [fit.t0, fit.plateau, fit.rise, fit.fall].iter().all(|v| v.is_finite())
        );
    }
}

#[test]
fn what_bears_no_fit_is_none() {
    let curve = observed(12, 5.0, 10.0, 3, |_| 100.0);
    let good = start(&curve);
    for curve in unusable(&curve) {
        assert!(VillarFit::new(&curve, &good).is_none_or(|fit| fit.amplitude.is_finite()), "{curve:?}");
    }
    assert!(VillarFit::new(&observed(6, 5.0, 10.0, 3, |_| 100.0), &good).is_none());
    for bad in [
        BazinFit { t0: f64::NAN, ..good },
        BazinFit { rise: f64::NAN, ..good },
        BazinFit { fall: 0.0, ..good },
    ] {
        assert!(VillarFit::new(&curve, &bad).is_none());
    }
}
