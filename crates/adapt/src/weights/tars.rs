use serde::{Deserialize, Serialize};

use super::kernel::{Points, gaussian_symmetric, mean_kernels};
use super::quadratic::Quadratic;
use super::{check_domains, require, require_width};
use crate::{Error, Info, Source, Target, Weighting, Weights};

/// Target shift: each class of the source counts by the ratio of its share in the target to that in the source.
///
/// The shares q are the least ‖Σ_c q_c μ_c − μ_t‖² + r ‖q‖² with q ≥ 0 and Σ q = 1, where μ_c is the mean of the kernel
/// features of the source's objects of class c and μ_t that of the target's. Right if only the shares of the classes differ
/// (or nearly only); classes that look alike share what they have. Keeps n² numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tars {
    /// The width σ of the Gaussian kernel, in the unit of the features. Default: the median distance between two objects.
    pub width: Option<f64>,
    /// The most that a class' weight can be, from 1 to 1e6. Default 1,000.
    pub bound: f64,
    /// The ridge r, from 1e-12 to 1e6. Default 1e-6.
    pub ridge: f64,
}

impl Default for Tars {
    fn default() -> Self {
        Self { width: None, bound: 1000.0, ridge: 1e-6 }
    }
}

impl Tars {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first parameter that is out of its range.
    pub fn check(&self) -> Result<(), Error> {
        require_width(self.width)?;
        require((1.0..=1e6).contains(&self.bound), "bound", self.bound, "from 1 to 1e6")?;
        require((1e-12..=1e6).contains(&self.ridge), "ridge", self.ridge, "from 1e-12 to 1e6")
    }

    /// The classes' shares in the target; 0 for classes without an object in the source.
    ///
    /// # Errors
    /// As [`Weighting::weights`].
    pub fn shares(&self, source: &Source<'_>, target: &Target<'_>) -> Result<Vec<f64>, Error> {
        self.check()?;
        check_domains(source, target)?;
        let points = Points::new(source, target);
        let (n, width) = (source.x.rows(), points.width(self.width));
        let kernels = gaussian_symmetric(&points.source, points.cols, width);
        let to_target = mean_kernels(&points.source, &points.target, points.cols, width);
        let counts = counts(source);
        let there: Vec<usize> = (0..source.n_classes).filter(|&class| counts[class] > 0.0).collect();
        // The mean of the kernels of each object with those of each class.
        let to_classes: Vec<Vec<f64>> = kernels
            .chunks_exact(n)
            .map(|row| {
                let mut sums = vec![0.0; source.n_classes];
                row.iter().zip(source.y).for_each(|(kernel, &class)| sums[class as usize] += kernel);
                there.iter().map(|&class| sums[class] / counts[class]).collect()
            })
            .collect();
        let classes = there.len();
        let (mut matrix, mut linear) = (vec![0.0; classes * classes], vec![0.0; classes]);
        let place = |class: u32| there.partition_point(|&other| other < class as usize);
        for ((&class, means), kernel) in source.y.iter().zip(&to_classes).zip(&to_target) {
            let (at, share) = (place(class), 1.0 / counts[class as usize]);
            linear[at] += share * kernel;
            let row = &mut matrix[at * classes..(at + 1) * classes];
            row.iter_mut().zip(means).for_each(|(entry, mean)| *entry += share * mean);
        }
        (0..classes).for_each(|at| matrix[at * classes + at] += self.ridge);
        let upper: Vec<f64> =
            there.iter().map(|&class| (self.bound * counts[class] / n as f64).min(1.0)).collect();
        let problem = Quadratic { matrix: &matrix, linear: &linear, upper: &upper, sum: [1.0, 1.0] };
        let failed = || Error::Failed {
            method: INFO.name,
            what: "classes look too much alike to find their shares: raise `ridge`".to_owned(),
        };
        let mut shares = vec![0.0; source.n_classes];
        let found = problem.minimise().ok_or_else(failed)?;
        there.iter().zip(found).for_each(|(&class, share)| shares[class] = share);
        Ok(shares)
    }
}

/// The objects of each class.
fn counts(source: &Source<'_>) -> Vec<f64> {
    let mut counts = vec![0.0; source.n_classes];
    source.y.iter().for_each(|&class| counts[class as usize] += 1.0);
    counts
}

static INFO: Info = Info {
    name: "tars",
    doc: "Target shift: each class counts by the ratio of its shares in target and source, found where the mean of the \
          weighted classes' kernel features comes nearest to the target's (Zhang, Schölkopf, Muandet & Wang 2013, PMLR \
          28(3):819, section 3). Right if only the shares of the classes differ.",
};

impl Weighting for Tars {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn weights(&self, source: &Source<'_>, target: &Target<'_>, _seed: u64) -> Result<Weights, Error> {
        let (shares, counts) = (self.shares(source, target)?, counts(source));
        let ratio = |&class: &u32| shares[class as usize] / counts[class as usize];
        Ok(Weights::new(source.y.iter().map(ratio).collect()))
    }
}
