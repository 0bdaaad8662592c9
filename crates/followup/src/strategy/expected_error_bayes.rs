//! Expected error reduction with Gaussian naive Bayes.

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Choice, Info, Needs, Pool, Strategy, Valued, highest_at_random};
use crate::points::LANES;
use crate::{Points, sample};

/// As [`ExpectedError`](super::ExpectedError), with the predictions of Gaussian naive Bayes on prepared features: for each
/// class the mean and variance of each feature over its labelled objects, the variance drawn to 1 as by one object more,
/// and a share ∝ n_c + 1. A label moves mean and variance of its class in closed form, which is exact.
///
/// The batch holds the best taken one by one: unlike those of the neighbours, these scores do not know of each other. At
/// most 500 candidates and as many objects are drawn, fewer for many classes and features.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedErrorBayes;

const INFO: Info = Info {
    name: "expected-error-bayes",
    doc: "Expected error reduction (Roy & McCallum 2001, Proceedings of ICML, 441) with the predictions of Gaussian naive Bayes \
          on prepared features, Σ_c p(c) Σ_u (H[P(u)] − H[P(u) with the candidate labelled c]), for up to 500 candidates and \
          500 objects u drawn from the pool each time; p is the learner's. The batch holds the best taken one by one.",
    needs: Needs { features: true, ..Needs::PROBABILITIES },
};

/// The most candidates looked at, and the most objects predicted.
const DRAWN: f64 = 500.0;
/// Multiplications that may be spent on a batch.
const EFFORT: f64 = 6e7;

impl Strategy for ExpectedErrorBayes {
    fn info(&self) -> &'static Info {
        &INFO
    }

    /// Of candidates that were not drawn, −∞.
    fn scores(&self, pool: &Pool<'_>, rng: &mut ChaCha8Rng) -> Vec<f64> {
        scores(pool, 0, rng)
    }

    fn select(&self, pool: &Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Vec<Choice> {
        highest_at_random(&scores(pool, count, rng), count, rng)
    }

    fn value<'p>(&self, pool: &'p Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Valued<'p> {
        Valued::by_rank(&self.select(pool, count, rng), pool.candidates)
    }
}

/// Scores of at least twice `count` candidates.
fn scores(pool: &Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let Some(space) = pool.space else { return vec![0.0; pool.candidates] };
    if pool.rows.len() != pool.candidates || pool.probabilities.rows() != pool.candidates {
        return vec![0.0; pool.candidates];
    }
    let points = space.points();
    // A logarithm or an exponential costs about as much as ten axes.
    let each = (pool.classes * (points.axes() + 10 * pool.classes)).max(1) as f64;
    let drawn = (EFFORT / each).sqrt().clamp(20.0, DRAWN) as usize;
    let candidates = sample::rows(pool.candidates, drawn.max(2 * count), rng);
    let objects = sample::rows(pool.candidates, drawn, rng);
    let bayes = Bayes::new(pool, points);
    let objects: Vec<(&[f32], Vec<f64>)> = objects
        .iter()
        .map(|place| {
            let point = points.point(pool.rows[*place]);
            (point, bayes.classes.iter().map(|class| class.moments(None).log_density(point)).collect())
        })
        .collect();
    let before: f64 = objects.iter().map(|(_, densities)| bayes.entropy(densities, None)).sum();
    let falls: Vec<f64> = candidates
        .par_iter()
        .with_min_len(4)
        .map(|&candidate| {
            let (point, p) = (points.point(pool.rows[candidate]), pool.probabilities.row(candidate));
            let after = p.iter().zip(&bayes.classes).enumerate().filter(|(_, (p, _))| **p > 0.0);
            let after: f64 = after
                .map(|(label, (p, class))| {
                    let moments = class.moments(Some(point));
                    let entropies = objects.iter().map(|(object, densities)| {
                        bayes.entropy(densities, Some((label, moments.log_density(object))))
                    });
                    p * entropies.sum::<f64>()
                })
                .sum();
            before - after
        })
        .collect();
    let mut scores = vec![f64::NEG_INFINITY; pool.candidates];
    for (candidate, fall) in candidates.into_iter().zip(falls) {
        scores[candidate] = fall;
    }
    scores
}

