//! Describing objects again, night after night.

use std::cell::RefCell;

use hesper_photometry::{Band, LightCurve, Object};
use rayon::prelude::*;

use super::fingerprint::{Fingerprint, of_points};
use super::memory::Memory;
use super::state::NightlyState;
use crate::{BazinParams, Described, Error, Feature, Fitters};

/// Describes objects again as their points come in.
///
/// For each object the caller keeps a [`NightlyState`]. Where an object has no new point, its last values stand. Where it
/// has, the fits start from where they ended last time or from a better one of a few other shapes; the whole search is made
/// again where there were fewer than 6 points, or where χ² grew by far more than the new points explain. A state follows from the nights at which it was updated
/// and from nothing else: neither other objects nor threads nor a pause between two nights change a bit.
///
/// The values are those of [`crate::describe()`] on the points known, except that a fit may have ended in another
/// minimum of about the same depth; `benches` tells how often.
#[derive(Debug)]
pub struct Nightly {
    features: Vec<&'static Feature>,
    pub(super) bands: Vec<Band>,
    names: Vec<String>,
    bazin: BazinParams,
    pub(super) settings: u64,
}

/// What one thread works with.
struct Desk {
    fitters: Fitters,
    /// The object as it was known.
    known: Object,
}

impl Nightly {
    /// For these features of these bands, in their order; see [`crate::survey_bands`].
    ///
    /// # Errors
    /// [`Error::Params`] where the parameters make no sense.
    pub fn new(features: &[&'static Feature], bands: &[Band], bazin: &BazinParams) -> Result<Self, Error> {
        bazin.check()?;
        let names: Vec<String> = features.iter().flat_map(|feature| (feature.columns)(bands)).collect();
        let mut settings = Fingerprint::new();
        for name in &names {
            settings.text(name);
        }
        for band in bands {
            settings.text(band.as_str());
        }
        settings.text(&format!("{bazin:?}"));
        Ok(Self {
            features: features.to_vec(),
            bands: bands.to_vec(),
            names,
            bazin: bazin.clone(),
            settings: settings.finish(),
        })
    }

    /// The names of the values.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The bands, in the order given.
    pub fn bands(&self) -> &[Band] {
        &self.bands
    }

    /// Brings the states of objects to a night, in parallel: points after `mjd` are not seen. Whether the values of each
    /// were made anew.
    ///
    /// # Errors
    /// [`Error::States`] where there are not as many states as objects.
    pub fn update(
        &self,
        states: &mut [NightlyState],
        objects: &[Object],
        mjd: f64,
    ) -> Result<Vec<bool>, Error> {
        if states.len() != objects.len() {
            return Err(Error::States { states: states.len(), objects: objects.len() });
        }
        let pairs = states.par_iter_mut().zip(objects);
        Ok(pairs
            .map_init(|| self.desk(), |desk, (state, object)| self.step(desk, state, object, mjd))
            .collect())
    }

    /// Brings the state of one object to a night: points after `mjd` are not seen. Whether its values were made
    /// anew.
    pub fn update_one(&self, state: &mut NightlyState, object: &Object, mjd: f64) -> bool {
        self.step(&mut self.desk(), state, object, mjd)
    }

    fn desk(&self) -> Desk {
        Desk { fitters: Fitters::new(&self.bazin), known: Object::new("") }
    }

    fn step(&self, desk: &mut Desk, state: &mut NightlyState, object: &Object, mjd: f64) -> bool {
        let curve = &object.lightcurve;
        let fingerprint = self.fingerprint(object, mjd);
        let same = state.settings == self.settings && state.values.len() == self.names.len();
        if same && state.fingerprint == fingerprint {
            return false;
        }
        // Points may be fewer than they were, where a survey withdrew some: the fits then start from too much, and
        // their χ² says so.
        let memory = std::mem::take(&mut state.memory);
        let known_bands = memory.bands.len() == self.bands.len();
        let memory = if same && known_bands { memory } else { Memory::new(self.bands.len()) };
        let whole = curve.mjd.iter().all(|time| *time <= mjd);
        if !whole {
            restrict(&mut desk.known, object, mjd);
        }
        let known = if whole { object } else { &desk.known };
        let memory = RefCell::new(memory);
        state.values.clear();
        let described = Described::again(known, &self.bands, &desk.fitters, &memory);
        for feature in &self.features {
            (feature.compute)(&described, &mut state.values);
        }
        // Forecasts need the smooth fits, whether a feature does or not.
        described.smooth();
        drop(described);
        for value in &mut state.values {
            *value = if value.is_finite() { *value } else { f64::NAN };
        }
        state.memory = memory.into_inner();
        state.settings = self.settings;
        state.fingerprint = fingerprint;
        state.points = known.lightcurve.len();
        state.last = known.lightcurve.mjd.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        true
    }

    /// Of all that the values depend on.
    fn fingerprint(&self, object: &Object, mjd: f64) -> u64 {
        let points = &object.lightcurve;
        let mut fingerprint = Fingerprint::new();
        fingerprint.word(of_points(&points.mjd, &points.flux, &points.flux_err, mjd));
        for value in [object.host_photoz, object.host_photoz_err] {
            fingerprint.number(value.unwrap_or(f64::NAN));
        }
        fingerprint.finish()
    }
}

/// Makes `known` what was known of `object` at `mjd`, in the place of another object: no memory is asked for anew.
fn restrict(known: &mut Object, object: &Object, mjd: f64) {
    let mut curve = std::mem::take(&mut known.lightcurve);
    let LightCurve { mjd: times, band, flux, flux_err } = &mut curve;
    times.clear();
    band.clear();
    flux.clear();
    flux_err.clear();
    let points = &object.lightcurve;
    for i in (0..points.len()).filter(|&i| points.mjd[i] <= mjd) {
        curve.push(points.mjd[i], points.band[i], points.flux[i], points.flux_err[i]);
    }
    let mut object_id = std::mem::take(&mut known.object_id);
    object_id.clone_from(&object.object_id);
    *known = Object {
        object_id,
        ra: object.ra,
        dec: object.dec,
        redshift: object.redshift,
        redshift_err: object.redshift_err,
        host_photoz: object.host_photoz,
        host_photoz_err: object.host_photoz_err,
        mwebv: object.mwebv,
        // Features do not look at what they are to tell.
        class: None,
        sample: object.sample,
        lightcurve: curve,
    };
}
