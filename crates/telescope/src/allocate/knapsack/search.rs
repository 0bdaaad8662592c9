//! Local search over all telescopes.

use super::Assignment;
use crate::allocate::bound::Dual;
use crate::allocate::night::{NEVER, Night, seconds};

/// A change of the plan: objects that leave it, objects that move to another telescope, objects that are added.
#[derive(Clone, Debug, Default)]
struct Step {
    gain: f64,
    leaves: [Option<usize>; 2],
    goes: [Option<(usize, usize)>; 3],
}

/// Gains smaller than this part of the value are rounding.
const ROUNDING: f64 = 1e-12;

/// Pairs of objects of the plan that are looked at in all steps: what keeps a search of a very long plan to a second or so.
const PAIRS: usize = 10_000_000;

/// Takes the best step again and again, until none helps or `steps` are done.
pub(super) fn improve(
    night: &Night<'_>,
    gains: &[f64],
    dual: &Dual,
    start: Assignment,
    steps: usize,
) -> Assignment {
    let mut search = Search::new(night, gains, dual, start);
    let taken = search.on.iter().map(Vec::len).sum::<usize>();
    for _ in 0..steps.min(PAIRS / taken.pow(2).max(1)) {
        let step = search.best_step();
        if step.gain <= ROUNDING * search.value {
            break;
        }
        search.apply(&step);
        if search.value >= dual.bound * (1.0 - ROUNDING) {
            break;
        }
    }
    search.assigned
}

struct Search<'a> {
    night: &'a Night<'a>,
    gains: &'a [f64],
    assigned: Assignment,
    /// The objects on each telescope.
    on: Vec<Vec<usize>>,
    left: Vec<u64>,
    value: f64,
    /// Objects that can be in a plan better than the best known, by their price.
    core: Vec<usize>,
    /// For each telescope, what could be added.
    shelves: Vec<Shelf>,
}

/// Objects of the core that are not in the plan, by their cost on one telescope, without those that cost more and are
/// worth no more than another: worth grows along the list. The second best for a time is kept, too, for pairs.
#[derive(Clone, Debug, Default)]
struct Shelf {
    costs: Vec<u64>,
    /// The best and the second best of those up to here.
    best: Vec<[usize; 2]>,
}

const NOBODY: usize = usize::MAX;

impl<'a> Search<'a> {
    fn new(night: &'a Night<'a>, gains: &'a [f64], dual: &Dual, assigned: Assignment) -> Self {
        let mut on = vec![Vec::new(); night.telescopes()];
        let mut left = night.left.clone();
        let mut value = 0.0;
        for (object, telescope) in assigned.iter().enumerate() {
            if let Some(telescope) = *telescope {
                on[telescope].push(object);
                left[telescope] -= night.cost(object, telescope);
                value += gains[object];
            }
        }
        // With an object whose price exceeds its worth by more than the gap, no plan is better than this one.
        let gap = dual.bound - value;
        let worthwhile = |object: &usize| {
            night.costs(*object).iter().zip(&dual.prices).any(|(ticks, price)| {
                *ticks != NEVER && gains[*object] > 0.0 && gains[*object] - price * seconds(*ticks) >= -gap
            })
        };
        let core = (0..night.objects()).filter(worthwhile).collect();
        let mut search = Self { night, gains, assigned, on, left, value, core, shelves: Vec::new() };
        search.restock();
        search
    }

    fn restock(&mut self) {
        let outside: Vec<usize> =
            self.core.iter().copied().filter(|object| self.assigned[*object].is_none()).collect();
        self.shelves = (0..self.night.telescopes())
            .map(|telescope| {
                let mut priced: Vec<(u64, usize)> =
                    outside.iter().map(|object| (self.night.cost(*object, telescope), *object)).collect();
                priced.retain(|(cost, _)| *cost != NEVER);
                priced.sort_unstable();
                let mut shelf = Shelf::default();
                let mut best = [NOBODY; 2];
                for (cost, object) in priced {
                    if self.worth(object) > self.worth(best[0]) {
                        best = [object, best[0]];
                    } else if self.worth(object) > self.worth(best[1]) {
                        best[1] = object;
                    } else {
                        continue;
                    }
                    shelf.costs.push(cost);
                    shelf.best.push(best);
                }
                shelf
            })
            .collect();
    }

    fn worth(&self, object: usize) -> f64 {
        self.gains.get(object).copied().unwrap_or(0.0)
    }

    /// The object outside the plan that is worth most of those that the time suffices for, other than `not`.
    fn addition(&self, telescope: usize, time: u64, not: usize) -> usize {
        let shelf = &self.shelves[telescope];
        let reach = shelf.costs.partition_point(|cost| *cost <= time);
        match reach.checked_sub(1).map(|last| shelf.best[last]) {
            Some([best, second]) => {
                if best == not {
                    second
                } else {
                    best
                }
            }
            None => NOBODY,
        }
    }

    /// The best two objects outside the plan that the time suffices for together.
    fn two_additions(&self, telescope: usize, time: u64) -> (f64, [usize; 2]) {
        let shelf = &self.shelves[telescope];
        let mut best = (0.0, [NOBODY; 2]);
        for (cost, [first, second]) in shelf.costs.iter().zip(&shelf.best) {
            if *cost > time {
                break;
            }
            // The shelf names an object at its own cost as the best or the second best.
            for object in [*first, *second] {
                if object == NOBODY || self.night.cost(object, telescope) != *cost {
                    continue;
                }
                let other = self.addition(telescope, time - cost, object);
                let sum = self.worth(object) + self.worth(other);
                if sum > best.0 {
                    best = (sum, [object, other]);
                }
            }
        }
        best
    }

