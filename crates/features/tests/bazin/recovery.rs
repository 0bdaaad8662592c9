//! Known parameters come back.

use super::*;

#[test]
fn noiseless_curves_give_their_parameters_back() {
    let mut rng = seeded(1);
    for case in 0..300 {
        let truth = Truth {
            amplitude: 10f64.powf(rng.random_range(0.0..5.0)),
            baseline: rng.random_range(-50.0..50.0),
            t0: rng.random_range(56_200.0..56_260.0),
            rise: rng.random_range(2.0..7.0),
            fall: rng.random_range(12.0..60.0),
        };
        let curve = noiseless(every_days(3.0, 50), 0.01 * truth.amplitude, |t| truth.flux(t));
        let fit = fitter().fit(&curve).unwrap();
        let far = |ours: f64, theirs: f64, scale: f64| (ours - theirs).abs() > 1e-5 * scale;
        assert!(
            !(far(fit.amplitude, truth.amplitude, truth.amplitude)
                || far(fit.baseline, truth.baseline, truth.amplitude)
                || far(fit.t0, truth.t0, truth.rise)
                || far(fit.rise, truth.rise, truth.rise)
                || far(fit.fall, truth.fall, truth.fall)
                || far(fit.peak().unwrap(), truth.peak(), truth.rise)),
            "case {case}: {truth:?} became {fit:?}"
        );
        assert!(fit.converged && fit.n == 50 && fit.chi2 < 1e-6, "case {case}: {fit:?}");
    }
}

#[test]
fn noisy_curves_give_their_parameters_back_within_the_errors() {
    let mut rng = seeded(2);
    let mut beyond = 0;
    for _ in 0..300 {
        let curve = noiseless(every_days(3.0, 50), 20.0, |t| TRUTH.flux(t));
        let fit = fitter().fit(&with_noise(curve, &mut rng)).unwrap();
        for (i, truth) in TRUTH.array().into_iter().enumerate() {
            let pull = (parameters(&fit)[i] - truth) / fit.covariance[i][i].sqrt();
            assert!(pull.abs() < 6.0, "parameter {i}: {pull} standard deviations, {fit:?}");
            beyond += usize::from(pull.abs() > 2.0);
        }
        assert!((fit.peak().unwrap() - TRUTH.peak()).abs() < 2.0, "{fit:?}");
    }
    // Of 1,500 Gaussian pulls 68 lie beyond 2.
    assert!((40..=110).contains(&beyond), "{beyond} of 1,500 pulls are beyond two standard deviations");
}

#[test]
fn the_peak_is_where_the_model_is_brightest() {
    let mut rng = seeded(3);
    for _ in 0..100 {
        let Some(fit) = fitter().fit(&survey_curve(&mut rng)) else { panic!("the curve has points enough") };
        let Some(peak) = fit.peak() else {
            assert!(fit.fall <= fit.rise, "{fit:?}");
            continue;
        };
        for step in [-1.0, -0.01, 0.01, 1.0] {
            let there = fit.flux(peak + step * fit.rise);
            assert!(there <= fit.flux(peak) * (1.0 + 1e-12) + 1e-12, "{fit:?} {step}");
        }
    }
}

#[test]
fn chi2_is_the_sum_over_the_points() {
    let mut rng = seeded(4);
    for _ in 0..200 {
        let curve = survey_curve(&mut rng);
        let fit = fitter().fit(&curve).unwrap();
        let sum = chi2(&curve, |t| fit.flux(t));
        assert!((fit.chi2 / sum - 1.0).abs() < 1e-6, "{sum}: {fit:?}");
        assert_eq!(fit.n, curve.len());
        assert!(fit.amplitude >= 0.0);
    }
}
