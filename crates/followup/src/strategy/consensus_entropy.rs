//! Entropy of a committee's consensus.

use rand_chacha::ChaCha8Rng;

use super::{Info, Needs, Pool, Strategy};
use crate::logarithm::entropy;

/// The largest entropy −Σ_c p̄(c) ln p̄(c) of a committee's mean p̄ = Σ_k p_k / K: where all of it together cannot tell,
/// because the members doubt or because they disagree (Settles 2009, Computer Sciences Technical Report 1648).
#[derive(Clone, Copy, Debug)]
pub struct ConsensusEntropy;

const INFO: Info = Info {
    name: "consensus-entropy",
    doc: "The largest entropy −Σ_c p̄(c) ln p̄(c) of a committee's mean p̄ = Σ_k p_k / K: where all of it together cannot \
          tell, because the members doubt or because they disagree (Settles 2009, Computer Sciences Technical Report 1648).",
    needs: Needs::MEMBERS,
};

impl Strategy for ConsensusEntropy {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, _rng: &mut ChaCha8Rng) -> Vec<f64> {
        let mut mean = vec![0.0; pool.classes];
        (0..pool.candidates)
            .map(|candidate| {
                consensus(pool, candidate, &mut mean);
                entropy(&mean)
            })
            .collect()
    }
}

/// The mean probabilities of a committee.
pub(super) fn consensus(pool: &Pool<'_>, candidate: usize, mean: &mut [f64]) {
    mean.fill(0.0);
    let share = 1.0 / pool.members.len() as f64;
    for member in &pool.members {
        for (mean, p) in mean.iter_mut().zip(member.row(candidate)) {
            *mean += share * p;
        }
    }
}
