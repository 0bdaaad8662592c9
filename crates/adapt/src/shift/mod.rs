//! How source and target differ, before anything is adapted.

mod features;
mod mmd;
mod prior;
mod report;
mod two_sample;

pub use features::{FeatureShift, feature_shifts};
pub use mmd::{Mmd, mmd};
pub use prior::{bbse, em};
pub use report::{PriorShift, ShiftReport, Suspicion, report};
pub use two_sample::{TwoSample, two_sample};

use hesper_learn::Matrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::{Error, Source, Target};

/// Refuses domains that have no pair of objects.
fn check_pairs(source: &Source<'_>, target: &Target<'_>) -> Result<(), Error> {
    source.check()?;
    target.check(source)?;
    for (domain, rows) in [("source", source.x.rows()), ("target", target.x.rows())] {
        if rows < 2 {
            let what = "it has a single object; a comparison needs at least 2".to_owned();
            return Err(Error::Domain { domain, what });
        }
    }
    Ok(())
}

/// At most so many rows, drawn at random, and their numbers.
fn drawn(x: &Matrix, most: usize, seed: u64) -> (Vec<usize>, Matrix) {
    if x.rows() <= most {
        return ((0..x.rows()).collect(), x.clone());
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let rows = rand::seq::index::sample(&mut random, x.rows(), most).into_vec();
    let chosen = x.select_rows(&rows);
    (rows, chosen)
}
