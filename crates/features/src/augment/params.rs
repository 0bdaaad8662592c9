use serde::{Deserialize, Serialize};

use crate::Error;

/// How copies come about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Synthesis {
    /// Curves drawn from the object's Gaussian process, at its own times and redshift (STACCATO: Revsbech, Trotta & van Dyk
    /// 2018, MNRAS 473, 3969).
    Staccato,
    /// The object's Gaussian process at another redshift, seen by the survey at the place of one of its own objects (Boone
    /// 2019, AJ 158, 257).
    #[default]
    Redshift,
}

/// Where copies at other redshifts are put.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Redshifts {
    /// At the photometric redshifts of the target's objects, one after the other in random order, so that the copies have
    /// their distribution. Each takes a parent, at random, that may be brought there, and lends it photometric redshift,
    /// visits and errors.
    #[default]
    Matched,
    /// Anywhere a parent may be brought, even in ln z; each parent has as many copies.
    Even,
}

/// How labelled objects are multiplied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AugmentParams {
    /// How copies come about. Default by redshift.
    pub synthesis: Synthesis,
    /// Copies for each labelled object, on average. Default 10.
    pub copies: usize,
    /// Where copies are put. Default at the target's redshifts.
    pub redshifts: Redshifts,
    /// Whether copies at other redshifts are curves drawn from the posterior or its mean. Default the mean.
    pub draw: bool,
    /// Whether fluxes of copies at other redshifts are at least 0 before noise is added: transients add light to their host's.
    /// The process may fall below, most of all where it goes on beyond the bluest band. Default no, as in the paper.
    pub positive: bool,
    /// Of so many tries, each with another parent, the one whose brightness (the root of the summed squares of flux by error)
    /// is most like that of the target's object in whose place it is seen becomes the copy; at least 1. Default 1.
    pub candidates: usize,
    /// No copy is nearer than this part of its parent's redshift, 0 to 1: what is brought nearer shows the parent's noise.
    /// Default 0.95.
    pub nearest: f64,
    /// No copy's 1 + z is above this multiple of its parent's, at least 1: its light would come from wavelengths that the
    /// parent was not seen at. Default 1.5.
    pub farthest: f64,
    /// A point is a detection from so many errors on, above 0. Default 5.
    pub detection_snr: f64,
    /// A copy has at least as many detections as all but this part of the target's objects, 0 to 1; and one at least.
    /// Default 0.05.
    pub detection_quantile: f64,
    /// How often a copy that is not detected is tried again with another parent or place, at least 1. Default 20.
    pub attempts: usize,
    /// Seed of all random numbers.
    pub seed: u64,
}

impl Default for AugmentParams {
    fn default() -> Self {
        Self {
            synthesis: Synthesis::default(),
            copies: 10,
            redshifts: Redshifts::default(),
            draw: false,
            positive: false,
            candidates: 1,
            nearest: 0.95,
            farthest: 1.5,
            detection_snr: 5.0,
            detection_quantile: 0.05,
            attempts: 20,
            seed: 0,
        }
    }
}

impl AugmentParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Params`].
    pub fn check(&self) -> Result<(), Error> {
        let within = |sound: bool, name: &'static str, value: String, rule: &'static str| {
            if sound { Ok(()) } else { Err(Error::Params { name, value, rule }) }
        };
        within(self.candidates > 0, "candidates", self.candidates.to_string(), "at least 1")?;
        let share = 0.0..=1.0;
        within(self.copies > 0, "copies", self.copies.to_string(), "at least 1")?;
        within(self.attempts > 0, "attempts", self.attempts.to_string(), "at least 1")?;
        within(share.contains(&self.nearest), "nearest", self.nearest.to_string(), "0 to 1")?;
        let far = self.farthest >= 1.0 && self.farthest.is_finite();
        within(far, "farthest", self.farthest.to_string(), "at least 1, and finite")?;
        let snr = self.detection_snr > 0.0 && self.detection_snr.is_finite();
        within(snr, "detection_snr", self.detection_snr.to_string(), "above 0, and finite")?;
        let quantile = share.contains(&self.detection_quantile);
        within(quantile, "detection_quantile", self.detection_quantile.to_string(), "0 to 1")
    }
}
