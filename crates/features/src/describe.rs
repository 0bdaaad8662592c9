//! From objects to a table of features.

use hesper_photometry::{Band, Object, magnitude, sort_bands};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{BazinParams, Described, Error, Feature, FeatureTable, Fitters, Uncertainty};

/// The bands that occur in any of the objects, in order of wavelength.
pub fn survey_bands<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Vec<Band> {
    let mut bands = Vec::new();
    for band in objects.into_iter().flat_map(|object| &object.lightcurve.band) {
        // All are compared, for a branch on each would be guessed wrong: bands alternate.
        if !bands.iter().fold(false, |known, other| known | (other == band)) {
            bands.push(*band);
        }
    }
    sort_bands(&mut bands);
    bands
}

/// How to describe.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DescribeOptions {
    /// How to fit Bazin functions.
    pub bazin: BazinParams,
    /// Whether, and by what, the errors of the features are told.
    pub uncertainty: Option<Uncertainty>,
}

/// Describes objects: the same table whatever the number of threads. `done` is called after each object, from any
/// thread, for a progress bar.
///
/// # Errors
/// [`Error::Empty`] where there is no object; [`Error::Params`] where the parameters make no sense.
pub fn describe(
    objects: &[Object],
    features: &[&Feature],
    params: &BazinParams,
    done: &(dyn Fn() + Sync),
) -> Result<FeatureTable, Error> {
    let options = DescribeOptions { bazin: params.clone(), uncertainty: None };
    describe_with(objects, features, &options, done)
}

/// As [`describe()`]; with the features' errors as columns `<column>_err` behind all others, where the options ask for them.
///
/// # Errors
/// As [`describe()`].
pub fn describe_with(
    objects: &[Object],
    features: &[&Feature],
    options: &DescribeOptions,
    done: &(dyn Fn() + Sync),
) -> Result<FeatureTable, Error> {
    if objects.is_empty() {
        return Err(Error::Empty);
    }
    options.bazin.check()?;
    let uncertainty = options.uncertainty.as_ref();
    uncertainty.map_or(Ok(()), Uncertainty::check)?;
    let bands = survey_bands(objects);
    let mut names: Vec<String> = features.iter().flat_map(|feature| (feature.columns)(&bands)).collect();
    names.extend(uncertainty.map_or_else(Vec::new, |uncertainty| uncertainty.columns(features, &bands)));
    let drawn = Uncertainty::drawn(features, &bands);
    let rows: Vec<Vec<f64>> = objects
        .par_iter()
        .map_init(
            || Fitters::new(&options.bazin),
            |fitters, object| {
                let described = Described::new(object, &bands, fitters);
                let mut values = Vec::with_capacity(names.len());
                for feature in features {
                    (feature.compute)(&described, &mut values);
                }
                if let Some(uncertainty) = uncertainty {
                    uncertainty.add(object, &described, features, fitters, &drawn, &mut values);
                }
                debug_assert_eq!(values.len(), names.len());
                done();
                values
            },
        )
        .collect();
    Ok(FeatureTable {
        object_id: objects.iter().map(|object| object.object_id.clone()).collect(),
        // Learners know one kind of missing value: a ratio with 0 below it is missing, too.
        values: rows.into_iter().flatten().map(|v| if v.is_finite() { v } else { f64::NAN }).collect(),
        names,
        class: objects.iter().map(|object| object.class.clone()).collect(),
        sample: objects.iter().map(|object| Some(object.sample)).collect(),
        redshift: objects.iter().map(|object| object.redshift).collect(),
        peak_mag: objects.iter().map(brightest).collect(),
    })
}

/// AB magnitude of the brightest point that is no noise.
fn brightest(object: &Object) -> Option<f64> {
    let curve = &object.lightcurve;
    let points = curve.flux.iter().zip(&curve.flux_err);
    let highest = points.fold(0.0, |highest, (flux, error)| {
        f64::max(highest, if *flux >= 3.0 * error { *flux } else { 0.0 })
    });
    magnitude(highest)
}
