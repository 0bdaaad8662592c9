use hesper_learn::Matrix;
use serde::{Deserialize, Serialize};

use super::linear::{Cholesky, dot};
use super::{check_domains, require};
use crate::{Error, Info, Source, Target, Weighting, Weights};

/// The ratio of two Gaussian densities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gaussian {
    /// How far each covariance is drawn towards the variances of both domains together, above 0 and up to 1. Default 0.1.
    pub shrinkage: f64,
}

impl Default for Gaussian {
    fn default() -> Self {
        Self { shrinkage: 0.1 }
    }
}

impl Gaussian {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first parameter that is out of its range.
    pub fn check(&self) -> Result<(), Error> {
        let sound = self.shrinkage >= 1e-6 && self.shrinkage <= 1.0;
        require(sound, "shrinkage", self.shrinkage, "from 1e-6 to 1")
    }
}

impl Weighting for Gaussian {
    fn info(&self) -> &'static Info {
        &Info {
            name: "gaussian",
            doc: "w = N(x; μ_t, Σ_t)/N(x; μ_s, Σ_s) with Σ = (1 − λ) S + λ diag(v), S a domain's covariance and v the \
                  variances of both domains together (Shimodaira 2000 with Gaussian densities). Fails quietly where a domain \
                  is far from Gaussian: look at the effective size.",
        }
    }

    fn weights(&self, source: &Source<'_>, target: &Target<'_>, _seed: u64) -> Result<Weights, Error> {
        self.check()?;
        check_domains(source, target)?;
        let (own, other) = standardised(source.x, target.x);
        let d = source.x.cols();
        let (own_density, other_density) = (self.density(&own, d)?, self.density(&other, d)?);
        let ratio: Vec<f64> =
            own.chunks_exact(d).map(|x| other_density.log(x) - own_density.log(x)).collect();
        let largest = ratio.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Ok(Weights::new(ratio.iter().map(|ratio| (ratio - largest).exp()).collect()))
    }
}

struct Density {
    mean: Vec<f64>,
    covariance: Cholesky,
}

impl Gaussian {
    fn density(&self, x: &[f64], d: usize) -> Result<Density, Error> {
        let n = (x.len() / d) as f64;
        let mut mean = vec![0.0; d];
        for row in x.chunks_exact(d) {
            mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += x / n);
        }
        let mut covariance = vec![0.0; d * d];
        for row in x.chunks_exact(d) {
            let deviation: Vec<f64> = row.iter().zip(&mean).map(|(x, mean)| x - mean).collect();
            for (sums, a) in covariance.chunks_exact_mut(d).zip(&deviation) {
                sums.iter_mut()
                    .zip(&deviation)
                    .for_each(|(sum, b)| *sum += a * b * (1.0 - self.shrinkage) / n);
            }
        }
        let covariance = Cholesky::with_ridge(d, covariance, self.shrinkage).ok_or(Error::Failed {
            method: "gaussian",
            what: "a covariance is not positive definite: raise `shrinkage`".to_owned(),
        })?;
        Ok(Density { mean, covariance })
    }
}

impl Density {
    /// ln of the density, without what all densities share.
    fn log(&self, x: &[f64]) -> f64 {
        let deviation: Vec<f64> = x.iter().zip(&self.mean).map(|(x, mean)| x - mean).collect();
        let whitened = self.covariance.forward(&deviation);
        -0.5 * (dot(&whitened, &whitened) + self.covariance.log_determinant())
    }
}

/// Both tables with each column at mean 0 and variance 1 over both; constant columns at 0.
fn standardised(a: &Matrix, b: &Matrix) -> (Vec<f64>, Vec<f64>) {
    let (cols, n) = (a.cols(), (a.rows() + b.rows()) as f64);
    let (mut a, mut b) = (a.data().to_vec(), b.data().to_vec());
    for col in 0..cols {
        let column = || a[col..].iter().step_by(cols).chain(b[col..].iter().step_by(cols));
        let largest = column().fold(0.0, |largest: f64, x| largest.max(x.abs()));
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let mean = column().map(|x| x / unit / n).sum::<f64>();
        let spread = column().map(|x| (x / unit - mean).powi(2) / n).sum::<f64>().sqrt();
        // Rounding of the mean alone is no spread.
        let factor = if spread > 1e-13 { 1.0 / spread } else { 0.0 };
        for x in a[col..].iter_mut().step_by(cols).chain(b[col..].iter_mut().step_by(cols)) {
            *x = (*x / unit - mean) * factor;
        }
    }
    (a, b)
}
