//! Several objects within one field of view.

mod sphere;

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use super::night::{Night, Plan, Taken, seconds};
use super::{Allocation, Allocator, Budget, Error, Gains, Info, Requests, Worth, bound};
use sphere::Sphere;

/// Co-observation: a telescope with `fibres` > 1 points at the place of an object and exposes together those within half the
/// diameter of its field. A pointing takes the longest exposure of its objects and one overhead. The best gain per second
/// over all centres and telescopes is taken, again and again, until nothing fits.
///
/// Around a centre the best pointing of given length holds the `fibres` greatest gains of the objects that need no more; all
/// lengths at which there is one more object are tried. Objects without coordinates are observed alone, and so is everything
/// by a telescope with one fibre: with such telescopes only, the plan is that of [`Greedy`](super::Greedy). Gains that fall are
/// summed as if they did not to choose a pointing, and then taken one after the other.
///
/// Evaluated lazily where gains are fixed or fall. As in [`Greedy`](super::Greedy), the plan begins with the best single pointing
/// where that alone is worth more. There is no bound, except where no telescope has more than one fibre.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fields {}

const INFO: Info = Info {
    name: "fields",
    summary: "several objects within one field of view share an exposure, greedily per second",
    doc: "Telescopes with several fibres take pointings: objects within half the field's diameter of an object share one \
          exposure, as long as the slowest of them needs, and one overhead. The best gain per second over all centres and \
          telescopes comes first, again and again; begins with the best single pointing where that alone is worth more. \
          Objects without coordinates are observed alone. With single fibres it is the greedy allocator.",
};

impl Allocator for Fields {
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
        let before = night.gains(worth)?;
        let sky = Sky::new(&night);
        let first = sky.best(&before, &Plan::new(&night));
        let mut plan = Plan::new(&night);
        sky.extend(worth, before.clone(), &mut plan)?;
        if let Some(pointing) = first.filter(|first| first.value > plan.value) {
            worth.reset();
            let mut other = Plan::new(&night);
            sky.take(worth, &mut other, &pointing)?;
            let gains = night.gains(worth)?;
            sky.extend(worth, gains, &mut other)?;
            if other.value > plan.value {
                plan = other;
            } else {
                worth.reset();
                plan.taken.iter().for_each(|taken| worth.take(night.place[taken.object]));
            }
        }
        let alone = budget.telescopes.iter().all(|telescope| telescope.fibres == 1);
        let bound = if alone { bound::after(&night, worth, &before, &plan)? } else { None };
        plan.finish(&night, worth, bound)
    }
}

/// A pointing that could be taken, or could have been.
#[derive(Clone, Debug)]
struct Pointing {
    per_second: f64,
    centre: usize,
    telescope: usize,
    /// Exposure and overhead.
    ticks: u64,
    value: f64,
    /// How many pointings had been taken when it was put together.
    at: usize,
}

impl Ord for Pointing {
    /// The better is greater; of equals that of the smaller key, then of the shorter time, then of the earlier telescope.
    fn cmp(&self, other: &Self) -> Ordering {
        self.per_second
            .total_cmp(&other.per_second)
            .then(other.centre.cmp(&self.centre))
            .then(other.ticks.cmp(&self.ticks))
            .then(other.telescope.cmp(&self.telescope))
    }
}

impl PartialOrd for Pointing {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Pointing {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Pointing {}

/// Who can be observed with whom.
struct Sky<'a> {
    night: &'a Night<'a>,
    sphere: Sphere,
    /// For each telescope the rank of each object in the order of cost, then of key.
    ranks: Vec<Vec<usize>>,
}

impl<'a> Sky<'a> {
    fn new(night: &'a Night<'a>) -> Self {
        let places = &night.requests.places;
        let sphere = Sphere::new(
            night.place.iter().map(|object| places.get(*object).copied().unwrap_or([f64::NAN; 2])),
        );
        let rank = |telescope| {
            let mut order: Vec<usize> = (0..night.objects()).collect();
            order.sort_by_key(|object| night.cost(*object, telescope));
            let mut rank = vec![0; order.len()];
            for (place, object) in order.into_iter().enumerate() {
                rank[object] = place;
            }
            rank
        };
        Self { night, sphere, ranks: (0..night.telescopes()).map(rank).collect() }
    }

    /// Objects that a pointing at `centre` can hold, the centre among them, shortest first.
    fn members(&self, centre: usize, telescope: usize, gains: &[f64], plan: &Plan) -> Vec<usize> {
        let night = &self.night.budget.telescopes[telescope];
        let usable = |object: usize| {
            gains[object] > 0.0
                && !plan.is_taken[object]
                && self.night.cost(object, telescope) <= plan.left[telescope]
        };
        let mut members =
            if night.fibres > 1 { self.sphere.within(centre, night.field / 2.0, usable) } else { Vec::new() };
        if members.is_empty() && usable(centre) {
            members.push(centre);
        }
        members.sort_unstable_by_key(|object| self.ranks[telescope][*object]);
        members
    }

