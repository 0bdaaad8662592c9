//! Configurations whose posteriors of the members are alike.

use std::ops::Range;

/// Configurations in groups, neighbouring groups more alike than others.
pub(super) struct Alike {
    order: Vec<usize>,
    groups: Vec<Group>,
}

/// A stretch of the order.
struct Group {
    range: Range<usize>,
    /// The member in whose posterior the group differs most, and the mean of that.
    member: usize,
    mean: f64,
    /// The variance of it times the group's mass.
    scatter: f64,
}

impl Alike {
    /// Divides the configurations of a table (`a` as in [`super::joint::Joint`], the sum over the members in `masses`) until
    /// there are so many groups: always the one with most scatter, at the mean of the member's posterior that scatters most.
    pub(super) fn new(a: &[f64], masses: &[f64], members: usize, groups: usize) -> Self {
        let mut alike = Self { order: (0..masses.len()).collect(), groups: Vec::new() };
        // Configuration after configuration: a group is visited in any order, each of its posteriors as a whole.
        let mut posteriors = vec![0.0; a.len()];
        for (s, posterior) in posteriors.chunks_exact_mut(members).enumerate() {
            for (member, posterior) in posterior.iter_mut().enumerate() {
                *posterior = a[member * masses.len() + s] / masses[s];
            }
        }
        let table = Table { posteriors: &posteriors, masses, members };
        let mut divisible = vec![table.group(0..masses.len(), &alike.order)];
        while divisible.len() + alike.groups.len() < groups {
            let Some(group) = divisible.pop() else { break };
            let items = &mut alike.order[group.range.clone()];
            let low = partition(items, |s| posteriors[s * members + group.member] < group.mean);
            if low == 0 || low == items.len() {
                alike.groups.push(group);
                continue;
            }
            let middle = group.range.start + low;
            for half in [group.range.start..middle, middle..group.range.end] {
                let half = table.group(half, &alike.order);
                let place = divisible.partition_point(|other| other.scatter <= half.scatter);
                divisible.insert(place, half);
            }
        }
        alike.groups.extend(divisible);
        alike.groups.sort_unstable_by_key(|group| group.range.start);
        alike
    }

    /// The configurations of each group.
    pub(super) fn groups(&self) -> impl Iterator<Item = &[usize]> {
        self.groups.iter().map(|group| &self.order[group.range.clone()])
    }
}

struct Table<'a> {
    posteriors: &'a [f64],
    masses: &'a [f64],
    members: usize,
}

impl Table<'_> {
    fn group(&self, range: Range<usize>, order: &[usize]) -> Group {
        let mut sums = vec![0.0; self.members];
        let mut squares = vec![0.0; self.members];
        let mut mass = 0.0;
        for &s in &order[range.clone()] {
            let posterior = &self.posteriors[s * self.members..(s + 1) * self.members];
            mass += self.masses[s];
            for ((sum, square), value) in sums.iter_mut().zip(&mut squares).zip(posterior) {
                *sum += self.masses[s] * value;
                *square += self.masses[s] * value * value;
            }
        }
        let mut group = Group { range, member: 0, mean: 0.0, scatter: 0.0 };
        for (member, (sum, square)) in sums.iter().zip(&squares).enumerate() {
            let scatter = square - sum * sum / mass;
            if scatter > group.scatter {
                (group.member, group.mean, group.scatter) = (member, sum / mass, scatter);
            }
        }
        group
    }
}

/// Brings what fulfils the condition to the front; returns how many do.
fn partition(items: &mut [usize], condition: impl Fn(usize) -> bool) -> usize {
    let mut front = 0;
    for place in 0..items.len() {
        if condition(items[place]) {
            items.swap(front, place);
            front += 1;
        }
    }
    front
}
