//! Uncertainty sampling.

use rand_chacha::ChaCha8Rng;

use super::{Info, Needs, Pool, Strategy};

/// The smallest |p(positive) − 1/2|: where the learner cannot tell the class looked for from the rest (Lewis & Gale 1994, arXiv cmp-lg/9407020).
#[derive(Clone, Copy, Debug)]
pub struct Uncertainty;

const INFO: Info = Info {
    name: "uncertainty",
    doc: "The smallest |p(positive) − 1/2|: where the learner cannot tell the class looked for from the rest (Lewis & Gale 1994, arXiv cmp-lg/9407020).",
    needs: Needs::PROBABILITIES,
};

impl Strategy for Uncertainty {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, _rng: &mut ChaCha8Rng) -> Vec<f64> {
        pool.each_row(|p| 0.0 - (p[pool.positive] - 0.5).abs())
    }
}
