//! A checked night: objects in the order of their keys, time in whole ticks.

use super::{Allocation, Budget, Error, Pick, Requests, Worth, requests::LONGEST};

/// Ticks in a second. Exposures are rounded up to whole ticks and budgets down, and sums of whole ticks are exact in any
/// order, also as seconds in an `f64`: no sum of seconds can exceed a budget by rounding.
pub(crate) const TICKS_PER_SECOND: f64 = (1u64 << 20) as f64;

/// What cannot be observed takes forever.
pub(crate) const NEVER: u64 = u64::MAX;

pub(crate) fn seconds(ticks: u64) -> f64 {
    ticks as f64 / TICKS_PER_SECOND
}

/// Objects are counted in the order of their keys here, which makes every choice independent of the order of the requests.
pub(crate) struct Night<'a> {
    pub(crate) requests: &'a Requests,
    pub(crate) budget: &'a Budget,
    /// The place of each object in the requests.
    pub(crate) place: Vec<usize>,
    /// Exposures and overheads in ticks: objects × telescopes; [`NEVER`] where the budget would not suffice for it alone.
    pub(crate) ticks: Vec<u64>,
    /// Seconds of exposures and overheads, whatever the budgets: objects × telescopes; NaN where there can be none.
    pub(crate) seconds: Vec<f64>,
    /// Budgets in ticks.
    pub(crate) left: Vec<u64>,
    /// Overheads in ticks.
    pub(crate) overheads: Vec<u64>,
}

impl<'a> Night<'a> {
    pub(crate) fn new(requests: &'a Requests, budget: &'a Budget) -> Result<Self, Error> {
        budget.check()?;
        let (objects, telescopes) = (requests.keys.len(), budget.telescopes.len());
        let length = |what, found: usize, needed: usize| {
            if found == needed {
                Ok(())
            } else {
                Err(Error::Length { what, found, needed, objects, telescopes })
            }
        };
        length("exposures", requests.exposures.len(), objects.saturating_mul(telescopes))?;
        if !requests.places.is_empty() {
            length("places", requests.places.len(), objects)?;
        }
        if !requests.clusters.is_empty() {
            length("clusters", requests.clusters.len(), objects)?;
        }
        let key = |object: &usize| &requests.keys[*object];
        let mut place: Vec<usize> = (0..objects).collect();
        place.sort_by(|a, b| key(a).cmp(key(b)));
        if let Some(pair) = place.windows(2).find(|pair| key(&pair[0]) == key(&pair[1])) {
            return Err(Error::Key { key: key(&pair[0]).clone() });
        }
        let left: Vec<u64> =
            budget.telescopes.iter().map(|night| (night.seconds * TICKS_PER_SECOND).floor() as u64).collect();
        let overheads: Vec<u64> =
            budget.telescopes.iter().map(|night| (night.overhead * TICKS_PER_SECOND).ceil() as u64).collect();
        let mut ticks = Vec::with_capacity(requests.exposures.len());
        let mut unlimited = Vec::with_capacity(requests.exposures.len());
        for object in &place {
            for telescope in 0..telescopes {
                let exposure = requests.exposures[object * telescopes + telescope];
                if exposure < 0.0 {
                    let (what, rule) =
                        ("an exposure in seconds", "at least 0, or NaN where there can be none");
                    return Err(Error::Object { key: key(object).clone(), what, value: exposure, rule });
                }
                let whole = if exposure <= LONGEST {
                    // At least one tick: what costs nothing has no worth per second.
                    ((exposure * TICKS_PER_SECOND).ceil() as u64 + overheads[telescope]).max(1)
                } else {
                    NEVER
                };
                unlimited.push(if whole == NEVER { f64::NAN } else { seconds(whole) });
                ticks.push(if whole <= left[telescope] { whole } else { NEVER });
            }
            if let Some([_, dec]) = requests.places.get(*object)
                && dec.abs() > 90.0
            {
                let (what, rule) = ("the declination in degrees", "from -90 to 90, or NaN where unknown");
                return Err(Error::Object { key: key(object).clone(), what, value: *dec, rule });
            }
        }
        Ok(Self { requests, budget, place, ticks, seconds: unlimited, left, overheads })
    }

    pub(crate) fn objects(&self) -> usize {
        self.place.len()
    }

    pub(crate) fn telescopes(&self) -> usize {
        self.left.len()
    }

    pub(crate) fn cost(&self, object: usize, telescope: usize) -> u64 {
        self.ticks[object * self.telescopes() + telescope]
    }

    /// The costs of one object.
    pub(crate) fn costs(&self, object: usize) -> &[u64] {
        &self.ticks[object * self.telescopes()..(object + 1) * self.telescopes()]
    }