    /// The best pointing at an object with one telescope.
    fn pointing(&self, centre: usize, telescope: usize, gains: &[f64], plan: &Plan) -> Option<Pointing> {
        let fibres = self.night.budget.telescopes[telescope].fibres;
        let mut best: Option<Pointing> = None;
        let mut held: BinaryHeap<Least> = BinaryHeap::new();
        let mut value = 0.0;
        for object in self.members(centre, telescope, gains, plan) {
            value += gains[object];
            held.push(Least { gain: gains[object], object });
            if held.len() > fibres {
                let dropped = held.pop().map_or((0.0, object), |least| (least.gain, least.object));
                value -= dropped.0;
                if dropped.1 == object {
                    continue;
                }
            }
            let ticks = self.night.cost(object, telescope);
            let per_second = value / seconds(ticks);
            if best.as_ref().is_none_or(|best| per_second > best.per_second) {
                best = Some(Pointing { per_second, centre, telescope, ticks, value, at: plan.pointings });
            }
        }
        best
    }

    /// The most valuable pointing, whatever it costs.
    fn best(&self, gains: &[f64], plan: &Plan) -> Option<Pointing> {
        let mut best: Option<Pointing> = None;
        for centre in 0..self.night.objects() {
            for telescope in 0..self.night.telescopes() {
                let fibres = self.night.budget.telescopes[telescope].fibres;
                let mut members = self.members(centre, telescope, gains, plan);
                members.sort_by(|a, b| gains[*b].total_cmp(&gains[*a]).then(a.cmp(b)));
                members.truncate(fibres);
                let value: f64 = members.iter().map(|object| gains[*object]).sum();
                let ticks = members.iter().map(|object| self.night.cost(*object, telescope)).max();
                if let Some(ticks) = ticks
                    && best.as_ref().is_none_or(|best| value > best.value)
                {
                    let per_second = value / seconds(ticks);
                    best = Some(Pointing { per_second, centre, telescope, ticks, value, at: plan.pointings });
                }
            }
        }
        best
    }

    /// Takes a pointing: the objects of greatest gain among those that need no more time than it has.
    fn take(&self, worth: &mut dyn Worth, plan: &mut Plan, pointing: &Pointing) -> Result<(), Error> {
        let Pointing { centre, telescope, ticks, .. } = *pointing;
        let gains = self.night.gains(worth)?;
        let mut members = self.members(centre, telescope, &gains, plan);
        members.retain(|object| self.night.cost(*object, telescope) <= ticks);
        members.sort_by(|a, b| gains[*b].total_cmp(&gains[*a]).then(a.cmp(b)));
        members.truncate(self.night.budget.telescopes[telescope].fibres);
        // It takes no longer than the objects that are left need.
        let ticks = members.iter().map(|object| self.night.cost(*object, telescope)).max().unwrap_or(0);
        let exposure = ticks.saturating_sub(self.night.overheads[telescope]);
        let mut charged = ticks;
        for object in members {
            let gain = self.night.gain(worth, object)?;
            if gain > 0.0 {
                if charged > 0 {
                    plan.charge(telescope, charged);
                }
                plan.add(Taken {
                    object,
                    telescope,
                    ticks: charged,
                    exposure,
                    gain,
                    pointing: plan.pointings,
                });
                worth.take(self.night.place[object]);
                charged = 0;
            }
        }
        plan.pointings += 1;
        Ok(())
    }

    /// Takes pointings until nothing fits.
    fn extend(&self, worth: &mut dyn Worth, mut gains: Vec<f64>, plan: &mut Plan) -> Result<(), Error> {
        let (fixed, any) = (worth.kind() == Gains::Fixed, worth.kind() == Gains::Any);
        let mut waiting = self.all(&gains, plan);
        while let Some(pointing) = waiting.pop() {
            if pointing.at == plan.pointings {
                let before = plan.taken.len();
                self.take(worth, plan, &pointing)?;
                if plan.taken.len() == before {
                    // Every gain vanished when it came to taking.
                    continue;
                }
                if !fixed {
                    gains = self.night.gains(worth)?;
                }
                if any {
                    waiting = self.all(&gains, plan);
                    continue;
                }
            }
            waiting.extend(self.pointing(pointing.centre, pointing.telescope, &gains, plan));
        }
        Ok(())
    }

    /// The best pointing at every object, also at those that are not observed themselves.
    fn all(&self, gains: &[f64], plan: &Plan) -> BinaryHeap<Pointing> {
        let telescopes = self.night.telescopes();
        (0..self.night.objects() * telescopes)
            .filter_map(|pair| self.pointing(pair / telescopes, pair % telescopes, gains, plan))
            .collect()
    }
}

/// So that a heap of them gives the least gain first, of equals that of the greater key.
struct Least {
    gain: f64,
    object: usize,
}

impl Ord for Least {
    fn cmp(&self, other: &Self) -> Ordering {
        other.gain.total_cmp(&self.gain).then(self.object.cmp(&other.object))
    }
}

impl PartialOrd for Least {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Least {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Least {}
