//! Batches by propagated labels.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Choice, Info, Needs, Pool, Strategy, Valued, highest};
use crate::Graph;
use crate::logarithm::entropy;

/// Where the learner and the labels nearby do not settle the class between them: the largest entropy H[(p + g)/2] of the
/// learner's probabilities p and the shares g of the classes' labels that reach the candidate over the graph of nearest
/// neighbours ([`crate::Graph`]). That is their Jensen–Shannon divergence plus their mean entropy: high where they disagree
/// and where both doubt. The labels spread by local and global consistency, F ← α S F + (1 − α) Y with α = 0.9 (Zhou et al.
/// 2004, Advances in Neural Information Processing Systems 16, 321). For diversity, a batch does not take two linked
/// candidates unless none is left.
#[derive(Clone, Copy, Debug)]
pub struct LabelPropagation;

const INFO: Info = Info {
    name: "label-propagation",
    doc: "Where the learner and the labels nearby do not settle the class between them: the largest entropy H[(p + g)/2] of \
          the learner's probabilities p and the shares g of labels that reach the candidate over a graph of 10 nearest \
          neighbours in prepared features, spread by F ← α S F + (1 − α) Y with α = 0.9 (Zhou et al. 2004, Advances in \
          Neural Information Processing Systems 16, 321). A batch takes no two linked candidates while others are left.",
    needs: Needs { graph: true, ..Needs::PROBABILITIES },
};

const ALPHA: f32 = 0.9;
/// After so many rounds less than 2 % of what spreads is still under way.
const ROUNDS: usize = 40;

impl Strategy for LabelPropagation {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, _rng: &mut ChaCha8Rng) -> Vec<f64> {
        let spread = pool.space.map_or_else(Vec::new, |space| propagate(pool, space.graph()));
        let mut mean = vec![0.0; pool.classes];
        (0..pool.probabilities.rows())
            .map(|candidate| {
                mean.copy_from_slice(pool.probabilities.row(candidate));
                let node = pool.space.and_then(|space| space.graph().node(*pool.rows.get(candidate)?));
                let shares =
                    node.map_or(&[] as &[f32], |node| &spread[node * pool.classes..][..pool.classes]);
                let sum: f32 = shares.iter().sum();
                // Where no label arrives, the learner alone speaks.
                if sum > 0.0 {
                    for (mean, share) in mean.iter_mut().zip(shares) {
                        *mean = 0.5 * (*mean + f64::from(share / sum));
                    }
                }
                entropy(&mean)
            })
            .collect()
    }

    fn select(&self, pool: &Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Vec<Choice> {
        let scores = self.scores(pool, rng);
        let tie_break: Vec<u64> = scores.iter().map(|_| rng.random()).collect();
        let order = highest(&scores, &tie_break, scores.len());
        let Some(space) = pool.space else {
            let chosen = order.into_iter().take(count);
            return chosen.map(|candidate| Choice { candidate, score: scores[candidate] }).collect();
        };
        let graph = space.graph();
        let node = |candidate: &usize| pool.rows.get(*candidate).and_then(|row| graph.node(*row));
        let mut aside = vec![false; graph.nodes()];
        let mut left = Vec::new();
        let mut chosen = Vec::with_capacity(count.min(order.len()));
        for candidate in order {
            if chosen.len() == count {
                break;
            }
            match node(&candidate) {
                Some(node) if aside[node] => left.push(candidate),
                Some(node) => {
                    graph.links(node).iter().for_each(|link| aside[link.0 as usize] = true);
                    chosen.push(candidate);
                }
                None => chosen.push(candidate),
            }
        }
        let missing = count - chosen.len();
        chosen.extend(left.into_iter().take(missing));
        chosen.into_iter().map(|candidate| Choice { candidate, score: scores[candidate] }).collect()
    }

    fn value<'p>(&self, pool: &'p Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Valued<'p> {
        Valued::by_rank(&self.select(pool, count, rng), pool.candidates)
    }
}

