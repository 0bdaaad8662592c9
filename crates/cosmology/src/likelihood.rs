//! The likelihood of distances with known errors, whatever their common offset.

use crate::cholesky::Cholesky;
use crate::{Cosmology, Covariance, Distances, Error, Redshifts};

/// What data say about a cosmology.
pub trait Likelihood: Sync {
    /// ln of the probability density of the data in this cosmology; of the Hubble constant it does not depend.
    fn log_likelihood(&self, cosmology: &Cosmology) -> f64;
}

/// The Gaussian likelihood of moduli with a covariance C, with the offset (absolute magnitude and Hubble constant)
/// marginalised under a flat prior. With the residuals r and A = rᵀC⁻¹r, B = 1ᵀC⁻¹r, E = 1ᵀC⁻¹1
///
/// ```text
/// χ² = A − B²/E,   −2 ln L = χ² + ln|C| + ln E + (n−1) ln 2π
/// ```
///
/// (Goliath et al. 2001, A&A 380, 6).
#[derive(Debug, Clone)]
pub struct Gaussian {
    redshifts: Redshifts,
    modulus: Vec<f64>,
    whitening: Whitening,
    /// L⁻¹ 1.
    ones: Vec<f64>,
    /// 1ᵀC⁻¹1.
    weight: f64,
    /// ln of the normalisation.
    constant: f64,
}

#[derive(Debug, Clone)]
enum Whitening {
    /// The reciprocals of the errors.
    Diagonal(Vec<f64>),
    Full(Cholesky),
}

impl Whitening {
    fn apply(&self, x: &mut [f64]) {
        match self {
            Self::Diagonal(reciprocals) => x.iter_mut().zip(reciprocals).for_each(|(x, r)| *x *= r),
            Self::Full(factor) => factor.whiten(x),
        }
    }
}

impl Gaussian {
    /// Prepares the likelihood.
    ///
    /// # Errors
    /// [`Error::Data`] without a single object, and where the covariance is not positive definite.
    pub fn new(distances: &Distances) -> Result<Self, Error> {
        let n = distances.len();
        if n == 0 {
            return Err(Error::Data("there are no distances to fit: give at least one object".into()));
        }
        let (whitening, log_determinant) = match distances.covariance() {
            Covariance::Diagonal(variances) => {
                if let Some(row) = variances.iter().position(|variance| *variance == 0.0) {
                    return Err(Error::Data(format!(
                        "the modulus of object {row} has no error: give its error or add a scatter"
                    )));
                }
                let reciprocals = variances.iter().map(|variance| variance.sqrt().recip()).collect();
                (Whitening::Diagonal(reciprocals), variances.iter().map(|variance| variance.ln()).sum())
            }
            Covariance::Full(matrix) => {
                let factor = Cholesky::new(matrix, n).map_err(|row| {
                    Error::Data(format!(
                        "the covariance is not positive definite at object {row}: add the statistical variances to its \
                         diagonal, or remove objects that are measured twice"
                    ))
                })?;
                let log_determinant = factor.log_determinant();
                (Whitening::Full(factor), log_determinant)
            }
        };
        let mut ones = vec![1.0; n];
        whitening.apply(&mut ones);
        let weight: f64 = ones.iter().map(|one| one * one).sum();
        let log_circle = std::f64::consts::TAU.ln();
        let constant = -0.5 * (log_determinant + weight.ln() + (n - 1) as f64 * log_circle);
        let redshifts = Redshifts::new(distances.z())?;
        Ok(Self { redshifts, modulus: distances.reduced_modulus(), whitening, ones, weight, constant })
    }

    /// The χ² of a cosmology at the offset that fits it best, and this offset, in magnitudes.
    pub fn chi_square(&self, cosmology: &Cosmology) -> (f64, f64) {
        let moduli = self.redshifts.distance_moduli(cosmology);
        let mut residuals: Vec<f64> =
            self.modulus.iter().zip(moduli).map(|(data, model)| data - model).collect();
        // A rough offset first: the difference of two large numbers would cost digits.
        let rough = residuals.iter().sum::<f64>() / residuals.len() as f64;
        residuals.iter_mut().for_each(|residual| *residual -= rough);
        self.whitening.apply(&mut residuals);
        let (mut square, mut product) = (0.0, 0.0);
        for (residual, one) in residuals.iter().zip(&self.ones) {
            square += residual * residual;
            product += residual * one;
        }
        (square - product * product / self.weight, rough + product / self.weight)
    }
}

