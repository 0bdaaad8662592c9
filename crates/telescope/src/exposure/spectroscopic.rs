//! A spectrograph behind a slit or a fibre.

use super::{Conditions, Moonlight, SnrEquation, electrons_at_magnitude_zero, in_fibre, in_slit, seeing};
use crate::{
    Aperture, Telescope,
    sky::{airmass_of_scatter, dark_sky_factor, magnitudes, moonlight, nanolamberts},
};

/// The formulas are with [`snr_equation`](super::snr_equation).
pub(super) fn equation(telescope: &Telescope, magnitude: f64, conditions: &Conditions) -> SnrEquation {
    let instrument = &telescope.instrument;
    let fwhm = seeing(telescope, conditions.airmass);
    let (let_through, sky_area, height) = match instrument.aperture {
        Aperture::Slit(width) => {
            let height = instrument.extraction * fwhm;
            (in_slit(width, fwhm) * in_slit(height, fwhm), width * height, height)
        }
        Aperture::Fibre(diameter) => {
            (in_fibre(diameter, fwhm), std::f64::consts::FRAC_PI_4 * diameter * diameter, diameter)
        }
    };
    let pixels = height / instrument.pixel_scale * instrument.bin / instrument.dispersion;
    let zero = electrons_at_magnitude_zero(telescope);
    let seen = magnitudes(magnitude + telescope.sky.extinction * conditions.airmass);
    SnrEquation {
        source: zero * seen * let_through,
        background: zero * sky(telescope, conditions) * sky_area + instrument.dark_current / 3600.0 * pixels,
        fixed: f64::from(instrument.reads)
            * pixels
            * (instrument.read_noise.powi(2) + instrument.gain.powi(2) / 12.0),
    }
}

/// The light of a square arcsecond of sky, in that of a star of magnitude 0.
fn sky(telescope: &Telescope, conditions: &Conditions) -> f64 {
    let sky = &telescope.sky;
    // The zenith distance is wanted only for a slowly varying factor, so that airmass may be its secant.
    let x = airmass_of_scatter(1.0 - conditions.airmass.powi(2).recip().min(1.0));
    let dark = magnitudes(sky.dark) * dark_sky_factor(x, sky.extinction);
    match conditions.moon {
        Moonlight::None => dark,
        Moonlight::Bright => magnitudes(sky.bright),
        Moonlight::Scattered { phase_angle, altitude, separation } => {
            let light = moonlight(phase_angle, altitude, separation, x, sky.extinction);
            dark + magnitudes(sky.dark) * light / nanolamberts(sky.dark)
        }
    }
}
