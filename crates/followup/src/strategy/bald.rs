//! Bayesian active learning by disagreement.

use rand_chacha::ChaCha8Rng;

use super::consensus_entropy::consensus;
use super::{Info, Needs, Pool, Strategy};
use crate::logarithm::entropy;

/// The largest mutual information `H[p̄] − Σ_k H[p_k] / K` of an object's class and the committee's members: where the members
/// are sure, but not of the same. What they all doubt, which no spectrum of this object will mend, does not count (BALD;
/// Houlsby et al. 2011, arXiv:1112.5745).
#[derive(Clone, Copy, Debug)]
pub struct Bald;

const INFO: Info = Info {
    name: "bald",
    doc: "The largest mutual information H[p̄] − Σ_k H[p_k] / K of an object's class and the committee's members: where the \
          members are sure, but not of the same. What they all doubt, which no spectrum of this object will mend, does not \
          count (BALD; Houlsby et al. 2011, arXiv:1112.5745).",
    needs: Needs::MEMBERS,
};

impl Strategy for Bald {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, _rng: &mut ChaCha8Rng) -> Vec<f64> {
        let mut mean = vec![0.0; pool.classes];
        (0..pool.candidates)
            .map(|candidate| {
                consensus(pool, candidate, &mut mean);
                let sum: f64 = pool.members.iter().map(|member| entropy(member.row(candidate))).sum();
                entropy(&mean) - sum / pool.members.len().max(1) as f64
            })
            .collect()
    }
}