struct Bayes {
    classes: Vec<Class>,
}

/// What is known of a class.
struct Class {
    count: f64,
    /// Mean and sum of squared deviations from it, for each axis.
    mean: Vec<f32>,
    squares: Vec<f32>,
}

/// The density of a class: −ln √(2π) is left out, as it is the same for all.
struct Moments {
    mean: Vec<f32>,
    /// 1 / variance; both with zeros to the length of a point.
    inverse: Vec<f32>,
    /// −½ Σ ln variance.
    constant: f64,
}

impl Bayes {
    fn new(pool: &Pool<'_>, points: &Points) -> Self {
        let axes = points.axes();
        let empty = || Class { count: 0.0, mean: vec![0.0; axes], squares: vec![0.0; axes] };
        let mut classes: Vec<Class> = (0..pool.classes).map(|_| empty()).collect();
        for (row, class) in pool.labelled.iter().zip(pool.labelled_classes) {
            classes[*class as usize].add(points.point(*row));
        }
        Self { classes }
    }

    /// The entropy of the prediction with these log-densities; `changed` gives a class one more object, and its new
    /// log-density.
    fn entropy(&self, densities: &[f64], changed: Option<(usize, f64)>) -> f64 {
        let weight = |class: usize| {
            let (count, density) = (self.classes[class].count, densities[class]);
            match changed {
                Some((label, new)) if label == class => new + (count + 2.0).ln(),
                _ => density + (count + 1.0).ln(),
            }
        };
        let most = (0..densities.len()).map(weight).fold(f64::NEG_INFINITY, f64::max);
        // H = ln Σ e^w − Σ w e^w / Σ e^w, with the w measured from the largest.
        let (mut sum, mut weighted) = (0.0, 0.0);
        for class in 0..densities.len() {
            let weight = weight(class) - most;
            let share = weight.exp();
            sum += share;
            weighted += weight * share;
        }
        sum.ln() - weighted / sum
    }
}

impl Class {
    fn add(&mut self, point: &[f32]) {
        self.count += 1.0;
        for ((mean, squares), x) in self.mean.iter_mut().zip(&mut self.squares).zip(point) {
            let deviation = x - *mean;
            *mean += deviation / self.count as f32;
            *squares += deviation * (x - *mean);
        }
    }

    /// Mean and variance, as they are or with one object more.
    fn moments(&self, more: Option<&[f32]>) -> Moments {
        let count = self.count as f32 + if more.is_some() { 1.0 } else { 0.0 };
        let length = self.mean.len().next_multiple_of(LANES);
        let mut moments =
            Moments { mean: self.mean.clone(), inverse: Vec::with_capacity(length), constant: 0.0 };
        for axis in 0..self.mean.len() {
            let mut squares = self.squares[axis];
            if let Some(x) = more.map(|point| point[axis]) {
                let deviation = x - moments.mean[axis];
                moments.mean[axis] += deviation / count;
                squares += deviation * (x - moments.mean[axis]);
            }
            let variance = (squares + 1.0) / (count + 1.0);
            moments.inverse.push(1.0 / variance);
            moments.constant -= 0.5 * f64::from(variance.ln());
        }
        moments.mean.resize(length, 0.0);
        moments.inverse.resize(length, 0.0);
        moments
    }
}

