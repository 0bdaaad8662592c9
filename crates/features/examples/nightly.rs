//! What a campaign pays for features, night after night: every refit from nothing beside refits that start from the last
//! night's, on the same points; how good their fits are; and how well the fits foretell the next nights.
//!
//! ```text
//! cargo run --release -p hesper-features --example nightly -- objects.parquet [OBJECTS [SEED [FEATURES]]]
//! ```
//!
//! Takes a random choice of objects (1,000) through the nights 20 to 180 of SNPCC (night 0 is MJD 56171) on one thread and prints
//! JSON. Cold is `describe` on the objects with new points, cut out beforehand; warm is `Nightly::update` of all objects, those without new points among
//! them. Fits of bands are compared by χ², warm by cold.

use std::error::Error;
use std::path::Path;

use hesper_features::{
    BazinParams, Feature, FeatureTable, Nightly, NightlyState, describe, select, survey_bands,
};
use hesper_photometry::{Band, Object, ReadOptions, read};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

const NIGHT_0: f64 = 56_171.0;
const NIGHTS: std::ops::RangeInclusive<u32> = 20..=180;

fn main() -> Result<(), Box<dyn Error>> {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let mut arguments = std::env::args().skip(1);
    let input = arguments.next().ok_or("name a table of objects")?;
    let count: usize = arguments.next().map_or(Ok(1000), |count| count.parse())?;
    let seed: u64 = arguments.next().map_or(Ok(0), |seed| seed.parse())?;
    let features = select(&[arguments.next().unwrap_or_else(|| "default".to_owned())])?;
    let mut objects: Vec<Object> =
        read(Path::new(&input), &ReadOptions::default())?.collect::<Result<_, _>>()?;
    objects.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    objects.truncate(count);
    let bands = survey_bands(&objects);
    let nightly = Nightly::new(&features, &bands, &BazinParams::default())?;
    let mut campaign = Campaign {
        states: vec![NightlyState::default(); objects.len()],
        quality: Quality::new(nightly.names(), &bands),
        forecasts: Vec::new(),
        cold: 0.0,
        warm: 0.0,
        refits: 0,
        features,
        nightly,
        bands,
        objects,
    };
    for night in NIGHTS {
        campaign.night(NIGHT_0 + f64::from(night))?;
    }
    println!("{:#}", campaign.report(seed));
    Ok(())
}

struct Campaign {
    objects: Vec<Object>,
    bands: Vec<Band>,
    features: Vec<&'static Feature>,
    nightly: Nightly,
    states: Vec<NightlyState>,
    quality: Quality,
    forecasts: Vec<Foretold>,
    cold: f64,
    warm: f64,
    refits: usize,
}

/// A flux foretold, and what came.
struct Foretold {
    object: usize,
    mjd: f64,
    days: usize,
    magnitude: f64,
    rising: bool,
    flux: f64,
    flux_err: f64,
    /// Flux and error of a point taken within half a day.
    measured: Option<(f64, f64)>,
}

impl Campaign {
    fn night(&mut self, mjd: f64) -> Result<(), Box<dyn Error>> {
        let start = cpu_seconds();
        let renewed = self.nightly.update(&mut self.states, &self.objects, mjd)?;
        self.warm += cpu_seconds() - start;
        let renewed: Vec<usize> = (0..self.objects.len()).filter(|&i| renewed[i]).collect();
        if !renewed.is_empty() {
            let cold = self.describe(&renewed, mjd)?;
            self.refits += renewed.len();
            for (row, &i) in renewed.iter().enumerate() {
                self.quality.compare(self.states[i].values(), cold.row(row));
            }
        }
        for i in 0..self.objects.len() {
            self.foretell(i, mjd);
        }
        Ok(())
    }

    fn describe(&mut self, chosen: &[usize], mjd: f64) -> Result<FeatureTable, Box<dyn Error>> {
        let mut known: Vec<Object> = Vec::with_capacity(chosen.len() + 1);
        for &i in chosen {
            let object = &self.objects[i];
            let mut cut = Object::new(object.object_id.clone());
            (cut.host_photoz, cut.host_photoz_err) = (object.host_photoz, object.host_photoz_err);
            cut.lightcurve = object.lightcurve.before(mjd.next_up());
            known.push(cut);
        }
        // One more, too sparse for a fit, that has every band: the columns are the same in all nights.
        let mut every = Object::new("every band");
        for band in &self.bands {
            every.lightcurve.push(mjd, *band, 0.0, 1.0);
        }
        known.push(every);
        let start = cpu_seconds();
        let table = describe(&known, &self.features, &BazinParams::default(), &|| {})?;
        self.cold += cpu_seconds() - start;
        Ok(table)
    }

    /// The r magnitude of the next three nights, where tonight's is below 23 and the object was seen in the last ten days.
    fn foretell(&mut self, i: usize, mjd: f64) {
        let Some(r) = self.bands.iter().copied().find(|band| band.as_str() == "r") else { return };
        let (state, object) = (&self.states[i], &self.objects[i]);
        let curve = &object.lightcurve;
        let seen = (0..curve.len()).any(|p| {
            curve.mjd[p] <= mjd && curve.mjd[p] > mjd - 10.0 && curve.flux[p] > 5.0 * curve.flux_err[p]
        });
        let tonight = self.nightly.forecast(state, object, r, mjd).and_then(|forecast| forecast.magnitude());
        let Some((magnitude, _)) = tonight.filter(|(magnitude, _)| seen && *magnitude < 23.0) else { return };
        for days in 1..=3 {
            let then = mjd + days as f64;
            let Some(forecast) = self.nightly.forecast(state, object, r, then) else { continue };
            let before = self.nightly.forecast(state, object, r, mjd);
            let near =
                |p: &usize| curve.band[*p] == r && curve.mjd[*p] > mjd && (curve.mjd[*p] - then).abs() <= 0.5;
            let point = (0..curve.len()).find(near);
            let at = point.map(|p| (curve.mjd[p], curve.flux[p], curve.flux_err[p]));
            let at_point = at.and_then(|(time, ..)| self.nightly.forecast(state, object, r, time));
            let (flux, flux_err) = (forecast.flux, forecast.flux_err);
            let rising = before.is_some_and(|before| before.flux < flux);
            self.forecasts.push(Foretold {
                object: i,
                mjd: then,
                days,
                magnitude,
                rising,
                flux,
                flux_err,
                // The point's flux, carried from its hour to the hour foretold by the fit.
                measured: at
                    .zip(at_point)
                    .map(|((_, measured, error), there)| (measured + flux - there.flux, error)),
            });
        }
    }

