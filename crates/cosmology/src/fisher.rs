//! How well a sample would measure the equation of state: the Fisher matrix of Ωm and w.
//!
//! RESSPECT judges a sample by the error of w that its Fisher matrix promises (Kennamer et al. 2020, arXiv:2010.05941). With the
//! gradient g = (∂μ/∂Ωm, ∂μ/∂w) and the error σ of each object,
//!
//! ```text
//! F = P + Σ g gᵀ/σ²                         the offset known
//! F = P + Σ (g − ḡ)(g − ḡ)ᵀ/σ²              the offset marginalised; ḡ the mean weighted by 1/σ²
//! ```
//!
//! where P has the reciprocal variances of the priors on its diagonal. Either way an object adds a matrix of rank one: s d dᵀ
//! with d = g and s = 1/σ², or d = g − ḡ and s = W/(1 + W σ²) where W is the weight Σ 1/σ² of those before it. What it
//! takes from the variance of w follows by the formula of Sherman and Morrison.

use serde::{Deserialize, Serialize};

use crate::error::check;
use crate::{Cosmology, Error};

/// What a Fisher matrix supposes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FisherParams {
    /// The universe in which the derivatives are taken.
    pub cosmology: Cosmology,
    /// The standard deviation of the prior on Ωm; none for no prior.
    pub matter_sigma: Option<f64>,
    /// The standard deviation of the prior on w; none for no prior.
    pub w_sigma: Option<f64>,
    /// Whether the common offset of all moduli (absolute magnitude and Hubble constant) is unknown and marginalised, which is how
    /// supernovae are. Without it, as in RESSPECT, a single distant object seems to tell Ωm from w.
    pub marginalise_offset: bool,
}

impl Default for FisherParams {
    fn default() -> Self {
        Self {
            cosmology: Cosmology::default(),
            matter_sigma: Some(0.02),
            w_sigma: Some(0.2),
            marginalise_offset: true,
        }
    }
}

impl FisherParams {
    /// Whether the parameters are in their ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first that is not.
    pub fn check(&self) -> Result<(), Error> {
        self.cosmology.check()?;
        for (name, sigma) in [("matter_sigma", self.matter_sigma), ("w_sigma", self.w_sigma)] {
            let Some(sigma) = sigma else { continue };
            check(
                sigma > 0.0 && sigma.is_finite(),
                name,
                sigma,
                "finite and above 0; leave it out for no prior",
            )?;
        }
        Ok(())
    }
}

/// The Fisher matrix of Ωm and w that a sample and the priors have together.
#[derive(Debug, Clone, PartialEq)]
pub struct Fisher {
    params: FisherParams,
    matrix: [[f64; 2]; 2],
    /// Σ 1/σ² of the objects.
    weight: f64,
    /// The weighted mean of their gradients.
    mean: [f64; 2],
}

impl Fisher {
    /// The matrix of objects at redshifts `z` with errors `error` of their moduli, magnitudes: of measurement and intrinsic scatter
    /// together.
    ///
    /// # Errors
    /// [`Error::Parameter`] for parameters out of range; [`Error::Data`] where the lengths differ, a redshift or an error is not
    /// above 0.
    pub fn new(z: &[f64], error: &[f64], params: &FisherParams) -> Result<Self, Error> {
        params.check()?;
        if z.len() != error.len() {
            return Err(Error::Data(format!(
                "{} redshifts, but {} errors: give one for each",
                z.len(),
                error.len()
            )));
        }
        let precision = |sigma: Option<f64>| sigma.map_or(0.0, |sigma| (sigma * sigma).recip());
        let matrix = [[precision(params.matter_sigma), 0.0], [0.0, precision(params.w_sigma)]];
        let mut fisher = Self { params: params.clone(), matrix, weight: 0.0, mean: [0.0; 2] };
        for (z, error) in z.iter().zip(error) {
            fisher.add(*z, *error)?;
        }
        Ok(fisher)
    }

