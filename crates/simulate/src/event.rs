//! One explosion: its properties, and the flux it sends into each band.

use hesper_cosmology::Cosmology;
use hesper_photometry::flux_of_magnitude;

use crate::dust::extinction;
use crate::profile::Profile;
use crate::spectrum::{REFERENCE, colour};
use crate::template::Template;
use crate::{Class, WAVELENGTHS};

/// The properties of an event.
#[derive(Clone, Debug)]
pub(crate) struct Properties {
    pub class: Class,
    pub redshift: f64,
    pub peak_mjd: f64,
    /// Peak absolute magnitude in rest-frame B, the host's dust included.
    pub magnitude: f64,
    pub stretch: f64,
    pub decline_stretch: f64,
    pub temperature_factor: f64,
    pub blanketing_factor: f64,
    pub host_ebv: f64,
    pub host_r_v: f64,
    pub galactic_ebv: f64,
}

/// An event made ready for many evaluations.
#[derive(Clone, Debug)]
pub(crate) struct Event<'a> {
    pub properties: Properties,
    template: &'a Template,
    profile: Profile,
    /// Flux at the peak in each band, nJy, were the spectrum flat: distance, K-correction and dust.
    scale: [f64; 4],
}

impl<'a> Event<'a> {
    pub(crate) fn new(properties: Properties, template: &'a Template) -> Self {
        let z = properties.redshift;
        let reference = extinction(REFERENCE, properties.host_r_v);
        let scale = WAVELENGTHS.map(|wavelength| {
            // The magnitude in B holds the host's dust already: here goes what other wavelengths suffer beyond it.
            let host =
                properties.host_ebv * (extinction(wavelength / (1.0 + z), properties.host_r_v) - reference);
            let galactic = properties.galactic_ebv * extinction(wavelength, 3.1);
            (1.0 + z)
                * flux_of_magnitude(
                    properties.magnitude + Cosmology::FIDUCIAL.distance_modulus(z) + host + galactic,
                )
        });
        let profile = Profile::of(properties.class);
        Self { properties, template, profile, scale }
    }

    /// Flux in nJy at `mjd` in a band (its number); 0 before the explosion.
    pub(crate) fn flux(&self, mjd: f64, band: usize) -> f64 {
        let p = &self.properties;
        let observed = (mjd - p.peak_mjd) / (1.0 + p.redshift) / p.stretch;
        let phase = if observed > 0.0 { observed / p.decline_stretch } else { observed };
        let Some((below, temperature)) = self.template.at(phase) else { return 0.0 };
        let ratio = colour(
            &self.profile,
            p.blanketing_factor,
            WAVELENGTHS[band] / (1.0 + p.redshift),
            phase,
            temperature * p.temperature_factor,
        );
        self.scale[band] * ratio * 10f64.powf(-0.4 * below)
    }

    /// The brightest flux in a band, nJy, over days of the rest frame from first light to 40 days after the peak in B.
    pub(crate) fn peak_flux(&self, band: usize) -> f64 {
        let p = &self.properties;
        let day = p.stretch * (1.0 + p.redshift);
        let start = self.template.first_phase().ceil() as i32;
        (start..=40).map(|t| self.flux(p.peak_mjd + f64::from(t) * day, band)).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(redshift: f64) -> Properties {
        Properties {
            class: Class::Ia,
            redshift,
            peak_mjd: 56_250.0,
            magnitude: -19.25,
            stretch: 1.0,
            decline_stretch: 1.0,
            temperature_factor: 1.0,
            blanketing_factor: 1.0,
            host_ebv: 0.0,
            host_r_v: 2.1,
            galactic_ebv: 0.0,
        }
    }

    #[test]
    fn time_is_dilated() {
        // z such that the same rest wavelength falls into g here and into r there, so that only time differs.
        let template = Template::new(Profile::of(Class::Ia).knots);
        let near = Event::new(properties(0.1), &template);
        let far_redshift = 1.1 * WAVELENGTHS[1] / WAVELENGTHS[0] - 1.0;
        let far = Event::new(properties(far_redshift), &template);
        for phase in [-12.0, -3.0, 0.0, 15.0, 33.0] {
            let here = near.flux(56_250.0 + phase * 1.1, 0) / near.flux(56_250.0, 0);
            let there = far.flux(56_250.0 + phase * (1.0 + far_redshift), 1) / far.flux(56_250.0, 1);
            assert!((here / there - 1.0).abs() < 1e-9, "{phase}: {here} {there}");
        }
    }

    #[test]
    fn magnitudes_follow_the_distance() {
        // At this redshift r is rest-frame B, where the peak is the absolute magnitude with K = −2.5 log(1+z).
        let template = Template::new(Profile::of(Class::Ia).knots);
        let z = WAVELENGTHS[1] / REFERENCE - 1.0;
        let event = Event::new(properties(z), &template);
        let magnitude = hesper_photometry::magnitude(event.flux(56_250.0, 1)).unwrap();
        let expected = -19.25 + Cosmology::FIDUCIAL.distance_modulus(z) - 2.5 * (1.0 + z).log10();
        // The near-infrared correction of type Ia has not quite died out in B.
        assert!((magnitude - expected).abs() < 1e-4, "{magnitude} {expected}");
        assert!(event.peak_flux(1) >= event.flux(56_250.0, 1));
    }

    #[test]
    fn dust_dims_and_reddens_and_there_is_dark_before_the_explosion() {
        let template = Template::new(Profile::of(Class::Ia).knots);
        let clear = Event::new(properties(0.3), &template);
        let dusty = Event::new(Properties { galactic_ebv: 0.1, ..properties(0.3) }, &template);
        let dimming = |band| -2.5 * (dusty.flux(56_255.0, band) / clear.flux(56_255.0, band)).log10();
        assert!((dimming(0) - 0.1 * extinction(WAVELENGTHS[0], 3.1)).abs() < 1e-9);
        assert!(dimming(0) > dimming(1) && dimming(1) > dimming(3) && dimming(3) > 0.0);
        let first_light = 56_250.0 + 1.3 * template.first_phase();
        assert_eq!(clear.flux(first_light - 0.01, 2), 0.0);
        assert!(clear.flux(first_light + 0.01, 2) > 0.0);
    }
}
