//! The largest eigenvalues of a symmetric operator that is known by what it does.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{Eigen, add, dot, eigen::signed, orthogonalise, symmetric};

/// The `count` largest eigenvalues and their vectors by Lanczos' method with full reorthogonalisation (Golub & Van Loan,
/// Matrix Computations, section 10.3). It ends when all residuals are below `tolerance` times the largest eigenvalue, or
/// when the space is exhausted. Where a subspace closes early it goes on from a new random direction, so that eigenvalues
/// that come twice are found twice.
pub(crate) fn largest(
    size: usize,
    count: usize,
    tolerance: f64,
    seed: u64,
    mut operator: impl FnMut(&[f64]) -> Vec<f64>,
) -> Eigen {
    let count = count.min(size);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let (mut diagonal, mut beside): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    let mut next = fresh(size, &basis, &mut random);
    // How many directions there were when the last random one was drawn.
    let mut started = 0;
    let mut look_at = (2 * count + 12).min(size);
    loop {
        let mut image = operator(&next);
        diagonal.push(dot(&image, &next));
        basis.push(next);
        orthogonalise(&mut image, &basis);
        let length = dot(&image, &image).sqrt();
        let scale = diagonal.iter().fold(0.0f64, |most, value| most.max(value.abs()));
        let closed = length <= scale * 1e-14 || length.is_nan();
        let steps = basis.len();
        // A random direction that is sent to nothing: so is all that is left.
        let exhausted = closed && started + 1 == steps && diagonal[steps - 1].abs() <= scale * 1e-14;
        let exhausted = exhausted && steps >= count;
        if steps >= look_at || steps == size || exhausted {
            let ritz = tridiagonal(&diagonal, &beside);
            let rest = |vector: &Vec<f64>| if closed { 0.0 } else { length * vector[steps - 1].abs() };
            let good =
                ritz.vectors.iter().take(count).all(|vector| rest(vector) <= tolerance * ritz.values[0]);
            if (good && !closed) || exhausted || steps == size || !length.is_finite() {
                return combine(&ritz, &basis, count);
            }
            look_at = (steps + steps / 3 + 4).min(size);
        }
        if closed {
            started = steps;
            beside.push(0.0);
            next = fresh(size, &basis, &mut random);
        } else {
            beside.push(length);
            image.iter_mut().for_each(|value| *value /= length);
            next = image;
        }
    }
}

/// A random direction outside `basis`.
fn fresh(size: usize, basis: &[Vec<f64>], random: &mut ChaCha8Rng) -> Vec<f64> {
    let mut vector: Vec<f64> =
        (0..size).map(|_| (random.next_u64() >> 11) as f64 / (1u64 << 52) as f64 - 1.0).collect();
    orthogonalise(&mut vector, basis);
    let length = dot(&vector, &vector).sqrt();
    vector.iter_mut().for_each(|value| *value /= length);
    vector
}

fn tridiagonal(diagonal: &[f64], beside: &[f64]) -> Eigen {
    let n = diagonal.len();
    let mut table = vec![0.0; n * n];
    for (at, value) in diagonal.iter().enumerate() {
        table[at * n + at] = *value;
    }
    for (at, value) in beside.iter().enumerate().take(n - 1) {
        table[at * n + at + 1] = *value;
        table[(at + 1) * n + at] = *value;
    }
    symmetric(table, n)
}

fn combine(ritz: &Eigen, basis: &[Vec<f64>], count: usize) -> Eigen {
    let vectors = ritz.vectors.iter().take(count).map(|weights| {
        let mut vector = vec![0.0; basis[0].len()];
        basis.iter().zip(weights).for_each(|(direction, weight)| add(&mut vector, *weight, direction));
        signed(vector)
    });
    Eigen { values: ritz.values.iter().copied().take(count).collect(), vectors: vectors.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_are_those_of_the_whole() {
        let n = 60;
        let table: Vec<f64> =
            (0..n * n).map(|at| (-((at / n) as f64 - (at % n) as f64).powi(2) / 50.0).exp()).collect();
        let whole = symmetric(table.clone(), n);
        let found = largest(n, 5, 1e-12, 1, |x| super::super::product(&table, n, x, 1));
        for at in 0..5 {
            assert!((whole.values[at] - found.values[at]).abs() < 1e-10);
            assert!((dot(&whole.vectors[at], &found.vectors[at]).abs() - 1.0).abs() < 1e-10);
        }
    }

    #[test]
    fn values_that_come_again_are_found_again() {
        let values = [3.0, 3.0, 3.0, 1.0, 1.0, 0.0];
        let operator = |x: &[f64]| x.iter().zip(values).map(|(x, value)| x * value).collect();
        let found = largest(6, 4, 1e-12, 1, operator);
        for (found, expected) in found.values.iter().zip(values) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }
}
