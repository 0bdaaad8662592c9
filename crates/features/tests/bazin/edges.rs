//! Light curves that no survey should, but some survey will hold.

use super::*;

/// Every number of a fit that is not a covariance is finite.
fn is_finite(fit: &BazinFit) -> bool {
    parameters(fit).iter().all(|value| value.is_finite()) && fit.chi2.is_finite()
}

#[test]
fn fewer_than_five_points_give_no_fit() {
    for n in 0..5 {
        let curve = noiseless(every_days(4.0, n), 1.0, |t| TRUTH.flux(t));
        assert_eq!(fitter().fit(&curve), None);
        let earlier = fitter().fit(&noiseless(every_days(4.0, 30), 1.0, |t| TRUTH.flux(t))).unwrap();
        assert_eq!(fitter().refit(&curve, &earlier), None);
    }
    for n in 5..8 {
        let curve = noiseless(every_days(18.0, n), 1.0, |t| TRUTH.flux(t));
        let fit = fitter().fit(&curve).unwrap();
        assert!(is_finite(&fit) && fit.n == n, "{fit:?}");
    }
}

#[test]
fn a_constant_is_all_baseline() {
    for level in [0.0, 7.5, -300.0, 1e12] {
        let fit = fitter().fit(&noiseless(every_days(4.0, 30), 2.0, |_| level)).unwrap();
        assert!(is_finite(&fit) && fit.converged, "{level}: {fit:?}");
        assert!(fit.chi2 < 1e-6, "{level}: {fit:?}");
        assert!((fit.flux(56_200.0) - level).abs() <= 1e-6 * level.abs(), "{level}: {fit:?}");
    }
}

#[test]
fn light_that_only_dims_and_returns_is_no_transient() {
    let fit = fitter().fit(&noiseless(every_days(4.0, 30), 2.0, |t| 500.0 - TRUTH.flux(t))).unwrap();
    assert!(is_finite(&fit) && fit.amplitude >= 0.0, "{fit:?}");
}

#[test]
fn one_huge_outlier_is_fitted_without_harm() {
    for (place, height) in [(0, 1e9), (10, 1e9), (29, 1e9), (10, -1e9), (10, 1e30)] {
        let mut curve = noiseless(every_days(4.0, 30), 2.0, |t| TRUTH.flux(t));
        curve.flux[place] = height;
        let fit = fitter().fit(&curve).unwrap();
        assert!(is_finite(&fit), "{place} {height}: {fit:?}");
        let mean = curve.flux.iter().sum::<f64>() / 30.0;
        assert!(fit.chi2 <= chi2(&curve, |_| mean) * (1.0 + 1e-9), "worse than a constant: {fit:?}");
    }
}

#[test]
fn times_may_repeat() {
    let mut curve = noiseless(every_days(4.0, 30), 2.0, |t| TRUTH.flux(t));
    for i in (1..30).step_by(2) {
        curve.mjd[i] = curve.mjd[i - 1];
        curve.flux[i] = curve.flux[i - 1];
    }
    let fit = fitter().fit(&curve).unwrap();
    assert!((fit.peak().unwrap() - TRUTH.peak()).abs() < 0.1, "{fit:?}");
    // All points in one moment: there is a mean and nothing else.
    let fit = fitter()
        .fit(&BandCurve { mjd: vec![56_200.0; 8], flux: vec![3.0; 8], flux_err: vec![1.0; 8] })
        .unwrap();
    assert!(is_finite(&fit) && (fit.flux(56_200.0) - 3.0).abs() < 1e-9, "{fit:?}");
}

#[test]
fn thousands_of_points_over_years_are_fitted() {
    let mjd: Vec<f64> = (0..5000).map(|i| 56_000.0 + 0.6 * f64::from(i)).collect();
    let truth = Truth { t0: 57_500.0, ..TRUTH };
    let curve = with_noise(noiseless(mjd, 5.0, |t| truth.flux(t)), &mut seeded(61));
    let fit = fitter().fit(&curve).unwrap();
    assert!((fit.peak().unwrap() - truth.peak()).abs() < 1.0, "{fit:?}");
    assert!((fit.chi2 / 5000.0 - 1.0).abs() < 0.1, "{fit:?}");
}

