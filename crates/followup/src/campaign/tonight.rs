//! A night's plan with the times at which its targets are taken.

use hesper_telescope::allocate::Pick;
use hesper_telescope::{Night, Telescope, Visibility};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::evening::Learned;
use super::{Evening, Policy, Recommendation, Task, schedule};
use crate::Error;
use crate::asking::Abilities;

/// A plan that an observer can follow.
pub struct NightPlan {
    /// What the policy wants, and the classes' probabilities.
    pub recommendation: Recommendation,
    /// The targets with their times, in the order of the plan.
    pub scheduled: Vec<Scheduled>,
    /// The night at each telescope.
    pub nights: Vec<Night>,
    /// How often a target that the allocator had taken was sent away, since its telescope had no time left for it while it
    /// was up; others were taken in its place.
    pub sent_away: usize,
}

/// A target with its time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scheduled {
    /// Which object, where and why.
    pub pick: Pick,
    /// When the telescope turns to it, modified Julian day.
    pub start: f64,
    /// When and how it can be seen.
    pub visible: Visibility,
}

/// After so many plans, targets without time are dropped and not replaced.
const ROUNDS: usize = 25;
const SECONDS_A_DAY: f64 = 86_400.0;

impl Evening<'_> {
    /// Plans the night at `mjd`: what the policy wants, observed while it is up. The allocator knows how much time there is,
    /// not when; targets that find no time while they are up are taken off that telescope, and the night is planned again
    /// without them.
    ///
    /// # Errors
    /// As [`Evening::recommend`]; and offers that are not those of these telescopes.
    pub fn night(&self, policy: &Policy, telescopes: &[Telescope], mjd: f64) -> Result<NightPlan, Error> {
        if telescopes.len() != self.offers.telescopes.len() {
            let (found, wanted) = (telescopes.len(), self.offers.telescopes.len());
            return Err(Error::Data(format!("{found} telescopes are given, but the offers are of {wanted}")));
        }
        let nights =
            telescopes.iter().map(|telescope| telescope.night(mjd)).collect::<Result<Vec<_>, _>>()?;
        // What is known does not change while the night is planned again.
        let policy = policy.build()?;
        let Learned { weights, classifier, probabilities } = self.learn(&policy)?;
        let mut offers = self.offers.clone();
        let mut sent_away = 0;
        let mut round = 1;
        loop {
            let evening = Evening { offers: &offers, ..*self };
            let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
            let plan = evening.plan(
                &policy,
                weights.as_deref(),
                classifier.as_deref(),
                &mut Abilities::default(),
                &mut rng,
            )?;
            let (scheduled, late) = times(&plan.picks, &offers.places, telescopes, &nights)?;
            sent_away += late.len();
            if late.is_empty() || round >= ROUNDS {
                let recommendation = Recommendation { plan, probabilities };
                return Ok(NightPlan { recommendation, scheduled, nights, sent_away });
            }
            for pick in late {
                offers.exposures[pick.object * telescopes.len() + pick.telescope] = f64::NAN;
            }
            round += 1;
        }
    }
}

/// The picks with their times, and those for which there is none.
fn times(
    picks: &[Pick],
    places: &[[f64; 2]],
    telescopes: &[Telescope],
    nights: &[Night],
) -> Result<(Vec<Scheduled>, Vec<Pick>), Error> {
    let (mut scheduled, mut late) = (Vec::new(), Vec::new());
    for (place, (telescope, night)) in telescopes.iter().zip(nights).enumerate() {
        // Targets that are observed together have one time, in which all of them must be up.
        let mut pointings: Vec<(usize, Vec<(Pick, Visibility)>)> = Vec::new();
        for pick in picks.iter().filter(|pick| pick.telescope == place) {
            let [ra, dec] = places[pick.object];
            let Some(visible) = night.visibility(ra, dec)?.visible() else {
                late.push(*pick);
                continue;
            };
            match pointings.iter_mut().find(|(pointing, _)| *pointing == pick.pointing) {
                Some((_, members)) => members.push((*pick, visible)),
                None => pointings.push((pick.pointing, vec![(*pick, visible)])),
            }
        }
        let task = |(_, members): &(usize, Vec<(Pick, Visibility)>)| {
            let longest = members.iter().map(|(pick, _)| pick.exposure).fold(0.0, f64::max);
            Task {
                start: members.iter().map(|(_, visible)| visible.start).fold(f64::NEG_INFINITY, f64::max),
                end: members.iter().map(|(_, visible)| visible.end).fold(f64::INFINITY, f64::min),
                length: (longest + telescope.observing.overhead) / SECONDS_A_DAY,
            }
        };
        let tasks: Vec<Task> = pointings.iter().map(task).collect();
        for ((_, members), start) in pointings.into_iter().zip(schedule(&tasks)) {
            match start {
                Some(start) => scheduled.extend(members.into_iter().map(|(pick, visible)| Scheduled {
                    pick,
                    start,
                    visible,
                })),
                None => late.extend(members.into_iter().map(|(pick, _)| pick)),
            }
        }
    }
    scheduled.sort_by_key(|target| target.pick.rank);
    Ok((scheduled, late))
}
