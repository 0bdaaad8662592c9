//! One shape for several bands.

use super::*;

#[test]
fn one_band_alone_is_the_fit_of_that_band() {
    let mut rng = seeded(41);
    for _ in 0..100 {
        let curve = survey_curve(&mut rng);
        let single = fitter().fit_with(&curve, Default::default()).unwrap();
        let joint = fitter().fit_jointly(std::slice::from_ref(&curve), Default::default());
        // Debug tells NaN from NaN and prints every digit that matters.
        assert_eq!(format!("{joint:?}"), format!("{:?}", [single]));
    }
}

#[test]
fn bands_keep_their_own_amplitude_and_baseline() {
    let curve = |amplitude, baseline, first, n| {
        let truth = Truth { amplitude, baseline, ..TRUTH };
        noiseless(every_days(4.0, 40)[first..first + n].to_vec(), 1.0, |t| truth.flux(t))
    };
    // The third band sees three points, the last none: the shape comes from the others.
    let curves = [
        curve(1000.0, 5.0, 0, 40),
        curve(300.0, -20.0, 0, 40),
        curve(50.0, 0.0, 13, 3),
        BandCurve::default(),
    ];
    let fits = fitter().fit_jointly(&curves, Default::default());
    assert_eq!(fits.iter().map(|fit| fit.n).collect::<Vec<_>>(), [40, 40, 3, 0]);
    for (fit, (amplitude, baseline)) in
        fits.iter().zip([(1000.0, 5.0), (300.0, -20.0), (50.0, 0.0), (0.0, f64::NAN)])
    {
        assert!((fit.t0 - TRUTH.t0).abs() < 1e-3 && (fit.rise - TRUTH.rise).abs() < 1e-3, "{fit:?}");
        assert!((fit.fall - TRUTH.fall).abs() < 1e-2, "{fit:?}");
        assert!((fit.amplitude - amplitude).abs() < 0.1, "{fit:?}");
        assert!(baseline.is_nan() || (fit.baseline - baseline).abs() < 0.1, "{fit:?}");
    }
    // Three points do not tell five parameters.
    assert!(fits[2].covariance.iter().flatten().all(|value| value.is_nan()));
}

#[test]
fn two_bands_together_are_no_better_than_each_alone() {
    let mut rng = seeded(42);
    let mut better = 0;
    for _ in 0..200 {
        let curves = [survey_curve(&mut rng), survey_curve(&mut rng)];
        let joint: f64 = fitter().fit_jointly(&curves, Default::default()).iter().map(|fit| fit.chi2).sum();
        let alone: f64 = curves.iter().map(|curve| fitter().fit(curve).unwrap().chi2).sum();
        better += usize::from(alone > joint * 1.01);
    }
    // The minimum that a shape of both bands leads to is now and then one that neither band's own search sees.
    assert!(better <= 4, "{better} of 200 pairs are fitted better jointly");
}

#[test]
fn too_few_points_in_all_give_no_fit() {
    let few = |n| noiseless(every_days(4.0, n), 1.0, |t| TRUTH.flux(t));
    assert!(fitter().fit_jointly(&[few(2), few(2)], Default::default()).is_empty());
    assert_eq!(fitter().fit_jointly(&[few(2), few(3)], Default::default()).len(), 2);
    assert!(fitter().fit_jointly(&[], Default::default()).is_empty());
}
