//! Symmetric, positive definite systems of equations.

/// Solves A x = b for the symmetric, positive definite A (n × n, row after row; the lower triangle is read and
/// overwritten by the factor L of A = L Lᵀ) in the place of b. False, with b spoilt, when A is not positive definite.
pub(super) fn solve(a: &mut [f64], b: &mut [f64]) -> bool {
    let n = b.len();
    for row in 0..n {
        let (above, rest) = a.split_at_mut(row * n);
        let own = &mut rest[..n];
        for col in 0..row {
            let other = &above[col * n..col * n + col + 1];
            own[col] = (own[col] - dot(&own[..col], &other[..col])) / other[col];
        }
        let square = own[row] - dot(&own[..row], &own[..row]);
        // What is left of a pivot after its digits are gone is noise.
        if !(square > own[row].abs() * 1e-14 && square.is_finite()) {
            return false;
        }
        own[row] = square.sqrt();
    }
    for row in 0..n {
        b[row] = (b[row] - dot(&a[row * n..row * n + row], &b[..row])) / a[row * n + row];
    }
    for row in (0..n).rev() {
        b[row] /= a[row * n + row];
        let (value, own) = (b[row], &a[row * n..row * n + row]);
        b[..row].iter_mut().zip(own).for_each(|(b, l)| *b -= l * value);
    }
    true
}

/// The inner product, in four sums that a processor can form side by side.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a4, a_rest) = a.as_chunks::<4>();
    let (b4, b_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a4.iter().zip(b4) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_multiplied_is_solved(n in 1usize..12, numbers in prop::collection::vec(-1.0..1.0f64, 12 * 13)) {
            let (root, x) = (&numbers[..n * n], &numbers[144..144 + n]);
            let mut a: Vec<f64> = (0..n * n).map(|at| dot(&root[at / n * n..][..n], &root[at % n * n..][..n])).collect();
            (0..n).for_each(|at| a[at * n + at] += 1.0);
            let mut b: Vec<f64> = (0..n).map(|row| dot(&a[row * n..][..n], x)).collect();
            prop_assert!(solve(&mut a, &mut b));
            for (found, expected) in b.iter().zip(x) {
                prop_assert!((found - expected).abs() < 1e-10, "{found} {expected}");
            }
        }
    }

    #[test]
    fn others_are_refused() {
        assert!(!solve(&mut [1.0, 1.0, 1.0, 1.0], &mut [1.0, 1.0]));
        assert!(!solve(&mut [-1.0], &mut [1.0]));
        assert!(!solve(&mut [f64::NAN], &mut [1.0]));
    }
}
