//! The whole survey: candidates until enough are detected, then a spectroscopic sample.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use hesper_cosmology::Cosmology;
use hesper_photometry::{Band, LightCurve, Object, Sample, magnitude};

use crate::cadence::{Visit, schedule};
use crate::event::Event;
use crate::observe::observe;
use crate::params::{Field, HostParams, SpectroscopyParams, SurveyParams};
use crate::population::Population;
use crate::{BANDS, Class, Error, Truth};

/// After so many candidates without a detection the parameters are to blame, not chance.
const MOST_CANDIDATES: usize = 100_000;
/// Radius of a field, degrees.
const FIELD_RADIUS: f64 = 1.1;

/// A simulated survey: `objects[i]` is what it saw, `truth[i]` what it was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    /// The objects: light curves in nJy, classes for all (a simulation knows them; [`Object::sample`] says whose class
    /// a survey would know), redshifts spectroscopic or of the host as the sample has it.
    pub objects: Vec<Object>,
    /// The truth, row by row.
    pub truth: Vec<Truth>,
}

/// Simulates a survey.
///
/// Each object draws from a stream of its own, so the result depends on `params` alone, not on the number of threads.
///
/// # Errors
/// [`Error::Parameter`] and [`Error::Class`] for parameters outside their ranges, [`Error::NoVisits`] where the weather
/// let no visit happen, [`Error::NothingDetected`] where the survey is blind to what it looks for.
pub fn simulate(params: &SurveyParams) -> Result<Survey, Error> {
    params.check()?;
    let stream = |number: u64| {
        let mut rng = ChaCha8Rng::seed_from_u64(params.seed);
        rng.set_stream(number);
        rng
    };
    // Stream 0 makes what all objects share.
    let visits = schedule(params, &mut stream(0));
    if visits.iter().all(Vec::is_empty) {
        return Err(Error::NoVisits);
    }
    let [g, r, i, z] = BANDS.map(Band::new);
    let sky = Sky {
        params,
        population: Population::new(&params.population),
        visits,
        bands: [g?, r?, i?, z?],
        name_width: params.objects.saturating_sub(1).to_string().len().max(6),
    };
    let found: Vec<Found> = (0..params.objects)
        .into_par_iter()
        .map(|number| sky.find(number, &mut stream(number as u64 + 1)))
        .collect::<Result<_, _>>()?;
    Ok(finish(found, params))
}

/// What all objects share.
struct Sky<'a> {
    params: &'a SurveyParams,
    population: Population,
    visits: Vec<Vec<Visit>>,
    bands: [Band; 4],
    name_width: usize,
}

/// A detected object, before anybody has chosen the spectroscopic sample.
struct Found {
    object: Object,
    truth: Truth,
    /// Large for those who get a spectrum.
    spectroscopic_key: f64,
    spectroscopic_redshift: f64,
}

impl Sky<'_> {
    /// Draws candidates until one is detected.
    fn find(&self, number: usize, rng: &mut impl Rng) -> Result<Found, Error> {
        for candidates in 1..=MOST_CANDIDATES {
            let place = rng.random_range(0..self.params.fields.len());
            let field = &self.params.fields[place];
            let peak_mjd = self.peak_mjd(rng);
            let (properties, template) = self.population.draw(rng, peak_mjd, field.mwebv);
            let event = Event::new(properties, template);
            let seen = observe(
                &event,
                &self.visits[place],
                &self.params.noise,
                &self.params.detection,
                &self.bands,
                rng,
            );
            if let Some(lightcurve) = seen {
                let object_id = format!("S{number:0width$}", width = self.name_width);
                let truth = truth(object_id, &event, field, candidates);
                return Ok(found(truth, lightcurve, field, self.params, rng));
            }
        }
        Err(Error::NothingDetected { object: number, candidates: MOST_CANDIDATES })
    }

    fn peak_mjd(&self, rng: &mut impl Rng) -> f64 {
        let cadence = &self.params.cadence;
        let season = rng.random_range(0..cadence.seasons) as f64;
        let into = rng.random_range(-cadence.margin_days..=cadence.season_days + cadence.margin_days);
        cadence.start_mjd + 365.25 * season + into
    }
}

