//! What is believed of the parameters before the data.

use serde::{Deserialize, Serialize};

use crate::error::check;
use crate::{Cosmology, Error};

/// A normal distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normal {
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation, above 0.
    pub sigma: f64,
}

/// Independent normal priors on Ωm and w0; flat where none is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prior {
    /// On the density of matter.
    pub matter: Option<Normal>,
    /// On the equation of state.
    pub w0: Option<Normal>,
}

impl Prior {
    /// A normal prior on Ωm alone.
    pub fn on_matter(mean: f64, sigma: f64) -> Self {
        Self { matter: Some(Normal { mean, sigma }), w0: None }
    }

    /// Whether the priors are distributions.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a mean that is not finite or a standard deviation not above 0.
    pub fn check(&self) -> Result<(), Error> {
        for (name, normal) in [("prior.matter", self.matter), ("prior.w0", self.w0)] {
            let Some(Normal { mean, sigma }) = normal else { continue };
            let good = mean.is_finite() && sigma > 0.0 && sigma.is_finite();
            check(good, name, format!("{mean} ± {sigma}"), "a finite mean and a standard deviation above 0")?;
        }
        Ok(())
    }

    /// ln of the prior density, up to a constant.
    pub fn log_density(&self, cosmology: &Cosmology) -> f64 {
        let term = |normal: Option<Normal>, value: f64| {
            normal.map_or(0.0, |Normal { mean, sigma }| -0.5 * ((value - mean) / sigma).powi(2))
        };
        term(self.matter, cosmology.matter) + term(self.w0, cosmology.w0)
    }
}