impl Moments {
    fn log_density(&self, point: &[f32]) -> f64 {
        let mut sums = [0.0f32; LANES];
        let means = self.mean.as_chunks::<LANES>().0;
        let inverses = self.inverse.as_chunks::<LANES>().0;
        for ((point, mean), inverse) in point.as_chunks::<LANES>().0.iter().zip(means).zip(inverses) {
            for (((sum, x), mean), inverse) in sums.iter_mut().zip(point).zip(mean).zip(inverse) {
                *sum += (x - mean) * (x - mean) * inverse;
            }
        }
        self.constant - 0.5 * f64::from(sums.iter().sum::<f32>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Space;
    use hesper_learn::Matrix;
    use rand::{RngExt, SeedableRng};

    /// The entropy of the prediction for one object, from scratch in double precision.
    fn entropy(points: &Points, row: usize, labels: &[(usize, u32)], classes: usize, axes: usize) -> f64 {
        let weights: Vec<f64> = (0..classes)
            .map(|class| {
                let of: Vec<&[f32]> = labels
                    .iter()
                    .filter(|label| label.1 as usize == class)
                    .map(|label| points.point(label.0))
                    .collect();
                let n = of.len() as f64;
                let mut weight = (n + 1.0).ln();
                for axis in 0..axes {
                    let values: Vec<f64> = of.iter().map(|point| f64::from(point[axis])).collect();
                    let mean = values.iter().sum::<f64>() / n.max(1.0);
                    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
                    let variance = (squares + 1.0) / (n + 1.0);
                    let x = f64::from(points.point(row)[axis]);
                    weight -= 0.5 * ((x - mean).powi(2) / variance + variance.ln());
                }
                weight
            })
            .collect();
        let most = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = weights.iter().map(|weight| (weight - most).exp()).sum();
        weights
            .iter()
            .map(|weight| (weight - most).exp() / sum)
            .filter(|p| *p > 0.0)
            .map(|p| -p * p.ln())
            .sum()
    }

    #[test]
    fn scores_are_those_of_labelling_and_predicting_anew() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let rows: Vec<[f64; 3]> = (0..70).map(|_| [rng.random(), rng.random(), rng.random()]).collect();
        let all: Vec<usize> = (0..70).collect();
        let space = Space::new(&Matrix::from_rows(&rows).unwrap(), &all);
        for labelled in [0, 2, 30] {
            let known: Vec<(usize, u32)> = (0..labelled).map(|row| (row, (row * 7 % 3) as u32)).collect();
            let classes: Vec<u32> = known.iter().map(|known| known.1).collect();
            let p: Vec<[f64; 3]> =
                (0..40).map(|i| [0.2, 0.02 * f64::from(i), 0.8 - 0.02 * f64::from(i)]).collect();
            let pool = Pool {
                probabilities: Matrix::from_rows(&p).unwrap(),
                space: Some(&space),
                rows: &all[30..],
                labelled: &all[..labelled],
                labelled_classes: &classes,
                ..Pool::new(40, 3)
            };
            let scores = ExpectedErrorBayes.scores(&pool, &mut ChaCha8Rng::seed_from_u64(1));
            for candidate in [0, 17, 39] {
                let mut expected = 0.0;
                for row in 30..70 {
                    expected += entropy(space.points(), row, &known, 3, 3);
                    for (class, p) in p[candidate].iter().enumerate() {
                        let more = [known.as_slice(), &[(30 + candidate, class as u32)]].concat();
                        expected -= p * entropy(space.points(), row, &more, 3, 3);
                    }
                }
                assert!((scores[candidate] - expected).abs() < 1e-4, "{} and {expected}", scores[candidate]);
            }
        }
    }

    #[test]
    fn only_so_many_are_drawn_and_a_batch_is_whole() {
        let x = Matrix::new(900, 1, (0..900).map(f64::from).collect()).unwrap();
        let all: Vec<usize> = (0..900).collect();
        let space = Space::new(&x, &all);
        let pool = Pool {
            probabilities: Matrix::new(900, 2, vec![0.5; 1800]).unwrap(),
            space: Some(&space),
            rows: &all,
            labelled: &[0, 899],
            labelled_classes: &[0, 1],
            ..Pool::new(900, 2)
        };
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let scores = ExpectedErrorBayes.scores(&pool, &mut rng);
        assert_eq!(scores.iter().filter(|score| score.is_finite()).count(), 500);
        let chosen = ExpectedErrorBayes.select(&pool, 700, &mut rng);
        assert_eq!(chosen.len(), 700);
        assert!(chosen.iter().all(|choice| choice.score.is_finite()));
    }
}
