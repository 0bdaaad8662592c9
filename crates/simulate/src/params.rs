//! The parameters of a survey.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Class, Error};

/// Everything that a simulated survey depends on. The same parameters give the same survey, whatever the number of
/// threads. A longer survey begins with the light curves of a shorter, but not with its choice of spectra.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SurveyParams {
    /// How many detected objects there shall be.
    pub objects: usize,
    /// The seed of everything random.
    pub seed: u64,
    /// What explodes, and how far away.
    pub population: PopulationParams,
    /// What is known of the host galaxies.
    pub host: HostParams,
    /// When the survey looks.
    pub cadence: CadenceParams,
    /// How deep it sees.
    pub noise: NoiseParams,
    /// What counts as detected, and which visits a light curve then holds.
    pub detection: DetectionParams,
    /// Who gets a spectrum.
    pub spectroscopy: SpectroscopyParams,
    /// Where it looks; every field finds the same number of candidates.
    pub fields: Vec<Field>,
}

/// What explodes, and how far away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PopulationParams {
    /// The largest redshift simulated, in (0.01, 3].
    pub max_redshift: f64,
    /// Magnitudes added to the published peak magnitudes of ordinary core collapse (IIP, IIL, IIn, IIb, Ib, Ic).
    /// The default is far from 0 because the challenge that the defaults resemble had such bright core collapse; with 0
    /// the survey detects mostly type Ia.
    pub core_collapse_shift: f64,
    /// Factors on the rates of classes, by name; a class that is not named has 1, and 0 leaves it out.
    pub rate_factors: BTreeMap<String, f64>,
}

/// What is known of the host galaxies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HostParams {
    /// Typical error of photometric redshifts over 1+z; each host's own error scatters about it by 30 %.
    pub photoz_error: f64,
    /// The part of the photometric redshifts that have nothing to do with the true one, in [0, 1]; their errors do not
    /// say so.
    pub photoz_outliers: f64,
}

/// When the survey looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CadenceParams {
    /// The first night, modified Julian days.
    pub start_mjd: f64,
    /// How many seasons, one a year.
    pub seasons: usize,
    /// Nights in a season, up to 365.
    pub season_days: f64,
    /// Nights between visits to a field when the weather holds.
    pub interval_days: f64,
    /// The part of the nights that is lost, in [0, 1).
    pub bad_weather_fraction: f64,
    /// How long bad weather stays, nights on average, at least 1; longer where the fraction lost leaves no other way.
    pub bad_weather_days: f64,
    /// The part of a visit's bands that is lost, in [0, 1).
    pub band_loss: f64,
    /// Days before the first and after the last night of a season in which peaks of light may fall.
    pub margin_days: f64,
}

/// How deep the survey sees. Arrays are in the order of [`crate::BANDS`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoiseParams {
    /// Five-sigma point-source depth of a visit to an ordinary field under a dark sky, AB magnitudes.
    pub depth: [f64; 4],
    /// Scatter of the depth from visit to visit (seeing, transparency), magnitudes.
    pub depth_scatter: f64,
    /// How much brighter the full moon makes the sky, magnitudes.
    pub moonlight: [f64; 4],
    /// Photo-electrons a visit collects from one nJy: sets the photon noise of the object itself.
    pub electrons_per_njy: [f64; 4],
    /// Relative error that no brightness removes (calibration, subtraction).
    pub floor: f64,
}

/// What counts as detected, and which visits a light curve then holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DetectionParams {
    /// A visit detects when flux over error exceeds this.
    pub snr: f64,
    /// How many detecting visits an object needs, at least 1.
    pub points: usize,
    /// On how many different nights, at least 1.
    pub nights: usize,
    /// Days before the first detecting visit from which on fluxes are measured.
    pub days_before: f64,
    /// Days after the first detecting visit until which fluxes are measured.
    pub days_after: f64,
}

/// Who gets a spectrum: a weighted draw without replacement, the weight being
/// `1 / (1 + exp((m − magnitude_limit) / magnitude_width))` of the peak magnitude m in i, times `ia_preference` for
/// class `Ia`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpectroscopyParams {
    /// The part of the objects with a spectrum, in [0, 1]; their number is rounded to the nearest.
    pub fraction: f64,
    /// Where spectroscopy begins to fail, AB magnitudes in i.
    pub magnitude_limit: f64,
    /// Over how many magnitudes it fails.
    pub magnitude_width: f64,
    /// How many times more eagerly an `Ia` is observed than another of its brightness.
    pub ia_preference: f64,
    /// One-sigma error of spectroscopic redshifts.
    pub redshift_error: f64,
}

