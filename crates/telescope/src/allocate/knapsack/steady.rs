//! Plans from prices that do not depend on the budgets.

use std::collections::BTreeSet;

use super::Assignment;
use super::single::{Filled, Single};
use crate::allocate::bound;
use crate::allocate::night::{NEVER, Night, seconds};

/// What all partitions share.
pub(super) struct Fill<'a> {
    night: &'a Night<'a>,
    gains: &'a [f64],
    /// For each telescope the objects that have worth and fit, best worth per second first.
    orders: Vec<Vec<usize>>,
    /// For each telescope but the first, the sorted logarithms of the ratios of the first's costs to its own.
    ratios: Vec<Vec<f64>>,
    /// By how much quantiles of these ratios advance from one set of prices to the next.
    steps: Vec<f64>,
    /// Logarithms of the seconds, objects × telescopes, whatever the budgets; NaN where there can be none.
    logarithms: Vec<f64>,
}

/// Quantiles of the ratios below and above this part are taken for "everything here" and "everything elsewhere".
const EXTREME: f64 = 1.0 / 64.0;
/// Telescopes of which all sets are looked at.
const MOST_SETS: usize = 5;
/// Partitions over all sets of telescopes.
const MOST_PARTITIONS: usize = 1 << 17;

impl<'a> Fill<'a> {
    pub(super) fn new(night: &'a Night<'a>, gains: &'a [f64]) -> Self {
        let telescopes = night.telescopes();
        let logarithms: Vec<f64> = night.seconds.iter().map(|seconds| seconds.ln()).collect();
        let worthy = |object: &usize| gains[*object] > 0.0;
        let order = |telescope| {
            let fits = |object: &usize| night.cost(*object, telescope) != NEVER;
            let mut order: Vec<usize> = (0..night.objects()).filter(worthy).filter(fits).collect();
            let per_second = |object: &usize| gains[*object] / seconds(night.cost(*object, telescope));
            order.sort_by(|a, b| per_second(b).total_cmp(&per_second(a)));
            order
        };
        let ratios = |telescope: usize| {
            let ratio =
                |object: usize| logarithms[object * telescopes] - logarithms[object * telescopes + telescope];
            let mut ratios: Vec<f64> =
                (0..night.objects()).filter(worthy).map(ratio).filter(|ratio| !ratio.is_nan()).collect();
            ratios.sort_by(f64::total_cmp);
            ratios
        };
        Self {
            night,
            gains,
            orders: (0..telescopes).map(order).collect(),
            ratios: (1..telescopes).map(ratios).collect(),
            steps: steps(telescopes.saturating_sub(1)),
            logarithms,
        }
    }

    /// The best plan over the sets of prices for each set of telescopes that have time: a telescope with little of it would
    /// otherwise hold objects that others have time for. More time only adds sets of telescopes.
    ///
    /// What cannot be better than the best known, by the bound of `dual` prices for a set of telescopes or for a partition, or
    /// by the partition's own linear relaxation, is not looked at: the maximum is the same.
    pub(super) fn best(&self, partitions: usize, dual: &[f64]) -> Assignment {
        let mut best = (vec![None; self.night.objects()], 0.0);
        let screen = Screen::new(self, dual);
        for open in self.sets() {
            if bound::of_open(self.night, self.gains, dual, &open) <= best.1 {
                continue;
            }
            let numbers =
                number_of_partitions(partitions, open.iter().filter(|open| **open).count(), open.len());
            let mut promising: Vec<(f64, usize)> =
                (0..numbers).map(|number| (screen.bound(&self.prices(number), &open), number)).collect();
            promising.retain(|(bound, _)| *bound > best.1);
            promising.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let mut seen: BTreeSet<Vec<u64>> = BTreeSet::new();
            for (bound, number) in promising {
                if bound <= best.1 {
                    break;
                }
                let prices = self.prices(number);
                if seen.insert(prices.iter().map(|price| price.to_bits()).collect()) {
                    self.better(&self.parts(&prices, &open), &mut best);
                }
            }
        }
        best.0
    }

    /// Fills all parts as well as may be, and keeps the plan where it is better. A part is not looked at more closely than what
    /// the others can still add makes worthwhile.
    fn better(&self, parts: &[Single], best: &mut (Assignment, f64)) {
        let budgets = &self.night.left;
        let mut most: f64 = parts.iter().zip(budgets).map(|(part, budget)| part.bound(*budget).0).sum();
        let mut filled = Vec::with_capacity(parts.len());
        for (part, budget) in parts.iter().zip(budgets) {
            if most * (1.0 + 1e-12) <= best.1 {
                return;
            }
            let bound = part.bound(*budget).0;
            let enough = best.1 - (most - bound) * (1.0 + 1e-12);
            filled.push(part.best(*budget, enough));
            most += filled.last().map_or(0.0, |(value, _)| value - bound);
        }
        self.keep(parts, &filled, best);
    }

    fn keep(&self, parts: &[Single], filled: &[Filled], best: &mut (Assignment, f64)) {
        let value: f64 = filled.iter().map(|(value, _)| value).sum();
        if value > best.1 {
            let mut assigned = vec![None; self.night.objects()];
            for (telescope, (part, (_, places))) in parts.iter().zip(filled).enumerate() {
                for place in places {
                    assigned[part.objects[*place]] = Some(telescope);
                }
            }
            *best = (assigned, value);
        }
    }

