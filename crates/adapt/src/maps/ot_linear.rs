use hesper_learn::Projection;
use serde::{Deserialize, Serialize};

use super::affine::{affine, aligned, refuse};
use super::linear::{covariance, means, product, symmetric};
use crate::{Aligned, Error, Info, Mapping, Source, Target};

/// The optimal transport between two normal distributions: x ↦ (x − x̄s) A + x̄t with
/// A = Cs^(−1/2) (Cs^(1/2) Ct Cs^(1/2))^(1/2) Cs^(−1/2), where Cs and Ct are covariances (n in the denominator) + ridge.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OtLinear {
    /// Added to the variances, in the features' units squared; 0 or more. Default 1e-6. With 0, directions in which the
    /// source does not vary are left out.
    pub ridge: f64,
}

impl Default for OtLinear {
    fn default() -> Self {
        Self { ridge: 1e-6 }
    }
}

impl OtLinear {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        if self.ridge >= 0.0 && self.ridge.is_finite() {
            return Ok(());
        }
        refuse("ridge", self.ridge, "0 or more, and finite")
    }
}

static INFO: Info = Info {
    name: "ot-linear",
    doc: "The Monge map between two normal distributions (Peyre & Cuturi 2019, arXiv:1803.00567, remark 2.31; Flamary, \
          Lounici & Ferrari 2019, arXiv:1905.10155): the source takes the target's mean and covariance by the shortest way.",
};

impl Mapping for OtLinear {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn align(&self, source: &Source<'_>, target: &Target<'_>, _seed: u64) -> Result<Aligned, Error> {
        self.check()?;
        source.check()?;
        target.check(source)?;
        let n = source.x.cols();
        let of = |x: &hesper_learn::Matrix| {
            let mut table = covariance(x, x.rows() as f64);
            (0..n).for_each(|at| table[at * n + at] += self.ridge);
            table
        };
        let own = symmetric(of(source.x), n);
        let least = own.values[0] * 1e-12;
        let flat = own.values.iter().filter(|value| **value <= least).count();
        let mut warnings = Vec::new();
        if flat > 0 {
            warnings.push(format!(
                "{flat} of {n} directions in which the source does not vary were left out: give a ridge"
            ));
        }
        let root = own.function(|value| value.max(0.0).sqrt());
        let inverse = own.function(|value| if value > least { 1.0 / value.sqrt() } else { 0.0 });
        let mut middle = product(&product(&root, n, &of(target.x), n), n, &root, n);
        for row in 0..n {
            for column in 0..row {
                let mean = 0.5 * (middle[row * n + column] + middle[column * n + row]);
                middle[row * n + column] = mean;
                middle[column * n + row] = mean;
            }
        }
        let middle = symmetric(middle, n).function(|value| value.max(0.0).sqrt());
        let table = product(&product(&inverse, n, &middle, n), n, &inverse, n);
        let moved = affine(means(source.x), table, means(target.x))?.apply(source.x)?;
        aligned(INFO.name, moved, target.x.clone(), Projection::Identity(n), warnings)
    }
}
