//! How good a plan can be at most: prices on telescope time.

use super::night::{NEVER, Night, Plan, seconds};
use super::{Error, Gains, Worth};

/// Prices of telescope time and the bound that they prove.
pub(crate) struct Dual {
    /// Worth per second of each telescope.
    pub(crate) prices: Vec<f64>,
    /// No set of objects with these gains that fits has a greater sum.
    pub(crate) bound: f64,
}

/// Rounds of minimising over one price after the other.
const ROUNDS: usize = 30;
/// Common prices to begin with.
const QUANTILES: usize = 64;
/// Steps along the subgradient.
const STEPS: usize = 120;
/// A gap that is not worth closing.
const CLOSED: f64 = 1e-9;

/// The bound on plans of these gains, with `value` that of a known plan.
///
/// With prices λ ≥ 0 on seconds, budgets B and costs c,
///
/// D(λ) = Σ_t λ_t·B_t + Σ_o max(0, max_t (w_o − λ_t·c_ot))
///
/// is at least the best value for every λ (Lagrangian relaxation of the budgets: Fisher 1981, doi:10.1287/mnsc.27.1.1), and
/// its minimum is the value of the linear relaxation, in which objects may be observed in part. D is convex: it is minimised
/// over one price after the other, which is exact (a weighted median: Dantzig 1957, doi:10.1287/opre.5.2.266) but can get
/// stuck in an edge, and then along the subgradient with steps after Polyak (Held, Wolfe & Crowder 1974,
/// doi:10.1007/BF01580223).
pub(crate) fn dual(night: &Night<'_>, gains: &[f64], value: f64) -> Dual {
    let problem = Problem::new(night, gains);
    let mut best = Dual {
        prices: vec![0.0; night.telescopes()],
        bound: problem.evaluate(&vec![0.0; night.telescopes()]).0,
    };
    problem.together(&mut best);
    problem.one_by_one(&mut best, value);
    problem.subgradient(&mut best, value);
    problem.one_by_one(&mut best, value);
    // The sum was rounded, and a bound must not be too low.
    best.bound *= 1.0 + 4.0 * f64::EPSILON * (problem.objects.len() + night.telescopes()) as f64;
    best
}

/// The bound of these prices where only the `open` telescopes are used.
pub(crate) fn of_open(night: &Night<'_>, gains: &[f64], prices: &[f64], open: &[bool]) -> f64 {
    let rent = prices.iter().zip(&night.left).zip(open).filter(|(_, open)| **open);
    let mut bound: f64 = rent.map(|((price, ticks), _)| price * seconds(*ticks)).sum();
    for (object, gain) in gains.iter().enumerate() {
        let mut best = 0.0f64;
        for ((ticks, price), open) in night.costs(object).iter().zip(prices).zip(open) {
            if *open && *ticks != NEVER {
                best = best.max(gain - price * seconds(*ticks));
            }
        }
        bound += best;
    }
    bound * (1.0 + 4.0 * f64::EPSILON * (gains.len() + prices.len()) as f64)
}

/// The bound after a plan: of the gains before it and, where gains fall, of what it has and what could yet be added,
/// f(best) ≤ f(plan) + max Σ gains given the plan (Leskovec et al. 2007, doi:10.1145/1281192.1281239). `worth` is in the
/// state after the plan.
pub(crate) fn after(
    night: &Night<'_>,
    worth: &dyn Worth,
    before: &[f64],
    plan: &Plan,
) -> Result<Option<f64>, Error> {
    if worth.kind() == Gains::Any {
        return Ok(None);
    }
    let bound = dual(night, before, plan.value).bound;
    if worth.kind() == Gains::Fixed {
        return Ok(Some(bound));
    }
    let mut gains = night.gains(worth)?;
    for taken in &plan.taken {
        gains[taken.object] = 0.0;
    }
    Ok(Some(bound.min(plan.value + dual(night, &gains, 0.0).bound)))
}

/// The objects that have worth and can be observed.
struct Problem {
    objects: Vec<usize>,
    worth: Vec<f64>,
    /// Seconds, objects × telescopes; infinite where it cannot be observed.
    costs: Vec<f64>,
    budgets: Vec<f64>,
}

impl Problem {
    fn new(night: &Night<'_>, gains: &[f64]) -> Self {
        let observable = |object: &usize| night.costs(*object).iter().any(|ticks| *ticks != NEVER);
        let objects: Vec<usize> =
            (0..night.objects()).filter(|object| gains[*object] > 0.0).filter(observable).collect();
        let in_seconds = |ticks: &u64| if *ticks == NEVER { f64::INFINITY } else { seconds(*ticks) };
        Self {
            worth: objects.iter().map(|object| gains[*object]).collect(),
            costs: objects.iter().flat_map(|object| night.costs(*object)).map(in_seconds).collect(),
            budgets: night.left.iter().map(in_seconds).collect(),
            objects,
        }
    }

