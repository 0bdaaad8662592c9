//! The sums of the periodogram by fast Fourier transforms: for many points.
//!
//! Σ a_j·exp(2πi·f_k·t_j) over points at uneven times, for frequencies f_k at equal steps, is a Fourier transform of spikes. Each spike
//! is spread over the [`WIDTH`] nearest places of a fine grid of times by a smooth bump; the grid is transformed; and what the bump
//! did to the amplitudes is undone. Cos² and cos·sin are sums at twice the frequency.
//!
//! Sources: the sums of the periodogram as transforms, Press & Rybicki 1989, doi:10.1086/167197; the bump
//! exp(β·√(1 − z²)) and its width for a given accuracy, Barnett, Magland & af Klinteberg 2019, doi:10.1137/18M120885X.

use std::f64::consts::PI;

use super::FrequencyGrid;
use super::fourier::{Complex, Fourier};
use super::sums::{Points, Sums};

/// Places over which a point is spread; with a grid twice as fine as the frequencies ask for, errors are about 1e-13.
const WIDTH: usize = 16;
/// The steepness of the bump that goes with it.
const STEEPNESS: f64 = 2.30 * WIDTH as f64;

/// Whether this way is faster than summing: the one costs as the product of points and frequencies, the other as the length of the
/// transforms. The factor is measured.
pub(super) fn pays(points: usize, grid: &FrequencyGrid) -> bool {
    let length = length(grid.count);
    points as f64 * grid.count as f64 > COST * length as f64 * (length as f64).log2()
}

/// The cost of a transform by length·log₂(length), in units of a point's share in a frequency's sums.
const COST: f64 = 6.0;

/// A power of two, at least twice the number of frequencies, and wide enough for a bump not to meet its own end.
fn length(frequencies: usize) -> usize {
    (2 * frequencies).max(2 * WIDTH).next_power_of_two()
}

/// The power at each frequency of the grid, as by the direct sums.
pub(super) fn powers(points: &Points, grid: &FrequencyGrid) -> Vec<f64> {
    let mut transform = Transform::new(grid.count);
    let values: Vec<f64> =
        points.weight.iter().zip(&points.value).map(|(weight, value)| weight * value).collect();
    let once = transform.sums(&points.time, &points.weight, grid.first, grid.step);
    let with_values = transform.sums(&points.time, &values, grid.first, grid.step);
    let twice = transform.sums(&points.time, &points.weight, 2.0 * grid.first, 2.0 * grid.step);
    let power = |((once, twice), values): ((&Complex, &Complex), &Complex)| {
        let sums = Sums {
            cos: once.re,
            sin: once.im,
            cos_cos: 0.5 * (1.0 + twice.re),
            cos_sin: 0.5 * twice.im,
            value_cos: values.re,
            value_sin: values.im,
        };
        sums.power(points.variance)
    };
    once.iter().zip(&twice).zip(&with_values).map(power).collect()
}

/// Sums at so many frequencies.
struct Transform {
    frequencies: usize,
    fourier: Fourier,
    /// 1/(transform of the bump), by the distance of a frequency from the middle one.
    undo: Vec<f64>,
    fine: Vec<Complex>,
}

impl Transform {
    fn new(frequencies: usize) -> Self {
        let fourier = Fourier::new(length(frequencies));
        let undo = undo(frequencies / 2 + 1, fourier.len());
        Self { frequencies, fine: vec![Complex::default(); fourier.len()], fourier, undo }
    }

    /// Σ amplitude·exp(2πi·f·time) for f = first + k·step.
    fn sums(&mut self, times: &[f64], amplitudes: &[f64], first: f64, step: f64) -> Vec<Complex> {
        let length = self.fourier.len();
        let middle = self.frequencies / 2;
        let middle_frequency = first + middle as f64 * step;
        self.fine.fill(Complex::default());
        for (time, amplitude) in times.iter().zip(amplitudes) {
            let turned = Complex::turn(middle_frequency * time).scaled(*amplitude);
            let cycles = step * time;
            let place = (cycles - cycles.floor()) * length as f64;
            // The first place within half the width, and how far it is.
            let start = (place - 0.5 * WIDTH as f64).ceil();
            let bumps: [f64; WIDTH] =
                std::array::from_fn(|i| bump((start + i as f64 - place) * (2.0 / WIDTH as f64)));
            let start = (start as isize).rem_euclid(length as isize) as usize;
            if start + WIDTH <= length {
                for (fine, bump) in self.fine[start..start + WIDTH].iter_mut().zip(bumps) {
                    *fine = *fine + turned.scaled(bump);
                }
            } else {
                for (i, bump) in bumps.into_iter().enumerate() {
                    let fine = &mut self.fine[(start + i) % length];
                    *fine = *fine + turned.scaled(bump);
                }
            }
        }
        self.fourier.transform(&mut self.fine);
        let undone = |k: usize| {
            // Frequencies below the middle one are negative for the transform, and those stand at its end.
            let place = (k + length - middle) % length;
            self.fine[place].scaled(self.undo[k.abs_diff(middle)])
        };
        (0..self.frequencies).map(undone).collect()
    }
}

