//! The sums of the periodogram, frequency by frequency and point by point.
//!
//! Every frequency needs Σ w·cos, Σ w·sin, Σ w·cos², Σ w·cos·sin, Σ w·y·cos and Σ w·y·sin of 2π·f·t over all points. Sines are dear, so
//! each point has them computed once a tile of frequencies; from there the angle goes on by rotations, [`LANES`] frequencies
//! abreast. A tile is short enough for its sums to stay in the nearest cache and for rotations not to pile up errors.

use std::f64::consts::TAU;

use super::FrequencyGrid;
use super::sums::{Points, Sums};

/// Frequencies that are computed abreast.
const LANES: usize = 4;
/// Groups of so many frequencies in a tile.
const GROUPS: usize = 64;
const TILE: usize = LANES * GROUPS;

/// The sums at [`LANES`] frequencies.
#[derive(Clone, Copy, Default)]
struct Lanes {
    cos: [f64; LANES],
    sin: [f64; LANES],
    cos_cos: [f64; LANES],
    cos_sin: [f64; LANES],
    value_cos: [f64; LANES],
    value_sin: [f64; LANES],
}

impl Lanes {
    fn sums(&self, lane: usize) -> Sums {
        Sums {
            cos: self.cos[lane],
            sin: self.sin[lane],
            cos_cos: self.cos_cos[lane],
            cos_sin: self.cos_sin[lane],
            value_cos: self.value_cos[lane],
            value_sin: self.value_sin[lane],
        }
    }
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
    let mut tile = [Lanes::default(); GROUPS];
    for start in (0..grid.count).step_by(TILE) {
        let frequencies = TILE.min(grid.count - start);
        let used = &mut tile[..frequencies.div_ceil(LANES)];
        used.fill(Lanes::default());
        for (point, time) in points.time.iter().enumerate() {
            let (sin, cos) = (TAU * grid.frequency(start) * time).sin_cos();
            let weight = points.weight[point];
            add(used, lanes[point].turned(cos, sin), groups[point], weight, weight * points.value[point]);
        }
        powers.extend((0..frequencies).map(|i| used[i / LANES].sums(i % LANES).power(points.variance)));
    }
    powers
}

/// Adds one point to the sums of a tile.
fn add(tile: &mut [Lanes], mut angles: Angles, (sin, cos): (f64, f64), weight: f64, weighted_value: f64) {
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
