//! Distances and Gaussian kernels between the objects of two domains.

use hesper_learn::Matrix;

use crate::{Source, Target};

/// How many objects the median distance is of, at most.
const MEDIAN_OBJECTS: usize = 1000;

/// Both domains in units of their largest number, so that no square overflows.
pub(crate) struct Points {
    pub(crate) cols: usize,
    pub(crate) source: Vec<f64>,
    pub(crate) target: Vec<f64>,
    /// The unit.
    pub(crate) unit: f64,
}

impl Points {
    pub(crate) fn new(source: &Source<'_>, target: &Target<'_>) -> Self {
        let largest =
            source.x.data().iter().chain(target.x.data()).fold(0.0, |largest: f64, x| largest.max(x.abs()));
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let scaled = |x: &Matrix| x.data().iter().map(|x| x / unit).collect();
        Self { cols: source.x.cols(), source: scaled(source.x), target: scaled(target.x), unit }
    }

    /// All objects, the source's first.
    pub(crate) fn pooled(&self) -> Vec<f64> {
        [self.source.as_slice(), &self.target].concat()
    }

    /// The width as given, in the unit of the points, or else the median distance between two objects of either domain; the
    /// mean distance where more than half are 0.
    pub(crate) fn width(&self, given: Option<f64>) -> f64 {
        match given {
            Some(width) => (width / self.unit).max(f64::MIN_POSITIVE),
            None => median_distance(&self.pooled(), self.cols),
        }
    }
}

/// The median distance between two of the points, of at most a thousand of them, evenly chosen; never 0.
pub(crate) fn median_distance(points: &[f64], cols: usize) -> f64 {
    let rows = points.len() / cols;
    let step = rows.div_ceil(MEDIAN_OBJECTS).max(1);
    let chosen: Vec<&[f64]> = points.chunks_exact(cols).step_by(step).collect();
    let mut squares: Vec<f64> = (0..chosen.len())
        .flat_map(|i| (0..i).map(move |j| (i, j)))
        .map(|(i, j)| squared_distance(chosen[i], chosen[j]))
        .collect();
    if squares.is_empty() {
        return 1.0;
    }
    let middle = squares.len() / 2;
    let median = squares.select_nth_unstable_by(middle, f64::total_cmp).1.sqrt();
    if median > 0.0 {
        return median;
    }
    let mean = squares.iter().map(|square| square.sqrt()).sum::<f64>() / squares.len() as f64;
    if mean > 0.0 { mean } else { 1.0 }
}

pub(crate) fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// exp(−‖a − b‖²/(2 σ²)) of all rows of `a` with all rows of `b`.
pub(crate) fn gaussian(a: &[f64], b: &[f64], cols: usize, width: f64) -> Vec<f64> {
    let mut values = Vec::with_capacity(a.len() / cols * (b.len() / cols));
    for a in a.chunks_exact(cols) {
        values.extend(b.chunks_exact(cols).map(|b| value(squared_distance(a, b), width)));
    }
    values
}

/// The mean of the kernels of each row of `a` with all rows of `b`.
pub(crate) fn mean_kernels(a: &[f64], b: &[f64], cols: usize, width: f64) -> Vec<f64> {
    let rows = (b.len() / cols) as f64;
    let kernels = |a: &[f64]| b.chunks_exact(cols).map(|b| value(squared_distance(a, b), width)).sum::<f64>();
    a.chunks_exact(cols).map(|a| kernels(a) / rows).collect()
}

/// The kernel of a squared distance.
pub(crate) fn value(squared_distance: f64, width: f64) -> f64 {
    // Divided by the width twice: its square may underflow, and 0/0 is none.
    let exponent = -0.5 * (squared_distance / width / width);
    if exponent.is_nan() { 1.0 } else { exponent.exp() }
}

/// As [`gaussian`] of all rows with one another: half the work.
pub(crate) fn gaussian_symmetric(a: &[f64], cols: usize, width: f64) -> Vec<f64> {
    let n = a.len() / cols;
    let mut values = vec![1.0; n * n];
    for i in 0..n {
        for j in 0..i {
            let here =
                value(squared_distance(&a[i * cols..(i + 1) * cols], &a[j * cols..(j + 1) * cols]), width);
            values[i * n + j] = here;
            values[j * n + i] = here;
        }
    }
    values
}
