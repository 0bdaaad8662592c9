//! RESSPECT's exposure time calculator.

use super::{SnrEquation, electrons_at_magnitude_zero, seeing};
use crate::{Telescope, sky::magnitudes};

/// The airmass of every exposure.
const AIRMASS: f64 = 1.25;
/// The air's transmission at 500 nm and airmass 1, between 0.8 at 473.5 nm and 0.9 at 638.5 nm.
const TRANSMISSION: f64 = 0.816_060_6;
/// Blur of the optics, arcseconds, added in quadrature to the seeing.
const OPTICS: f64 = 0.63;
/// Diameter of the aperture in full widths at half maximum.
const APERTURE: f64 = 2.04;
/// Counts of sky in a pixel.
const SKY_COUNTS: f64 = 120.0;

pub(super) fn equation(telescope: &Telescope, magnitude: f64) -> SnrEquation {
    let instrument = &telescope.instrument;
    let fwhm = seeing(telescope, AIRMASS).hypot(OPTICS);
    let pixels = std::f64::consts::FRAC_PI_4 * (APERTURE * fwhm / instrument.pixel_scale).powi(2);
    SnrEquation {
        source: electrons_at_magnitude_zero(telescope)
            * TRANSMISSION
            * (1.0 - AIRMASS).exp()
            * magnitudes(magnitude),
        background: 0.0,
        fixed: pixels * (SKY_COUNTS * instrument.gain + instrument.read_noise.powi(2)),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Conditions, Exposure, Telescope, exposure, snr_equation};

    /// Diameter, magnitude and the seconds that `ExpTimeCalc` of LSSTDESC/RESSPECT v0.3 gives for a ratio of 10; its grid steps by 0.18 s
    /// and ends at 5 h.
    const TABLE: [(f64, f64, f64); 10] = [
        (4.0, 20.0, 481.0),
        (4.0, 21.0, 1209.0),
        (4.0, 22.0, 3036.0),
        (4.0, 22.5, 4813.0),
        (4.0, 23.0, 7627.0),
        (8.0, 20.0, 120.0),
        (8.0, 21.0, 302.0),
        (8.0, 22.0, 759.0),
        (8.0, 23.0, 1907.0),
        (8.0, 24.0, 4790.0),
    ];

    #[test]
    fn exposures_are_resspects() {
        for (diameter, magnitude, expected) in TABLE {
            let telescope = Telescope::preset(&format!("resspect-{diameter}m")).unwrap();
            let seconds = snr_equation(&telescope, magnitude, &Conditions::dark(1.0)).seconds(10.0);
            // The peer interpolates the seeing linearly between bands, which is 0.15 % more than the power law.
            assert!((seconds.0 / expected - 1.0).abs() < 4e-3, "{diameter} {magnitude}: {seconds:?}");
        }
    }

    #[test]
    fn two_hours_are_the_most() {
        let telescope = Telescope::preset("resspect-4m").unwrap();
        let at = |magnitude| exposure(&telescope, magnitude, &Conditions::dark(1.0));
        assert!(at(22.9).seconds().is_some());
        assert!(matches!(at(23.0), Exposure::TooLong(seconds) if seconds.0 > 7600.0));
        assert_eq!(
            (at(f64::NAN), at(31.0), at(-1.0)),
            (Exposure::Unknown, Exposure::TooFaint, Exposure::TooBright)
        );
    }
}
