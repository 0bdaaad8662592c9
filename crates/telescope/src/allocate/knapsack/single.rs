//! One telescope's knapsack, filled so that more time never lowers its value.

/// The objects of one telescope, best worth per second first.
pub(super) struct Single {
    pub(super) objects: Vec<usize>,
    costs: Vec<u64>,
    gains: Vec<f64>,
    /// The least cost from here to the end.
    least: Vec<u64>,
    /// Sums of the costs and the gains before each place, and of all.
    spent: Vec<u64>,
    gained: Vec<f64>,
}

/// A value and the places that are filled.
pub(super) type Filled = (f64, Vec<usize>);

/// An object, by its place in the list, that is in or out whatever the greedy fill would do.
#[derive(Clone, Copy)]
enum Forced {
    Nobody,
    Within(usize),
    Without(usize),
}

impl Single {
    pub(super) fn new(objects: Vec<usize>, costs: Vec<u64>, gains: Vec<f64>) -> Self {
        let mut least = costs.clone();
        for place in (1..least.len()).rev() {
            least[place - 1] = least[place - 1].min(least[place]);
        }
        let (mut spent, mut gained) = (vec![0u64], vec![0.0]);
        let (mut time, mut worth) = (0u64, 0.0);
        for (cost, gain) in costs.iter().zip(&gains) {
            time = time.saturating_add(*cost);
            worth += gain;
            spent.push(time);
            gained.push(worth);
        }
        Self { objects, costs, gains, least, spent, gained }
    }

    /// How many objects from the front fit together.
    fn fitting(&self, budget: u64) -> usize {
        self.spent.partition_point(|spent| *spent <= budget).saturating_sub(1)
    }

    /// The value of the linear relaxation, in which one object is observed in part, and the worth of a tick at its end.
    pub(super) fn bound(&self, budget: u64) -> (f64, f64) {
        let first = self.fitting(budget);
        let price = self.gains.get(first).map_or(0.0, |gain| gain / self.costs[first] as f64);
        ((self.gained[first] + price * (budget - self.spent[first]) as f64) * (1.0 + 1e-12), price)
    }

    /// Takes what fits in the order of the list, beside what is forced, and calls `place` for each place behind the front that
    /// fits as a whole. The value, and how many of the front; `None` where what is forced does not fit.
    fn fill(&self, budget: u64, forced: Forced, mut place: impl FnMut(usize)) -> Option<(f64, usize)> {
        let (front, mut left, mut value) = match forced {
            Forced::Within(forced) if self.spent[forced + 1] > budget => {
                let budget = budget.checked_sub(self.costs[forced])?;
                let front = self.fitting(budget).min(forced);
                (front, budget - self.spent[front], self.gained[front] + self.gains[forced])
            }
            Forced::Without(forced) if self.spent[forced] <= budget => {
                let front = self.fitting(budget + self.costs[forced]).max(forced + 1);
                let spent = self.spent[front] - self.costs[forced];
                (front, budget - spent, self.gained[front] - self.gains[forced])
            }
            _ => {
                let front = self.fitting(budget);
                (front, budget - self.spent[front], self.gained[front])
            }
        };
        let skipped = match forced {
            Forced::Within(place) | Forced::Without(place) => place,
            Forced::Nobody => usize::MAX,
        };
        for next in front..self.costs.len() {
            if self.least[next] > left {
                break;
            }
            if self.costs[next] <= left && next != skipped {
                left -= self.costs[next];
                value += self.gains[next];
                place(next);
            }
        }
        Some((value, front))
    }

    fn filled(&self, budget: u64, forced: Forced) -> Filled {
        let mut behind = Vec::new();
        let Some((value, front)) = self.fill(budget, forced, |place| behind.push(place)) else {
            return (0.0, Vec::new());
        };
        let mut places: Vec<usize> = (0..front).chain(behind).collect();
        match forced {
            Forced::Within(forced) if self.spent[forced + 1] > budget => places.push(forced),
            Forced::Without(forced) => places.retain(|place| *place != forced),
            _ => {}
        }
        (value, places)
    }

    /// The greedy fill alone.
    pub(super) fn greedy(&self, budget: u64) -> Filled {
        self.filled(budget, Forced::Nobody)
    }

    /// The best greedy fill with at most one object forced to be in or out (in the manner of Sahni 1975,
    /// doi:10.1145/321864.321873): each such fill grows with the budget, and which may be tried does not shrink with it.
    /// Values up to `enough` are as good as none: the search need not tell them apart.
    ///
    /// With a price on time no plan that has an object in is better than the bound less what the object costs beyond its
    /// worth, nor one without it better than the bound less what it is worth beyond its cost: where that is no better than the
    /// best known, nothing is lost by not looking.
    pub(super) fn best(&self, budget: u64, enough: f64) -> Filled {
        let (bound, price) = self.bound(budget);
        let greedy = self.greedy(budget);
        let mut is_filled = vec![false; self.costs.len()];
        for place in &greedy.1 {
            is_filled[*place] = true;
        }
        let (mut best, mut forced) = (greedy.0.max(enough), Forced::Nobody);
        for (place, is_filled) in is_filled.iter().enumerate() {
            let beyond = self.gains[place] - price * self.costs[place] as f64;
            let (loss, change) =
                if *is_filled { (beyond, Forced::Without(place)) } else { (-beyond, Forced::Within(place)) };
            if bound - loss.max(0.0) * (1.0 - 1e-12) <= best {
                continue;
            }
            if let Some((value, _)) = self.fill(budget, change, |_| {})
                && value > best
            {
                (best, forced) = (value, change);
            }
        }
        match forced {
            Forced::Nobody => greedy,
            forced => self.filled(budget, forced),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Objects that are forced first, then one after the other.
    fn slow(single: &Single, budget: u64, within: Option<usize>, without: Option<usize>) -> Option<f64> {
        let mut left = budget;
        let mut value = 0.0;
        for place in within.into_iter().chain((0..single.costs.len()).filter(|place| Some(*place) != within))
        {
            if Some(place) != without && single.costs[place] <= left {
                left -= single.costs[place];
                value += single.gains[place];
            } else if Some(place) == within {
                return None;
            }
        }
        Some(value)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        #[test]
        fn fills_are_those_of_the_slow_way(
            mut pairs in proptest::collection::vec((1..40u64, 1..20u32), 0..12),
            budget in 0..200u64,
        ) {
            let per_second = |pair: &(u64, u32)| f64::from(pair.1) / pair.0 as f64;
            pairs.sort_by(|a, b| per_second(b).total_cmp(&per_second(a)));
            let costs: Vec<u64> = pairs.iter().map(|pair| pair.0).collect();
            let gains: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.1)).collect();
            let single = Single::new((0..pairs.len()).collect(), costs, gains);
            let mut best = slow(&single, budget, None, None).unwrap();
            prop_assert_eq!(single.greedy(budget).0, best);
            for place in 0..pairs.len() {
                for (within, without, forced) in
                    [(Some(place), None, Forced::Within(place)), (None, Some(place), Forced::Without(place))]
                {
                    let value = slow(&single, budget, within, without);
                    prop_assert_eq!(single.fill(budget, forced, |_| {}).map(|filled| filled.0), value);
                    best = best.max(value.unwrap_or(0.0));
                }
            }
            let (value, places) = single.best(budget, 0.0);
            prop_assert_eq!(value, best);
            prop_assert_eq!(places.iter().map(|place| single.gains[*place]).sum::<f64>(), value);
            prop_assert!(places.iter().map(|place| single.costs[*place]).sum::<u64>() <= budget);
            prop_assert!(single.bound(budget).0 >= value);
        }
    }
}
