//! All telescopes at once.

mod search;
mod single;
mod steady;

use serde::{Deserialize, Serialize};

use super::night::{Night, Plan, seconds};
use super::{Allocation, Allocator, Budget, Error, Gains, Greedy, Info, Requests, Worth, bound};

/// The best plan over all telescopes at once, with a bound that says how far from optimal it may be: a generalised assignment
/// problem, maximise Σ w_o·x_ot with Σ_o c_ot·x_ot ≤ B_t, Σ_t x_ot ≤ 1, x ∈ {0, 1}.
///
/// Prices λ_t on seconds would assign each object to the telescope where λ_t·c_ot is least. Many sets of prices, which are
/// spread over the ratios of the objects' costs and do not depend on the budgets, divide the objects among the telescopes,
/// and each telescope's knapsack is filled by worth per second with at most one object forced in or out. The plan is the best
/// of these. The bound is the linear relaxation's (Lagrangian dual, minimised: Fisher 1981, doi:10.1287/mnsc.27.1.1).
///
/// More time never lowers the plan's value: each partition is the same for all budgets, more time only adds telescopes that
/// have any, and the value of each knapsack (the greatest of greedy fills in the order of worth per second, each with one
/// object forced) never falls with its own budget (see [`Greedy`]). Sums and maxima of what never falls do not fall.
///
/// With `steady = false` the best plan, that of the prices that minimise the bound, and the greedy one are improved by local
/// search: insert, move, replace one or two by one, one by two, exchange between telescopes, and chains of two of these, the
/// best step first, until none helps. The plan is never worse, so more time lowers its value at most by the gap of the steady
/// one. With one or two telescopes the two differ little; with five the search finds about 1 % more.
///
/// Where gains fall or anything may happen, the plan is the [`Greedy`] one, with its bound.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knapsack {
    /// Whether more time must never lower the value; if not, a local search looks for a better plan.
    pub steady: bool,
    /// Sets of prices for two telescopes, at least 1; more telescopes get eight times as many for each, up to 2¹⁷ over all sets of
    /// telescopes.
    pub partitions: usize,
    /// The most steps of each of the three local searches; very long plans get fewer.
    pub steps: usize,
}

impl Default for Knapsack {
    fn default() -> Self {
        Self { steady: true, partitions: 512, steps: 500 }
    }
}

impl Knapsack {
    /// Whether every parameter is in its range.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first that is not.
    pub fn check(&self) -> Result<(), Error> {
        if self.partitions == 0 {
            return Err(Error::parameter("partitions", self.partitions, "at least 1"));
        }
        Ok(())
    }
}

const INFO: Info = Info {
    name: "knapsack",
    summary: "all telescopes at once: by prices on their time; says how far from optimal, and more time never makes it worse",
    doc: "Maximises the sum of fixed worths over all telescopes at once (generalised assignment): objects are divided among \
          the telescopes by prices on their time, and each telescope is filled by worth per second; the best of many such \
          plans is taken, and more time never lowers its value. The bound is the minimum of the Lagrangian dual (Fisher \
          1981, doi:10.1287/mnsc.27.1.1), the value of the linear relaxation. With steady=false local search improves \
          the plan, and that promise is lost. Gains that are not fixed are left to the greedy allocator.",
};

impl Allocator for Knapsack {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn allocate(
        &self,
        requests: &Requests,
        budget: &Budget,
        worth: &mut dyn Worth,
    ) -> Result<Allocation, Error> {
        self.check()?;
        if worth.kind() != Gains::Fixed {
            return Greedy::default().allocate(requests, budget, worth);
        }
        let night = Night::new(requests, budget)?;
        worth.reset();
        let gains = night.gains(worth)?;
        let greedy = assignment(&night, &Greedy::default().plan(&night, worth, &gains)?);
        let dual = bound::dual(&night, &gains, value(&greedy, &gains));
        let fill = steady::Fill::new(&night, &gains);
        let steady = fill.best(self.partitions, &dual.prices);
        let mut best = steady.clone();
        if !self.steady {
            for start in [steady, fill.priced(&dual.prices), greedy] {
                let improved = search::improve(&night, &gains, &dual, start, self.steps);
                if value(&improved, &gains) > value(&best, &gains) {
                    best = improved;
                }
            }
        }
        worth.reset();
        ranked(&night, &gains, &best, worth).finish(&night, worth, Some(dual.bound))
    }
}

/// The telescope of each object.
type Assignment = Vec<Option<usize>>;

fn value(assigned: &Assignment, gains: &[f64]) -> f64 {
    assigned.iter().zip(gains).filter(|(telescope, _)| telescope.is_some()).map(|(_, gain)| gain).sum()
}

fn assignment(night: &Night<'_>, plan: &Plan) -> Assignment {
    let mut assigned = vec![None; night.objects()];
    for taken in &plan.taken {
        assigned[taken.object] = Some(taken.telescope);
    }
    assigned
}

/// The plan of an assignment, best worth per second first.
fn ranked(night: &Night<'_>, gains: &[f64], assigned: &Assignment, worth: &mut dyn Worth) -> Plan {
    let mut order: Vec<(f64, usize, usize)> = Vec::new();
    for (object, telescope) in assigned.iter().enumerate() {
        if let Some(telescope) = *telescope {
            order.push((gains[object] / seconds(night.cost(object, telescope)), object, telescope));
        }
    }
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut plan = Plan::new(night);
    for (_, object, telescope) in order {
        plan.take(night, worth, object, telescope, gains[object]);
    }
    plan
}
