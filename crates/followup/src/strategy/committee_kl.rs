//! Kullback–Leibler divergence of a committee from its consensus.

use rand_chacha::ChaCha8Rng;

use super::consensus_entropy::consensus;
use super::{Info, Needs, Pool, Strategy};

/// The largest mean divergence Σ_k Σ_c p_k(c) ln(p_k(c) / p̄(c)) / K of a committee's members from their mean p̄ (McCallum &
/// Nigam 1998, Proceedings of ICML, 350). With members that count alike it is the mutual information of
/// [`Bald`](super::Bald) written in another way, and asks for the same objects.
#[derive(Clone, Copy, Debug)]
pub struct CommitteeKl;

const INFO: Info = Info {
    name: "committee-kl",
    doc: "The largest mean divergence Σ_k Σ_c p_k(c) ln(p_k(c) / p̄(c)) / K of a committee's members from their mean p̄ \
          (McCallum & Nigam 1998, Proceedings of ICML, 350). With members that count alike it is the mutual information of \
          bald written in another way, and asks for the same objects.",
    needs: Needs::MEMBERS,
};

impl Strategy for CommitteeKl {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, _rng: &mut ChaCha8Rng) -> Vec<f64> {
        let mut mean = vec![0.0; pool.classes];
        (0..pool.candidates)
            .map(|candidate| {
                consensus(pool, candidate, &mut mean);
                let divergence = |p: &[f64]| -> f64 {
                    p.iter().zip(&mean).filter(|(p, _)| **p > 0.0).map(|(p, mean)| p * (p / mean).ln()).sum()
                };
                let sum: f64 = pool.members.iter().map(|member| divergence(member.row(candidate))).sum();
                sum / pool.members.len().max(1) as f64
            })
            .collect()
    }
}