/// A field of the survey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Right ascension of its centre, degrees.
    pub ra: f64,
    /// Declination of its centre, degrees.
    pub dec: f64,
    /// Galactic reddening E(B−V), magnitudes.
    pub mwebv: f64,
    /// How much deeper than [`NoiseParams::depth`] its visits go, magnitudes.
    #[serde(default)]
    pub depth_gain: f64,
}

impl Default for SurveyParams {
    fn default() -> Self {
        Self {
            objects: 2000,
            seed: 42,
            population: PopulationParams::default(),
            host: HostParams::default(),
            cadence: CadenceParams::default(),
            noise: NoiseParams::default(),
            detection: DetectionParams::default(),
            spectroscopy: SpectroscopyParams::default(),
            fields: default_fields(),
        }
    }
}

/// The ten supernova fields of the Dark Energy Survey, two of them deep; places and reddening rounded.
fn default_fields() -> Vec<Field> {
    [
        ("C1", 54.27, -27.11, 0.010, 0.0),
        ("C2", 54.27, -29.09, 0.010, 0.0),
        ("C3", 52.65, -28.10, 0.008, 0.8),
        ("E1", 7.87, -43.01, 0.009, 0.0),
        ("E2", 9.50, -44.00, 0.009, 0.0),
        ("S1", 42.82, 0.00, 0.060, 0.0),
        ("S2", 41.19, -0.99, 0.030, 0.0),
        ("X1", 34.48, -4.93, 0.022, 0.0),
        ("X2", 35.66, -6.41, 0.028, 0.0),
        ("X3", 36.45, -4.60, 0.023, 0.8),
    ]
    .into_iter()
    .map(|(name, ra, dec, mwebv, depth_gain)| Field { name: name.to_owned(), ra, dec, mwebv, depth_gain })
    .collect()
}

impl Default for PopulationParams {
    fn default() -> Self {
        Self { max_redshift: 1.0, core_collapse_shift: -1.9, rate_factors: BTreeMap::new() }
    }
}

impl Default for HostParams {
    fn default() -> Self {
        Self { photoz_error: 0.03, photoz_outliers: 0.03 }
    }
}

impl Default for CadenceParams {
    fn default() -> Self {
        Self {
            start_mjd: 56_171.0,
            seasons: 1,
            season_days: 180.0,
            interval_days: 4.5,
            bad_weather_fraction: 0.25,
            bad_weather_days: 2.5,
            band_loss: 0.04,
            margin_days: 20.0,
        }
    }
}

impl Default for NoiseParams {
    fn default() -> Self {
        Self {
            depth: [23.7, 24.2, 23.8, 23.8],
            depth_scatter: 0.2,
            moonlight: [1.8, 1.2, 0.6, 0.3],
            electrons_per_njy: [0.5, 0.7, 0.7, 0.6],
            floor: 0.018,
        }
    }
}

impl Default for DetectionParams {
    fn default() -> Self {
        Self { snr: 5.0, points: 3, nights: 2, days_before: 30.0, days_after: 110.0 }
    }
}

impl Default for SpectroscopyParams {
    fn default() -> Self {
        Self {
            fraction: 0.08,
            magnitude_limit: 22.4,
            magnitude_width: 0.25,
            ia_preference: 4.5,
            redshift_error: 0.003,
        }
    }
}

impl SurveyParams {
    /// Checks every value.
    ///
    /// # Errors
    /// [`Error::Parameter`] or [`Error::Class`] for the first that is outside its range.
    pub fn check(&self) -> Result<(), Error> {
        self.population.check()?;
        self.host.check()?;
        self.cadence.check()?;
        self.noise.check()?;
        self.detection.check()?;
        self.spectroscopy.check()?;
        if self.fields.is_empty() {
            return Err(wrong("fields", "empty", "at least one field"));
        }
        for (i, field) in self.fields.iter().enumerate() {
            let name = |key| format!("fields[{i}].{key}");
            within(&name("ra"), field.ra, 0.0, 360.0, "0 to 360 degrees")?;
            within(&name("dec"), field.dec, -90.0, 90.0, "−90 to 90 degrees")?;
            within(&name("mwebv"), field.mwebv, 0.0, 5.0, "0 to 5 magnitudes")?;
            within(&name("depth_gain"), field.depth_gain, -10.0, 10.0, "−10 to 10 magnitudes")?;
        }
        Ok(())
    }
}

fn wrong(parameter: &str, value: impl ToString, rule: &'static str) -> Error {
    Error::Parameter { parameter: parameter.to_owned(), value: value.to_string(), rule }
}