fn truth(object_id: String, event: &Event<'_>, field: &Field, candidates: usize) -> Truth {
    let p = &event.properties;
    let peak = |band| magnitude(event.peak_flux(band)).unwrap_or(f64::INFINITY);
    Truth {
        object_id,
        class: p.class,
        redshift: p.redshift,
        distance_modulus: Cosmology::FIDUCIAL.distance_modulus(p.redshift),
        peak_mjd: p.peak_mjd,
        absolute_magnitude: p.magnitude,
        stretch: p.stretch,
        decline_stretch: p.decline_stretch,
        host_ebv: p.host_ebv,
        peak_mag_g: peak(0),
        peak_mag_r: peak(1),
        peak_mag_i: peak(2),
        peak_mag_z: peak(3),
        field: field.name.clone(),
        candidates,
    }
}

fn found(
    truth: Truth,
    lightcurve: LightCurve,
    field: &Field,
    params: &SurveyParams,
    rng: &mut impl Rng,
) -> Found {
    let (ra, dec) = place_in(field, rng);
    let (photoz, photoz_err) = host_photoz(truth.redshift, params, rng);
    let spectroscopic_key = spectroscopic_key(&truth, &params.spectroscopy, rng);
    let deviate: f64 = StandardNormal.sample(rng);
    let spectroscopic_redshift = (truth.redshift + params.spectroscopy.redshift_error * deviate).max(0.001);
    let object = Object {
        object_id: truth.object_id.clone(),
        ra: Some(ra),
        dec: Some(dec),
        redshift: Some(photoz),
        redshift_err: Some(photoz_err),
        host_photoz: Some(photoz),
        host_photoz_err: Some(photoz_err),
        mwebv: Some(field.mwebv),
        class: Some(truth.class.as_str().to_owned()),
        sample: Sample::Photometric,
        lightcurve,
    };
    Found { object, truth, spectroscopic_key, spectroscopic_redshift }
}

/// A place in the field's disk, degrees.
fn place_in(field: &Field, rng: &mut impl Rng) -> (f64, f64) {
    let radius = FIELD_RADIUS * rng.random::<f64>().sqrt();
    let angle = rng.random_range(0.0..std::f64::consts::TAU);
    let dec = (field.dec + radius * angle.sin()).clamp(-90.0, 90.0);
    let ra = field.ra + radius * angle.cos() / field.dec.to_radians().cos().max(0.02);
    (ra.rem_euclid(360.0), dec)
}

/// The host's photometric redshift and its error.
fn host_photoz(redshift: f64, params: &SurveyParams, rng: &mut impl Rng) -> (f64, f64) {
    let HostParams { photoz_error, photoz_outliers } = params.host;
    let quality: f64 = StandardNormal.sample(rng);
    let error = photoz_error * (1.0 + redshift) * (0.3 * quality).exp();
    let deviate: f64 = StandardNormal.sample(rng);
    let outlier = rng.random::<f64>() < photoz_outliers;
    let anywhere = rng.random_range(0.02..1.2 * params.population.max_redshift + 0.02);
    (if outlier { anywhere } else { (redshift + error * deviate).max(0.005) }, error)
}

/// The logarithm of u^(1/w): the largest keys are a draw without replacement with weights w (Efraimidis & Spirakis
/// 2006).
fn spectroscopic_key(truth: &Truth, params: &SpectroscopyParams, rng: &mut impl Rng) -> f64 {
    let preference = if truth.class == Class::Ia { params.ia_preference } else { 1.0 };
    // The exponential is bounded so that no weight is 0: a survey of faint objects alone still finds its sample.
    let faint = ((truth.peak_mag_i - params.magnitude_limit) / params.magnitude_width).min(600.0);
    let weight = preference / (1.0 + faint.exp());
    (1.0 - rng.random::<f64>()).ln() / weight
}

/// Chooses the spectroscopic sample and gives it its redshifts.
fn finish(mut found: Vec<Found>, params: &SurveyParams) -> Survey {
    let spectra = (params.spectroscopy.fraction * found.len() as f64).round() as usize;
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|&a, &b| found[b].spectroscopic_key.total_cmp(&found[a].spectroscopic_key).then(a.cmp(&b)));
    for &chosen in &order[..spectra.min(found.len())] {
        let Found { object, spectroscopic_redshift, .. } = &mut found[chosen];
        object.sample = Sample::Spectroscopic;
        object.redshift = Some(*spectroscopic_redshift);
        object.redshift_err = Some(params.spectroscopy.redshift_error);
    }
    let mut survey =
        Survey { objects: Vec::with_capacity(found.len()), truth: Vec::with_capacity(found.len()) };
    for Found { object, truth, .. } in found {
        survey.objects.push(object);
        survey.truth.push(truth);
    }
    survey
}
