//! Sums of derivatives as integers.
//!
//! First and second derivatives are rounded to multiples of a power of two, fine enough that the sum over all rows just
//! fits: at 100,000 rows some 34 and 28 bits remain for a row. Integers add up to the same whatever their order, so the
//! histograms do not depend on threads or on the order of the rows, a child's histogram is exactly its parent's less its
//! sibling's, and the number of rows travels in the lower bits of the second word for nothing.

use std::ops::{AddAssign, Sub, SubAssign};

/// First derivatives, second derivatives and number of some rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(16))]
pub(super) struct Sum {
    gradient: i64,
    /// The second derivatives, and in the lowest bits, as many as [`Scale`] says, the number of rows.
    packed: i64,
}

impl AddAssign for Sum {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        self.gradient = self.gradient.wrapping_add(other.gradient);
        self.packed = self.packed.wrapping_add(other.packed);
    }
}

impl SubAssign for Sum {
    #[inline(always)]
    fn sub_assign(&mut self, other: Self) {
        self.gradient = self.gradient.wrapping_sub(other.gradient);
        self.packed = self.packed.wrapping_sub(other.packed);
    }
}

impl Sub for Sum {
    type Output = Self;

    #[inline(always)]
    fn sub(mut self, other: Self) -> Self {
        self -= other;
        self
    }
}

impl Sum {
    pub(super) const ZERO: Self = Self { gradient: 0, packed: 0 };

    #[inline(always)]
    pub(super) fn is_empty(self) -> bool {
        self.packed == 0
    }
}

/// What one unit of the integers stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    gradient: f64,
    hessian: f64,
    count_bits: u32,
}

impl Scale {
    /// The finest scale for rows whose absolute first derivatives and second derivatives add up to these. Sums of
    /// either are also exact as floating-point numbers.
    pub(super) fn new(rows: usize, gradients: f64, hessians: f64) -> Self {
        let count_bits = usize::BITS - rows.leading_zeros();
        let power = |room: f64, sum: f64| (room - sum.log2()).floor().clamp(-1000.0, 1000.0).exp2();
        Self {
            gradient: power(51.0, gradients),
            hessian: power(f64::from(52.min(62 - count_bits)), hessians),
            count_bits,
        }
    }

    /// One row.
    #[inline(always)]
    pub(super) fn row(&self, gradient: f64, hessian: f64) -> Sum {
        let hessian = (hessian * self.hessian + 0.5) as i64;
        Sum { gradient: (gradient * self.gradient) as i64, packed: hessian << self.count_bits | 1 }
    }

    #[inline(always)]
    pub(super) fn count(&self, sum: Sum) -> usize {
        (sum.packed & ((1 << self.count_bits) - 1)) as usize
    }

    /// The first derivatives, in units of the scale.
    #[inline(always)]
    pub(super) fn gradient(&self, sum: Sum) -> f64 {
        sum.gradient as f64
    }

    /// The second derivatives, in units of the scale.
    #[inline(always)]
    pub(super) fn hessian(&self, sum: Sum) -> i64 {
        sum.packed >> self.count_bits
    }

    /// So much of second derivatives, in units of the scale.
    pub(super) fn to_hessian_units(self, value: f64) -> f64 {
        value * self.hessian
    }

    /// The gain of a split from the units of the scale.
    pub(super) fn gain(&self, score: f64) -> f64 {
        score / self.gradient / self.gradient * self.hessian
    }

    /// The value −G/(H + λ) of a leaf.
    pub(super) fn value(&self, sum: Sum, l2: f64) -> f64 {
        let hessian = self.hessian(sum) as f64 / self.hessian + l2;
        if hessian > 0.0 { -(self.gradient(sum) / self.gradient) / hessian } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_do_not_overflow_and_differences_are_exact() {
        for rows in [1usize, 2, 1000, 100_000] {
            let scale = Scale::new(rows, rows as f64 * 0.75, rows as f64 * 0.25);
            let row = scale.row(-0.75, 0.25);
            let mut sum = Sum::ZERO;
            (0..rows).for_each(|_| sum += row);
            assert_eq!(scale.count(sum), rows);
            assert!((scale.value(sum, 0.0) - 3.0).abs() < 1e-6);
            let rest = sum - row;
            assert_eq!(scale.count(rest), rows - 1);
            assert_eq!(scale.hessian(rest), scale.hessian(sum) - scale.hessian(row));
        }
    }

    #[test]
    fn nothing_at_all_has_no_value() {
        let scale = Scale::new(3, 0.0, 0.0);
        assert_eq!(scale.value(scale.row(0.0, 0.0), 0.0), 0.0);
    }
}