    fn best_step(&self) -> Step {
        let mut best = Step::default();
        for telescope in 0..self.night.telescopes() {
            self.add(telescope, &mut best);
            for (index, &object) in self.on[telescope].iter().enumerate() {
                self.replace(telescope, object, &mut best);
                for &other in &self.on[telescope][index + 1..] {
                    self.replace_two(telescope, [object, other], &mut best);
                }
                for elsewhere in (0..self.night.telescopes()).filter(|elsewhere| *elsewhere != telescope) {
                    self.move_on(telescope, object, elsewhere, &mut best);
                }
            }
        }
        best
    }

    fn offer(&self, best: &mut Step, gain: f64, leaves: [usize; 2], goes: [(usize, usize); 3]) {
        if gain > best.gain {
            let some = |object: usize| (object != NOBODY).then_some(object);
            *best = Step {
                gain,
                leaves: leaves.map(some),
                goes: goes.map(|(object, telescope)| some(object).map(|object| (object, telescope))),
            };
        }
    }

    fn add(&self, telescope: usize, best: &mut Step) {
        let (gain, [first, second]) = self.two_additions(telescope, self.left[telescope]);
        self.offer(best, gain, [NOBODY; 2], [(first, telescope), (second, telescope), (NOBODY, 0)]);
    }

    /// One leaves, one or two come.
    fn replace(&self, telescope: usize, object: usize, best: &mut Step) {
        let time = self.left[telescope] + self.night.cost(object, telescope);
        let (sum, [first, second]) = self.two_additions(telescope, time);
        let goes = [(first, telescope), (second, telescope), (NOBODY, 0)];
        self.offer(best, sum - self.worth(object), [object, NOBODY], goes);
    }

    /// Two leave, one comes.
    fn replace_two(&self, telescope: usize, objects: [usize; 2], best: &mut Step) {
        let time = objects.iter().map(|object| self.night.cost(*object, telescope)).sum::<u64>();
        let addition = self.addition(telescope, self.left[telescope] + time, NOBODY);
        let gain = self.worth(addition) - self.worth(objects[0]) - self.worth(objects[1]);
        self.offer(best, gain, objects, [(addition, telescope), (NOBODY, 0), (NOBODY, 0)]);
    }

    /// One moves to another telescope: into its free time, for one that leaves, or for one that comes back in exchange; the
    /// time that gets free on both is used.
    fn move_on(&self, telescope: usize, object: usize, elsewhere: usize, best: &mut Step) {
        let night = self.night;
        let cost = night.cost(object, elsewhere);
        if cost == NEVER {
            return;
        }
        let freed = self.left[telescope] + night.cost(object, telescope);
        if cost <= self.left[elsewhere] {
            let (first, second) = self.two_places(telescope, freed, elsewhere, self.left[elsewhere] - cost);
            let gain = self.worth(first) + self.worth(second);
            self.offer(
                best,
                gain,
                [NOBODY; 2],
                [(object, elsewhere), (first, telescope), (second, elsewhere)],
            );
        }
        for &other in &self.on[elsewhere] {
            let room = self.left[elsewhere] + night.cost(other, elsewhere);
            if cost > room {
                continue;
            }
            let (first, second) = self.two_places(telescope, freed, elsewhere, room - cost);
            let gain = self.worth(first) + self.worth(second) - self.worth(other);
            let goes = [(object, elsewhere), (first, telescope), (second, elsewhere)];
            self.offer(best, gain, [other, NOBODY], goes);
            let back = night.cost(other, telescope);
            if telescope < elsewhere && back <= freed {
                // Only the better of the two additions, since a step has three places.
                let here = self.addition(telescope, freed - back, NOBODY);
                let there = self.addition(elsewhere, room - cost, NOBODY);
                let addition = if self.worth(here) >= self.worth(there) {
                    (here, telescope)
                } else {
                    (there, elsewhere)
                };
                let goes = [(object, elsewhere), (other, telescope), addition];
                self.offer(best, self.worth(addition.0), [NOBODY; 2], goes);
            }
        }
    }

    /// An addition on each of two telescopes.
    fn two_places(&self, one: usize, time: u64, other: usize, other_time: u64) -> (usize, usize) {
        let (first, second) = (self.addition(one, time, NOBODY), self.addition(other, other_time, NOBODY));
        if first != second || first == NOBODY {
            return (first, second);
        }
        let (instead, instead_other) =
            (self.addition(one, time, first), self.addition(other, other_time, first));
        if self.worth(instead) > self.worth(instead_other) {
            (instead, second)
        } else {
            (first, instead_other)
        }
    }

    fn apply(&mut self, step: &Step) {
        let goers = step.goes.iter().flatten().map(|(object, _)| *object);
        let movers: Vec<usize> = step.leaves.iter().flatten().copied().chain(goers).collect();
        for object in movers {
            if let Some(telescope) = self.assigned[object].take() {
                self.on[telescope].retain(|other| *other != object);
                self.left[telescope] += self.night.cost(object, telescope);
                self.value -= self.gains[object];
            }
        }
        for (object, telescope) in step.goes.iter().flatten().copied() {
            self.assigned[object] = Some(telescope);
            self.on[telescope].push(object);
            self.left[telescope] -= self.night.cost(object, telescope);
            self.value += self.gains[object];
        }
        self.restock();
    }
}
