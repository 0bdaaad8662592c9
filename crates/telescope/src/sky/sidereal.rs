//! Sidereal time.

use super::J2000;

/// Turns of the Earth against the mean equinox in one day of universal time.
pub(crate) const TURNS_PER_DAY: f64 = 1.002_737_909_350_795;

/// Greenwich mean sidereal time at modified Julian day `mjd`, degrees in [0, 360) (IAU 1982; Meeus 1998, equation 12.4).
/// Coordinated universal time is taken as UT1, which is never more than 0.9 s, or 0.004°, away.
pub fn greenwich_sidereal(mjd: f64) -> f64 {
    let days = mjd - J2000;
    let centuries = days / 36_525.0;
    // Whole turns are left out first: they would cost digits.
    let turn = days.rem_euclid(1.0) + (days * (TURNS_PER_DAY - 1.0)).rem_euclid(1.0);
    (280.460_618_37 + 360.0 * turn + (0.000_387_933 - centuries / 38_710_000.0) * centuries.powi(2))
        .rem_euclid(360.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sidereal_time_is_that_of_the_book() {
        // Meeus 1998, examples 12.a and 12.b: 1987 April 10, 0h and 19h21m UT: 13h10m46.3668s and 128.7378734°.
        let first = 15.0 * (13.0 + 10.0 / 60.0 + 46.3668 / 3600.0);
        assert!((greenwich_sidereal(46_895.0) - first).abs() < 1e-6);
        assert!((greenwich_sidereal(46_895.0 + 19.35 / 24.0) - 128.737_873_4).abs() < 1e-6);
    }
}
