//! The fast Fourier transform, of lengths that are powers of two.

use std::f64::consts::TAU;
use std::ops::{Add, Mul, Sub};

/// A complex number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Complex {
    pub(super) re: f64,
    pub(super) im: f64,
}

impl Complex {
    /// exp(2πi·`turns`).
    pub(super) fn turn(turns: f64) -> Self {
        let (im, re) = (TAU * (turns - turns.round())).sin_cos();
        Self { re, im }
    }

    pub(super) fn scaled(self, by: f64) -> Self {
        Self { re: by * self.re, im: by * self.im }
    }

    /// i times it.
    fn quarter_turned(self) -> Self {
        Self { re: -self.im, im: self.re }
    }
}

impl Add for Complex {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Sub for Complex {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }
}

impl Mul for Complex {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.im * other.re + self.re * other.im }
    }
}

/// Transforms of one length.
pub(super) struct Fourier {
    /// exp(2πi·k/N) for k < 3N/4.
    turns: Vec<Complex>,
    spare: Vec<Complex>,
}

impl Fourier {
    /// Transforms of `length`, a power of two and at least 4.
    pub(super) fn new(length: usize) -> Self {
        let turns = (0..3 * length / 4).map(|k| Complex::turn(k as f64 / length as f64)).collect();
        Self { turns, spare: vec![Complex::default(); length] }
    }

    pub(super) fn len(&self) -> usize {
        self.spare.len()
    }

    /// Puts Σ_l x_l·exp(2πi·kl/N) in the place of x_k: Stockham's algorithm, which leaves the values in order, by fours, and
    /// once by twos where N is no power of four. Van Loan 1992, Computational Frameworks for the Fast Fourier Transform.
    pub(super) fn transform(&mut self, x: &mut Vec<Complex>) {
        let (mut left, mut stride) = (self.len(), 1);
        while left >= 4 {
            let quarter = left / 4;
            for p in 0..quarter {
                let turns = [self.turns[p * stride], self.turns[2 * p * stride], self.turns[3 * p * stride]];
                let source = |part: usize| (p + part * quarter) * stride..(p + part * quarter + 1) * stride;
                let (a, b, c, d) = (&x[source(0)], &x[source(1)], &x[source(2)], &x[source(3)]);
                let (low, high) = self.spare[4 * p * stride..4 * (p + 1) * stride].split_at_mut(2 * stride);
                let ((y0, y1), (y2, y3)) = (low.split_at_mut(stride), high.split_at_mut(stride));
                for q in 0..stride {
                    let (sum, difference) = (a[q] + c[q], a[q] - c[q]);
                    let (other_sum, other) = (b[q] + d[q], (b[q] - d[q]).quarter_turned());
                    y0[q] = sum + other_sum;
                    y1[q] = turns[0] * (difference + other);
                    y2[q] = turns[1] * (sum - other_sum);
                    y3[q] = turns[2] * (difference - other);
                }
            }
            std::mem::swap(x, &mut self.spare);
            left = quarter;
            stride *= 4;
        }
        if left == 2 {
            let (first, second) = x.split_at(stride);
            let (low, high) = self.spare.split_at_mut(stride);
            for q in 0..stride {
                low[q] = first[q] + second[q];
                high[q] = first[q] - second[q];
            }
            std::mem::swap(x, &mut self.spare);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_way_is_the_slow_way() {
        for length in [4, 8, 16, 32, 64, 128] {
            let x: Vec<Complex> = (0..length)
                .map(|l| Complex { re: (l as f64 * 1.3).sin(), im: (l as f64 * l as f64 * 0.7).cos() })
                .collect();
            let mut fast = x.clone();
            Fourier::new(length).transform(&mut fast);
            for (k, fast) in fast.iter().enumerate() {
                let slow = x.iter().enumerate().fold(Complex::default(), |sum, (l, x)| {
                    sum + *x * Complex::turn((k * l) as f64 / length as f64)
                });
                assert!(
                    (slow.re - fast.re).hypot(slow.im - fast.im) < 1e-12,
                    "{length} {k}: {slow:?} {fast:?}"
                );
            }
        }
    }
}
