//! Neighbours on the sphere.

/// Points on the unit sphere, by declination.
pub(super) struct Sphere {
    points: Vec<Option<[f64; 3]>>,
    /// Declinations, degrees, and points that have one, southernmost first.
    southern: Vec<(f64, usize)>,
}

/// Degrees by which strips of declination are wider than the radius: near the poles a declination that was a sine is rounded.
const EDGE: f64 = 1e-5;

impl Sphere {
    /// Of right ascensions and declinations in degrees; points of which either is not finite are nowhere.
    pub(super) fn new(places: impl Iterator<Item = [f64; 2]>) -> Self {
        let mut southern = Vec::new();
        let mut points = Vec::new();
        for (index, [ra, dec]) in places.enumerate() {
            if !ra.is_finite() || !dec.is_finite() {
                points.push(None);
                continue;
            }
            southern.push((dec, index));
            let (ra, dec) = (ra.rem_euclid(360.0).to_radians(), dec.to_radians());
            points.push(Some([dec.cos() * ra.cos(), dec.cos() * ra.sin(), dec.sin()]));
        }
        southern.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        Self { points, southern }
    }

    /// The points that are `usable` and no further than `radius` degrees from the centre, which is one of them where it is
    /// usable; none where the centre is nowhere.
    pub(super) fn within(&self, centre: usize, radius: f64, usable: impl Fn(usize) -> bool) -> Vec<usize> {
        let Some(from) = self.points[centre] else { return Vec::new() };
        // Chords do not lose small angles as cosines do: |u − v| = 2·sin(angle/2).
        let chord = 2.0 * (radius.min(180.0).to_radians() / 2.0).sin();
        // A little more, since the points are rounded.
        let most = (chord + 1e-15).powi(2);
        let dec = from[2].asin().to_degrees();
        let south = self.southern.partition_point(|(other, _)| *other < dec - radius - EDGE);
        let strip = self.southern[south..].iter().take_while(|(other, _)| *other <= dec + radius + EDGE);
        let near = |to: &[f64; 3]| from.iter().zip(to).map(|(a, b)| (a - b).powi(2)).sum::<f64>() <= most;
        strip
            .map(|(_, index)| *index)
            .filter(|index| self.points[*index].as_ref().is_some_and(near))
            .filter(|index| usable(*index))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Angular distance in degrees after Vincenty, which is exact at all angles.
    fn separation([ra, dec]: [f64; 2], [other_ra, other_dec]: [f64; 2]) -> f64 {
        let (turn, a, b) = ((other_ra - ra).to_radians(), dec.to_radians(), other_dec.to_radians());
        let across = (b.cos() * turn.sin()).hypot(a.cos() * b.sin() - a.sin() * b.cos() * turn.cos());
        across.atan2(a.sin() * b.sin() + a.cos() * b.cos() * turn.cos()).to_degrees()
    }

    #[test]
    fn neighbours_are_those_of_the_angle_also_across_the_wrap_and_the_poles() {
        let mut places = vec![[f64::NAN, 0.0], [10.0, f64::INFINITY]];
        for ra in [0.0, 0.4, 90.0, 180.0, 359.7, 360.2, -0.3, 540.1] {
            for dec in [-90.0, -89.9, -0.2, 0.0, 0.3, 45.0, 89.8, 90.0] {
                places.push([ra, dec]);
            }
        }
        let sphere = Sphere::new(places.iter().copied());
        for radius in [0.0, 0.25, 0.55, 1.0, 46.0, 180.0] {
            assert!(sphere.within(0, radius, |_| true).is_empty());
            assert!(sphere.within(1, radius, |_| true).is_empty());
            for centre in 2..places.len() {
                let mut near = sphere.within(centre, radius, |index| index != 5);
                near.sort_unstable();
                let expected: Vec<usize> = (2..places.len())
                    .filter(|index| {
                        *index != 5 && separation(places[centre], places[*index]) <= radius + 1e-9
                    })
                    .collect();
                assert_eq!(near, expected, "{radius} {:?}", places[centre]);
            }
        }
    }
}
