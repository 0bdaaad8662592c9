//! Draws without replacement.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// So many of the numbers below `of`, all different, in rising order; all of them where they are no more.
pub(crate) fn rows(of: usize, count: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut all: Vec<usize> = (0..of).collect();
    if count < of {
        for place in 0..count {
            all.swap(place, rng.random_range(place..of));
        }
        all.truncate(count);
        all.sort_unstable();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn draws_are_even_and_different() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut counts = [0u32; 10];
        for _ in 0..2000 {
            let drawn = rows(10, 3, &mut rng);
            assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]) && drawn.len() == 3);
            drawn.iter().for_each(|i| counts[*i] += 1);
        }
        assert!(counts.iter().all(|count| count.abs_diff(600) < 6 * 21), "{counts:?}");
        assert_eq!(rows(2, 5, &mut rng), [0, 1]);
        assert!(rows(0, 5, &mut rng).is_empty());
    }
}
