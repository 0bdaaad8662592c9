//! What a campaign is told.

use hesper_learn::metrics;
use serde::{Deserialize, Serialize};

use crate::campaign::Policy;
use crate::query_loop::check_judging;
use crate::{Error, Start};

/// How a campaign is run: everything but the objects and the telescopes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CampaignParams {
    /// The policies that are compared. Default `random`, `uncertainty`.
    pub strategies: Vec<Policy>,
    /// How many times each policy runs, with seeds `seed`, `seed + 1`, … Default 5.
    pub seeds: usize,
    /// The first seed; it also draws the hold-out. Not of the file: the command line gives it. Default 42.
    #[serde(skip_deserializing)]
    pub seed: u64,
    /// The first night, in days after that of the survey's first point. Default 20.
    pub first_day: u32,
    /// The last night. Default 180.
    pub last_day: u32,
    /// The labelled objects to start from. Default `spectroscopic`.
    pub start: Start,
    /// What is known of the light curves of the starting sample. Default `complete`.
    pub start_features: StartFeatures,
    /// With which features an object is learned from. Default `evolve`.
    pub training_features: TrainingFeatures,
    /// Share of the photometric objects that is held out; the same ones for all. Default 0.3.
    pub hold_out: f64,
    /// Nights between two scores; the first and the last night are always scored. Default 1.
    pub score_every: u32,
    /// W of the figure of merit: how many times a false positive counts. Default 3.
    pub fom_weight: f64,
    /// Members of the committee that some strategies question. Default 10.
    pub committee: usize,
    /// Which objects may be asked for.
    pub alive: Alive,
    /// How labels come.
    pub labels: Labels,
}

impl Default for CampaignParams {
    fn default() -> Self {
        let policy = |strategy: &str| Policy {
            strategy: strategy.to_owned(),
            allocator: super::DEFAULT_ALLOCATOR.to_owned(),
            adapter: None,
        };
        Self {
            strategies: vec![policy("random"), policy("uncertainty")],
            seeds: 5,
            seed: 42,
            first_day: 20,
            last_day: 180,
            start: Start::Spectroscopic,
            start_features: StartFeatures::default(),
            training_features: TrainingFeatures::default(),
            hold_out: 0.3,
            score_every: 1,
            fom_weight: metrics::FALSE_POSITIVE_WEIGHT,
            committee: 10,
            alive: Alive::default(),
            labels: Labels::default(),
        }
    }
}

/// What is known of the light curves of the starting sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartFeatures {
    /// All of them: the sample is of earlier seasons.
    #[default]
    Complete,
    /// What was taken by each night: the sample is of this season.
    Tonight,
}

/// With which features an object is learned from once its spectrum is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrainingFeatures {
    /// Those of its light curve as it is on the night of learning.
    #[default]
    Evolve,
    /// Those of the night on which the spectrum was taken: it is then learned from as it looked when young.
    Frozen,
}

/// Which objects may be asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Alive {
    /// Flux over its error from which a point is a detection. Default 5.
    pub snr: f64,
    /// Detections from which an object is believed in. Default 2.
    pub detections: u32,
    /// Days after the last detection in which an object may still be asked for. Default 10.
    pub recent: f64,
    /// The band whose magnitude tonight exposures are reckoned by. Default `r`.
    pub band: String,
}

impl Default for Alive {
    fn default() -> Self {
        Self { snr: 5.0, detections: 2, recent: 10.0, band: "r".to_owned() }
    }
}

/// How labels come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Labels {
    /// Nights from the spectrum to the label; with 1 it is known at the next night's dusk. Default 1.
    pub latency: u32,
    /// The signal-to-noise ratio at which half of the spectra give a class, as a share of that wanted. Default 0.5.
    pub half: f64,
    /// How fast success comes with the ratio: the share wanted over which the odds grow e-fold. 0 is a step. Default 0.1.
    pub width: f64,
    /// Whether nights are lost by weather, as the telescopes say. Default true.
    pub weather: bool,
    /// How often an object may be taken until its spectrum succeeds. Default 1.
    pub attempts: u32,
}

impl Default for Labels {
    fn default() -> Self {
        Self { latency: 1, half: 0.5, width: 0.1, weather: true, attempts: 1 }
    }
}

impl Labels {
    /// The probability that a spectrum gives a class, when it has `share` of the signal-to-noise ratio wanted:
    /// 1/(1 + exp(−(share − half)/width)).
    pub fn success(&self, share: f64) -> f64 {
        if self.width <= 0.0 {
            return f64::from(u8::from(share >= self.half));
        }
        1.0 / (1.0 + (-(share - self.half) / self.width).exp())
    }
}

impl CampaignParams {
    /// Checks names and ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`] names the parameter, its value and its range; a policy's unknown names are told with the known.
    pub fn check(&self) -> Result<(), Error> {
        if self.strategies.is_empty() {
            return Err(Error::parameter("strategies", "empty", "at least one, such as uncertainty"));
        }
        for (place, policy) in self.strategies.iter().enumerate() {
            policy.check()?;
            if self.strategies[..place].contains(policy) {
                return Err(Error::parameter("strategies", format!("{policy} twice"), "named once each"));
            }
        }
        if self.last_day < self.first_day {
            let rule = format!("at least first_day, {}", self.first_day);
            return Err(Error::parameter("last_day", self.last_day, rule));
        }
        let counts = [
            ("seeds", self.seeds),
            ("score_every", self.score_every as usize),
            ("alive.detections", self.alive.detections as usize),
            ("labels.latency", self.labels.latency as usize),
            ("labels.attempts", self.labels.attempts as usize),
        ];
        if let Some((name, value)) = counts.into_iter().find(|(_, value)| *value == 0) {
            return Err(Error::parameter(name, value, "at least 1"));
        }
        check_judging(self.committee, self.hold_out, self.fom_weight)?;
        let sizes = [
            ("alive.snr", self.alive.snr),
            ("alive.recent", self.alive.recent),
            ("labels.half", self.labels.half),
            ("labels.width", self.labels.width),
        ];
        match sizes.into_iter().find(|(_, value)| !(value.is_finite() && *value >= 0.0)) {
            Some((name, value)) => Err(Error::parameter(name, value, "finite and not negative")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_sound_and_what_is_not_is_named() {
        CampaignParams::default().check().unwrap();
        type Spoil = fn(&mut CampaignParams);
        let faults: [(&str, Spoil); 7] = [
            ("strategies", |params| params.strategies.clear()),
            ("strategies", |params| params.strategies.push(params.strategies[0].clone())),
            ("last_day", |params| params.last_day = 3),
            ("seeds", |params| params.seeds = 0),
            ("hold_out", |params| params.hold_out = 1.0),
            ("labels.half", |params| params.labels.half = f64::NAN),
            ("committee", |params| params.committee = 1),
        ];
        for (name, spoil) in faults {
            let mut params = CampaignParams::default();
            spoil(&mut params);
            let message = params.check().unwrap_err().to_string();
            assert!(message.starts_with(name), "{message}");
        }
    }

    #[test]
    fn better_spectra_succeed_more_often() {
        let labels = Labels::default();
        assert_eq!(labels.success(labels.half), 0.5);
        assert!(labels.success(1.0) > 0.99 && labels.success(0.0) < 0.01);
        let step = Labels { width: 0.0, ..labels };
        assert_eq!((step.success(0.49), step.success(0.5)), (0.0, 1.0));
    }
}
