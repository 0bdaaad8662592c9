//! Entropy sampling.

use rand_chacha::ChaCha8Rng;

use super::{Info, Needs, Pool, Strategy};

/// The largest Shannon entropy −Σ p(c) ln p(c): where the classes are most evenly possible (Settles 2009, Computer Sciences Technical Report 1648).
#[derive(Clone, Copy, Debug)]
pub struct Entropy;

const INFO: Info = Info {
    name: "entropy",
    doc: "The largest Shannon entropy −Σ p(c) ln p(c): where the classes are most evenly possible (Settles 2009, Computer Sciences Technical Report 1648).",
    needs: Needs::PROBABILITIES,
};

impl Strategy for Entropy {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, _rng: &mut ChaCha8Rng) -> Vec<f64> {
        pool.each_row(|p| 0.0 - p.iter().filter(|p| **p > 0.0).map(|p| p * p.ln()).sum::<f64>())
    }
}
