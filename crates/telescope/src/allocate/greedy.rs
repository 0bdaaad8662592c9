//! Greedily by worth per second.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use super::night::{Night, Plan, seconds};
use super::{Allocation, Allocator, Budget, Error, Gains, Info, Requests, Worth, bound};

/// What is divided by the seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Score {
    /// What the object adds: f(S ∪ o) − f(S).
    #[default]
    Gain,
    /// What the plan is worth with it: f(S ∪ o). So does RESSPECT with the joint mutual information; the larger the plan, the
    /// less the object counts and the more how short it is. Nothing is guaranteed, and nothing evaluated lazily.
    Total,
}

/// The best worth per second over all objects and telescopes, again and again, until nothing fits (BatchBALD per cost in
/// RESSPECT: Kennamer et al. 2020, arXiv:2010.05941).
///
/// Gains that fall are evaluated lazily: what an object added before is at least what it adds now, so most need not be looked
/// at again (Minoux 1978, doi:10.1007/BFb0006528). The plan is the same.
///
/// A greedy plan can be arbitrarily bad when a short object blocks a long one. The safeguard is to begin with the best single
/// object where that alone is worth more than the plan (Khuller, Moss & Naor 1999, doi:10.1016/S0020-0190(99)00031-9). With
/// it, fixed or falling gains and m telescopes the value is at least 1/(m + 2) of the best: at the time when telescope t
/// first has no room for the pair whose turn it is, of worth w and cost c, everything on t had at least its worth per second,
/// so value(t) + w ≥ w/c · (used(t) + c) > w/c · budget(t), which is more than all that a better plan could add on t; and w is
/// at most the best single object.
///
/// With one telescope and fixed worths the plain greedy's value never falls with more time. By induction from the last object
/// in the order of worth per second: where the time reaches from below an object's cost to it, what could be had without it
/// is at most its own worth per second times less than its cost. The safeguard, whose plan is filled up, breaks that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Greedy {
    /// What is divided by the seconds.
    pub score: Score,
    /// Whether to begin with the best single object where that alone is worth more than the plan.
    pub safeguard: bool,
}

impl Default for Greedy {
    fn default() -> Self {
        Self { score: Score::Gain, safeguard: true }
    }
}

const INFO: Info = Info {
    name: "greedy",
    summary: "the best worth per second over all objects and telescopes, again and again",
    doc: "Takes the object and telescope of the best gain per second, again and again, until nothing fits (RESSPECT's \
          BatchBALD per cost: Kennamer et al. 2020, arXiv:2010.05941), evaluated lazily where gains fall (Minoux 1978, \
          doi:10.1007/BFb0006528). Begins with the best single object where that alone is worth more (Khuller, Moss & Naor \
          1999, doi:10.1016/S0020-0190(99)00031-9), so that fixed or falling gains give at least 1/(telescopes + 2) of the \
          best value. score = \"total\" divides the worth of the whole plan by the object's seconds, as RESSPECT does.",
};

impl Allocator for Greedy {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn allocate(
        &self,
        requests: &Requests,
        budget: &Budget,
        worth: &mut dyn Worth,
    ) -> Result<Allocation, Error> {
        let night = Night::new(requests, budget)?;
        worth.reset();
        let gains = night.gains(worth)?;
        let plan = self.plan(&night, worth, &gains)?;
        let bound = bound::after(&night, worth, &gains, &plan)?;
        plan.finish(&night, worth, bound)
    }
}

impl Greedy {
    /// A plan; `worth` is new, gives these `gains`, and is left in the state after the plan.
    pub(crate) fn plan(
        &self,
        night: &Night<'_>,
        worth: &mut dyn Worth,
        gains: &[f64],
    ) -> Result<Plan, Error> {
        let mut plan = Plan::new(night);
        self.extend(night, worth, gains, &mut plan)?;
        if !self.safeguard {
            return Ok(plan);
        }
        let fitting = (0..night.objects()).filter(|object| night.cheapest(*object, &night.left).is_some());
        // The first of equals is the one of the smallest key.
        let best = fitting.reduce(|best, object| if gains[object] > gains[best] { object } else { best });
        let Some(best) = best.filter(|best| gains[*best] > plan.value) else {
            return Ok(plan);
        };
        worth.reset();
        let mut other = Plan::new(night);
        if let Some((telescope, _)) = night.cheapest(best, &other.left) {
            other.take(night, worth, best, telescope, gains[best]);
        }
        let gains = night.gains(worth)?;
        self.extend(night, worth, &gains, &mut other)?;
        Ok(other)
    }

    fn extend(
        &self,
        night: &Night<'_>,
        worth: &mut dyn Worth,
        gains: &[f64],
        plan: &mut Plan,
    ) -> Result<(), Error> {
        if self.score == Score::Gain && worth.kind() != Gains::Any {
            lazily(night, worth, gains, plan)
        } else {
            plainly(night, worth, self.score, plan)
        }
    }
}

/// What an object offers, or offered.
#[derive(Clone, Copy)]
struct Offer {
    per_second: f64,
    object: usize,
    telescope: usize,
    gain: f64,
    /// How many objects had been taken when the gain was evaluated.
    at: usize,
}

