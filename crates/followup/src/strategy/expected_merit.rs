//! Expected improvement of the figure of merit.

use hesper_learn::metrics::FALSE_POSITIVE_WEIGHT;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Info, Needs, Pool, Strategy};
use crate::points::squared_distance;
use crate::sample;

/// The candidate whose label, whatever it turns out to be, is expected to improve the sample of the positive class most, as
/// the figure of merit judges it. With P(u) the probability that object u is of that class, the figure of merit that such
/// probabilities promise, F(t) = T / (T + 3 F⁺) · T / Σ_u P(u), T = Σ_{P>t} P(u), F⁺ = Σ_{P>t} (1 − P(u)), is highest at
/// some threshold t*: there an object more or less makes no difference, so that it is worth P(u) − t* to first order. The
/// score is the expected value of sample information (Raiffa & Schlaifer 1961) for that worth,
/// Σ_u (Σ_y p(y) max(0, P(u | y) − t*) − max(0, P(u) − t*)), which is never negative.
///
/// Refitting the learner for each candidate and class is out of reach. A label moves the objects like it instead, as one more
/// neighbour among k = 10 would: P(u | y) = P(u) + s(u)/(1 + k s(u)) · (y − P(c)), with s(u) = exp(−d²/2h) the likeness to the
/// candidate c, h the median squared distance to the k-th neighbour; on average over y nobody's probability changes. The
/// candidate itself is known for sure. 500 candidates, and 500 objects that stand for the pool, are drawn from it.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedMerit;

const INFO: Info = Info {
    name: "expected-merit",
    doc: "The candidate whose label, whatever it turns out to be, is expected to improve the sample of the class looked for \
          most, as the figure of merit judges it: Σ_u Σ_y p(y) max(0, P(u|y) − t) − max(0, P(u) − t), t the threshold at which \
          the figure of merit that the probabilities P promise is highest (false positives count three times). A label y of \
          candidate c moves objects like it: P(u|y) = P(u) + s/(1 + 10 s) (y − P(c)), s = exp(−d²/2h) in prepared features, h \
          the median d² to the tenth nearest (expected value of sample information, Raiffa & Schlaifer 1961, for the loss of \
          the challenge; Kessler et al. 2010, doi:10.1086/657607); c itself is then known. 500 candidates and 500 objects are drawn.",
    needs: Needs { features: true, ..Needs::PROBABILITIES },
};

const NEIGHBOURS: usize = 10;
/// Candidates looked at, and objects predicted.
const DRAWN: usize = 500;

impl Strategy for ExpectedMerit {
    fn info(&self) -> &'static Info {
        &INFO
    }

    /// Of candidates that were not drawn, NaN.
    fn scores(&self, pool: &Pool<'_>, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let mut scores = vec![f64::NAN; pool.candidates];
        let Some(points) = pool.space.map(|space| space.points()) else { return scores };
        if pool.rows.len() != pool.candidates || pool.probabilities.rows() != pool.candidates {
            return scores;
        }
        let candidates = sample::rows(pool.candidates, DRAWN, rng);
        let objects = sample::rows(pool.candidates, DRAWN, rng);
        let point = |place: usize| points.point(pool.rows[place]);
        let p: Vec<f64> = objects.iter().map(|place| pool.probabilities.row(*place)[pool.positive]).collect();
        let distances: Vec<Vec<f32>> = candidates
            .par_iter()
            .map(|candidate| {
                objects.iter().map(|object| squared_distance(point(*candidate), point(*object))).collect()
            })
            .collect();
        let reach = reach(&distances);
        let threshold = threshold(&p);
        let taken = |p: f64| (p - threshold).max(0.0);
        let gains: Vec<f64> = candidates
            .par_iter()
            .zip(&distances)
            .map(|(candidate, distances)| {
                let positive = pool.probabilities.row(*candidate)[pool.positive];
                let gain = |(p, squared): (&f64, &f32)| {
                    let like = f64::from((-0.5 * squared / reach).exp());
                    let step = like / (1.0 + NEIGHBOURS as f64 * like);
                    positive * taken(p + step * (1.0 - positive))
                        + (1.0 - positive) * taken(p - step * positive)
                        - taken(*p)
                };
                // Those drawn stand for the pool; the candidate itself is known for sure.
                let others = p.iter().zip(distances).map(gain).sum::<f64>() / p.len() as f64;
                let itself = positive * taken(1.0) + (1.0 - positive) * taken(0.0) - taken(positive);
                (pool.candidates as f64 * others + itself).max(0.0)
            })
            .collect();
        for (candidate, gain) in candidates.into_iter().zip(gains) {
            scores[candidate] = gain;
        }
        scores
    }
}

