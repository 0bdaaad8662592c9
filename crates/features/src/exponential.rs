//! Exponentials of whole slices, in a form that compilers turn into vector instructions.

const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// 1.5·2⁵²: added to a small number, it leaves the nearest integer in the lowest bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// e^x to a few units in the last place. Arguments beyond ±700 are taken as ±700: no zero, no infinity.
#[inline]
fn exponential(x: f64) -> f64 {
    let x = x.clamp(-700.0, 700.0);
    let shifted = x * std::f64::consts::LOG2_E + ROUNDER;
    let k = shifted - ROUNDER;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    // The power series on |r| ≤ ln 2 / 2, in pairs (Estrin) to shorten the chain of dependent operations.
    let (r2, r4) = (r * r, r * r * (r * r));
    let low = (1.0 + r) + r2 * (1.0 / 2.0 + r * (1.0 / 6.0));
    let middle = (1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5_040.0));
    let high = (1.0 / 40_320.0 + r * (1.0 / 362_880.0)) + r2 * (1.0 / 3_628_800.0 + r * (1.0 / 39_916_800.0));
    let mantissa = low + r4 * (middle + r4 * high);
    mantissa * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// Replaces each value by its exponential.
pub(crate) fn exponentials(values: &mut [f64]) {
    for value in values {
        *value = exponential(*value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_standard_library() {
        for i in -70_000..=70_000 {
            let x = f64::from(i) * 0.01 + 0.001_234;
            if x.abs() < 700.0 {
                let (ours, theirs) = (exponential(x), x.exp());
                assert!((ours / theirs - 1.0).abs() < 4e-14, "{x}: {ours} {theirs}");
            }
        }
        assert_eq!(exponential(0.0), 1.0);
        assert_eq!(exponential(-1e9), exponential(-700.0));
    }
}