impl Offer {
    fn new(night: &Night<'_>, plan: &Plan, object: usize, gain: f64) -> Option<Self> {
        let (telescope, ticks) = night.cheapest(object, &plan.left)?;
        let at = plan.taken.len();
        (gain > 0.0).then(|| Self { per_second: gain / seconds(ticks), object, telescope, gain, at })
    }
}

impl Ord for Offer {
    /// The better is greater; of equals that of the smaller key.
    fn cmp(&self, other: &Self) -> Ordering {
        self.per_second.total_cmp(&other.per_second).then(other.object.cmp(&self.object))
    }
}

impl PartialOrd for Offer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Offer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Offer {}

/// For gains that do not grow. Time that is left does not grow either, so an old offer is never less than the present one.
fn lazily(night: &Night<'_>, worth: &mut dyn Worth, gains: &[f64], plan: &mut Plan) -> Result<(), Error> {
    let fixed = worth.kind() == Gains::Fixed;
    let untaken = (0..night.objects()).filter(|object| !plan.is_taken[*object]);
    let mut waiting: BinaryHeap<Offer> =
        untaken.filter_map(|object| Offer::new(night, plan, object, gains[object])).collect();
    while let Some(offer) = waiting.pop() {
        let fits = night.cost(offer.object, offer.telescope) <= plan.left[offer.telescope];
        if fits && (fixed || offer.at == plan.taken.len()) {
            plan.take(night, worth, offer.object, offer.telescope, offer.gain);
        } else if night.cheapest(offer.object, &plan.left).is_some() {
            let stale = !fixed && offer.at != plan.taken.len();
            let gain = if stale { night.gain(worth, offer.object)? } else { offer.gain };
            waiting.extend(Offer::new(night, plan, offer.object, gain));
        }
    }
    Ok(())
}

/// For any gains: everything is evaluated at each step.
fn plainly(night: &Night<'_>, worth: &mut dyn Worth, score: Score, plan: &mut Plan) -> Result<(), Error> {
    loop {
        let gains = night.gains(worth)?;
        let mut best: Option<Offer> = None;
        for object in (0..night.objects()).filter(|object| !plan.is_taken[*object]) {
            let Some(mut offer) = Offer::new(night, plan, object, gains[object]) else { continue };
            if score == Score::Total {
                offer.per_second = (plan.value + offer.gain) / seconds(night.cost(object, offer.telescope));
            }
            if best.is_none_or(|best| offer > best) {
                best = Some(offer);
            }
        }
        let Some(offer) = best else { return Ok(()) };
        plan.take(night, worth, offer.object, offer.telescope, offer.gain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocate::Fixed;

    fn requests(objects: usize, exposures: &[f64]) -> Requests {
        Requests::new((0..objects).map(|object| format!("o{object}")).collect(), exposures.to_vec())
    }

    fn objects(allocation: &Allocation) -> Vec<(usize, usize)> {
        allocation.picks.iter().map(|pick| (pick.object, pick.telescope)).collect()
    }

    #[test]
    fn the_best_per_second_comes_first_on_the_telescope_that_is_quicker() {
        // Worth per second: .03 and .05; .02 and .04; .1 and NaN.
        let requests = requests(3, &[100.0, 60.0, 100.0, 50.0, 10.0, f64::NAN]);
        let budget = Budget::of_seconds(&[110.0, 60.0]);
        let plan = Greedy::default().allocate(&requests, &budget, &mut Fixed(vec![3.0, 2.0, 1.0])).unwrap();
        assert_eq!(objects(&plan), [(2, 0), (0, 1), (1, 0)]);
        assert_eq!((plan.value, plan.used.as_slice()), (6.0, [110.0, 60.0].as_slice()));
        assert!(plan.gap().unwrap() < 1e-12);
    }

    #[test]
    fn a_short_object_does_not_block_a_long_one() {
        let requests = requests(3, &[1.0, 100.0, 0.5]);
        let budget = Budget::of_seconds(&[100.0]);
        let run = |safeguard| {
            let greedy = Greedy { safeguard, ..Greedy::default() };
            objects(&greedy.allocate(&requests, &budget, &mut Fixed(vec![2.0, 99.0, 0.1])).unwrap())
        };
        assert_eq!(run(false), [(0, 0), (2, 0)]);
        assert_eq!(run(true), [(1, 0)]);
    }

    #[test]
    fn the_total_prefers_the_short_as_the_plan_grows() {
        let requests = requests(3, &[10.0, 10.0, 1.0]);
        let budget = Budget::of_seconds(&[20.0]);
        let run = |score| {
            let greedy = Greedy { score, safeguard: false };
            objects(&greedy.allocate(&requests, &budget, &mut Fixed(vec![10.0, 9.0, 0.5])).unwrap())
        };
        assert_eq!(run(Score::Gain), [(0, 0), (1, 0)]);
        // After the first: (10 + 9)/10 against (10 + .5)/1.
        assert_eq!(run(Score::Total), [(0, 0), (2, 0)]);
    }
}
