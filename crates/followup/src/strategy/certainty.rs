//! Certainty sampling.

use rand_chacha::ChaCha8Rng;

use super::{Info, Needs, Pool, Strategy};

/// The largest probability p(positive): what traditional programmes take, and what keeps a sample pure.
#[derive(Clone, Copy, Debug)]
pub struct Certainty;

const INFO: Info = Info {
    name: "certainty",
    doc: "The largest probability p(positive): what traditional programmes take, and what keeps a sample pure.",
    needs: Needs::PROBABILITIES,
};

impl Strategy for Certainty {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, _rng: &mut ChaCha8Rng) -> Vec<f64> {
        pool.each_row(|p| p[pool.positive])
    }
}
