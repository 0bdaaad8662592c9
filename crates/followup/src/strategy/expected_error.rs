//! Expected error reduction with nearest neighbours.

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Choice, Info, Needs, Pool, Strategy, Valued};
use crate::points::squared_distance;
use crate::sample;

/// The candidate whose label, whatever it turns out to be, is expected to lower the entropy of the predictions for the pool
/// most (expected error reduction with log-loss; Roy & McCallum 2001, Proceedings of ICML, 441). Refitting the learner for
/// each candidate and class is out of reach, so the predictions are those of k nearest neighbours among the labelled in
/// prepared features, P(c|u) = (Σ_k y_k(c) + 1/C) / (k + 1), k = 10, for which a further label changes only the predictions
/// of those nearer to it than to their k-th neighbour; that is exact. How likely each label is, the learner says.
///
/// Both the candidates looked at and the objects predicted are 500 drawn from the pool. A chosen candidate counts for the
/// rest of the batch as labelled with its probabilities. The score is the expected fall of the entropy, in nats, summed
/// over the objects predicted.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedError;

const INFO: Info = Info {
    name: "expected-error",
    doc: "The candidate whose label, whatever it turns out to be, is expected to lower the entropy of the predictions for the \
          pool most (expected error reduction; Roy & McCallum 2001, Proceedings of ICML, 441): the predictions of 10 nearest \
          labelled neighbours in prepared features, Σ_c p(c) Σ_u (H[P(u)] − H[P(u) with the candidate labelled c]), for 500 \
          candidates and 500 objects u drawn from the pool each time; p is the learner's.",
    needs: Needs { features: true, ..Needs::PROBABILITIES },
};

const NEIGHBOURS: usize = 10;
/// Candidates looked at, and objects predicted.
const DRAWN: usize = 500;

impl Strategy for ExpectedError {
    fn info(&self) -> &'static Info {
        &INFO
    }

    /// Of candidates that were not drawn, −∞.
    fn scores(&self, pool: &Pool<'_>, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let mut scores = vec![f64::NEG_INFINITY; pool.candidates];
        if let Some(reduction) = Reduction::new(pool, DRAWN, rng) {
            for (&candidate, score) in reduction.candidates.iter().zip(reduction.scores()) {
                scores[candidate] = score;
            }
        }
        scores
    }

    fn select(&self, pool: &Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Vec<Choice> {
        let Some(mut reduction) = Reduction::new(pool, DRAWN.max(2 * count), rng) else {
            return super::Random.select(pool, count, rng);
        };
        let mut choices = Vec::with_capacity(count);
        while choices.len() < count.min(reduction.candidates.len()) {
            let scores = reduction.scores();
            // The candidates are a draw in themselves: the first of equals will do.
            let Some(best) =
                (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(b.cmp(a)))
            else {
                break;
            };
            choices.push(Choice { candidate: reduction.candidates[best], score: scores[best] });
            reduction.take(best);
        }
        choices
    }

    fn value<'p>(&self, pool: &'p Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Valued<'p> {
        Valued::by_rank(&self.select(pool, count, rng), pool.candidates)
    }
}

/// The k nearest labelled objects of each object predicted, and what one more would change.
struct Reduction<'a> {
    pool: &'a Pool<'a>,
    candidates: Vec<usize>,
    taken: Vec<bool>,
    objects: Vec<Object>,
    /// Squared distances, candidate after candidate.
    distances: Vec<f32>,
}

struct Object {
    /// Squared distances and labels of the nearest, nearest first; labels are probabilities of the classes.
    nearest: Vec<(f32, Label)>,
    change: Change,
}

/// A label, known or guessed: the classes' probabilities.
#[derive(Clone)]
enum Label {
    Known(u32),
    Guessed(usize),
}

/// What a further label nearer than `reach` does to the entropy of an object's prediction: it falls by
/// `fixed` + Σ_c p(c) `by_class`(c).
struct Change {
    reach: f32,
    fixed: f64,
    by_class: Vec<f64>,
}

