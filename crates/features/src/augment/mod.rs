//! Synthetic light curves out of labelled ones, for training sets that look like the objects to be classified.
//!
//! Objects with a spectrum are bright and near; those to be classified are not. [`augment`] makes copies of the labelled
//! objects that keep their class: curves drawn from the Gaussian process of an object ([`Synthesis::Staccato`]), or that
//! process moved to another redshift and seen by the survey as it saw one of its own objects ([`Synthesis::Redshift`]): with
//! its visits and errors, its host's photometric redshift, and only if it would have been detected.
//!
//! Of the target nothing is used but light curves and photometric redshifts; labels are not looked at.

mod noise;
mod params;
mod random;
mod redshift;
mod staccato;

use std::collections::BTreeMap;

use hesper_photometry::{Object, Sample};
use rayon::prelude::*;

use crate::{Error, GaussianProcess};
pub use noise::SurveyNoise;
pub use params::{AugmentParams, Redshifts, Synthesis};
use random::Dice;
use redshift::{Model, Parent, Sight, brightness, detections};

/// A copy of a labelled object.
#[derive(Clone, Debug, PartialEq)]
pub struct Copy {
    /// The copy: `<id>_aug<k>`, of the parent's class and sample.
    pub object: Object,
    /// The place of the object that it was made from among those labelled.
    pub parent: usize,
    /// The redshift it was brought to; `None` for copies at their own.
    pub redshift: Option<f64>,
}

/// Makes copies of labelled objects that look like those of a target. `tick` is called for each copy, from any thread. The
/// same objects and parameters give the same copies, whatever the number of threads.
///
/// Copies that would not be detected are left out, so there may be fewer than were asked for; of objects without redshift,
/// or with too few points for a Gaussian process, there are none. For [`Synthesis::Staccato`] the target is not needed.
///
/// # Errors
/// [`Error::Params`], and [`Error::Empty`] where no labelled object, or no object of the target where one is needed, has
/// points enough and a redshift.
pub fn augment(
    labelled: &[Object],
    target: &[Object],
    params: &AugmentParams,
    tick: &(dyn Fn() + Sync),
) -> Result<Vec<Copy>, Error> {
    params.check()?;
    match params.synthesis {
        Synthesis::Staccato => redraw(labelled, &vec![params.copies; labelled.len()], params, tick),
        Synthesis::Redshift => reobserve(labelled, target, params, tick),
    }
}

/// Copies of labelled objects at their own times and redshifts, of each object so many as `counts` says: more of those that
/// the labelled objects have too few of (Revsbech, Trotta & van Dyk 2018). Otherwise as [`augment`].
///
/// # Errors
/// As [`augment`], and where there is not one count for each object.
pub fn redraw(
    labelled: &[Object],
    counts: &[usize],
    params: &AugmentParams,
    tick: &(dyn Fn() + Sync),
) -> Result<Vec<Copy>, Error> {
    params.check()?;
    if counts.len() != labelled.len() {
        let rule = "one for each labelled object";
        return Err(Error::Params { name: "counts", value: counts.len().to_string(), rule });
    }
    let noise = SurveyNoise::fit(labelled);
    let copies: Vec<Vec<Copy>> = labelled
        .par_iter()
        .zip(counts)
        .enumerate()
        .map(|(parent, (object, count))| {
            let Some(process) = GaussianProcess::fit(&object.lightcurve) else { return Vec::new() };
            let mut dice = Dice::new(params.seed, parent as u64);
            let copy = |_| {
                tick();
                let object = staccato::redraw(object, &process, &noise, &mut dice);
                Copy { object, parent, redshift: None }
            };
            (0..*count).map(copy).collect()
        })
        .collect();
    named(copies.concat())
}