    /// Adds an object.
    ///
    /// # Errors
    /// [`Error::Data`] where the redshift or the error is not above 0.
    pub fn add(&mut self, z: f64, error: f64) -> Result<(), Error> {
        let (gradient, added) = self.gradient(z, error)?;
        let (way, strength) = self.step(gradient, added);
        for row in 0..2 {
            for column in 0..2 {
                self.matrix[row][column] += strength * way[row] * way[column];
            }
        }
        self.weight += added;
        for (mean, gradient) in self.mean.iter_mut().zip(gradient) {
            *mean += (gradient - *mean) * added / self.weight;
        }
        Ok(())
    }

    /// The gradient of an object's modulus and its weight.
    fn gradient(&self, z: f64, error: f64) -> Result<([f64; 2], f64), Error> {
        let weight = (error * error).recip();
        if !(z > 0.0 && z.is_finite() && error > 0.0 && weight > 0.0 && weight.is_finite()) {
            return Err(Error::Data(format!(
                "an object at redshift {z} with error {error} mag: both must be finite numbers above 0"
            )));
        }
        let gradient = self.params.cosmology.modulus_gradient(z);
        Ok(([gradient.matter, gradient.w0], weight))
    }

    /// The vector d and strength s of what an object adds, s d dᵀ.
    fn step(&self, gradient: [f64; 2], added: f64) -> ([f64; 2], f64) {
        if !self.params.marginalise_offset {
            return (gradient, added);
        }
        let way = [gradient[0] - self.mean[0], gradient[1] - self.mean[1]];
        (way, added * self.weight / (added + self.weight))
    }

    /// The matrix, of (Ωm, w).
    pub fn matrix(&self) -> [[f64; 2]; 2] {
        self.matrix
    }

    /// The covariance of (Ωm, w), the matrix's inverse.
    ///
    /// # Errors
    /// [`Error::Data`] where objects and priors leave a combination of Ωm and w undetermined.
    pub fn covariance(&self) -> Result<[[f64; 2]; 2], Error> {
        let [[a, b], [_, d]] = self.matrix;
        let determinant = a * d - b * b;
        let determined = determinant > 1e-14 * a * d;
        if !determined {
            return Err(Error::Data(
                "the sample leaves Ωm and w undetermined: give objects at more redshifts, or priors".into(),
            ));
        }
        Ok([[d / determinant, -b / determinant], [-b / determinant, a / determinant]])
    }

    /// The standard deviation of w.
    ///
    /// # Errors
    /// As [`Fisher::covariance`].
    pub fn sigma_w(&self) -> Result<f64, Error> {
        Ok(self.covariance()?[1][1].sqrt())
    }

    /// By how much the variance of w would fall if an object at redshift `z` with error `error` (magnitudes) were added:
    /// s (C d)²_w / (1 + s dᵀ C d). 0 for the very first object where the offset is marginalised.
    ///
    /// # Errors
    /// As [`Fisher::add`] and [`Fisher::covariance`].
    pub fn utility(&self, z: f64, error: f64) -> Result<f64, Error> {
        self.utility_with(&self.covariance()?, z, error)
    }

    /// [`Fisher::utility`] of many objects, each added alone.
    ///
    /// # Errors
    /// As [`Fisher::utility`]; [`Error::Data`] where the lengths differ.
    pub fn utilities(&self, z: &[f64], error: &[f64]) -> Result<Vec<f64>, Error> {
        if z.len() != error.len() {
            return Err(Error::Data(format!(
                "{} redshifts, but {} errors: give one for each",
                z.len(),
                error.len()
            )));
        }
        let covariance = self.covariance()?;
        z.iter().zip(error).map(|(z, error)| self.utility_with(&covariance, *z, *error)).collect()
    }

