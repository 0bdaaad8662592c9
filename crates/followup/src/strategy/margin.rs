//! Margin sampling.

use rand_chacha::ChaCha8Rng;

use super::{Info, Needs, Pool, Strategy};

/// The smallest p(1) − p(2), the two most probable classes: where a single spectrum decides between them (Scheffer et al. 2001, doi:10.1007/3-540-44816-0_31).
#[derive(Clone, Copy, Debug)]
pub struct Margin;

const INFO: Info = Info {
    name: "margin",
    doc: "The smallest p(1) − p(2), the two most probable classes: where a single spectrum decides between them (Scheffer et al. 2001, doi:10.1007/3-540-44816-0_31).",
    needs: Needs::PROBABILITIES,
};

impl Strategy for Margin {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, _rng: &mut ChaCha8Rng) -> Vec<f64> {
        pool.each_row(|p| {
            let (mut first, mut second) = (0.0, 0.0);
            for &value in p {
                if value > first {
                    (first, second) = (value, first);
                } else if value > second {
                    second = value;
                }
            }
            second - first
        })
    }
}
