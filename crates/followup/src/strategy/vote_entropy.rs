//! Vote entropy of a committee.

use rand_chacha::ChaCha8Rng;

use super::{Info, Needs, Pool, Strategy};
use crate::logarithm::entropy;

/// The largest −Σ_c V(c)/K ln V(c)/K, V(c) the number of a committee's K members who find class c most probable: where they
/// disagree most (Dagan & Engelson 1995, Proceedings of ICML, 150). A member torn between several classes divides its vote.
#[derive(Clone, Copy, Debug)]
pub struct VoteEntropy;

const INFO: Info = Info {
    name: "vote-entropy",
    doc: "The largest −Σ_c V(c)/K ln V(c)/K, V(c) the number of a committee's K members who find class c most probable: \
          where they disagree most (Dagan & Engelson 1995, Proceedings of ICML, 150). A member torn between several \
          classes divides its vote.",
    needs: Needs::MEMBERS,
};

impl Strategy for VoteEntropy {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, _rng: &mut ChaCha8Rng) -> Vec<f64> {
        let mut shares = vec![0.0; pool.classes];
        (0..pool.candidates)
            .map(|candidate| {
                shares.fill(0.0);
                for member in &pool.members {
                    let p = member.row(candidate);
                    let most = p.iter().copied().fold(0.0, f64::max);
                    let torn = p.iter().filter(|p| **p == most).count() * pool.members.len();
                    for (share, p) in shares.iter_mut().zip(p) {
                        if *p == most {
                            *share += 1.0 / torn as f64;
                        }
                    }
                }
                entropy(&shares)
            })
            .collect()
    }
}