/// The median over candidates of the squared distance to their k-th nearest object.
fn reach(distances: &[Vec<f32>]) -> f32 {
    let mut kth: Vec<f32> = distances
        .iter()
        .filter(|distances| !distances.is_empty())
        .map(|distances| {
            let mut sorted = distances.clone();
            let place = NEIGHBOURS.min(sorted.len() - 1);
            *sorted.select_nth_unstable_by(place, f32::total_cmp).1
        })
        .collect();
    kth.sort_unstable_by(f32::total_cmp);
    kth.get(kth.len() / 2).copied().unwrap_or(1.0).max(f32::MIN_POSITIVE)
}

/// The threshold at which the figure of merit that probabilities promise is highest: halfway to the next lower probability.
fn threshold(p: &[f64]) -> f64 {
    let mut sorted = p.to_vec();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let (mut found, mut wrong, mut best, mut threshold) = (0.0, 0.0, 0.0, 0.5);
    for (place, p) in sorted.iter().enumerate() {
        found += p;
        wrong += 1.0 - p;
        let merit = found * found / (found + FALSE_POSITIVE_WEIGHT * wrong);
        if merit > best {
            (best, threshold) = (merit, 0.5 * (p + sorted.get(place + 1).unwrap_or(p)));
        }
    }
    threshold
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Space;
    use hesper_learn::Matrix;
    use rand::SeedableRng;

    #[test]
    fn the_threshold_is_where_the_promise_is_highest() {
        // The two first alone: T = 1.6, F⁺ = 0.4: T²/(T + 3 F⁺) = .914; all three: 4/5 = .8; the first alone: .46.
        assert!((threshold(&[0.4, 0.8, 0.8]) - 0.6).abs() < 1e-15);
        assert_eq!(threshold(&[]), 0.5);
    }

    #[test]
    fn a_crowd_in_doubt_is_worth_a_spectrum_and_what_is_sure_is_not() {
        // Thirty alike in doubt, thirty alike that are sure, one apart in doubt.
        let place = |i: usize| {
            if i < 10 {
                0.0
            } else if i < 20 {
                50.0
            } else {
                100.0
            }
        };
        let rows: Vec<[f64; 1]> = (0..61).map(|i| [place(i) + 0.01 * i as f64]).collect();
        let p = |i: usize| if (30..60).contains(&i) { 0.99 } else { 0.72 };
        let probabilities: Vec<[f64; 2]> = (0..61).map(|i| [p(i), 1.0 - p(i)]).collect();
        let x = Matrix::from_rows(&rows).unwrap();
        let known: Vec<usize> = (0..61).collect();
        let space = Space::new(&x, &known);
        let pool = Pool {
            probabilities: Matrix::from_rows(&probabilities).unwrap(),
            space: Some(&space),
            rows: &known,
            ..Pool::new(61, 2)
        };
        let scores = ExpectedMerit.scores(&pool, &mut ChaCha8Rng::seed_from_u64(1));
        let mean = |of: std::ops::Range<usize>| scores[of.clone()].iter().sum::<f64>() / of.len() as f64;
        assert!(scores.iter().all(|score| *score >= 0.0), "{scores:?}");
        assert!(mean(0..30) > 5.0 * mean(30..60), "{scores:?}");
        assert!(mean(0..30) > scores[60], "{scores:?}");
        assert!(ExpectedMerit.scores(&Pool::new(3, 2), &mut ChaCha8Rng::seed_from_u64(1))[0].is_nan());
    }
}