fn reobserve(
    labelled: &[Object],
    target: &[Object],
    params: &AugmentParams,
    tick: &(dyn Fn() + Sync),
) -> Result<Vec<Copy>, Error> {
    let known = labelled.par_iter().enumerate().filter_map(|(i, object)| Some((i, Parent::new(object)?)));
    let mut parents: Vec<(usize, Parent<'_>)> = known.collect();
    parents.sort_by(|a, b| a.1.redshift.total_cmp(&b.1.redshift));
    let mut models: Vec<Model<'_>> = target.par_iter().filter_map(Model::new).collect();
    if params.redshifts == Redshifts::Matched {
        models.retain(|model| model.photoz.is_some());
    }
    if parents.is_empty() || models.is_empty() {
        return Err(Error::Empty);
    }
    let mut counts: Vec<usize> =
        target.iter().map(|object| detections(object, params.detection_snr)).collect();
    counts.sort_unstable();
    let least = counts[((counts.len() - 1) as f64 * params.detection_quantile).round() as usize].max(1);
    let noise = SurveyNoise::fit(target);
    let sight = Sight {
        noise: &noise,
        draw: params.draw,
        positive: params.positive,
        snr: params.detection_snr,
        detections: least,
    };
    let wanted = params.copies * parents.len();
    let maker = Maker { params, parents: &parents, sight: &sight };
    // The target's objects one after the other in random order, so that none has two copies before each had one.
    let rounds = wanted.div_ceil(models.len()) as u64;
    let order: Vec<usize> =
        (0..rounds).flat_map(|round| Dice::new(params.seed, u64::MAX - round).order(models.len())).collect();
    let copies: Vec<Option<Copy>> = (0..wanted)
        .into_par_iter()
        .map(|place| {
            tick();
            let mut dice = Dice::new(params.seed, place as u64);
            let model = &models[match params.redshifts {
                Redshifts::Matched => order[place],
                Redshifts::Even => dice.below(models.len()),
            }];
            let tried = (0..params.attempts.max(params.candidates)).filter_map(|_| match params.redshifts {
                Redshifts::Matched => maker.matched(model, &mut dice),
                Redshifts::Even => maker.even(&parents[place % parents.len()], model, &mut dice),
            });
            let wanted = brightness(&model.object.lightcurve).max(1.0).ln();
            let unlike = |copy: &Copy| (brightness(&copy.object.lightcurve).max(1.0).ln() - wanted).abs();
            tried.take(params.candidates).min_by(|a, b| unlike(a).total_cmp(&unlike(b)))
        })
        .collect();
    named(copies.into_iter().flatten().collect())
}

/// What is the same for all copies.
struct Maker<'a> {
    params: &'a AugmentParams,
    /// Places among the labelled, in order of redshift.
    parents: &'a [(usize, Parent<'a>)],
    sight: &'a Sight<'a>,
}

impl Maker<'_> {
    /// A parent brought to where the model may be, by its photometric redshift; the copy keeps that one, not the true one.
    fn matched(&self, model: &Model<'_>, dice: &mut Dice) -> Option<Copy> {
        let (photoz, error) = model.photoz?;
        let z = photoz + error * dice.gaussian();
        let from = (1.0 + z) / self.params.farthest - 1.0;
        let first = self.parents.partition_point(|(_, parent)| parent.redshift < from);
        let last = self.parents.partition_point(|(_, parent)| parent.redshift * self.params.nearest <= z);
        if z <= 0.0 || first >= last {
            return None;
        }
        self.copy(&self.parents[first + dice.below(last - first)], model, z, model.object.host_photoz, dice)
    }

    /// The parent anywhere it may be brought, with the visits of the model.
    fn even(&self, parent: &(usize, Parent<'_>), model: &Model<'_>, dice: &mut Dice) -> Option<Copy> {
        let own = parent.1.redshift;
        let (near, far) = ((own * self.params.nearest).max(1e-3), (1.0 + own) * self.params.farthest - 1.0);
        let z = near * (far / near).powf(dice.uniform());
        let error = model.object.host_photoz_err.unwrap_or(0.0);
        let photoz = model.object.host_photoz.map(|_| (z + error * dice.gaussian()).max(0.001));
        self.copy(parent, model, z, photoz, dice)
    }

    fn copy(
        &self,
        (place, parent): &(usize, Parent<'_>),
        model: &Model<'_>,
        z: f64,
        photoz: Option<f64>,
        dice: &mut Dice,
    ) -> Option<Copy> {
        let lightcurve = self.sight.see(parent, model, z, 0.0, dice)?;
        let object = Object {
            ra: model.object.ra,
            dec: model.object.dec,
            redshift: Some(z),
            host_photoz: photoz,
            host_photoz_err: photoz.and(model.object.host_photoz_err),
            lightcurve,
            ..parent.object.clone()
        };
        Some(Copy { object, parent: *place, redshift: Some(z) })
    }
}

/// Orders copies by parent and names them.
fn named(mut copies: Vec<Copy>) -> Result<Vec<Copy>, Error> {
    if copies.is_empty() {
        return Err(Error::Empty);
    }
    copies.sort_by_key(|copy| copy.parent);
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for copy in &mut copies {
        let count = counts.entry(copy.parent).or_default();
        *count += 1;
        copy.object.object_id = format!("{}_aug{count}", copy.object.object_id);
        copy.object.sample = Sample::Spectroscopic;
    }
    Ok(copies)
}

#[cfg(test)]
mod tests;
