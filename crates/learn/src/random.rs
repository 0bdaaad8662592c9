//! Random numbers that depend on a seed and a stream and on nothing else.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// One stream of random numbers. The integers are drawn here rather than by `rand`, whose way of drawing them may change
/// from version to version; the same seed is to give the same forest for years.
pub(crate) struct Stream(ChaCha8Rng);

impl Stream {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(b"hesper.1");
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(stream);
        Self(generator)
    }

    /// A number in `0..bound`, each equally likely (Lemire 2019, doi:10.1145/3230636). 0 when the bound is 0.
    #[inline]
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        let mut product = u64::from(self.0.next_u32()) * u64::from(bound);
        if (product as u32) < bound {
            let threshold = bound.wrapping_neg() % bound;
            while (product as u32) < threshold {
                product = u64::from(self.0.next_u32()) * u64::from(bound);
            }
        }
        (product >> 32) as u32
    }

    /// A number from 0 up to, but not, 1, with 52 random bits.
    pub(crate) fn uniform(&mut self) -> f64 {
        let bits = u64::from(self.0.next_u32()) << 32 | u64::from(self.0.next_u32());
        (bits >> 12) as f64 / (1u64 << 52) as f64
    }

    /// Brings the items into random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end as u32 + 1) as usize);
        }
    }
}

/// A seed for one of several parts of a work that has one seed, unlike those of its other parts (the finaliser of
/// SplitMix64, Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195).
pub(crate) fn derived_seed(seed: u64, part: u64) -> u64 {
    let mut mixed = seed ^ part.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_even_and_the_bound_is_kept() {
        let mut stream = Stream::new(1, 0);
        let mut counts = [0u32; 7];
        for _ in 0..70_000 {
            counts[stream.below(7) as usize] += 1;
        }
        // Six standard deviations of a binomial count.
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 6 * 93), "{counts:?}");
        assert_eq!((stream.below(0), stream.below(1)), (0, 0));
    }

    #[test]
    fn seeds_and_streams_differ_and_stay() {
        let first = |seed, stream| Stream::new(seed, stream).below(u32::MAX);
        assert_eq!(first(3, 4), first(3, 4));
        assert_ne!(first(3, 4), first(3, 5));
        assert_ne!(first(3, 4), first(4, 4));
    }
}
