//! The space in which strategies measure how far objects lie apart.

use hesper_learn::Matrix;

use crate::Points;

/// All objects by their features, prepared so that distances mean something: missing values are the median, each feature is
/// less its median and divided by its spread, and what lies further out than [`FURTHEST`] is drawn in to there.
///
/// The spread is the interquartile range as a standard deviation (÷ 1.349), which a few fits gone wrong cannot inflate;
/// where that is 0, the standard deviation; where that is 0 too, the feature is left out.
#[derive(Clone, Debug)]
pub struct Space {
    points: Points,
}

/// The furthest that a prepared feature may be from 0, in spreads: else a single fit gone wrong is all that distances see.
pub const FURTHEST: f64 = 5.0;

impl Space {
    /// Prepares all rows with medians and spreads of `known`: the pool and the labelled objects, without the hold-out.
    ///
    /// # Panics
    /// When `known` names a row that there is not, as indexing a slice does.
    pub fn new(x: &Matrix, known: &[usize]) -> Self {
        let scales: Vec<Scale> = (0..x.cols()).map(|column| Scale::new(x, column, known)).collect();
        Self { points: Points::from_values(x, |column, value| scales[column].apply(value)) }
    }

    /// The prepared features, one point for each object.
    pub fn points(&self) -> &Points {
        &self.points
    }
}

struct Scale {
    median: f64,
    /// 0 leaves the feature out.
    factor: f64,
}

impl Scale {
    fn new(x: &Matrix, column: usize, known: &[usize]) -> Self {
        let values = known.iter().map(|row| x.row(*row)[column]);
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        values.sort_unstable_by(f64::total_cmp);
        let quantile = |share: f64| {
            let at = share * values.len().saturating_sub(1) as f64;
            let (low, high) = (at.floor() as usize, at.ceil() as usize);
            values.get(high).map_or(0.0, |high| values[low] + (high - values[low]) * at.fract())
        };
        let mut spread = (quantile(0.75) - quantile(0.25)) / 1.349;
        if spread <= 0.0 && !values.is_empty() {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
            spread = (variance / values.len() as f64).sqrt();
        }
        let factor = if spread > 0.0 && spread.is_finite() { 1.0 / spread } else { 0.0 };
        Self { median: quantile(0.5), factor: if factor.is_finite() { factor } else { 0.0 } }
    }

    fn apply(&self, value: f64) -> f32 {
        if value.is_finite() && self.factor > 0.0 {
            ((value - self.median) * self.factor).clamp(-FURTHEST, FURTHEST) as f32
        } else {
            0.0
        }
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
        let column = |column: usize| -> Vec<f32> { (0..6).map(|row| space.points().point(row)[column]).collect() };
        let spread = 2.0 / 1.349f32;
        assert_eq!(column(0), [-2.0 / spread, -1.0 / spread, 0.0, 1.0 / spread, 2.0 / spread, 5.0]);
        assert_eq!(column(1)[1], 0.0, "the median stands for what is missing");
        assert_eq!(column(2), [0.0; 6]);
        assert_eq!(column(3), [0.0; 6]);
        assert!(space.points().point(4).iter().all(|value| value.is_finite()));
    }

    #[test]
    fn a_feature_that_is_mostly_one_value_still_counts() {
        let rows: Vec<[f64; 1]> = (0..10).map(|i| [f64::from(u8::from(i == 3))]).collect();
        let space = Space::new(&Matrix::from_rows(&rows).unwrap(), &(0..10).collect::<Vec<_>>());
        assert!((space.points().point(3)[0] - 1.0 / 0.3).abs() < 1e-6);
        assert_eq!(space.points().point(4)[0], 0.0);
        let nobody = Space::new(&Matrix::from_rows(&rows).unwrap(), &[]);
        assert_eq!(nobody.points().point(3)[0], 0.0);
    }
}
