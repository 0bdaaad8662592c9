//! Σ x ln x, which entropies are made of.

const MANTISSA: u64 = (1 << 52) - 1;
const ONE: u64 = 0x3ff0_0000_0000_0000;
const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
/// 2⁵²: a number with these high bits holds an integer in its low ones.
const INTEGER: u64 = 0x4330_0000_0000_0000;

/// The natural logarithm of a positive, normal number to 1e-15; something finite for 0. Without a branch, so that the
/// compiler can take several at once: x = 2ᵉ m with m within √½ … √2, and ln m = 2 artanh((m − 1)/(m + 1)) by its series.
#[inline]
fn ln(x: f64) -> f64 {
    let bits = x.to_bits().wrapping_add(ONE - ROOT_HALF);
    let exponent = f64::from_bits((bits >> 52) | INTEGER) - (f64::from_bits(INTEGER) + 1023.0);
    let m = f64::from_bits((bits & MANTISSA).wrapping_add(ROOT_HALF));
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let mut series = 1.0 / 21.0;
    for odd in [19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0] {
        series = series * z + 1.0 / odd;
    }
    exponent * std::f64::consts::LN_2 + (2.0 * s + 2.0 * s * z * series)
}

/// Σ x ln x over numbers from 0 to 1 (and a little above); 0 ln 0 is 0. The order of the sum is fixed.
pub(crate) fn sum_x_ln_x(values: &[f64]) -> f64 {
    let (chunks, rest) = values.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for chunk in chunks {
        for (sum, &x) in sums.iter_mut().zip(chunk) {
            *sum += x * ln(x);
        }
    }
    let rest: f64 = rest.iter().map(|&x| x * ln(x)).sum();
    (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
}

/// Shannon's entropy −Σ p ln p in nats.
pub(crate) fn entropy(p: &[f64]) -> f64 {
    0.0 - sum_x_ln_x(p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn logarithms_are_the_library_s(exponent in -600.0f64..1.0, nudge in 0.0f64..1.0) {
            let x = 2f64.powf(exponent) * (1.0 + nudge * 1e-3);
            prop_assert!((ln(x) - x.ln()).abs() <= 1e-15 * (1.0 + x.ln().abs()), "{x}: {} {}", ln(x), x.ln());
        }
    }

    #[test]
    fn ends_are_exact_and_nothing_counts_for_nothing() {
        assert_eq!((ln(1.0), sum_x_ln_x(&[0.0, 1.0, 0.0, 0.0, 1.0, -0.0])), (0.0, 0.0));
        assert!(sum_x_ln_x(&[5e-324, 1e-310]).abs() < 1e-300);
        assert!((entropy(&[0.25; 4]) - 4f64.ln()).abs() < 1e-15);
        assert_eq!(entropy(&[]), 0.0);
    }
}