/// How much of each class's labels reaches each node, node after node.
fn propagate(pool: &Pool<'_>, graph: &Graph) -> Vec<f32> {
    let classes = pool.classes;
    let mut labels = vec![0.0; graph.nodes() * classes];
    for (row, class) in pool.labelled.iter().zip(pool.labelled_classes) {
        if let Some(node) = graph.node(*row) {
            labels[node * classes + *class as usize] = 1.0 - ALPHA;
        }
    }
    let mut spread = labels.clone();
    let mut next = vec![0.0; spread.len()];
    if classes == 0 {
        return spread;
    }
    for _ in 0..ROUNDS {
        let together = 512;
        next.par_chunks_mut(classes * together).enumerate().for_each(|(chunk, next)| {
            for (offset, next) in next.chunks_exact_mut(classes).enumerate() {
                let node = chunk * together + offset;
                next.fill(0.0);
                for &(other, weight) in graph.links(node) {
                    let from = &spread[other as usize * classes..][..classes];
                    for (next, from) in next.iter_mut().zip(from) {
                        *next += weight * from;
                    }
                }
                for (next, label) in next.iter_mut().zip(&labels[node * classes..]) {
                    *next = ALPHA * *next + label;
                }
            }
        });
        std::mem::swap(&mut spread, &mut next);
    }
    spread
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Space;
    use hesper_learn::Matrix;
    use rand::SeedableRng;

    /// Two chains of 50 objects each, the first of each labelled: 0 and 1.
    fn chains() -> (Space, Vec<usize>) {
        let rows: Vec<[f64; 2]> =
            (0..100).map(|i| [f64::from(i % 50) * 0.1, if i < 50 { 0.0 } else { 50.0 }]).collect();
        let all: Vec<usize> = (0..100).collect();
        let x = Matrix::from_rows(&rows).unwrap();
        (Space::new(&x, &all).with_graph(&all), all)
    }

    #[test]
    fn labels_stay_in_their_chain_and_contradictions_are_asked_for_first() {
        let (space, all) = chains();
        let rows: Vec<usize> = all.iter().copied().filter(|row| row % 50 != 0).collect();
        // The learner is sure of class 0 for everyone: wrong in the second chain.
        let probabilities = Matrix::from_rows(&vec![[0.95, 0.05]; rows.len()]).unwrap();
        let pool = Pool {
            probabilities,
            space: Some(&space),
            rows: &rows,
            labelled: &[0, 50],
            labelled_classes: &[0, 1],
            ..Pool::new(rows.len(), 2)
        };
        let spread = propagate(&pool, space.graph());
        for node in 0..100 {
            let (zero, one) = (spread[2 * node], spread[2 * node + 1]);
            assert!(if node < 50 { zero > 0.0 && one == 0.0 } else { one > 0.0 && zero == 0.0 }, "{node}");
        }
        let chosen = LabelPropagation.select(&pool, 98, &mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(chosen.len(), 98);
        let node = |choice: &Choice| space.graph().node(rows[choice.candidate]).unwrap();
        assert!(node(&chosen[0]) > 50 && chosen[0].score > 0.69);
        let linked = |a: usize, b: usize| space.graph().links(a).iter().any(|link| link.0 as usize == b);
        assert!(!linked(node(&chosen[0]), node(&chosen[1])));
    }

    #[test]
    fn the_iteration_ends_where_its_equation_says() {
        let (space, _) = chains();
        let pool = Pool { labelled: &[3, 17], labelled_classes: &[0, 1], ..Pool::new(0, 2) };
        let spread = propagate(&pool, space.graph());
        for node in 0..50 {
            for class in 0..2 {
                let label = if node == [3, 17][class] { 1.0 - ALPHA } else { 0.0 };
                let links = space.graph().links(node).iter();
                let arrives: f32 = links.map(|(other, w)| w * spread[2 * *other as usize + class]).sum();
                assert!((spread[2 * node + class] - ALPHA * arrives - label).abs() < 2e-3);
            }
        }
    }
}
