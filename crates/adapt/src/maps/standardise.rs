use hesper_learn::{Matrix, Projection};
use serde::{Deserialize, Serialize};

use super::affine::{affine, aligned};
use crate::{Aligned, Error, Info, Mapping, Source, Target};

/// Whose means and standard deviations scale the features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Nobody's: features stay as they are.
    None,
    /// The source's, for both.
    Source,
    /// Those of both together, each object counting alike.
    Joint,
    /// Each domain's own.
    #[default]
    PerDomain,
}

impl Scale {
    /// The moments that scale the source and those that scale the target; nothing if nothing is scaled.
    pub(crate) fn moments(self, source: &Source<'_>, target: &Target<'_>) -> Option<[Moments; 2]> {
        let twice = |moments: Moments| [moments.clone(), moments];
        match self {
            Self::None => None,
            Self::Source => Some(twice(Moments::of(&[source.x]))),
            Self::Joint => Some(twice(Moments::of(&[source.x, target.x]))),
            Self::PerDomain => Some([Moments::of(&[source.x]), Moments::of(&[target.x])]),
        }
    }
}

/// Features brought to mean 0 and standard deviation 1 (n in the denominator).
///
/// Scaling by each domain's own moments is the simplest adaptation: it takes away shifts and stretches of single features.
/// Scaling by the source's is what pipelines do unasked; where the target lies far out on the source's scale, that is warned
/// of. Constant features become 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Standardise {
    /// Whose moments. Default: each domain's own.
    pub scale: Scale,
}

impl Standardise {
    /// Checks the ranges: every value is one.
    ///
    /// # Errors
    /// Never.
    pub fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// So many of the source's standard deviations away, a target is nowhere near what was learned from.
const FAR: f64 = 5.0;

static INFO: Info = Info {
    name: "standardise",
    doc: "Each feature to mean 0 and standard deviation 1: not at all, by the source's moments, by those of both domains \
          together, or by each domain's own.",
};

impl Mapping for Standardise {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn align(&self, source: &Source<'_>, target: &Target<'_>, _seed: u64) -> Result<Aligned, Error> {
        source.check()?;
        target.check(source)?;
        let Some([own, others]) = self.scale.moments(source, target) else {
            let map = Projection::Identity(source.x.cols());
            return aligned(INFO.name, source.x.clone(), target.x.clone(), map, vec![]);
        };
        let mut warnings = Vec::new();
        for (whose, moments) in [("source", &own), ("target", &others)] {
            let constant = moments.deviations.iter().filter(|deviation| **deviation == 0.0).count();
            if constant > 0 {
                warnings
                    .push(format!("{constant} features are constant on the {whose}'s scale and become 0"));
            }
        }
        let (own, others) = (own.map()?, others.map()?);
        let moved = others.apply(target.x)?;
        if self.scale == Scale::Source {
            let means = super::linear::means(&moved);
            let far = means.iter().filter(|mean| mean.abs() > FAR).count();
            if far > 0 {
                warnings.push(format!(
                    "{far} features of the target lie on average more than {FAR} of the source's standard deviations from \
                     the source's mean: try scaling per domain, or none"
                ));
            }
        }
        aligned(INFO.name, own.apply(source.x)?, moved, others, warnings)
    }
}

/// Means and standard deviations, 0 for constant features.
#[derive(Clone, Debug)]
pub(crate) struct Moments {
    pub(crate) means: Vec<f64>,
    pub(crate) deviations: Vec<f64>,
}

impl Moments {
    pub(crate) fn of(tables: &[&Matrix]) -> Self {
        let columns = tables[0].cols();
        let (mut means, mut deviations) = (Vec::new(), Vec::new());
        for column in 0..columns {
            let values: Vec<f64> = tables.iter().flat_map(|table| table.column(column)).collect();
            let mean = values.iter().map(|value| value / values.len() as f64).sum::<f64>();
            let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
            let largest = values.iter().fold(0.0f64, |most, value| most.max(value.abs()));
            // What rounding leaves of a constant column is not a deviation.
            let deviation = if square.sqrt() > largest * 1e-14 { square.sqrt() } else { 0.0 };
            means.push(mean);
            deviations.push(deviation);
        }
        Self { means, deviations }
    }

    /// The rows on this scale.
    pub(crate) fn apply(&self, x: &Matrix) -> Result<Matrix, Error> {
        Ok(self.map()?.apply(x)?)
    }

    /// (x − mean)/deviation for each feature; constant ones become 0.
    fn map(&self) -> Result<Projection, Error> {
        let n = self.means.len();
        let mut table = vec![0.0; n * n];
        for (at, deviation) in self.deviations.iter().enumerate() {
            table[at * n + at] = if *deviation == 0.0 { 0.0 } else { 1.0 / deviation };
        }
        affine(self.means.clone(), table, vec![0.0; n])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_moments_is_a_choice() {
        let (x, t) = (
            Matrix::from_rows(&[[0.0, 1.0], [2.0, 1.0]]).unwrap(),
            Matrix::from_rows(&[[10.0, 1.0], [14.0, 2.0]]).unwrap(),
        );
        let (source, target) = (Source { x: &x, y: &[0, 1], n_classes: 2 }, Target { x: &t });
        let of = |scale| Standardise { scale }.align(&source, &target, 0).unwrap();
        assert_eq!(of(Scale::PerDomain).target.column(0), [-1.0, 1.0]);
        assert_eq!(of(Scale::PerDomain).source.data(), [-1.0, 0.0, 1.0, 0.0]);
        assert_eq!(of(Scale::None).target, t);
        let by_source = of(Scale::Source);
        assert_eq!(by_source.target.column(0), [9.0, 13.0]);
        assert!(by_source.warnings.iter().any(|warning| warning.contains("1 features of the target lie")));
        let joint = of(Scale::Joint);
        assert!(
            (joint.source.column(0).iter().sum::<f64>() + joint.target.column(0).iter().sum::<f64>()).abs()
                < 1e-12
        );
        assert_eq!(joint.map.apply(&t).unwrap(), joint.target);
        assert!(joint.map.apply(&Matrix::from_rows(&[[1.0]]).unwrap()).is_err());
    }
}
