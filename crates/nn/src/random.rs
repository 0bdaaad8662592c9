//! Random numbers that depend on a seed and a stream and on nothing else. Burn's own come from one global generator: with
//! them the outcome of a fit would depend on what other threads do at the same time.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// One stream of random numbers: for initial weights, the order of rows, dropout, and whatever noise a loss needs.
///
/// ```
/// use hesper_nn::Stream;
/// assert_eq!(Stream::new(1, 2).uniform(), Stream::new(1, 2).uniform());
/// assert_ne!(Stream::new(1, 2).uniform(), Stream::new(1, 3).uniform());
/// ```
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream with this number, of this seed.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(b"hesper.n");
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(stream);
        Self(generator)
    }

    /// 24 random bits as a number in [0, 1).
    #[inline]
    pub fn uniform(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / (1 << 24) as f32
    }

    /// A number of the standard normal distribution (Box & Muller 1958, doi:10.1214/aoms/1177706645).
    pub fn normal(&mut self) -> f32 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f32::consts::TAU * self.uniform()).cos()
    }

    /// Another seed.
    pub fn seed(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in `0..bound`, each equally likely (Lemire 2019, doi:10.1145/3230636). 0 when the bound is 0.
    #[inline]
    pub fn below(&mut self, bound: u32) -> u32 {
        let mut product = u64::from(self.0.next_u32()) * u64::from(bound);
        if (product as u32) < bound {
            let threshold = bound.wrapping_neg() % bound;
            while (product as u32) < threshold {
                product = u64::from(self.0.next_u32()) * u64::from(bound);
            }
        }
        (product >> 32) as u32
    }

    /// Brings the items into random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end as u32 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_distributed_as_they_should_be() {
        let mut stream = Stream::new(1, 0);
        let mean = |values: &[f32]| values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64;
        let square = |values: &[f32]| values.iter().map(|v| v * v).collect::<Vec<_>>();
        let uniform: Vec<f32> = (0..100_000).map(|_| stream.uniform()).collect();
        let normal: Vec<f32> = (0..100_000).map(|_| stream.normal()).collect();
        // Six standard errors of each mean.
        assert!((mean(&uniform) - 0.5).abs() < 6.0 * 0.0009, "{}", mean(&uniform));
        assert!((mean(&square(&uniform)) - 1.0 / 3.0).abs() < 6.0 * 0.00095);
        assert!(mean(&normal).abs() < 6.0 * 0.0032 && (mean(&square(&normal)) - 1.0).abs() < 6.0 * 0.0045);
        assert!(uniform.iter().all(|v| (0.0..1.0).contains(v)) && normal.iter().all(|v| v.is_finite()));
    }

    #[test]
    fn a_shuffle_keeps_the_items() {
        let mut items: Vec<u32> = (0..100).collect();
        Stream::new(2, 0).shuffle(&mut items);
        assert!(!items.is_sorted());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
        assert_eq!(Stream::new(2, 0).below(0), 0);
    }
}
