//! The nightly campaign: which objects, on which telescope, tonight; played night after night on a survey that was, with
//! labels that come late or not at all.
//!
//! [`CampaignData`] holds the objects as they were known each night, [`Offers`] what each night lets be taken and at what
//! cost. A [`Policy`] names who chooses: a strategy that gives each object a worth, an allocator that spends the telescope
//! time, and an [`Adapter`] that makes the biased labelled sample more like the sky. [`Campaign::run`] plays one policy with
//! one seed; runs do not know of each other, and the same policy and seed give the same run.

mod adapter;
mod chance;
mod data;
mod evening;
mod evolution;
mod history;
mod offers;
mod params;
mod plan;
mod policy;
mod record;
mod run;
mod schedule;
mod tonight;

pub use adapter::{Adapter, Weights, adapter, adapters};
pub use data::CampaignData;
pub use evening::{Evening, Recommendation};
pub use evolution::{Evolution, Known, Sight};
pub use history::{COMPLETE, Calendar, evolve};
pub use offers::{Offers, Target};
pub use params::{Alive, CampaignParams, Labels, StartFeatures, TrainingFeatures};
pub use plan::Plan;
pub use policy::{DEFAULT_ALLOCATOR, Policy, allocators};
pub use record::{CampaignQuery, CampaignRun, NightRecord, NightScores};
pub use schedule::{Task, schedule};
pub use tonight::{NightPlan, Scheduled};

use hesper_learn::Learner;

use crate::{Error, Partition, Start};

/// A campaign that is ready to be played.
pub struct Campaign<'a> {
    ground: run::Ground<'a>,
}

impl<'a> Campaign<'a> {
    /// Checks what is given. `offers` has an entry for each night from the first to the last, `weather_loss` the
    /// probability that a night is lost for each telescope, `partition` that of `data.objects`.
    ///
    /// # Errors
    /// Parameters out of range, lists whose lengths disagree, or no object to start from.
    pub fn new(
        data: &'a CampaignData,
        partition: &'a Partition,
        learner: &'a dyn Learner,
        params: &'a CampaignParams,
        offers: &'a [Offers],
        weather_loss: &'a [f64],
    ) -> Result<Self, Error> {
        params.check()?;
        let objects = data.objects.class.len();
        let nights = (params.last_day - params.first_day) as usize + 1;
        let lengths = [
            ("objects with features night by night", data.evolution.objects(), objects),
            ("names of objects", data.object_id.len(), objects),
            ("features of complete light curves", data.objects.x.cols(), data.evolution.columns()),
            ("nights with offers", offers.len(), nights),
        ];
        if let Some((what, found, wanted)) = lengths.into_iter().find(|(_, found, wanted)| found != wanted) {
            return Err(Error::Data(format!("there are {found} {what}, but must be {wanted}")));
        }
        if let Some(offers) = offers.iter().find(|offers| offers.telescopes.len() != weather_loss.len()) {
            let (found, wanted) = (offers.telescopes.len(), weather_loss.len());
            return Err(Error::Data(format!("a night has {found} telescopes, but must have {wanted}")));
        }
        if params.start == Start::Spectroscopic && partition.spectroscopic.is_empty() {
            return Err(Error::Data(
                "there is no spectroscopic object to start from: start from random objects or from nothing (start)"
                    .to_owned(),
            ));
        }
        Ok(Self { ground: run::Ground { data, partition, learner, params, offers, weather_loss } })
    }

    /// Plays one policy with one seed. `progress` is called after each night.
    ///
    /// # Errors
    /// Unknown names, or a learner that fails.
    pub fn run(
        &self,
        policy: &Policy,
        seed: u64,
        progress: &(dyn Fn() + Sync),
    ) -> Result<CampaignRun, Error> {
        run::Nights::new(&self.ground, policy, seed)?.run(progress)
    }
}