    fn utility_with(&self, covariance: &[[f64; 2]; 2], z: f64, error: f64) -> Result<f64, Error> {
        let (gradient, added) = self.gradient(z, error)?;
        let (way, strength) = self.step(gradient, added);
        let [matter, w] = covariance.map(|row| row[0] * way[0] + row[1] * way[1]);
        Ok(strength * w * w / (1.0 + strength * (way[0] * matter + way[1] * w)))
    }
}

/// RESSPECT's cosmology metric of sample `a` against sample `b`: σ_w(a) − σ_w(b), below 0 where `a` measures w better.
///
/// # Errors
/// As [`Fisher::covariance`].
pub fn metric(a: &Fisher, b: &Fisher) -> Result<f64, Error> {
    Ok(a.sigma_w()? - b.sigma_w()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The matrix of three parameters, offset last, inverted as a whole.
        #[test]
        fn the_offset_is_marginalised(objects in prop::collection::vec((0.01..1.5f64, 0.05..0.5f64), 2..30)) {
            let (z, error): (Vec<f64>, Vec<f64>) = objects.into_iter().unzip();
            let params = FisherParams::default();
            let fisher = Fisher::new(&z, &error, &params).unwrap();
            let mut matrix = vec![2500.0, 0.0, 0.0, 0.0, 25.0, 0.0, 0.0, 0.0, 0.0];
            for (z, error) in z.iter().zip(&error) {
                let gradient = params.cosmology.modulus_gradient(*z);
                let row = [gradient.matter, gradient.w0, 1.0];
                for k in 0..9 {
                    matrix[k] += row[k / 3] * row[k % 3] / (error * error);
                }
            }
            let mut unit = [0.0, 1.0, 0.0];
            crate::cholesky::Cholesky::new(&matrix, 3).unwrap().solve(&mut unit);
            prop_assert!((fisher.covariance().unwrap()[1][1] / unit[1] - 1.0).abs() < 1e-9);
        }

        #[test]
        fn the_utility_is_the_difference(
            objects in prop::collection::vec((0.01..1.5f64, 0.05..0.5f64), 0..30),
            z in 0.01..1.5f64,
            error in 0.02..0.5f64,
            marginalise_offset: bool,
        ) {
            let (sample_z, errors): (Vec<f64>, Vec<f64>) = objects.into_iter().unzip();
            let params = FisherParams { marginalise_offset, ..FisherParams::default() };
            let before = Fisher::new(&sample_z, &errors, &params).unwrap();
            let mut after = before.clone();
            after.add(z, error).unwrap();
            let difference = before.covariance().unwrap()[1][1] - after.covariance().unwrap()[1][1];
            let utility = before.utility(z, error).unwrap();
            prop_assert!((utility - difference).abs() < 1e-10, "{utility} {difference}");
            prop_assert!(utility >= 0.0);
            prop_assert_eq!(before.utilities(&[z], &[error]).unwrap()[0], utility);
        }
    }

    #[test]
    fn bad_samples_are_refused() {
        let params = FisherParams::default();
        let nothing = Fisher::new(&[], &[], &params).unwrap();
        assert!((nothing.sigma_w().unwrap() - 0.2).abs() < 1e-15);
        assert_eq!(nothing.utility(0.5, 0.1).unwrap(), 0.0);
        assert!(Fisher::new(&[0.1], &[], &params).is_err());
        for (z, error) in [(0.0, 0.1), (f64::NAN, 0.1), (0.1, 0.0), (0.1, f64::INFINITY), (0.1, 1e-200)] {
            assert!(Fisher::new(&[z], &[error], &params).is_err(), "{z} {error}");
        }
        let flat = FisherParams { matter_sigma: None, w_sigma: None, ..params.clone() };
        let same = Fisher::new(&[0.5; 4], &[0.1; 4], &flat).unwrap();
        assert!(same.sigma_w().unwrap_err().to_string().contains("undetermined"));
        assert!(Fisher::new(&[], &[], &FisherParams { w_sigma: Some(0.0), ..params }).is_err());
    }
}
