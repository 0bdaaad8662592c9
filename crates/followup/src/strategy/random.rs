//! Random sampling.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{Info, Needs, Pool, Strategy};

/// Every candidate alike: the baseline of every comparison.
#[derive(Clone, Copy, Debug)]
pub struct Random;

const INFO: Info = Info {
    name: "random",
    doc: "Every candidate alike: the baseline of every comparison.",
    needs: Needs::NOTHING,
};

impl Strategy for Random {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, rng: &mut ChaCha8Rng) -> Vec<f64> {
        (0..pool.candidates).map(|_| rng.random::<f64>()).collect()
    }
}
