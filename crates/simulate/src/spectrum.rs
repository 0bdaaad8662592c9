//! The spectral model: a black body, ultraviolet line blanketing, and the second maximum of type Ia.

use crate::profile::Profile;

/// The wavelength in which absolute magnitudes and the knots of light curves are given: B, Å.
pub(crate) const REFERENCE: f64 = 4400.0;

/// Below this wavelength lines blanket the continuum, Å.
const BLANKETING_EDGE: f64 = 4000.0;

/// A black body's flux density per frequency, without its constants: x³/(eˣ−1), x = hc/(λkT).
fn planck(wavelength: f64, temperature: f64) -> f64 {
    // hc/k = 1.438777e8 Å K.
    let x = 1.438_777e8 / (wavelength * temperature);
    x.powi(3) / x.exp_m1()
}

/// Flux density per frequency at `wavelength` (Å, rest frame) over that at [`REFERENCE`], at a phase (rest-frame days,
/// stretch removed) at which the gas has `temperature` (K). `blanketing_factor` scales the class's line blanketing.
pub(crate) fn colour(
    profile: &Profile,
    blanketing_factor: f64,
    wavelength: f64,
    phase: f64,
    temperature: f64,
) -> f64 {
    let mut ratio = planck(wavelength, temperature) / planck(REFERENCE, temperature);
    if wavelength < BLANKETING_EDGE {
        let cool = ((11_000.0 - temperature) / 5000.0).clamp(0.0, 1.0);
        let strength = blanketing_factor * (profile.blanketing + profile.cool_blanketing * cool);
        // Six magnitudes down, lines leave nothing that a survey would see; deeper would be a figment of the power law.
        let below = (strength * ((BLANKETING_EDGE - wavelength) / 1000.0).powf(1.5)).min(6.0);
        ratio *= 10f64.powf(-0.4 * below);
    }
    if profile.second_maximum > 0.0 {
        ratio *= second_maximum(profile.second_maximum, wavelength, phase);
    }
    ratio
}

/// The near infrared of type Ia: weaker than the black body around and after the peak, stronger at the second maximum,
/// 25 days later (after Kasen 2006, ApJ 649, 939: ionisation of the iron-peak elements).
fn second_maximum(strength: f64, wavelength: f64, phase: f64) -> f64 {
    let near_infrared = 1.0 / (1.0 + (-(wavelength - 7200.0) / 250.0).exp());
    let bell = |centre: f64, width: f64| (-0.5 * ((phase - centre) / width).powi(2)).exp();
    1.0 + strength * near_infrared * (0.12 * bell(26.0, 6.0) - 0.30 * bell(13.0, 7.0) - 0.25)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Class;

    #[test]
    fn colour_is_one_at_the_reference_and_redder_when_cool() {
        for class in Class::ALL {
            let profile = Profile::of(class);
            let at = |wavelength, temperature| colour(&profile, 1.0, wavelength, 0.0, temperature);
            assert!((at(REFERENCE, 9000.0) - 1.0).abs() < 0.02, "{class}");
            assert!(at(6500.0, 5000.0) > at(6500.0, 12_000.0), "{class}");
            assert!(at(3000.0, 5000.0) < at(3000.0, 12_000.0), "{class}");
        }
    }

    #[test]
    fn hot_gas_follows_rayleigh_and_jeans() {
        let ratio = planck(8000.0, 1e8) / planck(4000.0, 1e8);
        assert!((ratio - 0.25).abs() < 1e-3, "{ratio}");
    }

    #[test]
    fn type_ia_alone_has_a_second_maximum() {
        let (ia, ic) = (Profile::of(Class::Ia), Profile::of(Class::Ic));
        let rise = |profile: &Profile| {
            colour(profile, 1.0, 7800.0, 26.0, 4500.0) / colour(profile, 1.0, 7800.0, 13.0, 4500.0)
        };
        assert!(rise(&ia) > 1.3);
        assert!((rise(&ic) - 1.0).abs() < 1e-12);
    }
}
