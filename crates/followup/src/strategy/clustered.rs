//! Clustered batches.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{Choice, Info, Margin, Needs, Pool, Strategy, Valued, highest};
use crate::k_means::k_means;
use crate::points::squared_distance;

/// One of each kind of the uncertain: of the β · batch candidates (β = 10) of largest uncertainty 1 − (p(1) − p(2)), p(1) and
/// p(2) the two most probable classes, k-means weighted by the uncertainty makes as many clusters as there are queries,
/// and the candidate nearest to each centre is asked for (Zhdanov 2019, arXiv:1901.05954). Distances are of the
/// classifier's embedding, else of the prepared features. The score is the uncertainty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clustered {
    /// Candidates that are clustered for each query.
    pub beta: usize,
}

impl Default for Clustered {
    fn default() -> Self {
        Self { beta: 10 }
    }
}

const INFO: Info = Info {
    name: "clustered",
    doc: "One of each kind of the uncertain: the 10 · batch candidates of smallest margin p(1) − p(2) are clustered by k-means, \
          weighted by 1 − margin, and the candidate nearest to the centre of each cluster is asked for (Zhdanov 2019, \
          arXiv:1901.05954). Distances are of what the classifier's last layer sees, else of the prepared features.",
    needs: Needs { embedding: true, ..Needs::PROBABILITIES },
};

impl Strategy for Clustered {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, rng: &mut ChaCha8Rng) -> Vec<f64> {
        Margin.scores(pool, rng).into_iter().map(|negative| 1.0 + negative).collect()
    }

    fn select(&self, pool: &Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Vec<Choice> {
        let scores = self.scores(pool, rng);
        let tie_break: Vec<u64> = scores.iter().map(|_| rng.random()).collect();
        let considered = highest(&scores, &tie_break, count.saturating_mul(self.beta.max(1)));
        let count = count.min(considered.len());
        let points: Vec<&[f32]> = considered.iter().map(|candidate| pool.point(*candidate)).collect();
        let weights: Vec<f64> = considered.iter().map(|candidate| scores[*candidate].max(1e-9)).collect();
        let clusters = k_means(&points, &weights, count, rng);
        let mut chosen = vec![false; considered.len()];
        for centre in &clusters.centres {
            let members = (0..considered.len()).filter(|i| clusters.of[*i] == centre.cluster && !chosen[*i]);
            let nearest = members.min_by(|a, b| {
                let distance = |i: &usize| squared_distance(points[*i], &centre.point);
                distance(a).total_cmp(&distance(b))
            });
            if let Some(nearest) = nearest {
                chosen[nearest] = true;
            }
        }
        // Clusters that have lost all their members leave their query to the most uncertain of the others.
        let missing = count - chosen.iter().filter(|chosen| **chosen).count();
        let others: Vec<usize> = (0..considered.len()).filter(|i| !chosen[*i]).take(missing).collect();
        for other in others {
            chosen[other] = true;
        }
        let chosen = considered.iter().zip(&chosen).filter(|(_, chosen)| **chosen);
        chosen.map(|(&candidate, _)| Choice { candidate, score: scores[candidate] }).collect()
    }

    fn value<'p>(&self, pool: &'p Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Valued<'p> {
        Valued::by_rank(&self.select(pool, count, rng), pool.candidates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Points;
    use hesper_learn::Matrix;
    use rand::SeedableRng;

    /// Three heaps of ten uncertain candidates and a fourth of sure ones.
    fn pool() -> Pool<'static> {
        let place = |i: usize| [[0.0, 0.0], [30.0, 0.0], [0.0, 30.0], [90.0, 90.0]][i / 10];
        let rows: Vec<[f64; 2]> = (0..40).map(|i| place(i).map(|x| x + (i * 7 % 10) as f64 * 0.1)).collect();
        let p = |i: usize| if i < 30 { 0.5 + 0.001 * (i % 10) as f64 } else { 0.99 };
        let probabilities: Vec<[f64; 2]> = (0..40).map(|i| [p(i), 1.0 - p(i)]).collect();
        Pool {
            probabilities: Matrix::from_rows(&probabilities).unwrap(),
            embedding: Some(Points::new(&Matrix::from_rows(&rows).unwrap())),
            ..Pool::new(40, 2)
        }
    }

    #[test]
    fn one_of_each_heap_of_uncertain_candidates_is_taken() {
        for seed in 0..10 {
            let chosen = Clustered::default().select(&pool(), 3, &mut ChaCha8Rng::seed_from_u64(seed));
            let mut heaps: Vec<usize> = chosen.iter().map(|choice| choice.candidate / 10).collect();
            heaps.sort_unstable();
            assert_eq!(heaps, [0, 1, 2]);
            // The middle of each heap.
            for choice in &chosen {
                let offset = choice.candidate * 7 % 10;
                assert!((3..=6).contains(&offset), "{choice:?}");
            }
            assert!(chosen.windows(2).all(|pair| pair[0].score >= pair[1].score));
        }
    }

    #[test]
    fn batches_are_filled_where_points_are_few_or_equal() {
        let mut pool = pool();
        pool.embedding = Some(Points::new(&Matrix::new(40, 2, vec![1.0; 80]).unwrap()));
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (count, expected) in [(7, 7), (40, 40), (100, 40)] {
            let mut chosen: Vec<usize> = Clustered::default()
                .select(&pool, count, &mut rng)
                .iter()
                .map(|choice| choice.candidate)
                .collect();
            chosen.sort_unstable();
            chosen.dedup();
            assert_eq!(chosen.len(), expected);
        }
    }
}
