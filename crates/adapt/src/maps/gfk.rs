use serde::{Deserialize, Serialize};

use super::affine::{affine, aligned, refuse};
use super::linear::{add, dot, means, orthogonalise, product, symmetric, transpose};
use super::subspace::axes;
use crate::{Aligned, Error, Info, Mapping, Source, Target};

/// The geodesic flow kernel: features invariant along the shortest way from the source's subspace to the target's.
///
/// Both domains, each around its mean, are multiplied by G^(1/2), G = ∫₀¹ Φ(t) Φ(t)ᵀ dt; inner products there are the
/// kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gfk {
    /// The dimension of the subspaces, at least 1; never more than features or objects. Default half the features, rounded
    /// up.
    pub components: Option<usize>,
}

impl Gfk {
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

static INFO: Info = Info {
    name: "gfk",
    doc: "The geodesic flow kernel (Gong et al. 2012, doi:10.1109/CVPR.2012.6247911): inner products of projections onto all \
          subspaces between the source's and the target's principal subspaces.",
};

impl Mapping for Gfk {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn align(&self, source: &Source<'_>, target: &Target<'_>, _seed: u64) -> Result<Aligned, Error> {
        self.check()?;
        source.check()?;
        target.check(source)?;
        let n = source.x.cols();
        let most = n.min(source.x.rows()).min(target.x.rows());
        let count = self.components.unwrap_or(n.div_ceil(2)).min(most);
        let kernel = flow(&axes(source.x, count), &axes(target.x, count), n);
        let root = symmetric(kernel, n).function(|value| value.max(0.0).sqrt());
        let of = |x| affine(means(x), root.clone(), vec![0.0; n]);
        let map = of(target.x)?;
        aligned(INFO.name, of(source.x)?.apply(source.x)?, map.apply(target.x)?, map, vec![])
    }
}

/// The kernel's table, features × features, from orthonormal axes of both subspaces.
fn flow(own: &[Vec<f64>], others: &[Vec<f64>], n: usize) -> Vec<f64> {
    let count = own.len();
    // Psᵀ Pt, and its right singular vectors: the principal directions of the target's subspace.
    let cross: Vec<f64> =
        own.iter().flat_map(|own| others.iter().map(move |other| dot(own, other))).collect();
    let right = symmetric(product(&transpose(&cross, count), count, &cross, count), count).vectors;
    let (mut nearest, mut beyond): (Vec<Vec<f64>>, Vec<Vec<f64>>) = (Vec::new(), Vec::new());
    let mut table = vec![0.0; n * n];
    for weights in &right {
        let mut direction = vec![0.0; n];
        others.iter().zip(weights).for_each(|(axis, weight)| add(&mut direction, *weight, axis));
        let mut inside = vec![0.0; n];
        own.iter().for_each(|axis| add(&mut inside, dot(axis, &direction), axis));
        let mut outside = direction;
        add(&mut outside, -1.0, &inside);
        let (cosine, sine) = (dot(&inside, &inside).sqrt(), dot(&outside, &outside).sqrt());
        let angle = sine.atan2(cosine);
        // Where the two are perpendicular, any direction of the source's subspace that is left is as good.
        let candidates = std::iter::once(&inside).chain(own);
        let Some(start) = candidates.filter_map(|candidate| independent(candidate, &nearest)).next() else {
            continue;
        };
        let end = independent(&outside, own).and_then(|vector| independent(&vector, &beyond));
        let double = 2.0 * angle;
        let (along, across) =
            if double > 1e-8 { (double.sin() / double, (1.0 - double.cos()) / double) } else { (1.0, 0.0) };
        outer(&mut table, 0.5 * (1.0 + along), &start, &start);
        if let Some(end) = end.filter(|_| sine > 1e-10) {
            outer(&mut table, 0.5 * across, &start, &end);
            outer(&mut table, 0.5 * across, &end, &start);
            outer(&mut table, 0.5 * (1.0 - along), &end, &end);
            beyond.push(end);
        }
        nearest.push(start);
    }
    table
}

/// What of a vector is outside `basis`, with unit length; nothing if that is only rounding.
fn independent(vector: &[f64], basis: &[Vec<f64>]) -> Option<Vec<f64>> {
    let mut rest = vector.to_vec();
    orthogonalise(&mut rest, basis);
    let length = dot(&rest, &rest).sqrt();
    rest.iter_mut().for_each(|value| *value /= length);
    (length > 1e-10).then_some(rest)
}

fn outer(table: &mut [f64], factor: f64, left: &[f64], right: &[f64]) {
    for (out, component) in table.chunks_exact_mut(right.len()).zip(left) {
        add(out, factor * component, right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The integral over the geodesic, by the midpoint rule, between two lines of a plane.
    #[test]
    fn the_kernel_is_the_integral_along_the_way() {
        for angle in [0.0f64, 1e-6, 0.3, 1.2, std::f64::consts::FRAC_PI_2] {
            let table = flow(&[vec![1.0, 0.0, 0.0]], &[vec![angle.cos(), angle.sin(), 0.0]], 3);
            let (steps, mut expected) = (20_000, vec![0.0; 9]);
            for step in 0..steps {
                let (sine, cosine) = (angle * (f64::from(step) + 0.5) / f64::from(steps)).sin_cos();
                outer(&mut expected, 1.0 / f64::from(steps), &[cosine, sine, 0.0], &[cosine, sine, 0.0]);
            }
            for (found, expected) in table.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-8, "{angle}: {found} {expected}");
            }
        }
    }
}
