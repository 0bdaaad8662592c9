//! Least-confident sampling.

use rand_chacha::ChaCha8Rng;

use super::{Info, Pool, Strategy};

/// The smallest max_c p(c): where even the best guess is weak (Settles 2009, Computer Sciences Technical Report 1648).
#[derive(Clone, Copy, Debug)]
pub struct LeastConfident;

const INFO: Info = Info {
    name: "least-confident",
    doc: "The smallest max_c p(c): where even the best guess is weak (Settles 2009, Computer Sciences Technical Report 1648).",
    uses_model: true,
};

impl Strategy for LeastConfident {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, _candidates: usize, _rng: &mut ChaCha8Rng) -> Vec<f64> {
        super::from_rows(pool.probabilities, |p| -p.iter().copied().fold(0.0, f64::max))
    }
}
