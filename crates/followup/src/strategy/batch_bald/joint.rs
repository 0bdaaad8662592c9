//! The committee's joint table over the classes of the objects chosen so far.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::alike::Alike;
use crate::logarithm::sum_x_ln_x;

/// For each configuration s of the chosen objects' classes and each member k, a_k(s) = Π_i p_k(y_i) / K: the posterior of
/// the members given the configuration, times its probability. Configurations that leave one member alone (or none) are
/// dropped: nothing more can be learned there.
///
/// A table that is a sample has a_k(s) divided by the probability with which s was kept.
pub(super) struct Joint {
    members: usize,
    configurations: usize,
    /// Member after member, each with all configurations.
    a: Vec<f64>,
    /// Σ_s a_k(s) of each member.
    shares: Vec<f64>,
    /// Σ_s t ln t, t = Σ_k a_k(s).
    total: f64,
}

/// One object as the members see it.
#[derive(Clone, Copy)]
pub(super) struct Views<'a> {
    /// p_k(c), class after class, each with all members.
    pub(super) p: &'a [f64],
    /// The entropy of each member's probabilities.
    pub(super) entropies: &'a [f64],
}

/// Configurations that are worked on at a time: their sums stay in the nearest cache.
const BLOCK: usize = 256;

impl Joint {
    /// The table of no object.
    pub(super) fn new(members: usize) -> Self {
        let a = vec![1.0 / members as f64; members];
        Self::from_a(members, a)
    }

    fn from_a(members: usize, a: Vec<f64>) -> Self {
        let configurations = a.len() / members.max(1);
        let mut joint = Self { members, configurations, a, shares: Vec::new(), total: 0.0 };
        joint.shares = (0..members).map(|member| joint.of(member).iter().sum()).collect();
        joint.total = sum_x_ln_x(&joint.masses());
        joint
    }

    pub(super) fn configurations(&self) -> usize {
        self.configurations
    }

    fn of(&self, member: usize) -> &[f64] {
        &self.a[member * self.configurations..(member + 1) * self.configurations]
    }

    /// t(s) = Σ_k a_k(s).
    fn masses(&self) -> Vec<f64> {
        let mut masses = vec![0.0; self.configurations];
        for member in 0..self.members {
            for (mass, a) in masses.iter_mut().zip(self.of(member)) {
                *mass += a;
            }
        }
        masses
    }

    /// The mutual information of one more object's class and the members, given the classes of those chosen:
    /// Σ_s [t ln t − Σ_c q_c ln q_c − Σ_k a_k H(p_k)], q_c = Σ_k a_k p_k(c). Summed over the chosen ones as they were
    /// chosen, it is the joint mutual information of the batch.
    pub(super) fn gain(&self, views: Views<'_>) -> f64 {
        let mut entropy = self.total;
        let mut sums = [0.0; BLOCK];
        for start in (0..self.configurations).step_by(BLOCK) {
            let length = BLOCK.min(self.configurations - start);
            for p in views.p.chunks_exact(self.members) {
                let sums = &mut sums[..length];
                sums.fill(0.0);
                for (member, p) in p.iter().enumerate() {
                    let from = member * self.configurations + start;
                    for (sum, a) in sums.iter_mut().zip(&self.a[from..from + length]) {
                        *sum += p * a;
                    }
                }
                entropy -= sum_x_ln_x(sums);
            }
        }
        let known: f64 =
            self.shares.iter().zip(views.entropies).map(|(share, entropy)| share * entropy).sum();
        entropy - known
    }

