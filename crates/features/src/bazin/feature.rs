//! The free Bazin fit as columns.

use super::{BazinFit, BazinFitter};
use crate::{Errors, Feature, per_band};

/// A parameter's name and its value.
type Parameter = (&'static str, fn(&BazinFit) -> f64);

const PARAMETERS: [Parameter; 7] = [
    ("amplitude", |fit| fit.amplitude),
    ("baseline", |fit| fit.baseline),
    ("t0", |fit| fit.t0),
    ("rise", |fit| fit.rise),
    ("fall", |fit| fit.fall),
    ("chi2", |fit| fit.chi2),
    ("n", |fit| fit.n as f64),
];

/// The parameters of the fit of each band.
pub(crate) const FEATURE: Feature = Feature {
    name: "bazin",
    summary: "Bazin function fitted to each band: amplitude, baseline, t0, rise, fall, chi2, n",
    doc: include_str!("bazin.md"),
    cost: "200 µs",
    min_points: BazinFitter::MIN_POINTS,
    columns: |bands| {
        PARAMETERS.iter().flat_map(|(name, _)| per_band(&format!("bazin_{name}"), bands)).collect()
    },
    compute: |described, values| {
        for (_, parameter) in PARAMETERS {
            values.extend(described.bazin().iter().map(|fit| fit.as_ref().map_or(f64::NAN, parameter)));
        }
    },
    // The first five parameters, in the order of the covariance.
    errors: Some(Errors {
        columns: |bands| {
            PARAMETERS[..5].iter().flat_map(|(name, _)| per_band(&format!("bazin_{name}"), bands)).collect()
        },
        compute: |described, values| {
            for i in 0..5 {
                let error = |fit: &BazinFit| fit.covariance[i][i].sqrt();
                values.extend(described.bazin().iter().map(|fit| fit.as_ref().map_or(f64::NAN, error)));
            }
        },
    }),
};