    fn report(&mut self, seed: u64) -> Value {
        let Some(r) = self.bands.iter().copied().find(|band| band.as_str() == "r") else {
            return json!({});
        };
        let truth: Vec<Option<f64>> = self
            .forecasts
            .iter()
            .map(|told| {
                self.nightly.forecast(&self.states[told.object], &self.objects[told.object], r, told.mjd)
            })
            .map(|forecast| forecast.map(|forecast| forecast.flux))
            .collect();
        let difference = |told: &Foretold, flux: f64| {
            (flux > 0.0 && told.flux > 0.0).then(|| -2.5 * (told.flux / flux).log10())
        };
        let by = |take: &dyn Fn(&Foretold) -> bool| {
            let chosen = || self.forecasts.iter().zip(&truth).filter(|(told, _)| take(told));
            let against_fit = chosen().filter_map(|(told, truth)| difference(told, (*truth)?)).collect();
            let measured = || chosen().filter_map(|(told, _)| Some((told, told.measured?)));
            let against_points = measured()
                .filter(|(_, (f, e))| f > &(10.0 * e))
                .filter_map(|(told, (f, _))| difference(told, f));
            let pulls = measured().map(|(told, (f, e))| (f - told.flux) / e.hypot(told.flux_err));
            json!({
                "less_the_final_fit_mag": quantiles(against_fit),
                "less_points_of_snr_10_mag": quantiles(against_points.collect()),
                "pull_of_points": quantiles(pulls.collect()),
            })
        };
        let points: usize = self.objects.iter().map(|object| object.lightcurve.len()).sum();
        json!({
            "objects": self.objects.len(), "seed": seed, "points": points, "refits": self.refits,
            "object_nights": self.objects.len() * NIGHTS.count(),
            "cold_cpu_s": self.cold, "warm_cpu_s": self.warm, "cold_by_warm": self.cold / self.warm,
            "cold_us_each": 1e6 * self.cold / self.refits as f64, "warm_us_each": 1e6 * self.warm / self.refits as f64,
            "chi2_warm_by_cold": self.quality.report(),
            "forecast_r": {
                "1_day": by(&|told| told.days == 1), "2_days": by(&|told| told.days == 2), "3_days": by(&|told| told.days == 3),
                "rising": by(&|told| told.rising), "fading": by(&|told| !told.rising),
                "brighter_than_22": by(&|told| told.magnitude < 22.0),
            },
        })
    }
}

/// Ratios of χ², warm by cold, of each kind of fit.
struct Quality {
    kinds: Vec<(&'static str, Vec<usize>, Vec<f64>)>,
    /// The columns that tell how many points a free fit has.
    counts: Vec<usize>,
}

impl Quality {
    fn new(names: &[String], bands: &[Band]) -> Self {
        let of = |stem: &str| -> Vec<usize> {
            let wanted: Vec<String> = bands.iter().map(|band| format!("{stem}_{band}")).collect();
            (0..names.len()).filter(|i| wanted.contains(&names[*i])).collect()
        };
        let shared = (0..names.len()).filter(|i| names[*i] == "shape_chi2").collect();
        Self {
            kinds: vec![
                ("shared", shared, Vec::new()),
                ("smooth", of("shape_chi2"), Vec::new()),
                ("free", of("bazin_chi2"), Vec::new()),
                ("free_10_points", of("bazin_chi2"), Vec::new()),
            ],
            counts: of("bazin_n"),
        }
    }

    fn compare(&mut self, warm: &[f64], cold: &[f64]) {
        for (kind, columns, ratios) in &mut self.kinds {
            for (place, &column) in columns.iter().enumerate() {
                let ratio = warm[column] / cold[column];
                // A fit of five parameters to as many points has a χ² of rounding errors.
                let enough = *kind != "free_10_points" || cold[self.counts[place]] >= 10.0;
                if ratio.is_finite() && enough {
                    ratios.push(ratio);
                }
            }
        }
    }

    fn report(&self) -> Value {
        let kinds = self.kinds.iter().map(|(kind, _, ratios)| {
            let share = |worse: &dyn Fn(f64) -> bool| {
                ratios.iter().filter(|ratio| worse(**ratio)).count() as f64 / ratios.len() as f64
            };
            let mut report = quantiles(ratios.clone());
            report["worse_by_1_percent"] = json!(share(&|ratio| ratio > 1.01));
            report["better_by_1_percent"] = json!(share(&|ratio| ratio < 0.99));
            ((*kind).to_owned(), report)
        });
        Value::Object(kinds.collect())
    }
}

fn quantiles(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    let at =
        |share: f64| values.get((share * values.len().saturating_sub(1) as f64).round() as usize).copied();
    json!({
        "count": values.len(), "p10": at(0.1), "p16": at(0.16), "median": at(0.5), "p84": at(0.84), "p90": at(0.9), "p99": at(0.99),
    })
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