impl Likelihood for Gaussian {
    fn log_likelihood(&self, cosmology: &Cosmology) -> f64 {
        self.constant - 0.5 * self.chi_square(cosmology).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distances(covariance: Covariance) -> Distances {
        Distances::with_covariance(vec![0.1, 0.4, 0.9], vec![38.5, 41.6, 43.9], covariance).unwrap()
    }

    /// The offset integrated by the trapezoidal rule, with an inverse by hand.
    #[test]
    fn the_offset_is_integrated_out() {
        let matrix = [0.04, 0.01, 0.0, 0.01, 0.09, 0.02, 0.0, 0.02, 0.0625];
        let data =
            distances(Covariance::Full(matrix.to_vec())).with_heliocentric(vec![0.101, 0.4, 0.9]).unwrap();
        let [a, b, c, e, f, i] = [0.04, 0.01, 0.0, 0.09, 0.02, 0.0625f64];
        let determinant: f64 = a * (e * i - f * f) - b * (b * i - f * c) + c * (b * f - e * c);
        let inverse = [
            [e * i - f * f, c * f - b * i, b * f - c * e],
            [c * f - b * i, a * i - c * c, b * c - a * f],
            [b * f - c * e, b * c - a * f, a * e - b * b],
        ];
        let cosmology = Cosmology::flat_w(0.25, -0.9);
        let density = |offset: f64| {
            let residual: Vec<f64> = (0..3)
                .map(|row| {
                    let distance = (1.0 + data.z_hel()[row]) * cosmology.comoving_distance(data.z()[row]);
                    data.modulus()[row] - 5.0 * distance.log10() - 25.0 - offset
                })
                .collect();
            let chi: f64 = (0..9).map(|k| residual[k / 3] * inverse[k / 3][k % 3] * residual[k % 3]).sum();
            (-0.5 * chi / determinant).exp() / (std::f64::consts::TAU.powi(3) * determinant).sqrt()
        };
        let step = 1e-3;
        let integral: f64 = (-3000..3000).map(|k| density(f64::from(k) * step) * step).sum();
        let fit = Gaussian::new(&data).unwrap();
        assert!((fit.log_likelihood(&cosmology) - integral.ln()).abs() < 1e-6);
        let (_, offset) = fit.chi_square(&cosmology);
        assert!(density(offset) > density(offset + 1e-3) && density(offset) > density(offset - 1e-3));
    }

    #[test]
    fn a_diagonal_is_a_matrix() {
        let cosmology = Cosmology::flat_w(0.35, -1.2);
        let diagonal = Gaussian::new(&distances(Covariance::Diagonal(vec![0.01, 0.02, 0.03]))).unwrap();
        let matrix = vec![0.01, 0.0, 0.0, 0.0, 0.02, 0.0, 0.0, 0.0, 0.03];
        let full = Gaussian::new(&distances(Covariance::Full(matrix))).unwrap();
        assert!((diagonal.log_likelihood(&cosmology) - full.log_likelihood(&cosmology)).abs() < 1e-12);
    }

    #[test]
    fn the_hubble_constant_and_an_offset_do_not_matter() {
        let data = distances(Covariance::Diagonal(vec![0.01, 0.02, 0.03]));
        let shifted: Vec<f64> = data.modulus().iter().map(|modulus| modulus - 19.3).collect();
        let shifted = Distances::new(data.z().to_vec(), shifted, data.errors()).unwrap();
        let at = |hubble| Cosmology { hubble, ..Cosmology::default() };
        let here = Gaussian::new(&data).unwrap().log_likelihood(&at(70.0));
        assert!((Gaussian::new(&data).unwrap().log_likelihood(&at(50.0)) - here).abs() < 1e-9);
        assert!((Gaussian::new(&shifted).unwrap().log_likelihood(&at(70.0)) - here).abs() < 1e-9);
    }

    #[test]
    fn one_object_says_nothing_and_none_is_an_error() {
        let one = Distances::new(vec![0.3], vec![41.0], vec![0.1]).unwrap();
        let fit = Gaussian::new(&one).unwrap();
        let difference =
            fit.log_likelihood(&Cosmology::flat_w(0.1, -2.0)) - fit.log_likelihood(&Cosmology::default());
        assert!(difference.abs() < 1e-12);
        assert!(Gaussian::new(&one.select(&[]).unwrap()).is_err());
        let twice = distances(Covariance::Full(vec![1.0; 9]));
        assert!(Gaussian::new(&twice).unwrap_err().to_string().contains("not positive definite at object 1"));
    }
}
