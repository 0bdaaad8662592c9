//! The bump against scipy's least squares (`bump_golden.py` tells how) and known truths.

use hesper_features::BumpFit;

use super::*;

#[test]
fn no_band_is_fitted_worse_than_by_scipy() {
    let mut bands = 0;
    for section in include_str!("bump_golden.txt").split("band ").skip(1) {
        let mut lines = section.lines();
        let theirs: f64 = lines.next().unwrap().parse().unwrap();
        let mut curve = BandCurve::default();
        for line in lines {
            let [mjd, flux, error] = numbers(line)[..] else { panic!("{line}") };
            curve.mjd.push(mjd);
            curve.flux.push(flux);
            curve.flux_err.push(error);
        }
        let fit = BumpFit::new(&curve).unwrap();
        assert!(fit.chi2 < 1.001 * theirs, "{theirs} {fit:?}");
        let direct: f64 = (0..curve.len())
            .map(|i| ((curve.flux[i] - fit.flux(curve.mjd[i])) / curve.flux_err[i]).powi(2))
            .sum();
        assert!((direct - fit.chi2).abs() < 1e-8 * direct, "{direct} {fit:?}");
        bands += 1;
    }
    assert_eq!(bands, 6);
}

#[test]
fn the_parameters_of_a_known_bump_are_found() {
    // σ is at its largest where p1 = p3·e^(p3·x): for these at x = 46.7 and 0.9 there, so the brightest point is not 1.
    let truth = |t: f64| {
        let x = t - 56_240.0 + 40.0;
        1000.0 / (1.0 + (-(0.225 * x - 2.5 - (0.038 * x).exp())).exp())
    };
    let mut curve = observed(60, 2.0, 0.0, 1, truth);
    curve.flux_err = vec![1.0; 60];
    let fit = BumpFit::new(&curve).unwrap();
    assert_eq!(fit.peak_flux, curve.flux.iter().copied().fold(0.0, f64::max));
    // Its scale is the brightest flux, not the 1000 of the truth: a bump of its own that follows within a few percent.
    for t in &curve.mjd {
        assert!(
            (fit.flux(*t) - truth(*t)).abs() < 0.05 * fit.peak_flux,
            "{t}: {} {}",
            fit.flux(*t),
            truth(*t)
        );
    }
    // Where the brightest point has the whole scale, the truth itself is found.
    let scale = fit.peak_flux;
    let truth = |t: f64| {
        let x = t - fit.peak_time + 40.0;
        scale / (1.0 + (-(0.5 * x - 10.0 - (0.05 * x).exp())).exp())
    };
    let mut curve = observed(60, 2.0, 0.0, 1, truth);
    curve.flux_err = vec![1.0; 60];
    let at_peak = curve.mjd.iter().position(|t| *t == fit.peak_time).unwrap();
    curve.flux[at_peak] = scale;
    let found = BumpFit::new(&curve).unwrap();
    let near = |ours: f64, truth: f64| (ours / truth - 1.0).abs() < 0.02;
    assert!(near(found.p1, 0.5) && near(found.p2, -10.0) && near(found.p3, 0.05), "{found:?}");
}

#[test]
fn flux_has_no_unit_that_matters() {
    let curve = observed(40, 2.5, 30.0, 2, |t| 900.0 * (-((t - 56_240.0) / 15.0).powi(2)).exp());
    let fit = BumpFit::new(&curve).unwrap();
    let mut other = curve.clone();
    other.flux.iter_mut().chain(&mut other.flux_err).for_each(|value| *value *= 1024.0);
    let scaled = BumpFit::new(&other).unwrap();
    assert_eq!((fit.p1, fit.p2, fit.p3, fit.chi2), (scaled.p1, scaled.p2, scaled.p3, scaled.chi2));
}

#[test]
fn what_bears_no_fit_is_none() {
    let curve = observed(12, 5.0, 10.0, 3, |_| 100.0);
    for curve in unusable(&curve) {
        assert!(BumpFit::new(&curve).is_none_or(|fit| fit.chi2.is_finite()), "{curve:?}");
    }
    assert!(BumpFit::new(&BandCurve::default()).is_none());
    assert!(BumpFit::new(&observed(3, 5.0, 10.0, 3, |_| 100.0)).is_none());
    assert!(BumpFit::new(&observed(12, 5.0, 0.1, 3, |_| -100.0)).is_none());
    assert!(BumpFit::new(&observed(12, 0.0, 1.0, 3, |_| 100.0)).is_some());
}
