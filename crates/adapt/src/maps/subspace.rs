use hesper_learn::Matrix;
use serde::{Deserialize, Serialize};

use super::affine::{affine, aligned, refuse};
use super::linear::{covariance, means, product, symmetric, transpose};
use crate::{Aligned, Error, Info, Mapping, Source, Target};

/// Subspace alignment: the source's principal axes are turned onto the target's.
///
/// Source (x − x̄s) Ps Psᵀ Pt, target (x − x̄t) Pt, where the columns of Ps and Pt are the leading principal axes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Subspace {
    /// The number of axes, at least 1; never more than features or objects. Default all.
    pub components: Option<usize>,
}

impl Subspace {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        match self.components {
            Some(0) => refuse("components", 0, "at least 1"),
            _ => Ok(()),
        }
    }
}

/// The leading principal axes, one after the other, each with unit length; the largest component of each is positive.
pub(super) fn axes(x: &Matrix, count: usize) -> Vec<Vec<f64>> {
    let mut vectors = symmetric(covariance(x, x.rows() as f64), x.cols()).vectors;
    vectors.truncate(count);
    vectors
}

static INFO: Info = Info {
    name: "subspace",
    doc: "Subspace alignment (Fernando et al. 2013, doi:10.1109/ICCV.2013.368): the source in its principal axes, turned \
          onto the target's, Xs Ps Ps' Pt; the target in its own, Xt Pt.",
};

/// Two tables of the same features in the plane of their common principal axes, to be looked at.
///
/// # Errors
/// When the tables have different features.
pub fn plane(tables: [&Matrix; 2]) -> Result<[Matrix; 2], Error> {
    let values = [tables[0].data(), tables[1].data()].concat();
    let both = Matrix::new(tables[0].rows() + tables[1].rows(), tables[0].cols(), values)?;
    let mut axes = axes(&both, 2);
    axes.resize(2, vec![0.0; both.cols()]);
    let turn = affine(means(&both), transpose(&axes.concat(), both.cols()), vec![0.0; 2])?;
    Ok([turn.apply(tables[0])?, turn.apply(tables[1])?])
}

impl Mapping for Subspace {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn align(&self, source: &Source<'_>, target: &Target<'_>, _seed: u64) -> Result<Aligned, Error> {
        self.check()?;
        source.check()?;
        target.check(source)?;
        let n = source.x.cols();
        let count =
            self.components.unwrap_or(n).min(n).min(source.x.rows().max(1)).min(target.x.rows().max(1));
        let (own, others) = (axes(source.x, count).concat(), axes(target.x, count).concat());
        let onto = transpose(&others, n);
        // Ps (Psᵀ Pt)
        let turn = product(&own, n, &onto, count);
        let table = product(&transpose(&own, n), count, &turn, count);
        let offset = vec![0.0; count];
        let moved = affine(means(source.x), table, offset.clone())?.apply(source.x)?;
        let map = affine(means(target.x), onto, offset)?;
        aligned(INFO.name, moved, map.apply(target.x)?, map, vec![])
    }
}
