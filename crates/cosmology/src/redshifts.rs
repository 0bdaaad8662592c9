//! The distances of many redshifts at once, for one cosmology after the other.
//!
//! A grid or a chain asks for the distances of the same redshifts in thousands of cosmologies. The integrand of the distance
//! (see [`Cosmology`]) is so smooth that its values at [`NODES`] fixed places determine it to rounding; the integral up
//! to any redshift is a linear function of these values, and its coefficients depend on the redshift alone. They are
//! computed once; each cosmology then costs `NODES` powers and a product of a matrix and a vector.

use crate::quadrature;
use crate::{Cosmology, Error, model};

/// The places at which the integrand is evaluated.
pub const NODES: usize = 32;

/// Redshifts prepared for fast distances.
#[derive(Debug, Clone)]
pub struct Redshifts {
    z: Vec<f64>,
    /// 1 − s at the places where the integrand is evaluated.
    depths: [f64; NODES],
    /// For each redshift the coefficients of the integrand's values.
    coefficients: Vec<[f64; NODES]>,
}

impl Redshifts {
    /// Prepares the redshifts, in any order.
    ///
    /// # Errors
    /// [`Error::Data`] for a redshift that is not finite or not above 0.
    pub fn new(z: &[f64]) -> Result<Self, Error> {
        if let Some((row, z)) = z.iter().enumerate().find(|(_, z)| !(**z > 0.0 && z.is_finite())) {
            return Err(Error::Data(format!(
                "redshift {z} of object {row} is not a finite number above 0: correct or remove the object"
            )));
        }
        let deepest = z.iter().copied().map(model::depth).fold(0.0, f64::max);
        let rule = quadrature::rule::<NODES>();
        // The interval of s, from 1 down to the furthest redshift, in terms of x from −1 to 1.
        let depths = rule.map(|(x, _)| 0.5 * deepest * (1.0 + x));
        let polynomials = rule.map(|(x, _)| quadrature::legendre(NODES, x));
        let coefficients = z
            .iter()
            .map(|z| {
                // The polynomial through the values f_k is Σ_j (2j+1)/2 P_j(x) Σ_k w_k P_j(x_k) f_k, and the integral of
                // (2j+1) P_j is P_(j+1) − P_(j−1).
                let x = 2.0 * model::depth(*z) / deepest - 1.0;
                let here = quadrature::legendre(NODES, x);
                std::array::from_fn(|k| {
                    let higher: f64 =
                        (1..NODES).map(|j| polynomials[k][j] * (here[j + 1] - here[j - 1])).sum();
                    0.25 * deepest * rule[k].1 * (1.0 + x + higher)
                })
            })
            .collect();
        Ok(Self { z: z.to_vec(), depths, coefficients })
    }

    /// The redshifts as given.
    pub fn z(&self) -> &[f64] {
        &self.z
    }

    /// The comoving distances, Mpc, in the order of the redshifts.
    pub fn comoving_distances<'a>(&'a self, cosmology: &Cosmology) -> impl Iterator<Item = f64> + 'a {
        let values = self.depths.map(|depth| cosmology.integrand(depth));
        let unit = cosmology.distance_unit();
        self.coefficients.iter().map(move |row| {
            unit * row.iter().zip(&values).map(|(coefficient, value)| coefficient * value).sum::<f64>()
        })
    }

    /// The distance moduli, magnitudes, in the order of the redshifts.
    pub fn distance_moduli<'a>(&'a self, cosmology: &Cosmology) -> impl Iterator<Item = f64> + 'a {
        self.comoving_distances(cosmology)
            .zip(&self.z)
            .map(|(distance, z)| 5.0 * ((1.0 + z) * distance).log10() + 25.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn one_by_one_is_the_same(
            z in prop::collection::vec(1e-3..3.0f64, 1..20),
            matter in 0.05..0.95f64,
            w0 in -2.0..-0.2f64,
            wa in -1.0..0.5f64,
        ) {
            let cosmology = Cosmology { matter, w0, wa, ..Cosmology::default() };
            let redshifts = Redshifts::new(&z).unwrap();
            for (distance, z) in redshifts.comoving_distances(&cosmology).zip(&z) {
                prop_assert!((distance / cosmology.comoving_distance(*z) - 1.0).abs() < 1e-8);
            }
            for (modulus, z) in redshifts.distance_moduli(&cosmology).zip(&z) {
                prop_assert!((modulus - cosmology.distance_modulus(*z)).abs() < 1e-7);
            }
        }
    }

    #[test]
    fn redshifts_must_be_positive() {
        for z in [0.0, -0.1, f64::NAN, f64::INFINITY] {
            assert!(Redshifts::new(&[0.1, z]).is_err(), "{z}");
        }
        assert_eq!(Redshifts::new(&[]).unwrap().distance_moduli(&Cosmology::default()).count(), 0);
    }
}