    /// Where the object is observed soonest done among the telescopes that have the time left: telescope and ticks.
    pub(crate) fn cheapest(&self, object: usize, left: &[u64]) -> Option<(usize, u64)> {
        let costs = self.costs(object).iter().zip(left).enumerate();
        let fitting =
            costs.filter(|(_, (cost, left))| cost <= left).map(|(telescope, (cost, _))| (telescope, *cost));
        fitting.min_by_key(|(telescope, cost)| (*cost, *telescope))
    }

    /// What the object adds now; 0 where that is NaN or negative.
    pub(crate) fn gain(&self, worth: &dyn Worth, object: usize) -> Result<f64, Error> {
        self.usable(object, worth.gain(self.place[object]))
    }

    /// What every object adds now; 0 where that is NaN or negative.
    pub(crate) fn gains(&self, worth: &dyn Worth) -> Result<Vec<f64>, Error> {
        let gains = worth.gains(&self.place);
        if gains.len() != self.objects() {
            let (objects, telescopes) = (self.objects(), self.telescopes());
            return Err(Error::Length {
                what: "gains",
                found: gains.len(),
                needed: objects,
                objects,
                telescopes,
            });
        }
        gains.into_iter().enumerate().map(|(object, gain)| self.usable(object, gain)).collect()
    }

    fn usable(&self, object: usize, gain: f64) -> Result<f64, Error> {
        if gain.is_infinite() {
            let key = self.requests.keys[self.place[object]].clone();
            return Err(Error::Object {
                key,
                what: "the worth",
                value: gain,
                rule: "finite, or NaN where unknown",
            });
        }
        // NaN, too, gives 0.
        Ok(gain.max(0.0))
    }
}

/// One object of a plan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) object: usize,
    pub(crate) telescope: usize,
    /// Ticks charged to it.
    pub(crate) ticks: u64,
    /// Ticks for which it is exposed.
    pub(crate) exposure: u64,
    pub(crate) gain: f64,
    pub(crate) pointing: usize,
}

/// A plan in the making, in the order of its ranks.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) taken: Vec<Taken>,
    pub(crate) is_taken: Vec<bool>,
    pub(crate) left: Vec<u64>,
    pub(crate) value: f64,
    pub(crate) pointings: usize,
}

impl Plan {
    pub(crate) fn new(night: &Night<'_>) -> Self {
        Self {
            taken: Vec::new(),
            is_taken: vec![false; night.objects()],
            left: night.left.clone(),
            value: 0.0,
            pointings: 0,
        }
    }

    /// Takes an object alone, and tells `worth`. The telescope must have the time.
    pub(crate) fn take(
        &mut self,
        night: &Night<'_>,
        worth: &mut dyn Worth,
        object: usize,
        telescope: usize,
        gain: f64,
    ) {
        let ticks = night.cost(object, telescope);
        self.charge(telescope, ticks);
        self.add(Taken {
            object,
            telescope,
            ticks,
            exposure: ticks.saturating_sub(night.overheads[telescope]),
            gain,
            pointing: self.pointings,
        });
        self.pointings += 1;
        worth.take(night.place[object]);
    }

    /// Spends time; the budget was looked at before.
    pub(crate) fn charge(&mut self, telescope: usize, ticks: u64) {
        debug_assert!(ticks <= self.left[telescope], "the budget is exceeded");
        self.left[telescope] = self.left[telescope].saturating_sub(ticks);
    }

    pub(crate) fn add(&mut self, taken: Taken) {
        self.value += taken.gain;
        self.is_taken[taken.object] = true;
        self.taken.push(taken);
    }

    /// Gives the time that is left to objects of no worth, where the budget says so; then the plan is done.
    pub(crate) fn finish(
        mut self,
        night: &Night<'_>,
        worth: &mut dyn Worth,
        bound: Option<f64>,
    ) -> Result<Allocation, Error> {
        if night.budget.fill {
            let mut worthless: Vec<(u64, usize)> = Vec::new();
            for object in (0..night.objects()).filter(|object| !self.is_taken[*object]) {
                if let Some((_, ticks)) = night.cheapest(object, &self.left)
                    && worth.gain(night.place[object]) == 0.0
                {
                    worthless.push((ticks, object));
                }
            }
            worthless.sort_unstable();
            for (_, object) in worthless {
                if let Some((telescope, _)) = night.cheapest(object, &self.left) {
                    self.take(night, worth, object, telescope, 0.0);
                }
            }
        }
        let picks = self.taken.iter().enumerate().map(|(rank, taken)| Pick {
            object: night.place[taken.object],
            telescope: taken.telescope,
            seconds: seconds(taken.ticks),
            exposure: seconds(taken.exposure),
            worth: taken.gain,
            rank,
            pointing: taken.pointing,
        });
        let used = night.left.iter().zip(&self.left).map(|(before, after)| seconds(before - after)).collect();
        Ok(Allocation {
            picks: picks.collect(),
            value: self.value,
            bound: bound.map(|bound| bound.max(self.value)),
            used,
        })
    }
}
