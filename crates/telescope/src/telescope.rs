//! A telescope, its instrument, and what its observers want.

use serde::{Deserialize, Serialize};

use crate::{Error, Night, Site};

/// A telescope with one instrument.
///
/// ```toml
/// [[telescope]]
/// name = "mine"
/// diameter = 3.6                                                        # m
/// site = { longitude = -70.73, latitude = -29.26, height = 2375 }       # degrees east, degrees north, m
/// instrument = { efficiency = 0.2, read_noise = 4, aperture = { slit = 1.0 } }
/// sky = { seeing = 0.9 }
/// observing = { overhead = 600, snr = 5, hours_per_night = 5 }
/// limits = { airmass = 1.8, twilight = -12 }
/// ```
///
/// Whatever is not given has its default; only name, diameter and site have none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telescope {
    /// What it is called; no two of a file may have the same name.
    pub name: String,
    /// Diameter of the main mirror, metres, in (0, 100].
    pub diameter: f64,
    /// How exposure times are computed.
    #[serde(default)]
    pub mode: Mode,
    /// Where it stands.
    pub site: Site,
    /// Its spectrograph.
    #[serde(default)]
    pub instrument: Instrument,
    /// The sky above it.
    #[serde(default)]
    pub sky: Sky,
    /// How it is used.
    #[serde(default)]
    pub observing: Observing,
    /// What it does not observe.
    #[serde(default)]
    pub limits: Limits,
}

/// How exposure times are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A spectrograph behind a slit or fibre under a sky with a Moon: see [`snr_equation`](crate::snr_equation).
    #[default]
    Spectroscopic,
    /// As RESSPECT's exposure time calculator: a narrow filter, an airmass of 1.25 and a sky of 120 counts in each pixel
    /// however long the exposure. Slit, sky, dispersion and dark current do not count.
    Resspect,
}

/// A spectrograph.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Instrument {
    /// The part of the photons above the atmosphere's bottom that are detected, were slit or fibre wide open: mirrors with
    /// their obstruction, optics, grating, detector. In (0, 1].
    pub efficiency: f64,
    /// Electrons a count, in (0, 1000]. Counting in whole numbers adds gain²/12 to the variance of a pixel.
    pub gain: f64,
    /// Read noise of a pixel, electrons, in [0, 1000].
    pub read_noise: f64,
    /// Dark current of a pixel, electrons an hour, in [0, 1e6].
    pub dark_current: f64,
    /// Width of a pixel on the sky, along the slit or across the fibre's image, arcseconds, in (0, 100].
    pub pixel_scale: f64,
    /// Width of a pixel in wavelength, nanometres, in (0, 1000].
    pub dispersion: f64,
    /// The wavelength at which the signal-to-noise ratio is wanted, nanometres, in [300, 2500].
    pub wavelength: f64,
    /// The width of spectrum that counts together: a resolution element, 1 Å, or what the classifier bins; nanometres, in
    /// (0, 1000].
    pub bin: f64,
    /// What the light goes through.
    pub aperture: Aperture,
    /// The length of slit that is summed, in full widths at half maximum of the seeing, in (0, 100]. A fibre has none.
    pub extraction: f64,
    /// The number of exposures into which the time is split, each with its own read noise, in [1, 10000].
    pub reads: u32,
}

/// What the light goes through; TOML `{ slit = 1.0 }` or `{ fibre = 1.4 }`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aperture {
    /// A slit of so many arcseconds' width, in (0, 1000].
    Slit(f64),
    /// A fibre of so many arcseconds' diameter, in (0, 1000].
    Fibre(f64),
}

/// The sky above a telescope.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sky {
    /// Full width at half maximum of a star at the zenith at `seeing_wavelength`, arcseconds, in (0, 20].
    pub seeing: f64,
    /// The wavelength of `seeing`, nanometres, in [300, 2500].
    pub seeing_wavelength: f64,
    /// The moonless sky at the zenith, AB magnitudes per square arcsecond at the instrument's wavelength, in [10, 30].
    pub dark: f64,
    /// The sky when the Moon is up and nothing more is known of it, as `dark`.
    pub bright: f64,
    /// What the air takes, magnitudes an airmass at the instrument's wavelength, in [0, 5].
    pub extinction: f64,
}

