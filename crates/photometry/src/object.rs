//! An object of the sky: its light curve and what is known of it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::LightCurve;

/// How an object's class is, or will be, known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sample {
    /// A spectrum was taken: few objects, bright ones, not a fair sample of the sky.
    Spectroscopic,
    /// Known by its light curve alone.
    Photometric,
}

impl Sample {
    /// The name used in files: `spectroscopic` or `photometric`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spectroscopic => "spectroscopic",
            Self::Photometric => "photometric",
        }
    }

    /// The sample of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Spectroscopic, Self::Photometric].into_iter().find(|sample| sample.as_str() == name)
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One object. What is not known is `None`, never a code number.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// The survey's name of the object, unique in a file.
    pub object_id: String,
    /// Right ascension, degrees.
    pub ra: Option<f64>,
    /// Declination, degrees.
    pub dec: Option<f64>,
    /// The survey's best redshift: the spectrum's where there is one, else the host galaxy's photometric one.
    /// It tells the two samples apart, so it makes figures, not features.
    pub redshift: Option<f64>,
    /// One-sigma error of [`Object::redshift`].
    pub redshift_err: Option<f64>,
    /// The host galaxy's photometric redshift, known alike for both samples: fit to be a feature.
    pub host_photoz: Option<f64>,
    /// One-sigma error of [`Object::host_photoz`].
    pub host_photoz_err: Option<f64>,
    /// Galactic reddening E(B−V), magnitudes.
    pub mwebv: Option<f64>,
    /// The class where it is known, such as `Ia`; PLAsTiCC's are its target codes.
    pub class: Option<String>,
    /// How the class is known.
    pub sample: Sample,
    /// The photometry.
    pub lightcurve: LightCurve,
}

impl Object {
    /// An object of which nothing is known but its name.
    pub fn new(object_id: impl Into<String>) -> Self {
        Self {
            object_id: object_id.into(),
            ra: None,
            dec: None,
            redshift: None,
            redshift_err: None,
            host_photoz: None,
            host_photoz_err: None,
            mwebv: None,
            class: None,
            sample: Sample::Photometric,
            lightcurve: LightCurve::default(),
        }
    }
}
