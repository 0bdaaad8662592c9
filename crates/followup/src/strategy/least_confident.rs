//! Least-confident sampling.

use rand_chacha::ChaCha8Rng;

use super::{Info, Needs, Pool, Strategy};

/// The smallest max_c p(c): where even the best guess is weak (Settles 2009, Computer Sciences Technical Report 1648).
#[derive(Clone, Copy, Debug)]
pub struct LeastConfident;

const INFO: Info = Info {
    name: "least-confident",
    doc: "The smallest max_c p(c): where even the best guess is weak (Settles 2009, Computer Sciences Technical Report 1648).",
    needs: Needs::PROBABILITIES,
};

impl Strategy for LeastConfident {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, _rng: &mut ChaCha8Rng) -> Vec<f64> {
        pool.each_row(|p| -p.iter().copied().fold(0.0, f64::max))
    }
}