impl<'a> Reduction<'a> {
    /// Nothing where the pool lacks what it needs.
    fn new(pool: &'a Pool<'a>, drawn: usize, rng: &mut ChaCha8Rng) -> Option<Self> {
        let points = pool.space?.points();
        if pool.rows.len() != pool.candidates || pool.probabilities.rows() != pool.candidates {
            return None;
        }
        let candidates = sample::rows(pool.candidates, drawn, rng);
        let predicted = sample::rows(pool.candidates, DRAWN, rng);
        let objects: Vec<Object> = predicted
            .par_iter()
            .map(|place| {
                let point = points.point(pool.rows[*place]);
                let mut nearest: Vec<(f32, Label)> = Vec::with_capacity(NEIGHBOURS + 1);
                for (row, class) in pool.labelled.iter().zip(pool.labelled_classes) {
                    insert(&mut nearest, squared_distance(point, points.point(*row)), || {
                        Label::Known(*class)
                    });
                }
                let change = Change::new(&nearest, pool);
                Object { nearest, change }
            })
            .collect();
        let distances = candidates
            .par_iter()
            .flat_map_iter(|candidate| {
                let point = points.point(pool.rows[*candidate]);
                predicted.iter().map(move |place| squared_distance(point, points.point(pool.rows[*place])))
            })
            .collect();
        Some(Self { pool, taken: vec![false; candidates.len()], candidates, objects, distances })
    }

    /// The squared distances of a candidate to the objects.
    fn distances(&self, place: usize) -> &[f32] {
        &self.distances[place * self.objects.len()..][..self.objects.len()]
    }

    /// The expected fall of the entropy for each candidate; −∞ for those taken.
    fn scores(&self) -> Vec<f64> {
        (0..self.candidates.len())
            .into_par_iter()
            .with_min_len(64)
            .map(|place| {
                if self.taken[place] {
                    return f64::NEG_INFINITY;
                }
                let p = self.pool.probabilities.row(self.candidates[place]);
                let mut sum = 0.0;
                for (squared, Object { change, .. }) in self.distances(place).iter().zip(&self.objects) {
                    if *squared < change.reach {
                        sum +=
                            change.fixed + p.iter().zip(&change.by_class).map(|(p, by)| p * by).sum::<f64>();
                    }
                }
                sum
            })
            .collect()
    }

    /// Counts a candidate as labelled with its probabilities.
    fn take(&mut self, place: usize) {
        self.taken[place] = true;
        let (pool, candidate) = (self.pool, self.candidates[place]);
        let distances = &self.distances[place * self.objects.len()..];
        for (object, &squared) in self.objects.iter_mut().zip(distances) {
            if squared < object.change.reach {
                insert(&mut object.nearest, squared, || Label::Guessed(candidate));
                object.change = Change::new(&object.nearest, pool);
            }
        }
    }
}

fn insert(nearest: &mut Vec<(f32, Label)>, squared: f32, label: impl FnOnce() -> Label) {
    if nearest.len() == NEIGHBOURS && nearest.last().is_some_and(|last| squared >= last.0) {
        return;
    }
    let place = nearest.partition_point(|other| other.0 <= squared);
    nearest.insert(place, (squared, label()));
    nearest.truncate(NEIGHBOURS);
}

impl Change {
    fn new(nearest: &[(f32, Label)], pool: &Pool<'_>) -> Self {
        let classes = pool.classes;
        let add = |counts: &mut [f64], label: &Label| match label {
            Label::Known(class) => counts[*class as usize] += 1.0,
            Label::Guessed(candidate) => {
                let p = pool.probabilities.row(*candidate);
                counts.iter_mut().zip(p).for_each(|(count, p)| *count += p);
            }
        };
        // One uniform neighbour more, so that no class is impossible.
        let mut counts = vec![1.0 / classes as f64; classes];
        let full = nearest.len() == NEIGHBOURS;
        let remaining = &nearest[..nearest.len() - usize::from(full)];
        remaining.iter().for_each(|(_, label)| add(&mut counts, label));
        let reach = if full { nearest.last().map_or(f32::INFINITY, |last| last.0) } else { f32::INFINITY };
        // H = ln n − Σ s ln s / n with s the counts and n their sum; a label of class c changes one term.
        let term = |s: f64| s * s.ln();
        let n = remaining.len() as f64 + 2.0;
        let sum: f64 = counts.iter().copied().map(term).sum();
        let by_class = counts.iter().map(|s| (term(s + 1.0) - term(*s)) / n).collect();
        if let (true, Some((_, last))) = (full, nearest.last()) {
            add(&mut counts, last);
        }
        let n_before = nearest.len() as f64 + 1.0;
        let before = n_before.ln() - counts.iter().copied().map(term).sum::<f64>() / n_before;
        Self { reach, fixed: before - n.ln() + sum / n, by_class }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Points, Space};
    use hesper_learn::Matrix;
    use rand::{RngExt, SeedableRng};

