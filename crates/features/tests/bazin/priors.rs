//! Priors pull as Gaussians do.

use hesper_features::{Gaussian, Priors};

use super::*;

fn curve() -> BandCurve {
    with_noise(noiseless(every_days(3.0, 50), 20.0, |t| TRUTH.flux(t)), &mut seeded(51))
}

/// A fit with one prior, and what a Gaussian posterior would be: the mean of prior and measurement, weighted by their
/// precisions. `index` says which of the five parameters; times are compared as logarithms.
fn pulled(index: usize, offset: f64, share: f64) -> (f64, f64, f64) {
    let free = fitter().fit(&curve()).unwrap();
    let value = |fit: &BazinFit| if index > 2 { parameters(fit)[index].ln() } else { parameters(fit)[index] };
    let jacobian = if index > 2 { parameters(&free)[index] } else { 1.0 };
    let error = free.covariance[index][index].sqrt() / jacobian;
    let prior = Some(Gaussian { mean: value(&free) + offset * error, sd: share * error });
    let priors = match index {
        1 => Priors { baseline: prior, ..Default::default() },
        2 => Priors { t0: prior, ..Default::default() },
        3 => Priors { ln_rise: prior, ..Default::default() },
        _ => Priors { ln_fall: prior, ..Default::default() },
    };
    let fit = fitter().fit_with(&curve(), priors).unwrap();
    let expected = offset / (1.0 + share * share);
    ((value(&fit) - value(&free)) / error, expected, fit.chi2 - free.chi2)
}

#[test]
fn a_prior_and_the_points_meet_at_their_weighted_mean() {
    for index in 1..5 {
        for (offset, share) in [(0.5, 1.0), (-0.5, 1.0), (0.5, 0.5), (0.5, 2.0)] {
            let (moved, expected, more) = pulled(index, offset, share);
            assert!(
                (moved - expected).abs() < 0.06,
                "parameter {index} moved {moved} errors, not {expected}"
            );
            // χ² of the points alone grows by the square of the displacement.
            assert!((more - expected * expected).abs() < 0.1, "parameter {index}: {more} {expected}");
        }
    }
}

#[test]
fn a_tight_prior_holds_its_parameter() {
    for (rise, fall) in [(1.0, 60.0), (10.0, 60.0), (10.0, 12.0), (0.5, 200.0)] {
        let hold = |value: f64| Some(Gaussian { mean: value.ln(), sd: 1e-5 });
        let priors = Priors { ln_rise: hold(rise), ln_fall: hold(fall), ..Default::default() };
        let fit = fitter().fit_with(&curve(), priors).unwrap();
        assert!((fit.rise / rise).ln().abs() < 1e-3, "{fit:?}");
        assert!((fit.fall / fall).ln().abs() < 1e-3, "{fit:?}");
    }
    let t0 = Some(Gaussian { mean: 56_241.0, sd: 1e-4 });
    let baseline = Some(Gaussian { mean: -40.0, sd: 1e-3 });
    let fit = fitter().fit_with(&curve(), Priors { t0, baseline, ..Default::default() }).unwrap();
    assert!((fit.t0 - 56_241.0).abs() < 1e-2 && (fit.baseline + 40.0).abs() < 0.1, "{fit:?}");
}

#[test]
fn a_prior_that_knows_nothing_changes_nothing() {
    let vague = Some(Gaussian { mean: 1.0, sd: 1e6 });
    let priors =
        Priors { t0: Some(Gaussian { mean: 0.0, sd: 1e9 }), ln_rise: vague, ln_fall: vague, baseline: None };
    let (free, fit) = (fitter().fit(&curve()).unwrap(), fitter().fit_with(&curve(), priors).unwrap());
    assert!((fit.chi2 / free.chi2 - 1.0).abs() < 1e-6, "{free:?} {fit:?}");
}

#[test]
fn the_parameters_priors_are_those_of_fit_and_refit() {
    let priors = Priors { ln_rise: Some(Gaussian { mean: 2.0, sd: 0.1 }), ..Default::default() };
    let mut with = BazinFitter::new(BazinParams { priors, ..Default::default() });
    let mut without = fitter();
    let fit = with.fit(&curve()).unwrap();
    assert_eq!(fit, without.fit_with(&curve(), priors).unwrap());
    assert_eq!(with.refit(&curve(), &fit), without.refit_with(&curve(), &fit, priors));
    assert_ne!(fit, without.fit(&curve()).unwrap());
}