    /// The table with one more object.
    pub(super) fn extend(&self, views: Views<'_>) -> Self {
        let classes = views.p.len() / self.members.max(1);
        let configurations = self.configurations * classes;
        let mut a = Vec::with_capacity(self.members * configurations);
        for member in 0..self.members {
            for &before in self.of(member) {
                a.extend((0..classes).map(|class| before * views.p[class * self.members + member]));
            }
        }
        let mut joint = Self { members: self.members, configurations, a, shares: Vec::new(), total: 0.0 };
        let among_several =
            |s: &usize| (0..self.members).filter(|member| joint.of(*member)[*s] > 0.0).count() > 1;
        let kept: Vec<(usize, f64)> = (0..configurations).filter(among_several).map(|s| (s, 1.0)).collect();
        joint.keep(&kept);
        joint
    }

    /// What could still be learned at most from each configuration: t times the entropy of its posterior of the members.
    fn open(&self) -> Vec<f64> {
        let mut column = vec![0.0; self.members];
        (0..self.configurations)
            .map(|s| {
                for (member, value) in column.iter_mut().enumerate() {
                    *value = self.a[member * self.configurations + s];
                }
                let mass: f64 = column.iter().sum();
                (sum_x_ln_x(&[mass]) - sum_x_ln_x(&column)).max(0.0)
            })
            .collect()
    }

    /// Keeps the configurations of these numbers, each multiplied by a factor.
    fn keep(&mut self, kept: &[(usize, f64)]) {
        let mut a = Vec::with_capacity(self.members * kept.len());
        for member in 0..self.members {
            let of = self.of(member);
            a.extend(kept.iter().map(|(s, factor)| of[*s] * factor));
        }
        *self = Self { configurations: kept.len(), ..Self::from_a(self.members, a) };
    }

    /// Draws about `samples` of the configurations, with probabilities that grow with what can still be learned from them
    /// (g(s) = [`Self::open`]): π(s) = min(1, g(s)/c) with Σ π = `samples`, each kept one divided by its π, so that every
    /// later gain is right on average. Those with π = 1 are kept as they are; the rest are drawn by systematic sampling (as
    /// Fearnhead & Clifford 2003, doi:10.1111/1467-9868.00421, thin the particles of a filter), in an order in which
    /// neighbours have like posteriors, so that each kind of posterior keeps its share.
    pub(super) fn thin(&mut self, samples: usize, rng: &mut ChaCha8Rng) {
        if self.configurations <= samples {
            return;
        }
        let open = self.open();
        let threshold = threshold(&open, samples);
        let mut next: f64 = rng.random();
        let mut passed = 0.0;
        let mut kept = Vec::with_capacity(samples + 1);
        let alike = Alike::new(&self.a, &self.masses(), self.members, samples.div_ceil(4));
        for &s in alike.groups().flatten() {
            let open = open[s];
            if open >= threshold {
                kept.push((s, 1.0));
                continue;
            }
            passed += open / threshold;
            if passed > next {
                kept.push((s, threshold / open));
                next += 1.0;
            }
        }
        self.keep(&kept);
    }

    /// A table of about `groups` sums of configurations whose posteriors of the members are alike. To know only the group is
    /// to know less, which leaves more to be learned: its gains are upper bounds, close and cheap.
    pub(super) fn merged(&self, groups: usize) -> Self {
        let alike = Alike::new(&self.a, &self.masses(), self.members, groups);
        let mut a = Vec::with_capacity(self.members * groups);
        for member in 0..self.members {
            let of = self.of(member);
            a.extend(alike.groups().map(|group| group.iter().map(|s| of[*s]).sum::<f64>()));
        }
        Self::from_a(self.members, a)
    }
}

/// The c with Σ min(1, g/c) = `samples`; where fewer are positive, one that they all reach.
fn threshold(open: &[f64], samples: usize) -> f64 {
    let mut sorted = open.to_vec();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let mut rest: f64 = sorted.iter().rev().sum();
    for (kept, &largest) in sorted.iter().enumerate().take(samples) {
        let c = rest / (samples - kept) as f64;
        if largest < c {
            return c;
        }
        rest -= largest;
    }
    sorted.get(samples.saturating_sub(1)).map_or(f64::MIN_POSITIVE, |g| g.max(f64::MIN_POSITIVE))
}