    /// The entropy of the neighbours' prediction for one object, with some labels, from scratch.
    fn entropy(points: &Points, row: usize, labels: &[(usize, u32)], classes: usize) -> f64 {
        let mut nearest: Vec<(f32, u32)> = labels
            .iter()
            .map(|(other, class)| (squared_distance(points.point(row), points.point(*other)), *class))
            .collect();
        nearest.sort_by(|a, b| a.0.total_cmp(&b.0));
        nearest.truncate(NEIGHBOURS);
        let n = nearest.len() as f64 + 1.0;
        let of = |class: usize| nearest.iter().filter(|(_, other)| *other as usize == class).count() as f64;
        (0..classes).map(|class| (of(class) + 1.0 / classes as f64) / n).map(|p| -p * p.ln()).sum()
    }

    #[test]
    fn scores_are_those_of_labelling_and_predicting_anew() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let rows: Vec<[f64; 2]> = (0..90).map(|_| [rng.random(), rng.random()]).collect();
        let all: Vec<usize> = (0..90).collect();
        let space = Space::new(&Matrix::from_rows(&rows).unwrap(), &all);
        for labelled in [0, 4, 30] {
            let known: Vec<(usize, u32)> = (0..labelled).map(|row| (row, (row * 7 % 3) as u32)).collect();
            let classes: Vec<u32> = known.iter().map(|known| known.1).collect();
            let p: Vec<[f64; 3]> =
                (0..60).map(|i| [0.2, 0.01 * f64::from(i), 0.8 - 0.01 * f64::from(i)]).collect();
            let pool = Pool {
                probabilities: Matrix::from_rows(&p).unwrap(),
                space: Some(&space),
                rows: &all[30..],
                labelled: &all[..labelled],
                labelled_classes: &classes,
                ..Pool::new(60, 3)
            };
            let scores = ExpectedError.scores(&pool, &mut ChaCha8Rng::seed_from_u64(1));
            for candidate in [0, 17, 59] {
                let mut expected = 0.0;
                for row in 30..90 {
                    expected += entropy(space.points(), row, &known, 3);
                    for (class, p) in p[candidate].iter().enumerate() {
                        let more = [known.as_slice(), &[(30 + candidate, class as u32)]].concat();
                        expected -= p * entropy(space.points(), row, &more, 3);
                    }
                }
                assert!((scores[candidate] - expected).abs() < 1e-9, "{} and {expected}", scores[candidate]);
            }
        }
    }

    #[test]
    fn what_is_settled_is_left_alone_and_a_batch_is_whole() {
        // Two heaps of 30: the neighbours of the first all have class 0, those of the second differ.
        let rows: Vec<[f64; 1]> =
            (0..60).map(|i| [f64::from(i / 30) + 0.01 * (f64::from(i) * 0.618).fract()]).collect();
        let all: Vec<usize> = (0..60).collect();
        let space = Space::new(&Matrix::from_rows(&rows).unwrap(), &all);
        let labelled: Vec<usize> = (0..10).chain(30..40).collect();
        let classes: Vec<u32> = (0..20).map(|i| u32::from(i >= 10 && i % 2 == 0)).collect();
        let pool = Pool {
            probabilities: Matrix::from_rows(&[[0.9, 0.1]; 60]).unwrap(),
            space: Some(&space),
            rows: &all,
            labelled: &labelled,
            labelled_classes: &classes,
            ..Pool::new(60, 2)
        };
        for (count, expected) in [(4, 4), (60, 60), (900, 60)] {
            let chosen = ExpectedError.select(&pool, count, &mut ChaCha8Rng::seed_from_u64(2));
            let mut places: Vec<usize> = chosen.iter().map(|choice| choice.candidate).collect();
            assert!(places.iter().take(4).all(|place| *place >= 30), "{places:?}");
            places.sort_unstable();
            places.dedup();
            assert_eq!(places.len(), expected);
        }
    }
}
