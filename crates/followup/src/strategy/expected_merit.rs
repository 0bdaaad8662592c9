//! Expected improvement of the figure of merit.

use hesper_learn::metrics::FALSE_POSITIVE_WEIGHT;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Info, Needs, Pool, Strategy};
use crate::points::squared_distance;
use crate::sample;

/// The candidate whose label, whatever it turns out to be, is expected to raise the figure of merit of the pool's sample
/// most: Σ_y p(y) F(P | candidate is y) − F(P), with P(u) the probability that object u is of the positive class and F the
/// figure of merit that such probabilities promise, objects of P > ½ being taken for positive:
/// F = T / (T + 3 F⁺) · T / Σ_u P(u), T = Σ_{P>½} P(u), F⁺ = Σ_{P>½} (1 − P(u)).
///
/// Refitting the learner for each candidate and class is out of reach. A label moves the objects like it instead, as one more
/// neighbour among k = 10 would: P(u) → P(u) + s(u)/(1 + k s(u)) · (y − P(u)), with s(u) = exp(−d²/2h) the likeness, h the
/// median squared distance to the k-th neighbour; on average over y nobody's probability changes, so that all gain is in
/// what becomes clear. The step from expected error (Roy & McCallum 2001) to another loss is that of decision theory: the
/// expected value of sample information (Raiffa & Schlaifer 1961). 500 candidates and 500 objects are drawn from the pool.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedMerit;

const INFO: Info = Info {
    name: "expected-merit",
    doc: "The candidate whose label, whatever it turns out to be, is expected to raise the figure of merit of the pool's sample \
          most: Σ_y p(y) F(P | y) − F(P), with F the figure of merit (false positives count three times) that the \
          probabilities P promise where those above ½ are taken for positive. A label moves objects like the candidate by \
          s/(1 + 10 s) of their distance to it, s = exp(−d²/2h) in prepared features, h the median d² to the tenth nearest \
          (expected value of sample information, Raiffa & Schlaifer 1961, for the loss of the challenge; Kessler et al. \
          2010, doi:10.1086/657607). 500 candidates and 500 objects are drawn from the pool each time.",
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
        let before = merit(p.iter().copied());
        let gains: Vec<f64> = candidates
            .par_iter()
            .zip(&distances)
            .map(|(candidate, distances)| {
                let positive = pool.probabilities.row(*candidate)[pool.positive];
                let after = |y: f64| {
                    merit(p.iter().zip(distances).map(|(p, squared)| {
                        let like = f64::from((-0.5 * squared / reach).exp());
                        p + like / (1.0 + NEIGHBOURS as f64 * like) * (y - p)
                    }))
                };
                positive * after(1.0) + (1.0 - positive) * after(0.0) - before
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

/// The figure of merit that probabilities promise.
fn merit(p: impl Iterator<Item = f64>) -> f64 {
    let (mut all, mut found, mut wrong) = (0.0, 0.0, 0.0);
    for p in p {
        all += p;
        if p > 0.5 {
            found += p;
            wrong += 1.0 - p;
        }
    }
    if found > 0.0 { found / (found + FALSE_POSITIVE_WEIGHT * wrong) * found / all } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Space;
    use hesper_learn::Matrix;
    use rand::SeedableRng;

    #[test]
    fn sure_samples_have_the_highest_merit() {
        assert_eq!(merit([1.0, 1.0, 0.0].into_iter()), 1.0);
        assert_eq!(merit([0.4, 0.4].into_iter()), 0.0);
        // T = 1.6, F⁺ = 0.4, ΣP = 2: 1.6/2.8 · 0.8.
        assert!((merit([0.8, 0.8, 0.4].into_iter()) - 1.6 / 2.8 * 0.8).abs() < 1e-15);
    }

    #[test]
    fn a_crowd_in_doubt_is_worth_a_spectrum_and_what_is_sure_is_not() {
        // Ten alike in doubt, ten alike that are sure, one apart in doubt.
        let place = |i: usize| {
            if i < 10 {
                0.0
            } else if i < 20 {
                50.0
            } else {
                100.0
            }
        };
        let rows: Vec<[f64; 1]> = (0..21).map(|i| [place(i) + 0.01 * i as f64]).collect();
        let p = |i: usize| if (10..20).contains(&i) { 0.99 } else { 0.55 };
        let probabilities: Vec<[f64; 2]> = (0..21).map(|i| [p(i), 1.0 - p(i)]).collect();
        let x = Matrix::from_rows(&rows).unwrap();
        let known: Vec<usize> = (0..21).collect();
        let space = Space::new(&x, &known);
        let pool = Pool {
            probabilities: Matrix::from_rows(&probabilities).unwrap(),
            space: Some(&space),
            rows: &known,
            ..Pool::new(21, 2)
        };
        let scores = ExpectedMerit.scores(&pool, &mut ChaCha8Rng::seed_from_u64(1));
        let mean = |of: std::ops::Range<usize>| scores[of.clone()].iter().sum::<f64>() / of.len() as f64;
        assert!(mean(0..10) > 5.0 * mean(10..20).abs(), "{scores:?}");
        assert!(mean(0..10) > scores[20], "{scores:?}");
        assert!(ExpectedMerit.scores(&Pool::new(3, 2), &mut ChaCha8Rng::seed_from_u64(1))[0].is_nan());
    }
}