/// How a telescope is used.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Observing {
    /// Time lost with each target, or each pointing of a multiplexed instrument: slew, acquisition, readout; seconds, in
    /// [0, 86400].
    pub overhead: f64,
    /// The signal-to-noise ratio wanted in a bin, in (0, 1e6].
    pub snr: f64,
    /// The longest exposure that is granted to one target, seconds, in (0, 1e6].
    pub longest_exposure: f64,
    /// Hours of a night that may be used at most, in [0, 24].
    pub hours_per_night: f64,
    /// The probability that weather takes the night, in [0, 1].
    pub weather_loss: f64,
    /// Targets observed at once, in [1, 100000].
    pub multiplex: u32,
    /// Diameter of the field in which targets can be observed at once, degrees, in [0, 180].
    pub field_of_view: f64,
}

/// What a telescope does not observe.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The highest airmass, in [1.01, 30].
    pub airmass: f64,
    /// The least distance to a Moon above the horizon, degrees, in [0, 180].
    pub moon_distance: f64,
    /// The altitude of the Sun's centre below which it is night, degrees, in [-60, 0]: −18 where astronomical twilight
    /// ends, −12 where nautical does.
    pub twilight: f64,
    /// The brightest magnitude, in [-30, 60].
    pub brightest: f64,
    /// The faintest magnitude, in [-30, 60].
    pub faintest: f64,
}

impl Default for Instrument {
    fn default() -> Self {
        Self {
            efficiency: 0.2,
            gain: 1.0,
            read_noise: 5.0,
            dark_current: 3.0,
            pixel_scale: 0.25,
            dispersion: 0.2,
            wavelength: 600.0,
            bin: 1.0,
            aperture: Aperture::Slit(1.0),
            extraction: 1.5,
            reads: 1,
        }
    }
}

impl Default for Sky {
    fn default() -> Self {
        Self { seeing: 0.9, seeing_wavelength: 500.0, dark: 21.3, bright: 19.5, extinction: 0.12 }
    }
}

impl Default for Observing {
    fn default() -> Self {
        Self {
            overhead: 600.0,
            snr: 5.0,
            longest_exposure: 7200.0,
            hours_per_night: 24.0,
            weather_loss: 0.2,
            multiplex: 1,
            field_of_view: 0.0,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { airmass: 2.0, moon_distance: 30.0, twilight: -18.0, brightest: 0.0, faintest: 30.0 }
    }
}

impl Limits {
    /// Refuses limits out of their ranges.
    ///
    /// # Errors
    /// A value is not finite or out of its range, or nothing lies between brightest and faintest.
    pub fn check(&self) -> Result<(), Error> {
        self.check_for("the limits")
    }

    fn check_for(&self, owner: &str) -> Result<(), Error> {
        let within = |name, value, range, rule| Error::unless_within(owner, name, value, range, rule);
        within("limits.airmass", self.airmass, [1.01, 30.0], "in [1.01, 30]")?;
        within("limits.moon_distance", self.moon_distance, [0.0, 180.0], "in [0, 180] degrees")?;
        let rule = "in [-60, 0] degrees: the Sun's altitude when night begins, such as -18";
        within("limits.twilight", self.twilight, [-60.0, 0.0], rule)?;
        within("limits.brightest", self.brightest, [-30.0, 60.0], "in [-30, 60] magnitudes")?;
        let rule = "in [-30, 60] magnitudes and not brighter than limits.brightest";
        within("limits.faintest", self.faintest, [self.brightest, 60.0], rule)
    }
}

/// The smallest number that counts as positive.
const POSITIVE: f64 = 1e-9;

impl Telescope {
    /// A telescope with the defaults of everything else.
    pub fn new(name: impl Into<String>, diameter: f64, site: Site) -> Self {
        Self {
            name: name.into(),
            diameter,
            mode: Mode::default(),
            site,
            instrument: Instrument::default(),
            sky: Sky::default(),
            observing: Observing::default(),
            limits: Limits::default(),
        }
    }

