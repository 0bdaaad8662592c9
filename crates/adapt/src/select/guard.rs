use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{Score, Trial};
use crate::Error;
use crate::weights::require;

/// What a candidate must stand before it takes the place of the source-only model.
///
/// Its gain in score must be above 0 beyond its noise, by resampling of objects; so must the gain in agreement with all
/// candidates together, of which there must be three at least; its weights must leave enough of the source; and the shares of the classes that it predicts must not be far from all that else is known of them: what the source-only
/// model predicts, what the trials together predict, and the shares by black-box shift estimation and by maximum likelihood. One
/// class for all is refused wherever the source-only model does not predict it, too.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Guard {
    /// How sure the gain must be, one-sided, from 0.5 up to 1. Default 0.95.
    pub level: f64,
    /// How often objects are resampled, at least 100. Default 1,000.
    pub draws: usize,
    /// Whether it must agree with all candidates together, as by [`LabelFreeScore::Consensus`](super::LabelFreeScore), surely
    /// more than the source-only model does; with fewer than three candidates none passes. Default yes: other scores are high
    /// for models that are sure and wrong.
    pub consensus: bool,
    /// The least effective size of weights, as a share of the source's objects, from 0 to 1. Default 0.05.
    pub least_effective: f64,
    /// The largest distance of predicted shares of the classes from the nearest estimate, half the sum of all differences, from
    /// 0 to 1. Default 0.4.
    pub implausible: f64,
}

impl Default for Guard {
    fn default() -> Self {
        Self { level: 0.95, draws: 1000, consensus: true, least_effective: 0.05, implausible: 0.4 }
    }
}

/// Fewer candidates than this have no consensus.
pub(super) const COMPANY: usize = 3;
/// Nearly all objects of one class.
const COLLAPSED: f64 = 0.98;
/// No more of one class than this, and a collapse is none.
const NOT_COLLAPSED: f64 = 0.9;

/// A gain and its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gain {
    /// The score less that of the source-only model.
    pub estimate: f64,
    /// What it is above with the guard's level.
    pub lower: f64,
}

impl Guard {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        require((0.5..1.0).contains(&self.level), "level", self.level, "from 0.5 up to 1")?;
        require(self.draws >= 100, "draws", self.draws, "at least 100")?;
        let shares = [("least_effective", self.least_effective), ("implausible", self.implausible)];
        shares
            .into_iter()
            .try_for_each(|(name, value)| require((0.0..=1.0).contains(&value), name, value, "from 0 to 1"))
    }

    /// The gain of each score over that of the source-only model. Objects are resampled alike for all.
    pub(super) fn gains(&self, plain: &Score, others: &[Option<&Score>], seed: u64) -> Vec<Option<Gain>> {
        let differences: Vec<Option<Vec<f64>>> = others
            .iter()
            .map(|other| {
                other.map(|other| other.objects.iter().zip(&plain.objects).map(|(a, b)| a - b).collect())
            })
            .collect();
        let count = plain.objects.len();
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut means = vec![Vec::with_capacity(self.draws); others.len()];
        for _ in 0..self.draws {
            let drawn: Vec<usize> = (0..count).map(|_| random.random_range(0..count)).collect();
            for (means, difference) in means.iter_mut().zip(&differences) {
                if let Some(difference) = difference {
                    means.push(drawn.iter().map(|&at| difference[at]).sum::<f64>() / count as f64);
                }
            }
        }
        let at = (((1.0 - self.level) * self.draws as f64) as usize).min(self.draws - 1);
        let gain = |(means, other): (&mut Vec<f64>, &Option<&Score>)| {
            other.map(|other| Gain {
                estimate: other.value - plain.value,
                lower: *means.select_nth_unstable_by(at, f64::total_cmp).1,
            })
        };
        means.iter_mut().zip(others).map(gain).collect()
    }

    /// Why a trial is refused; nothing if it is not. The first of the estimates is what the source-only model predicts.
    pub(super) fn objections(
        &self,
        trial: &Trial<'_>,
        gain: Gain,
        consensus: Option<Gain>,
        estimates: &[Vec<f64>],
    ) -> Vec<String> {
        let mut found = Vec::new();
        if gain.lower <= 0.0 {
            found.push(format!(
                "its gain in score of {:.3} is not above 0 beyond its noise ({:.0} % sure of {:.3} only)",
                gain.estimate,
                100.0 * self.level,
                gain.lower
            ));
        }
        if let Some(gain) = consensus.filter(|gain| gain.lower <= 0.0) {
            found.push(format!(
                "it does not surely agree with all candidates together on more objects than the source-only model \
                 ({:+.3}, {:.0} % sure of {:+.3} only)",
                gain.estimate,
                100.0 * self.level,
                gain.lower
            ));
        }
        let objects = trial.domains().source().y.len() as f64;
        if let Some(size) =
            trial.fitted().effective_size.filter(|size| *size < self.least_effective * objects)
        {
            found.push(format!("its weights leave {size:.1} of {objects} source objects"));
        }
        let shares = trial.predicted_shares();
        let distance =
            |other: &Vec<f64>| 0.5 * shares.iter().zip(other).map(|(a, b)| (a - b).abs()).sum::<f64>();
        let nearest = estimates.iter().map(distance).fold(f64::INFINITY, f64::min);
        if nearest > self.implausible && nearest.is_finite() {
            found.push(format!(
                "the classes' shares that it predicts are {nearest:.2} (of 1) away from any estimate of them"
            ));
        }
        let most = |shares: &[f64]| shares.iter().copied().fold(0.0, f64::max);
        // Estimates collapse, too, when more than the shares has changed: they are no excuse.
        if most(&shares) > COLLAPSED && estimates.first().is_some_and(|plain| most(plain) < NOT_COLLAPSED) {
            found.push("it predicts one class for all, which the source-only model does not".to_owned());
        }
        found
    }
}
