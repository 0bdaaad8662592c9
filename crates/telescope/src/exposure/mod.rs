//! How long a telescope must look.

mod aperture;
mod resspect;
mod snr;
mod spectroscopic;

pub use aperture::{in_fibre, in_slit};
pub use snr::{Seconds, SnrEquation};

use crate::{Mode, Telescope};

/// What is between a telescope and its target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions {
    /// Airmass of the target.
    pub airmass: f64,
    /// The Moon's light in the sky.
    pub moon: Moonlight,
}

impl Conditions {
    /// A moonless sky at some airmass.
    pub fn dark(airmass: f64) -> Self {
        Self { airmass, moon: Moonlight::None }
    }
}

/// The Moon's light in the sky.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moonlight {
    /// The Moon is not up: the sky has the telescope's dark brightness.
    None,
    /// The Moon is up somewhere: the sky has the telescope's bright brightness.
    Bright,
    /// The Moon stands there, and its light is scattered: see [`moonlight`](crate::sky::moonlight).
    Scattered {
        /// The Moon's phase angle, degrees: 0 when full, 180 when new.
        phase_angle: f64,
        /// The Moon's altitude, degrees.
        altitude: f64,
        /// The distance of Moon and target, degrees.
        separation: f64,
    },
}

/// How long an exposure must be, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Exposure {
    /// So long.
    Possible(Seconds),
    /// So long, which is longer than `observing.longest_exposure`.
    TooLong(Seconds),
    /// The magnitude is beyond `limits.faintest`.
    TooFaint,
    /// The magnitude is beyond `limits.brightest`.
    TooBright,
    /// The magnitude or a condition is missing (NaN).
    Unknown,
}

impl Exposure {
    /// The exposure time where the telescope grants it.
    pub fn seconds(self) -> Option<Seconds> {
        match self {
            Self::Possible(seconds) => Some(seconds),
            _ => None,
        }
    }
}

/// How long `telescope` must expose a point source of AB `magnitude` at the instrument's wavelength to reach
/// `observing.snr`, without overhead. The telescope must be one that [`Telescope::check`] accepts.
pub fn exposure(telescope: &Telescope, magnitude: f64, conditions: &Conditions) -> Exposure {
    if magnitude > telescope.limits.faintest {
        return Exposure::TooFaint;
    }
    if magnitude < telescope.limits.brightest {
        return Exposure::TooBright;
    }
    let seconds = snr_equation(telescope, magnitude, conditions).seconds(telescope.observing.snr);
    if seconds.0.is_nan() {
        Exposure::Unknown
    } else if seconds.0 > telescope.observing.longest_exposure {
        Exposure::TooLong(seconds)
    } else {
        Exposure::Possible(seconds)
    }
}

/// The signal-to-noise ratio that `telescope` reaches in an exposure: the inverse of [`exposure`], without its limits.
pub fn snr_after(telescope: &Telescope, magnitude: f64, conditions: &Conditions, exposure: Seconds) -> f64 {
    snr_equation(telescope, magnitude, conditions).snr(exposure)
}

/// The counts of a source of AB `magnitude` in the telescope's [mode](crate::Mode).
///
/// # The spectroscopic mode
/// With N₀ = F_ν Δλ / (h λ), F_ν = 3631 Jy, the photons a second, square metre and bin of a source of magnitude 0, X the
/// airmass ([`sky::airmass`](crate::sky::airmass)), k the extinction, and the collecting power C = N₀ ε π D²/4:
///
/// ```text
/// source      S = C 10^(−0.4 (m + k X)) f                                   electrons a second
/// sky         B = C 10^(−0.4 μ) A                                           electrons a second
/// dark        d = dark_current / 3600 · n                                   electrons a second
/// fixed       R = reads · n · (read_noise² + gain²/12)                      electrons²
/// seeing      w = seeing · X^0.6 (λ/λ_seeing)^(−0.2)                        arcseconds
/// slit s      f = in_slit(s, w) · in_slit(ℓ, w), ℓ = extraction · w, A = s ℓ, n = ℓ/pixel_scale · Δλ/dispersion
/// fibre a     f = in_fibre(a, w), A = π a²/4, n = a/pixel_scale · Δλ/dispersion
/// ```
///
/// The sky brightness μ is `sky.dark` with the airglow's way through the air
/// ([`dark_sky_factor`](crate::sky::dark_sky_factor)), or `sky.bright`, or the former with the scattered moonlight
/// ([`moonlight`](crate::sky::moonlight)) added. The sky is as seen from the ground, so that no extinction is taken from it.
/// Moonlight is given the brightness that it has in V, which is right near 550 nm and too much in the red, where air
/// scatters less. X^0.6 and λ^(−0.2) are those of Kolmogorov turbulence (Fried 1966).
///
/// # RESSPECT's mode
/// As the exposure time calculator of LSSTDESC/RESSPECT (S. González-Gaitán, after that of F. Förster for DECam), with its
/// default sky: S as above without slit and with the air's transmission 0.8161 e^(1−X); no sky or dark that grows with
/// time, but R = n (120 gain + read_noise²), n = π/4 (2.04 w)² / pixel_scale², w² = (seeing X^0.6 (λ/λ_seeing)^(−0.2))² +
/// 0.63². The sky of 120 counts a pixel whatever the exposure's length is the calculator's own simplification; so is that
/// airmass is 1.25 always, to which the conditions are therefore deaf.
pub fn snr_equation(telescope: &Telescope, magnitude: f64, conditions: &Conditions) -> SnrEquation {
    match telescope.mode {
        Mode::Spectroscopic => spectroscopic::equation(telescope, magnitude, conditions),
        Mode::Resspect => resspect::equation(telescope, magnitude),
    }
}

/// Electrons a second in the telescope's bin of a source of magnitude 0 above the atmosphere.
fn electrons_at_magnitude_zero(telescope: &Telescope) -> f64 {
    /// 3631 Jy over Planck's constant, photons a second, square metre and unit of ln λ.
    const PHOTONS: f64 = 3631e-26 / 6.626_070_15e-34;
    let instrument = &telescope.instrument;
    let area = std::f64::consts::FRAC_PI_4 * telescope.diameter.powi(2);
    PHOTONS * instrument.bin / instrument.wavelength * area * instrument.efficiency
}

/// The seeing's full width at half maximum at the instrument's wavelength and some airmass, arcseconds.
fn seeing(telescope: &Telescope, airmass: f64) -> f64 {
    let sky = &telescope.sky;
    let ratio = telescope.instrument.wavelength / sky.seeing_wavelength;
    sky.seeing * (0.6 * airmass.ln() - 0.2 * ratio.ln()).exp()
}
