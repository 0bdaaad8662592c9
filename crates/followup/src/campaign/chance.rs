//! What nobody decides: weather, and whether a spectrum succeeds. All policies of a seed meet the same.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A number between 0 and 1 that depends on the seed, the subject and the night alone, so that two policies that take the
/// same object in the same night have the same luck, whatever else they did.
pub(crate) fn uniform(seed: u64, subject: Subject, night: u32) -> f64 {
    let (kind, number) = match subject {
        Subject::Weather { telescope } => (1, telescope as u64),
        Subject::Spectrum { row } => (2, row as u64),
    };
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    // Stream 0 is the strategies'.
    rng.set_stream(kind << 60 | number << 24 | u64::from(night));
    rng.random()
}

/// What is left to chance.
#[derive(Clone, Copy)]
pub(crate) enum Subject {
    /// The sky over a telescope.
    Weather { telescope: usize },
    /// The spectrum of an object.
    Spectrum { row: usize },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luck_is_even_and_depends_on_who_where_and_when() {
        let draws: Vec<f64> =
            (0..2000).map(|night| uniform(7, Subject::Weather { telescope: 1 }, night)).collect();
        let mean = draws.iter().sum::<f64>() / 2000.0;
        assert!((mean - 0.5).abs() < 0.03, "{mean}");
        let one = uniform(7, Subject::Spectrum { row: 1 }, 3);
        assert_eq!(one, uniform(7, Subject::Spectrum { row: 1 }, 3));
        let others = [(8, 1, 3), (7, 2, 3), (7, 1, 4)];
        assert!(
            others.iter().all(|&(seed, row, night)| uniform(seed, Subject::Spectrum { row }, night) != one)
        );
        assert_ne!(uniform(7, Subject::Weather { telescope: 1 }, 3), one);
    }
}
