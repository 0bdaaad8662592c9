//! Where a telescope stands.

use serde::{Deserialize, Serialize};

use crate::Error;

/// Where a telescope stands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Geodetic longitude, degrees east of Greenwich, in [−180, 360]: 289.6 and −70.4 are the same.
    pub longitude: f64,
    /// Geodetic latitude, degrees north, in [−90, 90].
    pub latitude: f64,
    /// Height above the ellipsoid, metres, in [−500, 9000]. It enters only the parallax of the Moon.
    #[serde(default)]
    pub height: f64,
}

/// The Earth's equatorial radius, km, and its polar over its equatorial radius (IAU 1976).
const EARTH_RADIUS: f64 = 6378.14;
const POLAR: f64 = 1.0 - 1.0 / 298.257;

impl Site {
    /// Refuses what is not a place on Earth.
    ///
    /// # Errors
    /// A coordinate is not finite or out of its range.
    pub fn check(&self) -> Result<(), Error> {
        self.check_for("the site")
    }

    pub(crate) fn check_for(&self, owner: &str) -> Result<(), Error> {
        let within = |name, value, range, rule| Error::unless_within(owner, name, value, range, rule);
        let rule = "in [-180, 360] degrees east of Greenwich";
        within("site.longitude", self.longitude, [-180.0, 360.0], rule)?;
        within("site.latitude", self.latitude, [-90.0, 90.0], "in [-90, 90] degrees north")?;
        within("site.height", self.height, [-500.0, 9000.0], "in [-500, 9000] metres")
    }

    /// The observer's distance from the Earth's axis and from the plane of its equator, km (Meeus 1998, chapter 11).
    pub(crate) fn geocentric(&self) -> [f64; 2] {
        let (sin, cos) = self.latitude.to_radians().sin_cos();
        let (sin_u, cos_u) = (POLAR * sin).atan2(cos).sin_cos();
        let height = self.height / 1000.0;
        [EARTH_RADIUS * cos_u + height * cos, EARTH_RADIUS * POLAR * sin_u + height * sin]
    }

    /// Local mean sidereal time, radians, not reduced to one turn.
    pub(crate) fn sidereal(&self, mjd: f64) -> f64 {
        (crate::sky::greenwich_sidereal(mjd) + self.longitude).to_radians()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earth_is_flattened() {
        // Meeus 1998, example 11.a: Palomar, latitude 33°21′22″, 1706 m: rho sin phi' = 0.546861, rho cos phi' = 0.836339.
        let palomar = Site { longitude: -116.8625, latitude: 33.356_111, height: 1706.0 };
        let [axis, plane] = palomar.geocentric();
        assert!((axis / EARTH_RADIUS - 0.836_339).abs() < 1e-6, "{axis}");
        assert!((plane / EARTH_RADIUS - 0.546_861).abs() < 1e-6, "{plane}");
    }

    #[test]
    fn places_off_the_earth_are_refused() {
        let site = Site { longitude: -70.0, latitude: 90.5, height: 0.0 };
        let message = site.check().unwrap_err().to_string();
        assert_eq!(message, "the site: site.latitude is 90.5, but must be in [-90, 90] degrees north");
        assert!(Site { latitude: f64::NAN, ..site }.check().is_err());
        assert!(Site { latitude: 0.0, longitude: f64::INFINITY, ..site }.check().is_err());
        assert!(Site { latitude: -90.0, ..site }.check().is_ok());
    }
}