    fn costs(&self, row: usize) -> &[f64] {
        &self.costs[row * self.budgets.len()..(row + 1) * self.budgets.len()]
    }

    /// D and its subgradient, budget less time used, at these prices.
    fn evaluate(&self, prices: &[f64]) -> (f64, Vec<f64>) {
        let mut value: f64 = prices.iter().zip(&self.budgets).map(|(price, budget)| price * budget).sum();
        let mut slope = self.budgets.clone();
        for (row, worth) in self.worth.iter().enumerate() {
            let mut best = (0.0, usize::MAX);
            for (telescope, (cost, price)) in self.costs(row).iter().zip(prices).enumerate() {
                // 0 · ∞ is NaN, which is not greater either.
                let profit = worth - price * cost;
                if profit > best.0 {
                    best = (profit, telescope);
                }
            }
            if let Some(slope) = slope.get_mut(best.1) {
                value += best.0;
                *slope -= self.costs(row)[best.1];
            }
        }
        (value, slope)
    }

    /// One price for all: from none at all, no single price would help, since objects would go where time is free.
    fn together(&self, best: &mut Dual) {
        let width = self.budgets.len().max(1);
        let least = self.costs.chunks(width).map(|costs| costs.iter().copied().fold(f64::INFINITY, f64::min));
        let mut per_second: Vec<f64> =
            self.worth.iter().zip(least).map(|(worth, cost)| worth / cost).collect();
        per_second.sort_unstable_by(f64::total_cmp);
        for part in 0..QUANTILES {
            if let Some(price) = per_second.get(part * per_second.len() / QUANTILES) {
                let prices = vec![*price; self.budgets.len()];
                let bound = self.evaluate(&prices).0;
                if bound < best.bound {
                    *best = Dual { prices, bound };
                }
            }
        }
    }

    fn one_by_one(&self, best: &mut Dual, value: f64) {
        let mut cuts: Vec<(f64, f64)> = Vec::with_capacity(self.worth.len());
        for _ in 0..ROUNDS {
            let before = best.bound;
            for telescope in 0..self.budgets.len() {
                cuts.clear();
                for (row, worth) in self.worth.iter().enumerate() {
                    let cost = self.costs(row)[telescope];
                    let mut other = 0.0f64;
                    for (t, (cost, price)) in self.costs(row).iter().zip(&best.prices).enumerate() {
                        if t != telescope {
                            other = other.max(worth - price * cost);
                        }
                    }
                    // Above this price the object is better off elsewhere.
                    let cut = (worth - other) / cost;
                    if cut > 0.0 {
                        cuts.push((cut, cost));
                    }
                }
                cuts.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
                let mut room = self.budgets[telescope];
                let full = cuts.iter().find(|(_, cost)| {
                    room -= cost;
                    room < 0.0
                });
                let mut prices = best.prices.clone();
                prices[telescope] = full.map_or(0.0, |(cut, _)| *cut);
                let bound = self.evaluate(&prices).0;
                if bound < best.bound {
                    *best = Dual { prices, bound };
                }
            }
            if before - best.bound <= CLOSED * before || best.bound - value <= CLOSED * best.bound {
                break;
            }
        }
    }

    /// Prices are scaled by the budgets, so that all are alike.
    fn subgradient(&self, best: &mut Dual, value: f64) {
        let (mut prices, mut pace, mut since) = (best.prices.clone(), 1.0, 0);
        for _ in 0..STEPS {
            let (bound, slope) = self.evaluate(&prices);
            since += 1;
            if bound < best.bound {
                *best = Dual { prices: prices.clone(), bound };
                since = 0;
            } else if since == 8 {
                (pace, since) = (pace * 0.5, 0);
                prices.clone_from(&best.prices);
                continue;
            }
            let norm: f64 = slope
                .iter()
                .zip(&self.budgets)
                .filter(|(_, b)| **b > 0.0)
                .map(|(s, b)| (s / b).powi(2))
                .sum();
            if best.bound - value <= CLOSED * best.bound || norm <= 0.0 {
                break;
            }
            let step = pace * (bound - value) / norm;
            for ((price, slope), budget) in prices.iter_mut().zip(&slope).zip(&self.budgets) {
                if *budget > 0.0 {
                    *price = (*price - step * slope / (budget * budget)).max(0.0);
                }
            }
        }
    }
}
