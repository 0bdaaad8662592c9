//! Batches by diverse gradient embeddings.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Choice, Info, Needs, Pool, Strategy, Valued, highest};
use crate::k_means::draw;
use crate::points::product;

/// Candidates whose guessed labels would pull the classifier's last layer hard and in different directions (BADGE; Ash et
/// al. 2020, arXiv:1906.03671). The gradient of the log-loss for the most probable class ŷ is
/// g = (p − e_ŷ) ⊗ (h, 1), with h the embedding (for classifiers without one, the prepared features, as if they were a
/// linear model) and 1 for the intercept; the batch is seeded as by k-means++: the first has the longest g, each next is
/// drawn with probability ∝ its squared distance to the nearest chosen. The outer products are never made:
/// g_i · g_j = (u_i · u_j)(h_i · h_j + 1). The score is the distance, for the first the length.
#[derive(Clone, Copy, Debug)]
pub struct Badge;

const INFO: Info = Info {
    name: "badge",
    doc: "Candidates whose guessed labels would pull the classifier's last layer hard and in different directions: seeds of \
          k-means++ among the gradients (p − e_ŷ) ⊗ (h, 1), with ŷ the most probable class and h what the last layer sees, \
          else the prepared features (BADGE; Ash et al. 2020, arXiv:1906.03671).",
    needs: Needs { embedding: true, ..Needs::PROBABILITIES },
};

impl Strategy for Badge {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, _rng: &mut ChaCha8Rng) -> Vec<f64> {
        Gradients::new(pool).squares.iter().map(|square| square.sqrt()).collect()
    }

    fn select(&self, pool: &Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Vec<Choice> {
        let gradients = Gradients::new(pool);
        let count = count.min(gradients.squares.len());
        let tie_break: Vec<u64> = gradients.squares.iter().map(|_| rng.random()).collect();
        let mut distances = gradients.squares.clone();
        let mut taken = vec![false; distances.len()];
        let mut choices = Vec::with_capacity(count);
        while choices.len() < count {
            let total: f64 = distances.iter().sum();
            let candidate = if choices.is_empty() || total <= 0.0 {
                let longest: Vec<f64> =
                    distances.iter().zip(&taken).map(|(d, taken)| if *taken { -1.0 } else { *d }).collect();
                highest(&longest, &tie_break, 1)[0]
            } else {
                draw(&distances, rng.random::<f64>() * total)
            };
            choices.push(Choice { candidate, score: distances[candidate].sqrt() });
            taken[candidate] = true;
            let first = choices.len() == 1;
            distances.par_iter_mut().enumerate().with_min_len(1024).for_each(|(i, distance)| {
                let new = gradients.squared_distance(i, candidate);
                *distance = if taken[i] {
                    0.0
                } else if first {
                    new
                } else {
                    distance.min(new)
                };
            });
        }
        choices
    }

    fn value<'p>(&self, pool: &'p Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Valued<'p> {
        Valued::by_rank(&self.select(pool, count, rng), pool.candidates)
    }
}

struct Gradients<'a> {
    pool: &'a Pool<'a>,
    /// p − e_ŷ, candidate after candidate.
    residuals: Vec<f64>,
    /// |g|².
    squares: Vec<f64>,
}

impl<'a> Gradients<'a> {
    fn new(pool: &'a Pool<'a>) -> Self {
        let mut residuals = Vec::with_capacity(pool.candidates * pool.classes);
        for candidate in 0..pool.probabilities.rows() {
            let p = pool.probabilities.row(candidate);
            let most = p.iter().copied().fold(0.0, f64::max);
            let guess = p.iter().position(|p| *p == most);
            residuals.extend(
                p.iter().enumerate().map(|(class, p)| if Some(class) == guess { p - 1.0 } else { *p }),
            );
        }
        let mut gradients = Self { pool, residuals, squares: Vec::new() };
        gradients.squares = (0..pool.probabilities.rows()).map(|i| gradients.product(i, i)).collect();
        gradients
    }

    fn product(&self, i: usize, j: usize) -> f64 {
        let classes = self.pool.classes;
        let residual = |i: usize| &self.residuals[i * classes..(i + 1) * classes];
        let pull: f64 = residual(i).iter().zip(residual(j)).map(|(a, b)| a * b).sum();
        pull * (f64::from(product(self.pool.point(i), self.pool.point(j))) + 1.0)
    }

    fn squared_distance(&self, i: usize, j: usize) -> f64 {
        (self.squares[i] + self.squares[j] - 2.0 * self.product(i, j)).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Points;
    use hesper_learn::Matrix;
    use rand::SeedableRng;

    fn pool(probabilities: &[[f64; 3]], points: &[[f64; 2]]) -> Pool<'static> {
        Pool {
            probabilities: Matrix::from_rows(probabilities).unwrap(),
            embedding: Some(Points::new(&Matrix::from_rows(points).unwrap())),
            ..Pool::new(points.len(), 3)
        }
    }

    #[test]
    fn distances_are_those_of_the_outer_products() {
        let (p, h) =
            ([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.4, 0.35, 0.25]], [[1.0, -2.0], [0.5, 3.0], [0.0, 1.5]]);
        let pool = pool(&p, &h);
        let gradients = Gradients::new(&pool);
        let explicit = |i: usize| -> Vec<f64> {
            let guess = (0..3).max_by(|a, b| p[i][*a].total_cmp(&p[i][*b])).unwrap();
            let u = |class: usize| p[i][class] - f64::from(u8::from(class == guess));
            (0..3).flat_map(|class| [h[i][0], h[i][1], 1.0].map(|h| u(class) * h)).collect()
        };
        for (i, j) in [(0, 1), (0, 2), (1, 2), (1, 1)] {
            let expected: f64 = explicit(i).iter().zip(explicit(j)).map(|(a, b)| (a - b).powi(2)).sum();
            assert!((gradients.squared_distance(i, j) - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn the_uncertain_and_different_are_drawn_the_sure_and_equal_are_not() {
        // Sure objects have no gradient; 1 and 2 are the same; 3 pulls another way.
        let p = [[1.0, 0.0, 0.0], [0.4, 0.3, 0.3], [0.4, 0.3, 0.3], [0.3, 0.3, 0.4], [0.0, 1.0, 0.0]];
        let h = [[9.0, 9.0], [1.0, 2.0], [1.0, 2.0], [-1.0, 2.0], [9.0, -9.0]];
        let pool = pool(&p, &h);
        let (mut firsts, mut different) = (Vec::new(), 0);
        for seed in 0..100 {
            let chosen = Badge.select(&pool, 9, &mut ChaCha8Rng::seed_from_u64(seed));
            let order: Vec<usize> = chosen.iter().map(|choice| choice.candidate).collect();
            assert_eq!(order.len(), 5);
            let mut pair = [order[0], order[1]];
            pair.sort_unstable();
            assert_ne!(pair, [1, 2], "what is at distance 0 is not drawn");
            different += u32::from(pair == [1, 3] || pair == [2, 3]);
            firsts.push(order[0]);
            assert!(chosen.iter().all(|choice| choice.score.is_finite()));
        }
        assert!(firsts.iter().all(|first| [1, 2, 3].contains(first)));
        // By squared distances, 73 in 100 after 3, 57 after 1 or 2.
        assert!((43..87).contains(&different), "{different}");
    }
}
