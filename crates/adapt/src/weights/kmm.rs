use serde::{Deserialize, Serialize};

use super::kernel::{Points, gaussian_symmetric, mean_kernels};
use super::quadratic::Quadratic;
use super::{check_domains, require, require_width};
use crate::{Error, Info, Source, Target, Weighting, Weights};

/// Kernel mean matching.
///
/// The least ½ wᵀ(K + r I)w − κᵀw, with K_ij = k(x_i, x_j), κ_i = n/m Σ_j k(x_i, t_j), 0 ≤ w ≤ B and |Σ w/n − 1| ≤ ε. Gaussian
/// kernels are so smooth that K alone is singular to all the digits there are, and many weights would do as well; the small
/// ridge r takes the most even of them, which makes the answer unique. Keeps n² numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Kmm {
    /// The width σ of the Gaussian kernel, in the unit of the features. Default: the median distance between two objects.
    pub width: Option<f64>,
    /// The most that a weight can be (B), where the mean should be 1: from 1 to 1e6. Default 1,000.
    pub bound: f64,
    /// How far the mean of the weights may be from 1 before they are scaled (ε), from 0 to 1. Default (√n − 1)/√n.
    pub tolerance: Option<f64>,
    /// The ridge r, from 1e-8 to 1e6; kernels are at most 1. Default 0.001.
    pub ridge: f64,
}

impl Default for Kmm {
    fn default() -> Self {
        Self { width: None, bound: 1000.0, tolerance: None, ridge: 1e-3 }
    }
}

impl Kmm {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first parameter that is out of its range.
    pub fn check(&self) -> Result<(), Error> {
        require_width(self.width)?;
        require((1.0..=1e6).contains(&self.bound), "bound", self.bound, "from 1 to 1e6")?;
        let tolerance = self.tolerance.unwrap_or_default();
        require((0.0..=1.0).contains(&tolerance), "tolerance", tolerance, "from 0 to 1")?;
        require((1e-8..=1e6).contains(&self.ridge), "ridge", self.ridge, "from 1e-8 to 1e6")
    }
}

impl Weighting for Kmm {
    fn info(&self) -> &'static Info {
        &Info {
            name: "kmm",
            doc: "Kernel mean matching: the mean of the weighted source's kernel features comes as near as can be to the \
                  target's, with weights of at most B and a mean near 1 (Huang, Smola, Gretton, Borgwardt & Schölkopf 2006, \
                  NIPS 19), and a small ridge that makes them unique. The width is the median distance.",
        }
    }

    fn weights(&self, source: &Source<'_>, target: &Target<'_>, _seed: u64) -> Result<Weights, Error> {
        self.check()?;
        check_domains(source, target)?;
        let points = Points::new(source, target);
        let (n, width) = (source.x.rows(), points.width(self.width));
        let mut matrix = gaussian_symmetric(&points.source, points.cols, width);
        (0..n).for_each(|i| matrix[i * n + i] += self.ridge);
        let linear: Vec<f64> = mean_kernels(&points.source, &points.target, points.cols, width)
            .iter()
            .map(|mean| mean * n as f64)
            .collect();
        let count = n as f64;
        let tolerance = self.tolerance.unwrap_or((count.sqrt() - 1.0) / count.sqrt());
        let problem = Quadratic {
            matrix: &matrix,
            linear: &linear,
            upper: &vec![self.bound; n],
            sum: [count * (1.0 - tolerance), count * (1.0 + tolerance)],
        };
        let failed = || Error::Failed {
            method: "kmm",
            what: "the quadratic problem is too near to singular: raise `ridge`".to_owned(),
        };
        let mut weights = Weights::new(problem.minimise().ok_or_else(failed)?);
        if linear.iter().all(|linear| *linear < 1e-12 * count) {
            weights.warnings.push("no target object is near any source object: widen the kernel".to_owned());
        }
        Ok(weights)
    }
}
