//! The sums of the periodogram, frequency by frequency and point by point.
//!
//! Every frequency needs Σ w·cos, Σ w·sin, Σ w·cos², Σ w·cos·sin, Σ w·y·cos and Σ w·y·sin of 2π·f·t over all points. Sines are dear, so
//! each point has them computed once a tile of frequencies; from there the angle goes on by rotations, [`LANES`] frequencies
//! abreast. A tile is short enough for its sums to stay in the nearest cache and for rotations not to pile up errors.

use std::f64::consts::TAU;

use super::FrequencyGrid;

/// Frequencies that are computed abreast.
const LANES: usize = 4;
/// Groups of so many frequencies in a tile.
const GROUPS: usize = 64;
const TILE: usize = LANES * GROUPS;

/// One band's points, ready for sums.
#[derive(Debug)]
pub(super) struct Points {
    /// Days, relative to the middle of the points: small angles are exact angles.
    pub(super) time: Vec<f64>,
    /// 1/error², scaled to a sum of 1.
    pub(super) weight: Vec<f64>,
    /// Values less their weighted mean.
    pub(super) value: Vec<f64>,
    /// Σ weight·value².
    pub(super) variance: f64,
}

/// The sums at [`LANES`] frequencies.
#[derive(Clone, Copy, Default)]
struct Sums {
    cos: [f64; LANES],
    sin: [f64; LANES],
    cos_cos: [f64; LANES],
    cos_sin: [f64; LANES],
    value_cos: [f64; LANES],
    value_sin: [f64; LANES],
}

/// Cosines and sines of [`LANES`] angles.
#[derive(Clone, Copy)]
struct Angles {
    cos: [f64; LANES],
    sin: [f64; LANES],
}

impl Angles {
    fn new(angle: impl Fn(usize) -> f64) -> Self {
        let (mut cos, mut sin) = ([0.0; LANES], [0.0; LANES]);
        for lane in 0..LANES {
            (sin[lane], cos[lane]) = angle(lane).sin_cos();
        }
        Self { cos, sin }
    }

    /// Each angle and the other of its cosine and sine.
    fn turned(&self, cos: f64, sin: f64) -> Self {
        Self {
            cos: std::array::from_fn(|lane| self.cos[lane] * cos - self.sin[lane] * sin),
            sin: std::array::from_fn(|lane| self.sin[lane] * cos + self.cos[lane] * sin),
        }
    }
}

/// The power at each frequency of the grid; NaN where no sine can be told from a constant.
pub(super) fn powers(points: &Points, grid: &FrequencyGrid) -> Vec<f64> {
    // From the first lane to each, and from one group of lanes to the next.
    let lanes = |time: &f64| Angles::new(|lane| TAU * (lane as f64 * grid.step) * time);
    let group = |time: &f64| (TAU * (LANES as f64 * grid.step) * time).sin_cos();
    let lanes: Vec<Angles> = points.time.iter().map(lanes).collect();
    let groups: Vec<(f64, f64)> = points.time.iter().map(group).collect();
    let mut powers = Vec::with_capacity(grid.count);
    let mut tile = [Sums::default(); GROUPS];
    for start in (0..grid.count).step_by(TILE) {
        let frequencies = TILE.min(grid.count - start);
        let used = &mut tile[..frequencies.div_ceil(LANES)];
        used.fill(Sums::default());
        for (point, time) in points.time.iter().enumerate() {
            let (sin, cos) = (TAU * grid.frequency(start) * time).sin_cos();
            let weight = points.weight[point];
            add(used, lanes[point].turned(cos, sin), groups[point], weight, weight * points.value[point]);
        }
        powers.extend((0..frequencies).map(|i| power(&used[i / LANES], i % LANES, points.variance)));
    }
    powers
}

/// Adds one point to the sums of a tile.
fn add(tile: &mut [Sums], mut angles: Angles, (sin, cos): (f64, f64), weight: f64, weighted_value: f64) {
    for sums in tile {
        for lane in 0..LANES {
            let (weighted_cos, weighted_sin) = (weight * angles.cos[lane], weight * angles.sin[lane]);
            sums.cos[lane] += weighted_cos;
            sums.sin[lane] += weighted_sin;
            sums.cos_cos[lane] += weighted_cos * angles.cos[lane];
            sums.cos_sin[lane] += weighted_cos * angles.sin[lane];
            sums.value_cos[lane] += weighted_value * angles.cos[lane];
            sums.value_sin[lane] += weighted_value * angles.sin[lane];
        }
        angles = angles.turned(cos, sin);
    }
}

/// By how much a sine of this frequency lowers χ², as a share: Zechmeister & Kürster 2009, equations 5 to 15.
fn power(sums: &Sums, lane: usize, variance: f64) -> f64 {
    let (cos, sin) = (sums.cos[lane], sums.sin[lane]);
    let cos_cos = sums.cos_cos[lane] - cos * cos;
    let sin_sin = 1.0 - sums.cos_cos[lane] - sin * sin;
    let cos_sin = sums.cos_sin[lane] - cos * sin;
    let (value_cos, value_sin) = (sums.value_cos[lane], sums.value_sin[lane]);
    let determinant = cos_cos * sin_sin - cos_sin * cos_sin;
    let trace = cos_cos + sin_sin;
    let explained = if determinant > DEGENERATE * trace * trace {
        (sin_sin * value_cos * value_cos + cos_cos * value_sin * value_sin
            - 2.0 * cos_sin * value_cos * value_sin)
            / determinant
    } else if trace > DEGENERATE {
        // All times are at two phases, so cosine and sine are the same up to a factor, and one of them is the model.
        (value_cos * value_cos + value_sin * value_sin) / trace
    } else {
        return f64::NAN;
    };
    explained / variance
}

/// Below this share, what is left of a determinant is rounding.
const DEGENERATE: f64 = 1e-13;
