//! Plans from prices that do not depend on the budgets.

use super::Assignment;
use crate::allocate::night::{NEVER, Night, seconds};

/// What all partitions share.
pub(super) struct Fill<'a> {
    night: &'a Night<'a>,
    gains: &'a [f64],
    /// For each telescope the objects that have worth and fit, best worth per second first.
    orders: Vec<Vec<usize>>,
    /// For each telescope but the first, the sorted logarithms of the ratios of the first's costs to its own.
    ratios: Vec<Vec<f64>>,
    /// Logarithms of the seconds, objects × telescopes, whatever the budgets; NaN where there can be none.
    logarithms: Vec<f64>,
}

/// Quantiles of the ratios below and above this part are taken for "everything here" and "everything elsewhere".
const EXTREME: f64 = 1.0 / 64.0;
/// Telescopes of which all sets are looked at.
const MOST_SETS: usize = 10;

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
            logarithms,
        }
    }

    /// The best plan of so many sets of prices for each set of telescopes that have time: a telescope with little of it would
    /// otherwise hold objects that others have time for. More time only adds sets of telescopes.
    pub(super) fn best(&self, partitions: usize, value: impl Fn(&[bool]) -> f64) -> Assignment {
        let mut best = (vec![None; self.night.objects()], 0.0);
        for open in self.sets() {
            // A set whose bound is no better cannot change the maximum.
            if value(&open) <= best.1 {
                continue;
            }
            let partitions = if open.iter().filter(|open| **open).count() < 2 { 1 } else { partitions };
            for number in 0..partitions {
                let (assigned, value) = self.fill(&self.prices(number), &open);
                if value > best.1 {
                    best = (assigned, value);
                }
            }
        }
        best.0
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
        self.fill(&logarithms, &vec![true; prices.len()]).0
    }

    /// Logarithms of prices: each ratio to the first's is a quantile of the objects' ratios. The quantiles are those of an
    /// additive recurrence with the powers of the inverse of the root of x^m = x + 1, which fills space evenly (the golden
    /// ratio for two telescopes).
    fn prices(&self, number: usize) -> Vec<f64> {
        let ratios = self.ratios.len();
        let mut root = 1.5f64;
        for _ in 0..60 {
            root = (1.0 + root).powf(1.0 / (ratios as f64 + 1.0));
        }
        let mut prices = vec![0.0];
        for (axis, ratios) in self.ratios.iter().enumerate() {
            let part = (0.5 + (number as f64 + 1.0) * root.powi(-(axis as i32 + 1))).fract();
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

    /// Every object goes to the open telescope where it is cheapest, and each telescope is filled on its own.
    fn fill(&self, prices: &[f64], open: &[bool]) -> (Assignment, f64) {
        let night = self.night;
        let home: Vec<usize> = self
            .logarithms
            .chunks(open.len().max(1))
            .map(|seconds| {
                let mut best = (f64::INFINITY, usize::MAX);
                for (telescope, seconds) in
                    seconds.iter().enumerate().filter(|(telescope, _)| open[*telescope])
                {
                    let price = seconds + prices[telescope];
                    if price < best.0 || best.1 == usize::MAX && !seconds.is_nan() {
                        best = (price, telescope);
                    }
                }
                best.1
            })
            .collect();
        let mut assigned = vec![None; night.objects()];
        let mut value = 0.0;
        for (telescope, order) in self.orders.iter().enumerate() {
            let mut left = night.left[telescope];
            let (mut sum, mut single) = (0.0, (0.0, None));
            let mut taken = Vec::new();
            for &object in order.iter().filter(|object| home[**object] == telescope) {
                if self.gains[object] > single.0 {
                    single = (self.gains[object], Some(object));
                }
                let cost = night.cost(object, telescope);
                if cost <= left {
                    left -= cost;
                    sum += self.gains[object];
                    taken.push(object);
                }
            }
            if single.0 > sum {
                taken = single.1.into_iter().collect();
                sum = single.0;
            }
            for object in taken {
                assigned[object] = Some(telescope);
            }
            value += sum;
        }
        (assigned, value)
    }
}
