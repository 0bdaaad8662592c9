//! The space in which strategies measure how far objects lie apart.

use hesper_learn::Matrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::points::squared_distance;
use crate::{Graph, Points, sample};

/// All objects by their features, prepared so that distances mean something: missing values are the median, each feature is
/// less its median and divided by its spread, and what lies further out than [`FURTHEST`] is drawn in to there.
///
/// The spread is the interquartile range as a standard deviation (÷ 1.349), which a few fits gone wrong cannot inflate;
/// where that is 0, the standard deviation; where that is 0 too, the feature is left out.
#[derive(Clone, Debug)]
pub struct Space {
    points: Points,
    density: Vec<f32>,
    graph: Graph,
}

/// The furthest that a prepared feature may be from 0, in spreads: else a single fit gone wrong is all that distances see.
pub const FURTHEST: f64 = 5.0;

impl Space {
    /// Prepares all rows with medians and spreads of `known`: the pool and the labelled objects, without the hold-out.
    ///
    /// # Panics
    /// When `known` names a row that there is not, as indexing a slice does.
    pub fn new(x: &Matrix, known: &[usize]) -> Self {
        let scales: Vec<Scale> = (0..x.cols()).filter_map(|column| Scale::new(x, column, known)).collect();
        let points = Points::from_values(x.rows(), scales.len(), |row, axis| scales[axis].apply(x.row(row)));
        Self { points, density: Vec::new(), graph: Graph::default() }
    }

    /// Adds [`Self::density`] with regard to the objects of `pool`.
    #[must_use]
    pub fn with_density(mut self, pool: &[usize], seed: u64) -> Self {
        let drawn = sample::rows(pool.len(), REFERENCES, &mut ChaCha8Rng::seed_from_u64(seed));
        let references: Vec<&[f32]> = drawn.into_iter().map(|place| self.points.point(pool[place])).collect();
        let typical = median_distance(&references).max(f32::MIN_POSITIVE);
        self.density = (0..self.points.rows())
            .into_par_iter()
            .with_min_len(64)
            .map(|row| {
                let point = self.points.point(row);
                let like = |other: &&[f32]| (-0.5 * squared_distance(point, other) / typical).exp();
                references.iter().map(like).sum::<f32>() / references.len().max(1) as f32
            })
            .collect();
        self
    }

    /// Adds [`Self::graph`] over the objects of `rows`.
    #[must_use]
    pub fn with_graph(mut self, rows: &[usize]) -> Self {
        self.graph = Graph::new(&self.points, rows);
        self
    }

    /// The prepared features, one point for each object.
    pub fn points(&self) -> &Points {
        &self.points
    }

    /// How common each object's features are: its mean likeness exp(−d²/2h) to up to 1,000 objects drawn from the pool, d
    /// the distance and h the median d² among those drawn. Empty unless asked for.
    pub fn density(&self) -> &[f32] {
        &self.density
    }

    /// The graph of nearest neighbours. Empty unless asked for.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }
}

/// Objects that stand for the pool when densities are taken.
const REFERENCES: usize = 1000;

/// The median squared distance of pairs; 0 without pairs.
fn median_distance(points: &[&[f32]]) -> f32 {
    let pairs = (1..points.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
    let mut distances: Vec<f32> = pairs.map(|(i, j)| squared_distance(points[i], points[j])).collect();
    let middle = distances.len() / 2;
    if distances.is_empty() { 0.0 } else { *distances.select_nth_unstable_by(middle, f32::total_cmp).1 }
}

struct Scale {
    column: usize,
    median: f64,
    spread: f64,
}

impl Scale {
    /// Nothing for a feature without spread.
    fn new(x: &Matrix, column: usize, known: &[usize]) -> Option<Self> {
        let values = known.iter().map(|row| x.row(*row)[column]);
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        values.sort_unstable_by(f64::total_cmp);
        let last = values.len().checked_sub(1)?;
        let quantile = |share: f64| {
            let at = share * last as f64;
            let (low, high) = (values[at.floor() as usize], values[at.ceil() as usize]);
            low + (high - low) * at.fract()
        };
        let mut spread = (quantile(0.75) - quantile(0.25)) / 1.349;
        if spread <= 0.0 {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
            spread = (variance / values.len() as f64).sqrt();
        }
        (spread > 0.0 && spread.is_finite()).then(|| Self { column, median: quantile(0.5), spread })
    }

    fn apply(&self, row: &[f64]) -> f32 {
        let value = row[self.column];
        let scaled = (value - self.median) / self.spread;
        if value.is_finite() { scaled.clamp(-FURTHEST, FURTHEST) as f32 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_filled_centred_scaled_and_drawn_in() {
        // The last row is of the hold-out: it changes nothing.
        let rows = [
            [1.0, 10.0, 7.0, f64::NAN],
            [2.0, f64::NAN, 7.0, f64::NAN],
            [3.0, 30.0, 7.0, f64::NAN],
            [4.0, 50.0, 7.0, f64::INFINITY],
            [5.0, 1e300, 7.0, f64::NAN],
            [9e9, 9e9, 9e9, 1.0],
        ];
        let space = Space::new(&Matrix::from_rows(&rows).unwrap(), &[0, 1, 2, 3, 4]);
        let column =
            |column: usize| -> Vec<f32> { (0..6).map(|row| space.points().point(row)[column]).collect() };
        let spread = 2.0 / 1.349f32;
        assert_eq!(column(0), [-2.0 / spread, -1.0 / spread, 0.0, 1.0 / spread, 2.0 / spread, 5.0]);
        assert_eq!(column(1)[1], 0.0, "the median stands for what is missing");
        assert_eq!(space.points().axes(), 2, "what is the same or missing everywhere is left out");
        assert!(space.points().point(4).iter().all(|value| value.is_finite()));
    }

    #[test]
    fn a_feature_that_is_mostly_one_value_still_counts() {
        let rows: Vec<[f64; 1]> = (0..10).map(|i| [f64::from(u8::from(i == 3))]).collect();
        let space = Space::new(&Matrix::from_rows(&rows).unwrap(), &(0..10).collect::<Vec<_>>());
        assert!((space.points().point(3)[0] - 1.0 / 0.3).abs() < 1e-6);
        assert_eq!(space.points().point(4)[0], 0.0);
        let nobody = Space::new(&Matrix::from_rows(&rows).unwrap(), &[]).with_density(&[], 1).with_graph(&[]);
        assert_eq!((nobody.points().rows(), nobody.points().axes(), nobody.density()[3]), (10, 0, 0.0));
    }
}
