//! Core sets.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Choice, Info, Needs, Pool, Strategy, Valued};
use crate::points::squared_distance;

/// The candidate furthest from all labelled objects and from those chosen before it, so that no object is far from a label
/// (greedy k-centre; Sener & Savarese 2018, arXiv:1708.00489). Distances are of the classifier's embedding, else of the
/// prepared features. The score is the distance; without labelled objects the first is drawn at random, with score 0.
#[derive(Clone, Copy, Debug)]
pub struct CoreSet;

const INFO: Info = Info {
    name: "core-set",
    doc: "The candidate furthest from all labelled objects and from those chosen before it, so that no object is far from a \
          label (greedy k-centre; Sener & Savarese 2018, arXiv:1708.00489). Distances are of what the classifier's last \
          layer sees, else of the prepared features. It looks at no probabilities.",
    needs: Needs { nearest: true, ..Needs::NOTHING },
};

impl Strategy for CoreSet {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, _rng: &mut ChaCha8Rng) -> Vec<f64> {
        pool.nearest.iter().map(|nearest| distance(*nearest)).collect()
    }

    fn select(&self, pool: &Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Vec<Choice> {
        let mut nearest = pool.nearest.clone();
        nearest.resize(pool.candidates, f32::INFINITY);
        let tie_break: Vec<u64> = nearest.iter().map(|_| rng.random()).collect();
        let mut choices = Vec::with_capacity(count.min(pool.candidates));
        // Taken candidates are nearer than the nearest.
        const TAKEN: f32 = -1.0;
        while choices.len() < count.min(pool.candidates) {
            let key = |i: &usize| (nearest[*i], tie_break[*i]);
            let sooner = |a: &usize, b: &usize| key(a).0.total_cmp(&key(b).0).then(key(a).1.cmp(&key(b).1));
            let Some(candidate) = (0..nearest.len()).max_by(sooner) else { break };
            choices.push(Choice { candidate, score: distance(nearest[candidate]) });
            nearest[candidate] = TAKEN;
            let chosen = pool.point(candidate);
            nearest.par_iter_mut().enumerate().with_min_len(1024).for_each(|(i, nearest)| {
                if *nearest != TAKEN {
                    *nearest = nearest.min(squared_distance(pool.point(i), chosen));
                }
            });
        }
        choices
    }

    fn value<'p>(&self, pool: &'p Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Valued<'p> {
        Valued::by_rank(&self.select(pool, count, rng), pool.candidates)
    }
}

fn distance(squared: f32) -> f64 {
    if squared.is_finite() { f64::from(squared.max(0.0)).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Points;
    use crate::nearest::Nearest;
    use hesper_learn::Matrix;
    use rand::SeedableRng;

    fn chosen(candidates: &[[f64; 2]], labelled: &[[f64; 2]], count: usize) -> Vec<Choice> {
        let points = |rows: &[[f64; 2]]| Points::new(&Matrix::from_rows(rows).unwrap());
        let nearest = Nearest::between(&points(candidates), &points(labelled));
        let pool = Pool { embedding: Some(points(candidates)), nearest, ..Pool::new(candidates.len(), 2) };
        CoreSet.select(&pool, count, &mut ChaCha8Rng::seed_from_u64(1))
    }

    #[test]
    fn the_furthest_is_covered_first() {
        // A line with a label at 0; two candidates close together at its far end.
        let choices = chosen(&[[1.0, 0.0], [10.0, 0.0], [9.8, 0.0], [5.0, 0.0]], &[[0.0, 0.0]], 4);
        assert_eq!(choices.iter().map(|choice| choice.candidate).collect::<Vec<_>>(), [1, 3, 0, 2]);
        let scores: Vec<f64> = choices.iter().map(|choice| choice.score).collect();
        for (score, expected) in scores.iter().zip([10.0, 5.0, 1.0, 0.2]) {
            assert!((score - expected).abs() < 1e-5, "{scores:?}");
        }
    }

    #[test]
    fn every_distance_to_the_covered_is_below_the_last_score() {
        let candidates: Vec<[f64; 2]> =
            (0..200).map(|i| [f64::from(i * 37 % 101), f64::from(i * 53 % 89)]).collect();
        let choices = chosen(&candidates, &[], 20);
        assert_eq!(choices[0].score, 0.0);
        let reach = choices[19].score;
        for a in &candidates {
            let covered = choices.iter().map(|choice| candidates[choice.candidate]);
            let distance = covered.map(|b| (a[0] - b[0]).hypot(a[1] - b[1])).fold(f64::INFINITY, f64::min);
            assert!(distance <= reach + 1e-4, "{distance} > {reach}");
        }
    }
}
