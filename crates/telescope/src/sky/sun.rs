//! The Sun's place.

use super::{Place, centuries, from_ecliptic};

const ASTRONOMICAL_UNIT: f64 = 149_597_870.7;

/// The Sun as seen from the centre of the Earth at modified Julian day `mjd` (UTC): mean longitude, equation of the centre
/// and aberration (Meeus 1998, chapter 25, lower accuracy), for the mean equinox of date. Good to 0.01°.
pub fn sun(mjd: f64) -> Place {
    Place::of(sun_vector(mjd))
}

/// As [`sun`], as a vector, km.
pub(crate) fn sun_vector(mjd: f64) -> [f64; 3] {
    let t = centuries(mjd);
    let mean_longitude = 280.466_46 + (36_000.769_83 + 0.000_303_2 * t) * t;
    let anomaly = (357.529_11 + (35_999.050_29 - 0.000_153_7 * t) * t).to_radians();
    let centre = (1.914_602 - (0.004_817 + 0.000_014 * t) * t) * anomaly.sin()
        + (0.019_993 - 0.000_101 * t) * (2.0 * anomaly).sin()
        + 0.000_289 * (3.0 * anomaly).sin();
    let eccentricity = 0.016_708_634 - (0.000_042_037 + 0.000_000_126_7 * t) * t;
    let true_anomaly = anomaly + centre.to_radians();
    let radius = 1.000_001_018 * (1.0 - eccentricity.powi(2)) / (1.0 + eccentricity * true_anomaly.cos());
    const ABERRATION: f64 = -0.005_69;
    from_ecliptic(mean_longitude + centre + ABERRATION, 0.0, radius * ASTRONOMICAL_UNIT, t)
}