/// A closed range; what is not a number is in none.
fn within(parameter: &str, value: f64, low: f64, high: f64, rule: &'static str) -> Result<(), Error> {
    if (low..=high).contains(&value) { Ok(()) } else { Err(wrong(parameter, value, rule)) }
}

impl PopulationParams {
    fn check(&self) -> Result<(), Error> {
        within("population.max_redshift", self.max_redshift, 0.011, 3.0, "above 0.01 and at most 3")?;
        within("population.core_collapse_shift", self.core_collapse_shift, -5.0, 5.0, "−5 to 5 magnitudes")?;
        for (name, factor) in &self.rate_factors {
            if Class::parse(name).is_none() {
                return Err(Error::Class {
                    parameter: "population.rate_factors",
                    name: name.clone(),
                    known: Class::ALL.map(Class::as_str).join(", "),
                });
            }
            let path = format!("population.rate_factors.{name}");
            within(&path, *factor, 0.0, 1e6, "0 (left out) to 1000000")?;
        }
        if Class::ALL.iter().all(|class| self.rate_factors.get(class.as_str()) == Some(&0.0)) {
            return Err(wrong(
                "population.rate_factors",
                "0 for every class",
                "above 0 for at least one class",
            ));
        }
        Ok(())
    }
}

impl HostParams {
    fn check(&self) -> Result<(), Error> {
        within("host.photoz_error", self.photoz_error, 1e-4, 1.0, "0.0001 to 1")?;
        within("host.photoz_outliers", self.photoz_outliers, 0.0, 1.0, "0 to 1")
    }
}

impl CadenceParams {
    fn check(&self) -> Result<(), Error> {
        within("cadence.start_mjd", self.start_mjd, 0.0, 1e6, "a modified Julian day, 0 to 1000000")?;
        if !(1..=100).contains(&self.seasons) {
            return Err(wrong("cadence.seasons", self.seasons, "1 to 100"));
        }
        within("cadence.season_days", self.season_days, 1.0, 365.0, "1 to 365 days")?;
        within("cadence.interval_days", self.interval_days, 0.5, 365.0, "0.5 to 365 days")?;
        within("cadence.bad_weather_fraction", self.bad_weather_fraction, 0.0, 0.95, "0 to 0.95")?;
        within("cadence.bad_weather_days", self.bad_weather_days, 1.0, 365.0, "1 to 365 days")?;
        within("cadence.band_loss", self.band_loss, 0.0, 0.95, "0 to 0.95")?;
        within("cadence.margin_days", self.margin_days, 0.0, 365.0, "0 to 365 days")
    }
}

impl NoiseParams {
    fn check(&self) -> Result<(), Error> {
        for i in 0..4 {
            within("noise.depth", self.depth[i], 10.0, 35.0, "10 to 35 magnitudes")?;
            within("noise.moonlight", self.moonlight[i], 0.0, 10.0, "0 to 10 magnitudes")?;
            within("noise.electrons_per_njy", self.electrons_per_njy[i], 1e-6, 1e9, "0.000001 to 1e9")?;
        }
        within("noise.depth_scatter", self.depth_scatter, 0.0, 2.0, "0 to 2 magnitudes")?;
        within("noise.floor", self.floor, 0.0, 1.0, "0 to 1")
    }
}

impl DetectionParams {
    fn check(&self) -> Result<(), Error> {
        within("detection.snr", self.snr, 1.0, 1000.0, "1 to 1000")?;
        if self.points == 0 {
            return Err(wrong("detection.points", 0, "at least 1"));
        }
        if self.nights == 0 {
            return Err(wrong("detection.nights", 0, "at least 1"));
        }
        within("detection.days_before", self.days_before, 0.0, 1e5, "0 to 100000 days")?;
        within("detection.days_after", self.days_after, 0.0, 1e5, "0 to 100000 days")
    }
}

impl SpectroscopyParams {
    fn check(&self) -> Result<(), Error> {
        within("spectroscopy.fraction", self.fraction, 0.0, 1.0, "0 to 1")?;
        within("spectroscopy.magnitude_limit", self.magnitude_limit, 10.0, 35.0, "10 to 35 magnitudes")?;
        within("spectroscopy.magnitude_width", self.magnitude_width, 0.01, 10.0, "0.01 to 10 magnitudes")?;
        within("spectroscopy.ia_preference", self.ia_preference, 1e-6, 1e6, "0.000001 to 1000000")?;
        within("spectroscopy.redshift_error", self.redshift_error, 1e-6, 0.1, "0.000001 to 0.1")
    }
}
