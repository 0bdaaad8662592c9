//! Airmass.

/// Airmass at a true (unrefracted) altitude, degrees: the approximation of Young (1994, Applied Optics 33, 1108,
/// doi:10.1364/AO.33.001108). NaN below the horizon.
pub fn airmass(altitude: f64) -> f64 {
    if altitude < 0.0 { f64::NAN } else { airmass_of_sine(altitude.to_radians().sin()) }
}

/// As [`airmass`], from the altitude's sine.
pub(crate) fn airmass_of_sine(sine: f64) -> f64 {
    ((1.002_432 * sine + 0.148_386) * sine + 0.009_646_7)
        / (((sine + 0.149_864) * sine + 0.010_296_3) * sine + 0.000_303_978)
}

/// The true altitude, degrees, at which the airmass is as given: the inverse of [`airmass`]. Airmasses below 1 are those of
/// the zenith; above that of the horizon, 31.7, the altitude is 0.
pub fn altitude_at_airmass(airmass: f64) -> f64 {
    sine_at_airmass(airmass).asin().to_degrees()
}

/// As [`altitude_at_airmass`], as the altitude's sine.
pub(crate) fn sine_at_airmass(airmass: f64) -> f64 {
    if airmass.is_nan() {
        return f64::NAN;
    }
    // Airmass falls as the sine grows, so that bisection needs no care.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if airmass_of_sine(middle) > airmass {
            low = middle;
        } else {
            high = middle;
        }
    }
    if high == 1.0 || airmass <= airmass_of_sine(1.0) { 1.0 } else { high }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zenith_has_one_and_the_horizon_many() {
        assert!((airmass(90.0) - 1.0).abs() < 1e-4);
        // Kasten & Young (1989) at the apparent altitude, 30.028°: 1 / (0.5004 + 0.50572 · 36.108^−1.6364) = 1.9925.
        assert!((airmass(30.0) - 1.9925).abs() < 2e-3);
        assert!((airmass(0.0) - 31.7).abs() < 0.1);
        assert!(airmass(-1.0).is_nan() && airmass(f64::NAN).is_nan());
        assert!((1..=90).all(|degree| airmass(f64::from(degree)) < airmass(f64::from(degree - 1))));
    }

    #[test]
    fn altitudes_come_back() {
        for degree in 0..900 {
            let altitude = f64::from(degree) / 10.0;
            assert!((altitude_at_airmass(airmass(altitude)) - altitude).abs() < 1e-6, "{altitude}");
        }
        assert_eq!(altitude_at_airmass(0.5), 90.0);
        assert!(altitude_at_airmass(100.0) < 1e-12);
        assert!(altitude_at_airmass(f64::NAN).is_nan());
    }
}