/// What a point gives to a place of the fine grid at `z` half-widths from it.
fn bump(z: f64) -> f64 {
    (STEEPNESS * ((1.0 - z * z).max(0.0).sqrt() - 1.0)).exp()
}

/// The inverse of WIDTH/2·∫ bump(z)·cos(π·WIDTH·k·z/length) dz from −1 to 1, for each k. With z = sin θ the integrand is smooth, and the
/// trapezium rule has all digits with few nodes.
fn undo(count: usize, length: usize) -> Vec<f64> {
    const NODES: usize = 30;
    /// After so many rotations the angle is taken anew.
    const TILE: usize = 256;
    let spacing = 0.5 * PI / NODES as f64;
    let mut transformed = vec![0.0; count];
    for node in 0..NODES {
        let (z, cos) = (node as f64 * spacing).sin_cos();
        // All but the middle node have a twin at −θ.
        let share = if node == 0 { 1.0 } else { 2.0 };
        let height = 0.5 * WIDTH as f64 * share * spacing * bump(z) * cos;
        let turns = 0.5 * WIDTH as f64 * z / length as f64;
        let step = Complex::turn(turns);
        for (tile, values) in transformed.chunks_mut(TILE).enumerate() {
            let mut angle = Complex::turn(turns * (tile * TILE) as f64);
            for value in values {
                *value += height * angle.re;
                angle = angle * step;
            }
        }
    }
    transformed.iter_mut().for_each(|value| *value = 1.0 / *value);
    transformed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::periodogram::direct;
    use proptest::prelude::*;

    fn points(rows: &[(f64, f64, f64)]) -> Points {
        let sum: f64 = rows.iter().map(|row| row.1).sum();
        let mean = rows.iter().map(|row| row.1 / sum * row.2).sum::<f64>();
        Points {
            time: rows.iter().map(|row| row.0).collect(),
            weight: rows.iter().map(|row| row.1 / sum).collect(),
            value: rows.iter().map(|row| row.2 - mean).collect(),
            variance: rows.iter().map(|row| row.1 / sum * (row.2 - mean).powi(2)).sum(),
        }
    }

    proptest! {
        #[test]
        fn transforms_are_sums(
            rows in prop::collection::vec((-50.0..50.0f64, 0.2..3.0f64, -5.0..5.0f64), 8..60),
            first in 0.05..2.0f64,
            step in 0.0005..0.1f64,
            count in 1usize..700,
        ) {
            let points = points(&rows);
            let grid = FrequencyGrid { first, step, count };
            let (fast, slow) = (powers(&points, &grid), direct::powers(&points, &grid));
            for (fast, slow) in fast.iter().zip(&slow) {
                prop_assert!((fast - slow).abs() < 1e-8, "{fast} {slow}");
            }
        }
    }

    #[test]
    fn a_sum_is_what_it_says() {
        let (times, amplitudes) = ([-3.2, 0.4, 7.7, 7.7], [1.0, -0.3, 0.9, 2.0]);
        for count in [1, 2, 37, 1000] {
            let found = Transform::new(count).sums(&times, &amplitudes, 0.3, 0.011);
            for (k, found) in found.iter().enumerate() {
                let turn = |(time, amplitude): (&f64, &f64)| {
                    Complex::turn((0.3 + 0.011 * k as f64) * time).scaled(*amplitude)
                };
                let expected = times.iter().zip(&amplitudes).map(turn).fold(Complex::default(), |a, b| a + b);
                let error = (found.re - expected.re).hypot(found.im - expected.im);
                assert!(error < 1e-12, "{count} {k}: {error}");
            }
        }
    }
}
