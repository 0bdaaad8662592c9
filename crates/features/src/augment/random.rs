//! Random numbers that depend on a seed and a stream and on nothing else.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// One stream of random numbers: each copy has its own, so that threads do not matter.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(b"hesper.1");
        key[16..23].copy_from_slice(b"augment");
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(stream);
        Self(generator)
    }

    /// Above 0, up to 1.
    pub(super) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    /// A number in `0..bound`; 0 where the bound is 0. Its bias, of `bound` in 2⁵³, is beyond notice.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((bound as f64 * (1.0 - self.uniform())) as usize).min(bound.saturating_sub(1))
    }

    /// Of the standard normal distribution (Box and Muller).
    pub(super) fn gaussian(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// So many of the standard normal distribution.
    pub(super) fn gaussians(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.gaussian()).collect()
    }

    /// `0..count` in random order.
    pub(super) fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, self.below(last + 1));
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_what_they_are_said_to_be() {
        let mut dice = Dice::new(1, 2);
        let values = dice.gaussians(20_000);
        let mean = values.iter().sum::<f64>() / 20_000.0;
        let square = values.iter().map(|value| value * value).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.04 && (square - 1.0).abs() < 0.05, "{mean} {square}");
        let mut order = dice.order(50);
        assert_ne!(order, (0..50).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..50).collect::<Vec<_>>());
        let mut counts = [0; 3];
        (0..3_000).for_each(|_| counts[dice.below(3)] += 1);
        assert!(counts.iter().all(|count| (850..1_150).contains(count)), "{counts:?}");
        assert_eq!(dice.below(0), 0);
        assert_ne!(Dice::new(1, 3).uniform(), Dice::new(1, 2).uniform());
    }
}
