//! Where things stand in the sky: time, precession, Sun, Moon, airmass and moonlight.

mod airmass;
mod direction;
mod moon;
mod moonlight;
mod precession;
mod sidereal;
mod sun;

pub use airmass::{airmass, altitude_at_airmass};
pub use direction::Direction;
pub use moon::{illumination, moon};
pub use moonlight::{airmass_of_scatter, dark_sky_factor, moonlight};
pub use sidereal::greenwich_sidereal;
pub use sun::sun;

pub(crate) use airmass::{airmass_of_sine, sine_at_airmass};
pub(crate) use direction::{angle, dot, unit};
pub(crate) use moon::{moon_vector, phase_angle_of};
pub(crate) use moonlight::{magnitudes, nanolamberts};
pub(crate) use precession::Precession;
pub(crate) use sidereal::TURNS_PER_DAY;
pub(crate) use sun::sun_vector;

/// The modified Julian day of the epoch J2000.0.
pub(crate) const J2000: f64 = 51_544.5;

/// Julian centuries of terrestrial time since J2000.0. Terrestrial time is taken to be 69 s ahead of universal time, as it
/// has been since 2017: even in 1950, when it was 29 s, the Moon is thereby wrong by 0.006° only.
pub(crate) fn centuries(mjd: f64) -> f64 {
    (mjd - J2000 + 69.0 / 86_400.0) / 36_525.0
}

/// A place in the sky at some instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Right ascension, degrees in [0, 360), for the mean equator and equinox of date.
    pub ra: f64,
    /// Declination, degrees, for the mean equator of date.
    pub dec: f64,
    /// Distance from the centre of the Earth, km.
    pub distance: f64,
}

impl Place {
    fn of(vector: [f64; 3]) -> Self {
        let distance = dot(vector, vector).sqrt();
        Self {
            ra: vector[1].atan2(vector[0]).to_degrees().rem_euclid(360.0),
            dec: (vector[2] / distance).asin().to_degrees(),
            distance,
        }
    }
}

/// A vector along the equator's axes from one along the ecliptic's of the same date (Meeus 1998, equation 22.2).
pub(crate) fn from_ecliptic(longitude: f64, latitude: f64, distance: f64, centuries: f64) -> [f64; 3] {
    let (sin, cos) = (23.439_291_1 - 0.013_004_2 * centuries).to_radians().sin_cos();
    let (sin_longitude, cos_longitude) = longitude.to_radians().sin_cos();
    let (sin_latitude, cos_latitude) = latitude.to_radians().sin_cos();
    let [x, y, z] = [cos_latitude * cos_longitude, cos_latitude * sin_longitude, sin_latitude];
    [distance * x, distance * (y * cos - z * sin), distance * (y * sin + z * cos)]
}
