//! Precession of the equinoxes.

use super::centuries;

/// The rotation from the equator and equinox of J2000.0 to those of a date (IAU 1976: Lieske et al. 1977; Meeus 1998,
/// equation 21.3). Nutation and aberration, at most 0.005° and 0.006°, are left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Precession([[f64; 3]; 3]);

impl Precession {
    pub(crate) fn new(mjd: f64) -> Self {
        let t = centuries(mjd);
        let angle = |first: f64, second: f64, third: f64| {
            ((first + (second + third * t) * t) * t / 3600.0).to_radians().sin_cos()
        };
        let (sin_zeta, cos_zeta) = angle(2306.2181, 0.301_88, 0.017_998);
        let (sin_z, cos_z) = angle(2306.2181, 1.094_68, 0.018_203);
        let (sin_theta, cos_theta) = angle(2004.3109, -0.426_65, -0.041_833);
        Self([
            [
                cos_z * cos_theta * cos_zeta - sin_z * sin_zeta,
                -cos_z * cos_theta * sin_zeta - sin_z * cos_zeta,
                -cos_z * sin_theta,
            ],
            [
                sin_z * cos_theta * cos_zeta + cos_z * sin_zeta,
                -sin_z * cos_theta * sin_zeta + cos_z * cos_zeta,
                -sin_z * sin_theta,
            ],
            [sin_theta * cos_zeta, -sin_theta * sin_zeta, cos_theta],
        ])
    }

    pub(crate) fn apply(&self, vector: [f64; 3]) -> [f64; 3] {
        self.0.map(|row| super::dot(row, vector))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sky::{Direction, Place};

    #[test]
    fn theta_persei_moves_as_in_the_book() {
        // Meeus 1998, example 21.b: theta Persei with its proper motion, 2028 November 13.19 TD: from
        // 41.054063°, +49.227750° to 41.547214°, +49.348483°.
        let start = Direction::new(41.054_063, 49.227_750).unwrap().unwrap();
        let place = Place::of(Precession::new(62_088.19 - 69.0 / 86_400.0).apply(start.0));
        assert!((place.ra - 41.547_214).abs() < 2e-6, "{place:?}");
        assert!((place.dec - 49.348_483).abs() < 2e-6, "{place:?}");
    }
}
