//! How well the values of features are known.

use hesper_photometry::{Band, Object};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::{Described, Error, Feature, Fitters};

/// What tells the errors of features; each gives columns `<column>_err`, one standard deviation, after all columns of values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Uncertainty {
    /// Every feature is measured again and again with other noise. Columns whose error is a column of values already, such
    /// as `photoz`, and these errors get none.
    Bootstrap(Bootstrap),
    /// The fit's own covariance, for features that have one ([`Feature::errors`]): it costs nothing, and believes that the
    /// model is right and linear near the best fit.
    Covariance,
}

/// A parametric bootstrap: every flux is drawn anew from a Gaussian around the measured one with its error as standard
/// deviation, and the feature's error is half of the range from the 16th to the 84th percentile of its values.
///
/// The measured fluxes are noisy themselves, so the draws have the noise twice: the errors are right where a feature is as
/// good as linear in the fluxes, and too large for what noise alone makes, such as the largest flux of an empty band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bootstrap {
    /// How many times the features are measured again, at least 2. The error of an error is about 100 %/√draws.
    pub draws: usize,
    /// With the object's id, it decides the noise: neither the order of objects nor the threads do.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { draws: 50, seed: 0 }
    }
}

impl Uncertainty {
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self {
            Self::Bootstrap(Bootstrap { draws, .. }) if *draws < 2 => {
                Err(Error::Params { name: "draws", value: draws.to_string(), rule: "at least 2" })
            }
            _ => Ok(()),
        }
    }

    /// The names of the columns of errors.
    pub(crate) fn columns(&self, features: &[&Feature], bands: &[Band]) -> Vec<String> {
        let columns: Vec<String> = match self {
            Self::Bootstrap(_) => {
                let all = all_columns(features, bands);
                let drawn = Self::drawn(features, bands);
                all.into_iter().zip(drawn).filter(|(_, drawn)| *drawn).map(|(name, _)| name).collect()
            }
            Self::Covariance => features
                .iter()
                .flat_map(|feature| feature.errors.map_or_else(Vec::new, |errors| (errors.columns)(bands)))
                .collect(),
        };
        columns.into_iter().map(|name| format!("{name}_err")).collect()
    }

    /// Which columns of values a bootstrap tells the errors of.
    pub(crate) fn drawn(features: &[&Feature], bands: &[Band]) -> Vec<bool> {
        let all = all_columns(features, bands);
        let known = |name: &str| all.iter().any(|other| other == name);
        let has_none =
            |name: &String| known(&format!("{name}_err")) || name.strip_suffix("_err").is_some_and(known);
        all.iter().map(|name| !has_none(name)).collect()
    }

    /// Adds the errors to an object's values.
    pub(crate) fn add(
        &self,
        object: &Object,
        described: &Described<'_>,
        features: &[&Feature],
        fitters: &Fitters,
        drawn: &[bool],
        values: &mut Vec<f64>,
    ) {
        match self {
            Self::Bootstrap(bootstrap) => {
                bootstrap.add(object, described.bands(), features, fitters, drawn, values);
            }
            Self::Covariance => {
                for errors in features.iter().filter_map(|feature| feature.errors) {
                    (errors.compute)(described, values);
                }
            }
        }
    }
}

fn all_columns(features: &[&Feature], bands: &[Band]) -> Vec<String> {
    features.iter().flat_map(|feature| (feature.columns)(bands)).collect()
}

impl Bootstrap {
    fn add(
        &self,
        object: &Object,
        bands: &[Band],
        features: &[&Feature],
        fitters: &Fitters,
        drawn: &[bool],
        values: &mut Vec<f64>,
    ) {
        let columns = values.len();
        let mut noise = Noise::new(self.seed, &object.object_id);
        let mut other = object.clone();
        let mut draws = Vec::with_capacity(columns * self.draws);
        for _ in 0..self.draws {
            let measured = &object.lightcurve;
            for ((flux, mean), error) in
                other.lightcurve.flux.iter_mut().zip(&measured.flux).zip(&measured.flux_err)
            {
                *flux = mean + error * noise.gaussian();
            }
            let described = Described::new(&other, bands, fitters);
            for feature in features {
                (feature.compute)(&described, &mut draws);
            }
        }
        let mut column = Vec::with_capacity(self.draws);
        for i in (0..columns).filter(|i| drawn[*i]) {
            column.clear();
            column.extend(draws.chunks_exact(columns).map(|row| row[i]).filter(|value| value.is_finite()));
            // Where most draws fail, those that do not are no fair sample.
            let known = values[i].is_finite() && 2 * column.len() > self.draws && column.len() > 1;
            values.push(if known { spread(&mut column) } else { f64::NAN });
        }
    }
}

/// Half of the range from the 16th to the 84th percentile, linear between the values.
fn spread(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let quantile = |share: f64| {
        let place = share * (values.len() - 1) as f64;
        let (low, part) = (place.floor() as usize, place.fract());
        let high = (low + 1).min(values.len() - 1);
        values[low] + part * (values[high] - values[low])
    };
    0.5 * (quantile(0.84) - quantile(0.16))
}

/// Gaussian numbers that depend on a seed and a name and on nothing else.
struct Noise {
    generator: ChaCha8Rng,
    second: Option<f64>,
}

impl Noise {
    fn new(seed: u64, name: &str) -> Self {
        // FNV-1a tells names apart; the cipher does the rest.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&hash.to_le_bytes());
        key[16..24].copy_from_slice(b"hesper.1");
        Self { generator: ChaCha8Rng::from_seed(key), second: None }
    }

    /// Box and Muller's two at a time, rather than a library's, whose way of drawing may change from version to version.
    fn gaussian(&mut self) -> f64 {
        if let Some(second) = self.second.take() {
            return second;
        }
        const UNIT: f64 = 1.0 / (1u64 << 53) as f64;
        let mut uniform = || ((self.generator.next_u64() >> 11) + 1) as f64 * UNIT;
        let (radius, angle) = ((-2.0 * uniform().ln()).sqrt(), std::f64::consts::TAU * uniform());
        self.second = Some(radius * angle.sin());
        radius * angle.cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noise_is_gaussian_and_its_own_for_each_name() {
        let mut noise = Noise::new(1, "a");
        let mut values: Vec<f64> = (0..40_000).map(|_| noise.gaussian()).collect();
        let mean = values.iter().sum::<f64>() / 4e4;
        let fourth = values.iter().map(|value| value.powi(4)).sum::<f64>() / 4e4;
        // Four standard deviations of each.
        assert!(mean.abs() < 0.02 && (fourth - 3.0).abs() < 0.2, "{mean} {fourth}");
        assert!((spread(&mut values) - 0.9945).abs() < 0.02);
        let first = |seed, name| Noise::new(seed, name).gaussian();
        assert_eq!(first(1, "a"), first(1, "a"));
        assert!(first(1, "a") != first(1, "b") && first(1, "a") != first(2, "a"));
    }

    #[test]
    fn the_spread_of_even_values_is_known() {
        let mut values: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        assert!((spread(&mut values) - 34.0).abs() < 1e-12);
    }
}