    /// The sets of telescopes that have time, the largest first. Of more than [`MOST_SETS`] telescopes only all.
    fn sets(&self) -> Vec<Vec<bool>> {
        let telescopes = self.night.telescopes();
        if telescopes > MOST_SETS {
            return vec![vec![true; telescopes]];
        }
        let mut sets: Vec<Vec<bool>> = (1u32..1 << telescopes)
            .map(|set| (0..telescopes).map(|telescope| set >> telescope & 1 == 1).collect::<Vec<bool>>())
            .filter(|open| open.iter().zip(&self.night.left).all(|(open, left)| !open || *left > 0))
            .collect();
        sets.sort_by_key(|open| open.iter().filter(|open| !**open).count());
        sets
    }

    /// The plan of given prices per second.
    pub(super) fn priced(&self, prices: &[f64]) -> Assignment {
        let logarithms: Vec<f64> = prices.iter().map(|price| price.ln()).collect();
        let mut best = (vec![None; self.night.objects()], 0.0);
        let parts = self.parts(&logarithms, &vec![true; prices.len()]);
        let filled: Vec<Filled> =
            parts.iter().zip(&self.night.left).map(|(part, budget)| part.greedy(*budget)).collect();
        self.keep(&parts, &filled, &mut best);
        best.0
    }

    /// Logarithms of prices: each ratio to the first's is a quantile of the objects' ratios. Budgets play no part.
    fn prices(&self, number: usize) -> Vec<f64> {
        let mut prices = vec![0.0];
        for (axis, ratios) in self.ratios.iter().enumerate() {
            let part = (0.5 + (number as f64 + 1.0) * self.steps[axis]).fract();
            prices.push(if part < EXTREME {
                f64::NEG_INFINITY
            } else if part > 1.0 - EXTREME {
                f64::INFINITY
            } else {
                ratios.get((part * ratios.len() as f64) as usize).copied().unwrap_or(0.0)
            });
        }
        prices
    }

    /// Every object goes to the open telescope where it is cheapest.
    fn parts(&self, prices: &[f64], open: &[bool]) -> Vec<Single> {
        let night = self.night;
        let home: Vec<usize> =
            self.logarithms.chunks(open.len().max(1)).map(|seconds| home(seconds, prices, open)).collect();
        let part = |(telescope, order): (usize, &Vec<usize>)| {
            let objects: Vec<usize> =
                order.iter().copied().filter(|object| home[*object] == telescope).collect();
            let costs = objects.iter().map(|object| night.cost(*object, telescope)).collect();
            let gains = objects.iter().map(|object| self.gains[*object]).collect();
            Single::new(objects, costs, gains)
        };
        self.orders.iter().enumerate().map(part).collect()
    }
}

/// Steps of an additive recurrence that fills space evenly: powers of the inverse of the root of x^(axes + 1) = x + 1, which
/// is the golden ratio for one axis.
fn steps(axes: usize) -> Vec<f64> {
    let mut root = 1.5f64;
    for _ in 0..60 {
        root = (1.0 + root).powf(1.0 / (axes as f64 + 1.0));
    }
    (1..=axes).map(|axis| root.powi(-(axis as i32))).collect()
}

/// How many partitions a set of `open` of all `telescopes` gets. Each telescope beyond the second needs more; they are many
/// because few get past the bound.
fn number_of_partitions(partitions: usize, open: usize, telescopes: usize) -> usize {
    if open < 2 {
        return 1;
    }
    let wanted = partitions.saturating_mul(8usize.saturating_pow(open as u32 - 2));
    wanted.min(MOST_PARTITIONS >> telescopes.min(MOST_SETS))
}

/// The open telescope where an object is cheapest, of the logarithms of its seconds; none where it cannot be observed.
fn home(seconds: &[f64], prices: &[f64], open: &[bool]) -> usize {
    let mut best = (f64::INFINITY, usize::MAX);
    for (telescope, seconds) in seconds.iter().enumerate() {
        let price = seconds + prices[telescope];
        if open[telescope] && (price < best.0 || best.1 == usize::MAX && !seconds.is_nan()) {
            best = (price, telescope);
        }
    }
    best.1
}

/// A quick bound on what a partition can be worth: at the prices of the dual, each object counts what it is worth beyond its
/// price on its own telescope. Only objects for which that is positive somewhere count at all.
struct Screen {
    rents: Vec<f64>,
    /// Logarithms of seconds, and worths beyond the price, of the objects that count: objects × telescopes.
    logarithms: Vec<f64>,
    profits: Vec<f64>,
}

impl Screen {
    fn new(fill: &Fill<'_>, dual: &[f64]) -> Self {
        let night = fill.night;
        let rents = dual.iter().zip(&night.left).map(|(price, ticks)| price * seconds(*ticks)).collect();
        let mut screen = Self { rents, logarithms: Vec::new(), profits: Vec::new() };
        for object in 0..night.objects() {
            let profit = |(ticks, price): (&u64, &f64)| match *ticks {
                NEVER => 0.0,
                ticks => (fill.gains[object] - price * seconds(ticks)).max(0.0),
            };
            let profits: Vec<f64> = night.costs(object).iter().zip(dual).map(profit).collect();
            if profits.iter().any(|profit| *profit > 0.0) {
                screen.profits.extend(profits);
                screen.logarithms.extend(&fill.logarithms[object * dual.len()..(object + 1) * dual.len()]);
            }
        }
        screen
    }

    fn bound(&self, prices: &[f64], open: &[bool]) -> f64 {
        let mut bound: f64 =
            self.rents.iter().zip(open).filter(|(_, open)| **open).map(|(rent, _)| rent).sum();
        let width = open.len().max(1);
        for (seconds, profits) in self.logarithms.chunks(width).zip(self.profits.chunks(width)) {
            bound += profits.get(home(seconds, prices, open)).copied().unwrap_or(0.0);
        }
        bound * (1.0 + 1e-12)
    }
}
