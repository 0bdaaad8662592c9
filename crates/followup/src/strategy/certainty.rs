//! Certainty sampling.

use rand_chacha::ChaCha8Rng;

use super::{Info, Pool, Strategy};

/// The largest probability p(positive): what traditional programmes take, and what keeps a sample pure.
#[derive(Clone, Copy, Debug)]
pub struct Certainty;

const INFO: Info = Info {
    name: "certainty",
    doc: "The largest probability p(positive): what traditional programmes take, and what keeps a sample pure.",
    uses_model: true,
};

impl Strategy for Certainty {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, _candidates: usize, _rng: &mut ChaCha8Rng) -> Vec<f64> {
        super::from_rows(pool.probabilities, |p| p[pool.positive])
    }
}
