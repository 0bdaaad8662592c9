//! What must not change the fit, or change it in a known way.

use super::*;

/// All numbers of a fit but t0, bit by bit.
fn bits(fit: &BazinFit) -> Vec<u64> {
    let mut numbers = vec![fit.amplitude, fit.baseline, fit.rise, fit.fall, fit.chi2];
    numbers.extend(fit.covariance.into_iter().flatten());
    numbers.into_iter().map(f64::to_bits).collect()
}

#[test]
fn fluxes_in_other_units_give_the_same_fit() {
    let mut rng = seeded(31);
    for _ in 0..200 {
        let curve = survey_curve(&mut rng);
        let fit = fitter().fit(&curve).unwrap();
        // A power of two rounds nothing; the small ones are fluxes in Jy, the large ones in counts.
        for unit in [2f64.powi(-30), 2f64.powi(20)] {
            let mut scaled = curve.clone();
            scaled.flux.iter_mut().chain(&mut scaled.flux_err).for_each(|value| *value *= unit);
            let other = fitter().fit(&scaled).unwrap();
            assert_eq!((fit.amplitude * unit, fit.baseline * unit), (other.amplitude, other.baseline));
            assert_eq!(
                (fit.t0, fit.rise, fit.fall, fit.chi2),
                (other.t0, other.rise, other.fall, other.chi2)
            );
        }
        let mut scaled = curve.clone();
        scaled.flux.iter_mut().chain(&mut scaled.flux_err).for_each(|value| *value *= 3.7);
        let other = fitter().fit(&scaled).unwrap();
        assert!((fit.chi2 / other.chi2 - 1.0).abs() < 1e-4, "{fit:?} {other:?}");
    }
}

#[test]
fn another_epoch_shifts_t0_alone() {
    let mut rng = seeded(32);
    for _ in 0..200 {
        let mut curve = survey_curve(&mut rng);
        // Times and shifts in 1/1024 of a day add without rounding.
        curve.mjd.iter_mut().for_each(|t| *t = (*t * 1024.0).round() / 1024.0);
        let fit = fitter().fit(&curve).unwrap();
        for shift in [512.5, -56_000.0] {
            let mut shifted = curve.clone();
            shifted.mjd.iter_mut().for_each(|t| *t += shift);
            let other = fitter().fit(&shifted).unwrap();
            assert_eq!(bits(&fit), bits(&other));
            assert!((other.t0 - fit.t0 - shift).abs() < 1e-9, "{fit:?} {other:?}");
        }
    }
}

#[test]
fn a_fitter_forgets_what_it_fitted_before() {
    let mut rng = seeded(33);
    let mut used = fitter();
    for _ in 0..200 {
        let curve = survey_curve(&mut rng);
        let others = [survey_curve(&mut rng), BandCurve::default(), survey_curve(&mut rng)];
        let earlier = used.fit_jointly(&others, Default::default());
        used.refit(&others[0], &earlier[0]);
        let (fresh, used) = (fitter().fit(&curve).unwrap(), used.fit(&curve).unwrap());
        assert_eq!((bits(&fresh), fresh.t0.to_bits()), (bits(&used), used.t0.to_bits()));
    }
}

#[test]
fn a_fit_that_starts_from_itself_gets_no_worse() {
    let mut rng = seeded(34);
    for _ in 0..300 {
        let curve = survey_curve(&mut rng);
        let fit = fitter().fit(&curve).unwrap();
        let again = fitter().refit(&curve, &fit).unwrap();
        assert!(again.chi2 <= fit.chi2 * (1.0 + 1e-9), "{fit:?} became {again:?}");
    }
}

#[test]
fn a_fit_that_starts_from_last_nights_follows_new_points() {
    let mut rng = seeded(35);
    let all = with_noise(noiseless(every_days(3.0, 50), 15.0, |t| TRUTH.flux(t)), &mut rng);
    let mut fitter = fitter();
    let until = |n: usize| BandCurve {
        mjd: all.mjd[..n].to_vec(),
        flux: all.flux[..n].to_vec(),
        flux_err: all.flux_err[..n].to_vec(),
    };
    let mut fit = fitter.fit(&until(30)).unwrap();
    for n in 31..=50 {
        fit = fitter.refit(&until(n), &fit).unwrap();
    }
    let best = fitter.fit(&all).unwrap();
    assert!(fit.chi2 <= best.chi2 * 1.001, "{fit:?} {best:?}");
}
