//! Numbers of each band that assume no shape: moments, quantiles, straight lines, the order in time.
//!
//! They all look at the same few sums, which [`BandStatistics`] holds; the features themselves are a formula each.

mod amplitude;
mod anderson_darling;
mod band_statistics;
mod duration;
mod linear_fit;
mod moments;
mod normal;
mod otsu;
mod percentile_range;
mod percentiles;
mod reduced_chi2;
mod stetson_k;
mod times;
mod variability;
mod weighted_mean;

use hesper_photometry::{Band, BandCurve};

use crate::{Described, Feature, per_band};

pub(crate) use band_statistics::BandStatistics;

/// The features that RESSPECT knows as the Malanchev set, in its order.
pub(crate) const MALANCHEV: [&Feature; 8] = [
    &anderson_darling::FEATURE,
    &percentile_range::FEATURE,
    &reduced_chi2::FEATURE,
    &stetson_k::FEATURE,
    &weighted_mean::FEATURE,
    &duration::FEATURE,
    &otsu::FEATURE,
    &linear_fit::FEATURE,
];

/// The others that assume no shape.
pub(crate) const OTHERS: [&Feature; 5] =
    [&amplitude::FEATURE, &moments::FEATURE, &percentiles::FEATURE, &variability::FEATURE, &times::FEATURE];

/// Columns of several values of each band: all bands of the first stem, then those of the second.
fn columns(stems: &[&str], bands: &[Band]) -> Vec<String> {
    stems.iter().flat_map(|stem| per_band(stem, bands)).collect()
}

/// Adds `K` values of each band in the order of [`columns`]; NaN for bands of fewer than `minimum` points.
fn each_band<const K: usize>(
    described: &Described<'_>,
    values: &mut Vec<f64>,
    minimum: usize,
    measure: impl Fn(&BandCurve, &BandStatistics) -> [f64; K],
) {
    let start = values.len();
    let bands = described.curves().len();
    values.resize(start + K * bands, f64::NAN);
    for (band, (curve, statistics)) in described.curves().iter().zip(described.statistics()).enumerate() {
        if curve.len() >= minimum {
            for (k, value) in measure(curve, statistics).into_iter().enumerate() {
                values[start + k * bands + band] = value;
            }
        }
    }
}
