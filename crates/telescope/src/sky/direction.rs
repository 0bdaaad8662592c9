//! Directions as unit vectors.

use crate::Error;

/// A direction among the stars: a unit vector along the axes of ICRS. Built once for an object, it serves every night.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Direction(pub(crate) [f64; 3]);

impl Direction {
    /// The direction of an object; `None` where a coordinate is missing (NaN).
    ///
    /// `ra` and `dec` are ICRS (or J2000) right ascension and declination, degrees. Right ascensions beyond [0, 360) are
    /// wrapped.
    ///
    /// # Errors
    /// The right ascension is infinite, or the declination is beyond ±90°.
    pub fn new(ra: f64, dec: f64) -> Result<Option<Self>, Error> {
        if ra.is_nan() || dec.is_nan() {
            return Ok(None);
        }
        let owner = "the coordinates of an object";
        let finite = [f64::MIN, f64::MAX];
        Error::unless_within(owner, "ra", ra, finite, "finite degrees, or NaN where it is not known")?;
        Error::unless_within(
            owner,
            "dec",
            dec,
            [-90.0, 90.0],
            "in [-90, 90] degrees, or NaN where it is not known",
        )?;
        let (sin_ra, cos_ra) = ra.to_radians().sin_cos();
        let (sin_dec, cos_dec) = dec.to_radians().sin_cos();
        Ok(Some(Self([cos_dec * cos_ra, cos_dec * sin_ra, sin_dec])))
    }

    /// The angle to another direction, degrees.
    pub fn separation(self, other: Self) -> f64 {
        angle(self.0, other.0).to_degrees()
    }
}

pub(crate) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The vector at length 1.
pub(crate) fn unit(vector: [f64; 3]) -> [f64; 3] {
    let length = dot(vector, vector).sqrt();
    vector.map(|part| part / length)
}

/// The angle between two unit vectors, radians: by their chord, which is exact for small angles too.
pub(crate) fn angle(a: [f64; 3], b: [f64; 3]) -> f64 {
    let difference = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    let sum = [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
    2.0 * dot(difference, difference).sqrt().atan2(dot(sum, sum).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_are_those_on_the_sphere() {
        let at = |ra, dec| Direction::new(ra, dec).unwrap().unwrap();
        assert!((at(350.0, 0.0).separation(at(370.0, 0.0)) - 20.0).abs() < 1e-12);
        assert!((at(10.0, 90.0).separation(at(200.0, 60.0)) - 30.0).abs() < 1e-12);
        assert!((at(10.0, 45.0).separation(at(10.0, 45.0 + 1e-8)) / 1e-8 - 1.0).abs() < 1e-6);
        assert!((at(0.0, 0.0).separation(at(180.0, 0.0)) - 180.0).abs() < 1e-12);
        assert!(at(-10.0, 3.0).separation(at(350.0, 3.0)) < 1e-12);
    }

    #[test]
    fn missing_is_not_wrong() {
        assert_eq!(Direction::new(f64::NAN, 10.0).unwrap(), None);
        assert_eq!(Direction::new(10.0, f64::NAN).unwrap(), None);
        assert!(Direction::new(f64::INFINITY, 10.0).is_err());
        let message = Direction::new(10.0, -91.0).unwrap_err().to_string();
        assert!(message.contains("dec is -91, but must be in [-90, 90] degrees"), "{message}");
    }
}
