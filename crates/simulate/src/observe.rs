//! What the camera makes of an event: noisy fluxes, and whether it was detected.

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use hesper_photometry::{Band, LightCurve};

use crate::cadence::Visit;
use crate::event::Event;
use crate::params::{DetectionParams, NoiseParams};

/// One-sigma error of a flux (nJy) in a visit: sky, the object's own photons, and a floor in proportion.
pub(crate) fn flux_error(noise: &NoiseParams, visit: &Visit, flux: f64) -> f64 {
    let photons = flux / noise.electrons_per_njy[visit.band];
    (visit.sky.powi(2) + photons + (noise.floor * flux).powi(2)).sqrt()
}

/// Looks at an event; `None` where it is not detected. The light curve holds the visits from some days before the first
/// detecting one to some days after, as a survey's forced photometry does: its ends tell nothing but that.
pub(crate) fn observe(
    event: &Event<'_>,
    visits: &[Visit],
    noise: &NoiseParams,
    detection: &DetectionParams,
    bands: &[Band; 4],
    rng: &mut impl Rng,
) -> Option<LightCurve> {
    let truth: Vec<(f64, f64)> = visits
        .iter()
        .map(|visit| {
            let flux = event.flux(visit.mjd, visit.band);
            (flux, flux_error(noise, visit, flux))
        })
        .collect();
    // Most candidates are far too faint. Noise lifts three of their visits over the limit about once in 1e7 candidates;
    // a rule of one visit, which noise alone would meet more often, is thus spared its false alarms.
    let hopeful = truth.iter().any(|(flux, error)| *flux > (detection.snr - 4.0) * error);
    if !hopeful {
        return None;
    }
    let measured: Vec<f64> = truth
        .iter()
        .map(|(flux, error)| {
            let deviate: f64 = StandardNormal.sample(rng);
            flux + error * deviate
        })
        .collect();
    let detecting = || (0..visits.len()).filter(|&i| measured[i] > detection.snr * truth[i].1);
    let mut nights: Vec<i64> = detecting().map(|i| visits[i].mjd.floor() as i64).collect();
    let points = nights.len();
    nights.dedup();
    if points < detection.points || nights.len() < detection.nights {
        return None;
    }
    let first = visits[detecting().next()?].mjd;
    let window = first - detection.days_before..=first + detection.days_after;
    let mut curve = LightCurve::with_capacity(visits.len());
    for (i, visit) in visits.iter().enumerate().filter(|(_, visit)| window.contains(&visit.mjd)) {
        curve.push(visit.mjd, bands[visit.band], measured[i], truth[i].1);
    }
    Some(curve)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::cadence::schedule;
    use crate::event::Properties;
    use crate::profile::Profile;
    use crate::template::Template;
    use crate::{Class, SurveyParams};

    fn properties(redshift: f64) -> Properties {
        Properties {
            class: Class::Ia,
            redshift,
            peak_mjd: 56_250.0,
            magnitude: -19.3,
            stretch: 1.0,
            decline_stretch: 1.0,
            temperature_factor: 1.0,
            blanketing_factor: 1.0,
            host_ebv: 0.0,
            host_r_v: 2.1,
            galactic_ebv: 0.01,
        }
    }

    fn bands() -> [Band; 4] {
        crate::BANDS.map(|name| Band::new(name).unwrap())
    }

    #[test]
    fn fluxes_scatter_as_their_errors_say() {
        let mut params = SurveyParams::default();
        params.detection.days_before = 1e4;
        params.detection.days_after = 1e4;
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let visits = schedule(&params, &mut rng);
        let template = Template::new(Profile::of(Class::Ia).knots);
        // Bright enough to be always detected, so that detection chooses no noise.
        let event = Event::new(properties(0.25), &template);
        let (mut chi2, mut sum, mut bright, mut n) = (0.0, 0.0, 0.0, 0.0);
        for field in visits.iter().cycle().take(400) {
            let curve = observe(&event, field, &params.noise, &params.detection, &bands(), &mut rng).unwrap();
            assert_eq!(curve.len(), field.len());
            for (i, visit) in field.iter().enumerate() {
                let flux = event.flux(visit.mjd, visit.band);
                let pull = (curve.flux[i] - flux) / curve.flux_err[i];
                (chi2, sum, n) = (chi2 + pull * pull, sum + pull, n + 1.0);
                if flux > 20.0 * curve.flux_err[i] {
                    bright += 1.0;
                }
            }
        }
        assert!(n > 30_000.0 && bright > 1000.0, "{n} {bright}");
        // Five standard deviations of either figure.
        assert!((chi2 / n - 1.0).abs() < 5.0 * (2.0f64 / n).sqrt(), "{}", chi2 / n);
        assert!((sum / n).abs() < 5.0 / n.sqrt(), "{}", sum / n);
    }

    #[test]
    fn a_bright_object_is_noisier_than_the_sky_and_no_better_than_the_floor() {
        let noise = NoiseParams::default();
        let visit = Visit { mjd: 0.0, band: 1, sky: 100.0 };
        assert_eq!(flux_error(&noise, &visit, 0.0), 100.0);
        let expected = (1e4 + 2e4 / noise.electrons_per_njy[1] + (noise.floor * 2e4).powi(2)).sqrt();
        assert!((flux_error(&noise, &visit, 2e4) - expected).abs() < 1e-9);
        assert!((1e9 / flux_error(&noise, &visit, 1e9) * noise.floor - 1.0).abs() < 1e-3);
    }

    #[test]
    fn what_is_far_is_not_seen_and_windows_start_at_the_detection() {
        let params = SurveyParams::default();
        let mut rng = ChaCha8Rng::seed_from_u64(12);
        let visits = schedule(&params, &mut rng).swap_remove(0);
        let template = Template::new(Profile::of(Class::Ia).knots);
        let mut look = |event: &Event<'_>, visits: &[Visit]| {
            observe(event, visits, &params.noise, &params.detection, &bands(), &mut rng)
        };
        assert!(look(&Event::new(properties(2.0), &template), &visits).is_none());
        let near = Event::new(properties(0.2), &template);
        assert!(look(&near, &[]).is_none());
        let curve = look(&near, &visits).unwrap();
        let first = (0..curve.len()).find(|&i| curve.flux[i] > 5.0 * curve.flux_err[i]).unwrap();
        assert!(curve.mjd[0] >= curve.mjd[first] - 30.0 && curve.mjd[0] < curve.mjd[first]);
        assert!(curve.mjd.is_sorted() && curve.mjd[curve.len() - 1] <= curve.mjd[first] + 110.0);
        assert!(
            curve.flux.iter().any(|flux| *flux < 0.0),
            "the sky before the explosion scatters about zero"
        );
        // Two bands of one night are not two nights.
        let night: Vec<Visit> = visits
            .iter()
            .copied()
            .filter(|visit| {
                visit.mjd.floor() == visits.iter().find(|v| v.mjd > 56_250.0).unwrap().mjd.floor()
            })
            .collect();
        assert!(night.len() >= 3 && look(&near, &night).is_none());
    }
}
