//! When each field is visited, and how well: seasons, weather, moon.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use hesper_photometry::flux_of_magnitude;

use crate::params::{CadenceParams, Field, NoiseParams, SurveyParams};

/// A year, days.
const YEAR: f64 = 365.25;
/// The synodic month, days, and a new moon, modified Julian day (2000 January 6).
const MONTH: f64 = 29.530_589;
const NEW_MOON: f64 = 51_549.76;

/// One exposure in one band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Visit {
    pub mjd: f64,
    /// The band's number.
    pub band: usize,
    /// One-sigma noise of sky and camera, nJy.
    pub sky: f64,
}

/// The lit part of the moon at `mjd`, 0 to 1.
fn moon(mjd: f64) -> f64 {
    0.5 * (1.0 - (2.0 * std::f64::consts::PI * (mjd - NEW_MOON) / MONTH).cos())
}

/// The visits of every field, in order of time. The weather is the same for all fields.
pub(crate) fn schedule(params: &SurveyParams, rng: &mut impl Rng) -> Vec<Vec<Visit>> {
    let clear = weather(&params.cadence, rng);
    params.fields.iter().map(|field| visits(field, &params.cadence, &params.noise, &clear, rng)).collect()
}

/// Which nights of each season are clear: a chain of two states with the wanted mean length of bad spells.
fn weather(cadence: &CadenceParams, rng: &mut impl Rng) -> Vec<Vec<bool>> {
    let bad = cadence.bad_weather_fraction;
    // With a clear night at least between spells, much bad weather needs long spells.
    let clears = 1.0 / cadence.bad_weather_days.max(bad / (1.0 - bad));
    let clouds = clears * bad / (1.0 - bad);
    (0..cadence.seasons)
        .map(|_| {
            let mut clear = rng.random::<f64>() >= bad;
            (0..cadence.season_days.ceil() as usize)
                .map(|_| {
                    let now = clear;
                    let change = if clear { clouds } else { clears };
                    if rng.random::<f64>() < change {
                        clear = !clear;
                    }
                    now
                })
                .collect()
        })
        .collect()
}

fn visits(
    field: &Field,
    cadence: &CadenceParams,
    noise: &NoiseParams,
    clear: &[Vec<bool>],
    rng: &mut impl Rng,
) -> Vec<Visit> {
    let mut visits = Vec::new();
    for (season, clear) in clear.iter().enumerate() {
        let start = cadence.start_mjd + season as f64 * YEAR;
        let mut due = rng.random::<f64>() * cadence.interval_days;
        for (night, _) in clear.iter().enumerate().filter(|(_, clear)| **clear) {
            let night = night as f64;
            if night < due.floor() {
                continue;
            }
            // The next visit counts from this one: a lost week is not made up for. Plans slip by a night either way.
            due = night + (cadence.interval_days + rng.random_range(-1.0..1.0)).max(1.0);
            let time = start + night + rng.random_range(0.02..0.35);
            for band in 0..4 {
                if rng.random::<f64>() < cadence.band_loss {
                    continue;
                }
                let mjd = time + 0.01 * band as f64;
                let scatter: f64 = StandardNormal.sample(rng);
                // Noise goes with the root of the sky's brightness: half its magnitudes.
                let depth = noise.depth[band] + field.depth_gain - 0.5 * noise.moonlight[band] * moon(mjd)
                    + noise.depth_scatter * scatter.clamp(-3.0, 3.0);
                visits.push(Visit { mjd, band, sky: flux_of_magnitude(depth) / 5.0 });
            }
        }
    }
    visits
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn of(params: &SurveyParams) -> Vec<Vec<Visit>> {
        schedule(params, &mut ChaCha8Rng::seed_from_u64(5))
    }

    #[test]
    fn the_moon_is_full_when_it_was() {
        // 2012 November 28, 14:46 UT (also a penumbral eclipse); new on November 13, 22:08 UT (a total solar eclipse).
        assert!(moon(56_259.615) > 0.99, "{}", moon(56_259.615));
        assert!(moon(56_244.922) < 0.01, "{}", moon(56_244.922));
    }

    #[test]
    fn as_many_nights_are_lost_as_was_asked() {
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        for (bad_weather_fraction, bad_weather_days) in [(0.0, 1.0), (0.25, 2.5), (0.6, 8.0), (0.9, 1.0)] {
            let cadence =
                CadenceParams { seasons: 100, bad_weather_fraction, bad_weather_days, ..Default::default() };
            let nights = weather(&cadence, &mut rng).concat();
            let lost = nights.iter().filter(|clear| !**clear).count() as f64 / nights.len() as f64;
            assert_eq!(nights.len(), 18_000);
            assert!((lost - bad_weather_fraction).abs() < 0.05, "{lost} {bad_weather_fraction}");
        }
    }

    #[test]
    fn visits_keep_to_season_and_cadence() {
        let mut params = SurveyParams::default();
        params.cadence.seasons = 2;
        let fields = of(&params);
        assert_eq!(fields.len(), 10);
        for visits in &fields {
            assert!(visits.is_sorted_by(|a, b| a.mjd < b.mjd));
            assert!(visits.iter().all(|v| v.sky > 0.0 && (v.mjd - 56_171.0) % YEAR < 181.0));
            let nights = visits.iter().filter(|v| v.band == 1).count();
            // 2 seasons of 180 nights, a visit each 4.5 nights or a little later.
            assert!((50..=85).contains(&nights), "{nights}");
        }
    }

    #[test]
    fn bad_weather_costs_visits_and_the_moon_depth() {
        let fair = SurveyParams {
            cadence: CadenceParams { bad_weather_fraction: 0.0, band_loss: 0.0, ..Default::default() },
            noise: NoiseParams { depth_scatter: 0.0, ..Default::default() },
            ..Default::default()
        };
        let mut foul = fair.clone();
        foul.cadence.bad_weather_fraction = 0.6;
        foul.cadence.bad_weather_days = 8.0;
        let count = |params: &SurveyParams| of(params).iter().map(Vec::len).sum::<usize>();
        assert!(count(&foul) * 10 < count(&fair) * 8);
        let visits = of(&fair).swap_remove(0);
        let noise = |band: usize, lit: bool| {
            let values: Vec<f64> = visits
                .iter()
                .filter(|v| v.band == band && if lit { moon(v.mjd) > 0.8 } else { moon(v.mjd) < 0.2 })
                .map(|v| v.sky)
                .collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        assert!(noise(0, true) > 1.5 * noise(0, false));
        assert!(noise(3, true) < 1.3 * noise(3, false));
    }
}
