//! What a simulated object really is.

use serde::{Deserialize, Serialize};

use crate::Class;

/// The truth about one object: what a survey would never know. All fields are scalars, so that it makes a row of CSV.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// The object's name, as in the survey.
    pub object_id: String,
    /// The class.
    pub class: Class,
    /// The true redshift.
    pub redshift: f64,
    /// Distance modulus, magnitudes.
    pub distance_modulus: f64,
    /// When the light in the rest-frame B band peaks, modified Julian days.
    pub peak_mjd: f64,
    /// Peak absolute magnitude in rest-frame B (4400 Å), AB, dust of the host included.
    pub absolute_magnitude: f64,
    /// The factor by which the rest-frame light curve is wider than its class's template.
    pub stretch: f64,
    /// A further factor on phases after the peak.
    pub decline_stretch: f64,
    /// Reddening E(B−V) by the host, magnitudes; for `Ia` the colour c, which may be negative.
    pub host_ebv: f64,
    /// Brightest apparent magnitude in g, AB, Galactic dust included.
    pub peak_mag_g: f64,
    /// Brightest apparent magnitude in r.
    pub peak_mag_r: f64,
    /// Brightest apparent magnitude in i.
    pub peak_mag_i: f64,
    /// Brightest apparent magnitude in z.
    pub peak_mag_z: f64,
    /// The field it was found in.
    pub field: String,
    /// How many candidates were drawn until this one was detected, itself included.
    pub candidates: usize,
}