    /// Refuses values out of their ranges: those that are documented with the fields.
    ///
    /// # Errors
    /// The first value that is not finite or out of its range.
    pub fn check(&self) -> Result<(), Error> {
        if self.name.trim().is_empty() {
            let owner = "a telescope".to_owned();
            let rule = "a name of at least one letter";
            return Err(Error::Parameter { owner, name: "name", value: format!("{:?}", self.name), rule });
        }
        let owner = format!("telescope {:?}", self.name);
        let within = |name, value, range, rule| Error::unless_within(&owner, name, value, range, rule);
        within("diameter", self.diameter, [POSITIVE, 100.0], "in (0, 100] metres")?;
        self.site.check_for(&owner)?;
        let part = &self.instrument;
        within("instrument.efficiency", part.efficiency, [POSITIVE, 1.0], "in (0, 1]")?;
        within("instrument.gain", part.gain, [POSITIVE, 1e3], "in (0, 1000] electrons a count")?;
        within("instrument.read_noise", part.read_noise, [0.0, 1e3], "in [0, 1000] electrons a pixel")?;
        let rule = "in [0, 1e6] electrons a pixel and hour";
        within("instrument.dark_current", part.dark_current, [0.0, 1e6], rule)?;
        within("instrument.pixel_scale", part.pixel_scale, [POSITIVE, 100.0], "in (0, 100] arcseconds")?;
        within("instrument.dispersion", part.dispersion, [POSITIVE, 1e3], "in (0, 1000] nanometres a pixel")?;
        within("instrument.wavelength", part.wavelength, [300.0, 2500.0], "in [300, 2500] nanometres")?;
        within("instrument.bin", part.bin, [POSITIVE, 1e3], "in (0, 1000] nanometres")?;
        let (name, size) = match part.aperture {
            Aperture::Slit(width) => ("instrument.aperture.slit", width),
            Aperture::Fibre(diameter) => ("instrument.aperture.fibre", diameter),
        };
        within(name, size, [POSITIVE, 1e3], "in (0, 1000] arcseconds")?;
        let rule = "in (0, 100] times the seeing";
        within("instrument.extraction", part.extraction, [POSITIVE, 100.0], rule)?;
        within("instrument.reads", part.reads.into(), [1.0, 1e4], "in [1, 10000]")?;
        let part = &self.sky;
        within("sky.seeing", part.seeing, [POSITIVE, 20.0], "in (0, 20] arcseconds")?;
        let rule = "in [300, 2500] nanometres";
        within("sky.seeing_wavelength", part.seeing_wavelength, [300.0, 2500.0], rule)?;
        let rule = "in [10, 30] magnitudes a square arcsecond";
        within("sky.dark", part.dark, [10.0, 30.0], rule)?;
        within("sky.bright", part.bright, [10.0, 30.0], rule)?;
        within("sky.extinction", part.extinction, [0.0, 5.0], "in [0, 5] magnitudes an airmass")?;
        let part = &self.observing;
        within("observing.overhead", part.overhead, [0.0, 86_400.0], "in [0, 86400] seconds")?;
        within("observing.snr", part.snr, [POSITIVE, 1e6], "in (0, 1e6]")?;
        let rule = "in (0, 1e6] seconds";
        within("observing.longest_exposure", part.longest_exposure, [POSITIVE, 1e6], rule)?;
        within("observing.hours_per_night", part.hours_per_night, [0.0, 24.0], "in [0, 24] hours")?;
        within("observing.weather_loss", part.weather_loss, [0.0, 1.0], "a probability, in [0, 1]")?;
        within("observing.multiplex", part.multiplex.into(), [1.0, 1e5], "in [1, 100000] targets at once")?;
        within("observing.field_of_view", part.field_of_view, [0.0, 180.0], "in [0, 180] degrees across")?;
        self.limits.check_for(&owner)
    }

    /// The night of a date: see [`Night::new`].
    ///
    /// # Errors
    /// As [`Night::new`].
    pub fn night(&self, mjd: f64) -> Result<Night, Error> {
        Night::new(&self.site, &self.limits, mjd)
    }

    /// Hours that may be used of a night: its length, but no more than `observing.hours_per_night`.
    pub fn hours(&self, night: &Night) -> f64 {
        night.hours().min(self.observing.hours_per_night)
    }
}
