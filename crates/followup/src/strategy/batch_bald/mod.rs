//! BALD for batches.

mod alike;
mod joint;
#[cfg(test)]
mod tests;
mod worth;

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Bald, Choice, Info, Needs, Pool, Strategy, Valued, highest_at_random};
use crate::logarithm::entropy;
use joint::{Joint, Views};
use worth::Information;

/// The batch whose classes together tell most about the committee's members: greedily, the object that adds most to the
/// mutual information I(y_1 … y_b; k), so that two objects that would teach the same are not both asked for (BatchBALD;
/// Kirsch, van Amersfoort & Gal 2019, arXiv:1906.08158).
///
/// The joint probabilities of the classes are exact while the configurations of a batch are few; past that, a sample of
/// configurations is carried on, drawn with preference for those that leave most to be learned and weighted to be right on
/// average. An object's gain can only shrink as the batch grows (the information is submodular), so most objects need not
/// be looked at again at each step. The score of a query is what it adds, in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchBald {
    /// The most configurations for which the joint probabilities are exact.
    pub configurations: usize,
    /// The configurations that are carried on past that.
    pub samples: usize,
}

impl Default for BatchBald {
    fn default() -> Self {
        Self { configurations: 40_000, samples: 2_000 }
    }
}

const INFO: Info = Info {
    name: "batchbald",
    doc: "The batch whose classes together tell most about a committee's members: greedily, the object that adds most to the \
          mutual information I(y_1 … y_b; k), so that two objects that would teach the same are not both asked for \
          (BatchBALD; Kirsch, van Amersfoort & Gal 2019, arXiv:1906.08158). Joint probabilities are exact for up to 40,000 \
          configurations of classes; past that a weighted sample of them is carried on.",
    needs: Needs::MEMBERS,
};

/// The size of the coarse table that gives upper bounds.
const GROUPS: usize = 128;
/// The most objects that are looked at together; the first are few, since often the first is it.
const TOGETHER: usize = 64;

impl Strategy for BatchBald {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, rng: &mut ChaCha8Rng) -> Vec<f64> {
        Bald.scores(pool, rng)
    }

    fn select(&self, pool: &Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Vec<Choice> {
        if pool.members.is_empty() {
            return highest_at_random(&self.scores(pool, rng), count, rng);
        }
        let committee = Committee::new(pool);
        let mut joint = Joint::new(committee.members);
        let mut exact = true;
        let mut waiting: BinaryHeap<Bound> = (0..pool.candidates)
            .map(|candidate| Bound {
                gain: f64::INFINITY,
                tie_break: rng.random(),
                candidate,
                coarse: false,
                exact: false,
            })
            .collect();
        let mut choices = Vec::with_capacity(count.min(pool.candidates));
        while choices.len() < count {
            let Some(best) = best(&mut waiting, &committee, &joint) else { break };
            choices.push(Choice { candidate: best.candidate, score: best.gain.max(0.0) });
            if choices.len() < count {
                joint = joint.extend(committee.views(best.candidate));
                exact &= joint.configurations() * pool.classes <= self.configurations;
                if !exact {
                    joint.thin(self.samples.max(1), rng);
                }
            }
        }
        choices
    }

    fn value<'p>(&self, pool: &'p Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Valued<'p> {
        if pool.members.is_empty() {
            return Valued::by_rank(&self.select(pool, count, rng), pool.candidates);
        }
        let scores = self.scores(pool, rng);
        Valued { scores, worth: Box::new(Information::new(*self, pool, rng)) }
    }
}

/// Takes out the candidate that adds most. Those whose bound, their former gain or that of a coarser table, is below the
/// best are left alone.
fn best(waiting: &mut BinaryHeap<Bound>, committee: &Committee, joint: &Joint) -> Option<Bound> {
    let coarse = (joint.configurations() > 4 * GROUPS).then(|| joint.merged(GROUPS));
    let mut seen: Vec<Bound> = Vec::new();
    let mut best: Option<Bound> = None;
    let mut together = 4;
    loop {
        // Rounding must not hide a tie.
        let floor = best.map_or(f64::NEG_INFINITY, |best| best.gain - 1e-9 * best.gain.abs() - 1e-15);
        let mut block = Vec::with_capacity(together);
        while block.len() < together && waiting.peek().is_some_and(|bound| bound.gain >= floor) {
            block.extend(waiting.pop());
        }
        if block.is_empty() {
            break;
        }
        block.par_iter_mut().for_each(|bound| {
            let views = committee.views(bound.candidate);
            match &coarse {
                Some(coarse) if !bound.coarse => {
                    (bound.coarse, bound.gain) = (true, bound.gain.min(coarse.gain(views)))
                }
                _ => (bound.exact, bound.gain) = (true, joint.gain(views)),
            }
        });
        for bound in block {
            if bound.exact {
                best = best.max(Some(bound));
                seen.push(bound);
            } else {
                waiting.push(bound);
            }
        }
        together = (2 * together).min(TOGETHER);
    }
    let best = best?;
    seen.retain(|bound| bound.candidate != best.candidate);
    let anew =
        waiting.drain().chain(seen).map(|bound| Bound { coarse: false, exact: false, ..bound }).collect();
    *waiting = anew;
    Some(best)
}

/// What a candidate adds at most.
#[derive(Clone, Copy)]
struct Bound {
    gain: f64,
    tie_break: u64,
    candidate: usize,
    /// Whether the gain is that of this step's coarse table.
    coarse: bool,
    /// Whether the gain is that of this step's table.
    exact: bool,
}

impl Ord for Bound {
    fn cmp(&self, other: &Self) -> Ordering {
        self.gain
            .total_cmp(&other.gain)
            .then(self.tie_break.cmp(&other.tie_break))
            .then(other.candidate.cmp(&self.candidate))
    }
}

impl PartialOrd for Bound {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Bound {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Bound {}

/// The members' probabilities, all of one candidate side by side.
struct Committee {
    members: usize,
    classes: usize,
    /// Candidate after candidate, class after class, member after member.
    p: Vec<f64>,
    /// Entropies, candidate after candidate, member after member.
    entropies: Vec<f64>,
}

impl Committee {
    fn new(pool: &Pool<'_>) -> Self {
        let (members, classes) = (pool.members.len(), pool.classes);
        let mut p = Vec::with_capacity(pool.candidates * classes * members);
        let mut entropies = Vec::with_capacity(pool.candidates * members);
        for candidate in 0..pool.candidates {
            for class in 0..classes {
                p.extend(pool.members.iter().map(|member| member.row(candidate)[class]));
            }
            entropies.extend(pool.members.iter().map(|member| entropy(member.row(candidate))));
        }
        Self { members, classes, p, entropies }
    }

    fn views(&self, candidate: usize) -> Views<'_> {
        let size = self.members * self.classes;
        Views {
            p: &self.p[candidate * size..(candidate + 1) * size],
            entropies: &self.entropies[candidate * self.members..(candidate + 1) * self.members],
        }
    }
}
