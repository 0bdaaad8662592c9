//! An object seen again from another distance, through the eyes of the survey.

use hesper_cosmology::Cosmology;
use hesper_photometry::{LightCurve, Object};

use super::noise::SurveyNoise;
use super::random::Dice;
use crate::GaussianProcess;

/// The wavelength at rest by whose peak light curves are laid upon each other, Å.
const REFERENCE: f64 = 4_800.0;

/// An object that can be seen again.
pub(super) struct Parent<'a> {
    pub(super) object: &'a Object,
    pub(super) process: GaussianProcess,
    pub(super) redshift: f64,
    peak: f64,
}

impl<'a> Parent<'a> {
    /// `None` for objects without a redshift above 0 or with too few points.
    pub(super) fn new(object: &'a Object) -> Option<Self> {
        let redshift = usable(object.redshift).or(usable(object.host_photoz))?;
        let process = GaussianProcess::fit(&object.lightcurve)?;
        let peak = process.peak_mjd(REFERENCE * (1.0 + redshift));
        Some(Self { object, process, redshift, peak })
    }
}

/// A redshift that light can have come from.
pub(super) fn usable(redshift: Option<f64>) -> Option<f64> {
    redshift.filter(|z| *z > 0.0 && z.is_finite())
}

/// A target's object that lends its visits, errors and host.
pub(super) struct Model<'a> {
    pub(super) object: &'a Object,
    /// What is known of its redshift without a spectrum, and how well.
    pub(super) photoz: Option<(f64, f64)>,
    peak: f64,
}

impl<'a> Model<'a> {
    /// `None` for objects with too few points.
    pub(super) fn new(object: &'a Object) -> Option<Self> {
        let process = GaussianProcess::fit(&object.lightcurve)?;
        let host = |z: Option<f64>, error: Option<f64>| Some((usable(z)?, error.unwrap_or(0.0).max(0.0)));
        let photoz = host(object.host_photoz, object.host_photoz_err)
            .or_else(|| host(object.redshift, object.redshift_err));
        let peak = process.peak_mjd(REFERENCE * (1.0 + photoz.map_or(0.0, |(z, _)| z)));
        Some(Self { object, photoz, peak })
    }
}

/// How the parent is brought to a redshift.
pub(super) struct Sight<'a> {
    pub(super) noise: &'a SurveyNoise,
    /// Whether the curve is drawn from the posterior, or its mean.
    pub(super) draw: bool,
    /// Whether no flux is below 0.
    pub(super) positive: bool,
    pub(super) snr: f64,
    /// The fewest points of at least so many errors.
    pub(super) detections: usize,
}

impl Sight<'_> {
    /// The parent at the redshift `z`, as the survey would have seen it at the model's place, its peak `late` days after the
    /// model's; `None` where it would not have been detected.
    ///
    /// With s = (1 + z)/(1 + z_parent), a time t after the peak is t/s after the parent's, a wavelength λ is the parent's λ/s,
    /// and the flux (per frequency) is s·(d_L(z_parent)/d_L(z))² of the parent's.
    pub(super) fn see(
        &self,
        parent: &Parent<'_>,
        model: &Model<'_>,
        z: f64,
        late: f64,
        dice: &mut Dice,
    ) -> Option<LightCurve> {
        let stretch = (1.0 + z) / (1.0 + parent.redshift);
        let distance = |z: f64| Cosmology::FIDUCIAL.luminosity_distance(z);
        let dimming = stretch * (distance(parent.redshift) / distance(z)).powi(2);
        let visits = &model.object.lightcurve;
        let known: Vec<(usize, f64)> =
            (0..visits.len()).filter_map(|i| Some((i, visits.band[i].wavelength()?))).collect();
        let place = |(i, wavelength): &(usize, f64)| {
            let after = visits.mjd[*i] - model.peak - late;
            (parent.peak + after / stretch, wavelength / stretch)
        };
        let places: Vec<(f64, f64)> = known.iter().map(place).collect();
        let fluxes = match self.draw {
            true => parent.process.curve(&places, &dice.gaussians(places.len())),
            false => parent.process.means(&places),
        };
        let mut curve = LightCurve::with_capacity(places.len());
        let mut detections = 0;
        for ((i, _), flux) in known.into_iter().zip(fluxes) {
            let flux = dimming * if self.positive { flux.max(0.0) } else { flux };
            let error = self.noise.error(visits.band[i], visits.flux_err[i], visits.flux[i], flux);
            let measured = flux + error * dice.gaussian();
            LightCurve::check_point(visits.mjd[i], measured, error).ok()?;
            detections += usize::from(measured >= self.snr * error);
            curve.push(visits.mjd[i], visits.band[i], measured, error);
        }
        (detections >= self.detections).then_some(curve)
    }
}

/// How many points of an object have at least `snr` errors.
pub(super) fn detections(object: &Object, snr: f64) -> usize {
    let curve = &object.lightcurve;
    curve.flux.iter().zip(&curve.flux_err).filter(|(flux, error)| **flux >= snr * **error).count()
}

/// How bright a light curve is for those who took it: √Σ max(flux/σ, 0)².
pub(super) fn brightness(curve: &LightCurve) -> f64 {
    let points = curve.flux.iter().zip(&curve.flux_err);
    points.map(|(flux, error)| (flux / error).max(0.0).powi(2)).sum::<f64>().sqrt()
}