#[test]
fn the_model_is_a_bazin_function_on_long_light_curves_too() {
    // A burst of a day in three years: φ would have to grow beyond all numbers towards the past, and be cut there.
    let mjd: Vec<f64> = (0..180).map(|i| 56_000.0 + 6.1 * f64::from(i)).collect();
    for burst in [20.0, 300.0, 660.0, 1000.0] {
        for (before, after) in [(0.5, 30.0), (30.0, 0.5), (60.0, 3.0), (3.0, 60.0)] {
            let shape = |t: f64| {
                let x = t - 56_000.0 - burst;
                500.0 * (-x.abs() / if x < 0.0 { before } else { after }).exp()
            };
            let fit =
                fitter().fit(&with_noise(noiseless(mjd.clone(), 20.0, shape), &mut seeded(62))).unwrap();
            // Logarithm of φ by the formula, which has neither overflow nor cut.
            let logarithm = |t: f64| {
                let x = t - fit.t0;
                let gate = -x / fit.rise;
                -x / fit.fall - if gate > 30.0 { gate } else { gate.exp().ln_1p() }
            };
            for t in &mjd {
                let flux = (fit.amplitude.ln() + logarithm(*t)).exp() + fit.baseline;
                assert!(
                    (fit.flux(*t) - flux).abs() < 1e-3 * (1.0 + flux.abs()),
                    "{burst} {t}: {flux} {fit:?}"
                );
            }
        }
    }
}

#[test]
fn extreme_errors_give_a_finite_fit_or_none() {
    for exponent in [-300, -200, -160, -150, -80, -40, -20, 20, 40, 80, 150, 160, 200, 300] {
        for scale_flux in [false, true] {
            let scale = 10f64.powi(exponent);
            let mut curve = noiseless(every_days(4.0, 30), scale, |t| TRUTH.flux(t) / 10.0);
            if scale_flux {
                curve.flux.iter_mut().for_each(|flux| *flux *= scale);
            }
            let fit = fitter().fit(&curve);
            assert!(fit.is_none_or(|fit| is_finite(&fit)), "{exponent} {scale_flux}: {fit:?}");
            if exponent.abs() <= 40 {
                assert!(fit.is_some(), "{exponent} {scale_flux}");
            }
            let joint = fitter().fit_jointly(&[curve], Default::default());
            assert_eq!(joint.is_empty(), fit.is_none());
        }
    }
}

#[test]
fn numbers_that_are_none_give_no_fit() {
    let good = noiseless(every_days(4.0, 30), 2.0, |t| TRUTH.flux(t));
    let earlier = fitter().fit(&good).unwrap();
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for column in 0..3 {
            for place in [0, 7, 29] {
                let mut curve = good.clone();
                [&mut curve.mjd, &mut curve.flux, &mut curve.flux_err][column][place] = bad;
                // A point with an endless error says nothing, which is no fault.
                let harmless = column == 2 && bad.is_infinite();
                assert_eq!(fitter().fit(&curve).is_some(), harmless, "{bad} in column {column} at {place}");
                assert_eq!(fitter().refit(&curve, &earlier).is_some(), harmless);
            }
        }
    }
    let mut curve = good.clone();
    curve.flux_err[3] = 0.0;
    assert_eq!(fitter().fit(&curve), None);
}

#[test]
fn an_earlier_fit_without_sense_starts_a_new_one() {
    let curve = noiseless(every_days(4.0, 30), 2.0, |t| TRUTH.flux(t));
    let fit = fitter().fit(&curve).unwrap();
    for (t0, rise, fall) in [
        (f64::NAN, 4.0, 20.0),
        (56_230.0, f64::NAN, 20.0),
        (56_230.0, 4.0, -1.0),
        (f64::INFINITY, 0.0, f64::INFINITY),
    ] {
        let again = fitter().refit(&curve, &BazinFit { t0, rise, fall, ..fit }).unwrap();
        assert!(is_finite(&again), "{t0} {rise} {fall}: {again:?}");
    }
}
