use hesper_learn::Projection;
use serde::{Deserialize, Serialize};

use super::affine::{affine, aligned, refuse};
use super::linear::{covariance, means, product, symmetric};
use crate::{Aligned, Error, Info, Mapping, Source, Target};

/// Correlation alignment: the source takes the target's covariance.
///
/// x ↦ x A with A = (Cs + r I)^(−1/2) (Ct + r I)^(1/2), where Cs and Ct are the covariances (n − 1 in the denominator).
///
/// ```
/// use hesper_adapt::{Mapping, Source, Target, maps::Coral};
/// use hesper_learn::Matrix;
/// let x = Matrix::from_rows(&[[-1.0], [1.0]])?;
/// let t = Matrix::from_rows(&[[-3.0], [3.0]])?;
/// let source = Source { x: &x, y: &[0, 1], n_classes: 2 };
/// let aligned = Coral { ridge: 0.0, ..Coral::default() }.align(&source, &Target { x: &t }, 0)?;
/// assert!((aligned.source.row(1)[0] - 3.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Coral {
    /// Added to the variances, in the features' units squared; 0 or more. Default 1e-3. With 0, directions in which the
    /// source does not vary are left out.
    pub ridge: f64,
    /// Whether the source takes the target's mean, too. Default no, as in the paper.
    pub centre: bool,
}

impl Default for Coral {
    fn default() -> Self {
        Self { ridge: 1e-3, centre: false }
    }
}

impl Coral {
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
    name: "coral",
    doc: "Correlation alignment (Sun, Feng & Saenko 2016, arXiv:1511.05547): the source is whitened and takes the target's \
          covariance, x (Cs + r I)^(-1/2) (Ct + r I)^(1/2).",
};

impl Mapping for Coral {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn align(&self, source: &Source<'_>, target: &Target<'_>, _seed: u64) -> Result<Aligned, Error> {
        self.check()?;
        source.check()?;
        target.check(source)?;
        let n = source.x.cols();
        let mut warnings = Vec::new();
        let of = |x: &hesper_learn::Matrix| {
            let mut table = covariance(x, (x.rows() as f64 - 1.0).max(1.0));
            (0..n).for_each(|at| table[at * n + at] += self.ridge);
            symmetric(table, n)
        };
        let (own, others) = (of(source.x), of(target.x));
        let least = own.values[0] * 1e-12;
        let flat = own.values.iter().filter(|value| **value <= least).count();
        if flat > 0 {
            warnings.push(format!(
                "{flat} of {n} directions in which the source does not vary were left out: give a ridge"
            ));
        }
        let whiten = own.function(|value| if value > least { 1.0 / value.sqrt() } else { 0.0 });
        let colour = others.function(|value| value.max(0.0).sqrt());
        let (centre, offset) = match self.centre {
            true => (means(source.x), means(target.x)),
            false => (vec![0.0; n], vec![0.0; n]),
        };
        let moved = affine(centre, product(&whiten, n, &colour, n), offset)?.apply(source.x)?;
        aligned(INFO.name, moved, target.x.clone(), Projection::Identity(n), warnings)
    }
}
