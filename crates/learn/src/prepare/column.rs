//! One column: what fills its gaps and how its values are scaled.

use super::Scaling;
use super::normal_quantile::normal_quantile;

/// Prepared values stay within this, so that sums of their squares are finite.
pub(super) const LIMIT: f64 = 1e100;
/// Robustly scaled values stay within this: further out, a value says no more than that it is out there.
const ROBUST_LIMIT: f64 = 10.0;
/// The quartiles of the normal distribution are so many standard deviations apart.
const QUARTILES: f64 = 1.348_979_500_392_163_5;
/// A curve has at most so many knots.
pub(super) const KNOTS: usize = 1000;

/// How the values of a column, its gaps filled, become scaled ones.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scale {
    /// (value − centre) / spread within ±limit; 0 when the spread is 0.
    Linear { centre: f64, spread: f64, limit: f64 },
    /// Straight lines between knots, and flat outside.
    Curve { values: Vec<f64>, scores: Vec<f64> },
}

impl Scale {
    #[inline]
    pub(super) fn apply(&self, value: f64) -> f64 {
        match self {
            Self::Linear { spread: 0.0, .. } => 0.0,
            Self::Linear { centre, spread, limit } => ((value - centre) / spread).clamp(-limit, *limit),
            Self::Curve { values, scores } => interpolate(values, scores, value),
        }
    }
}

fn interpolate(values: &[f64], scores: &[f64], value: f64) -> f64 {
    let above = values.partition_point(|knot| *knot <= value);
    if above == 0 || above == values.len() {
        return scores[above.saturating_sub(1)];
    }
    let (left, right) = (values[above - 1], values[above]);
    // Halves, as the difference of two large numbers may be too large for a number.
    let share = (value * 0.5 - left * 0.5) / (right * 0.5 - left * 0.5);
    let score = scores[above - 1] + share * (scores[above] - scores[above - 1]);
    score.clamp(scores[above - 1], scores[above])
}

/// The values that are there, ascending, with what weighs on them, and the weight of all rows.
pub(super) struct Observed {
    values: Vec<(f64, f64)>,
    weight: f64,
    all: f64,
}

impl Observed {
    /// From values (NaN where missing) and weights, row by row. Rows of weight 0 are left out.
    pub(super) fn new(rows: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut all = 0.0;
        let mut values = Vec::new();
        for (value, weight) in rows.filter(|(_, weight)| *weight > 0.0) {
            all += weight;
            if !value.is_nan() {
                values.push((value, weight));
            }
        }
        values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let weight = values.iter().map(|(_, weight)| weight).sum();
        Self { values, weight, all }
    }

    /// What fills the gaps of the column, and its scale.
    pub(super) fn fit(&self, scaling: Scaling) -> (f64, Scale) {
        let fill = self.quantile(0.5);
        let (first, last) = match (self.values.first(), self.values.last()) {
            (Some(first), Some(last)) => (first.0, last.0),
            _ => return (0.0, Scale::Linear { centre: 0.0, spread: 0.0, limit: LIMIT }),
        };
        let linear = |centre, spread, limit| Scale::Linear { centre, spread, limit };
        let scale = match scaling {
            Scaling::None => linear(0.0, 1.0, f64::MAX),
            _ if first == last => linear(fill, 0.0, LIMIT),
            Scaling::Standard => {
                let (mean, deviation) = self.moments(fill);
                linear(mean, deviation, LIMIT)
            }
            Scaling::Robust => {
                match (self.quantile(0.75) * 0.5 - self.quantile(0.25) * 0.5) * 2.0 / QUARTILES {
                    spread if spread > 0.0 && spread.is_finite() => linear(fill, spread, ROBUST_LIMIT),
                    // More than half of the values are the same one.
                    _ => linear(fill, self.moments(fill).1, ROBUST_LIMIT),
                }
            }
            Scaling::Normal => self.curve(),
        };
        (fill, scale)
    }

    /// The value that the share `share` of the weight is at or below; between two, their mean.
    fn quantile(&self, share: f64) -> f64 {
        let target = share * self.weight;
        let mut sum = 0.0;
        for (at, &(value, weight)) in self.values.iter().enumerate() {
            sum += weight;
            if sum > target {
                return value;
            }
            if sum == target {
                let next = self.values.get(at + 1).map_or(value, |next| next.0);
                return value * 0.5 + next * 0.5;
            }
        }
        self.values.last().map_or(0.0, |last| last.0)
    }

    /// The mean and the standard deviation (divided by the weight) of the column with its gaps filled. The deviation is
    /// 0 where it is no more than what rounding leaves of a constant column, by scikit-learn's bound.
    fn moments(&self, fill: f64) -> (f64, f64) {
        let largest = self.values.iter().fold(0.0f64, |largest, (value, _)| largest.max(value.abs()));
        // A power of two changes no digit, and squares cannot overflow any more.
        let unit = largest.log2().floor().clamp(-1000.0, 1000.0).exp2();
        let missing = (fill, self.all - self.weight);
        let rows =
            || self.values.iter().chain(std::iter::once(&missing)).map(|&(x, weight)| (x / unit, weight));
        let mean = rows().map(|(x, weight)| x * weight).sum::<f64>() / self.all;
        let variance = rows().map(|(x, weight)| weight * (x - mean).powi(2)).sum::<f64>() / self.all;
        let count = self.values.len() as f64;
        let bound = count * f64::EPSILON * variance + (count * mean * f64::EPSILON).powi(2);
        (mean * unit, if variance <= bound { 0.0 } else { variance.sqrt() * unit })
    }

    /// A curve from values to the normal scores of their ranks: half of the weight on a value counts as below it.
    fn curve(&self) -> Scale {
        let (mut values, mut scores) = (Vec::new(), Vec::new());
        let mut below = 0.0;
        for group in self.values.chunk_by(|a, b| a.0 == b.0) {
            let weight: f64 = group.iter().map(|(_, weight)| weight).sum();
            values.push(group[0].0);
            scores.push(normal_quantile((below + weight / 2.0) / self.weight).clamp(-38.0, 38.0));
            below += weight;
        }
        thin(&mut values, &mut scores);
        Scale::Curve { values, scores }
    }
}

/// Keeps at most [`KNOTS`] knots, the ends among them, about evenly spaced in score.
fn thin(values: &mut Vec<f64>, scores: &mut Vec<f64>) {
    let count = values.len();
    if count <= KNOTS {
        return;
    }
    let (first, last) = (scores[0], scores[count - 1]);
    let step = (last - first) / (KNOTS - 1) as f64;
    let mut kept: Vec<usize> = (0..KNOTS)
        .map(|knot| {
            let target = first + step * knot as f64;
            scores.partition_point(|score| *score < target).min(count - 1)
        })
        .collect();
    kept[KNOTS - 1] = count - 1;
    kept.dedup();
    *values = kept.iter().map(|&at| values[at]).collect();
    *scores = kept.iter().map(|&at| scores[at]).collect();
}
