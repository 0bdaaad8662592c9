use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::maps::refuse;
use crate::{Error, Source};

/// How mixed the classes are in growing neighbourhoods: a curve of complexity that needs no model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntropyCurve {
    /// H(k) for k = 1, 2, …: the mean over objects of the entropy of the classes' shares among the object and its k nearest
    /// others, in bits.
    pub mean: Vec<f64>,
}

impl EntropyCurve {
    /// The curve up to `most` neighbours, or as many as there are. Features as they are, distances Euclidean; of equally near
    /// objects the first ones count. Takes n² distances, and room
    /// for n `most` numbers.
    ///
    /// # Errors
    /// As [`Source::check`]; fewer than two objects; `most` = 0.
    pub fn new(source: &Source<'_>, most: usize) -> Result<Self, Error> {
        source.check()?;
        if most == 0 {
            return refuse("most", 0, "at least 1");
        }
        let rows = source.x.rows();
        if rows < 2 {
            let what = "it has 1 object, but neighbours need 2 or more".to_owned();
            return Err(Error::Domain { domain: "source", what });
        }
        let most = most.min(rows - 1);
        let of = |row: usize| -> Vec<f64> {
            let mut counts = vec![0usize; source.n_classes];
            counts[source.y[row] as usize] += 1;
            let grown = nearest(source.x, row, most).into_iter().enumerate().map(|(k, other)| {
                counts[source.y[other] as usize] += 1;
                entropy(&counts, k + 2)
            });
            grown.collect()
        };
        let curves: Vec<Vec<f64>> = (0..rows).into_par_iter().map(of).collect();
        let mut mean = vec![0.0; most];
        for curve in curves {
            mean.iter_mut().zip(curve).for_each(|(mean, entropy)| *mean += entropy / rows as f64);
        }
        Ok(Self { mean })
    }

    /// The mean of H(k) over k, in bits: the area under the curve for an axis of length 1.
    pub fn area(&self) -> f64 {
        self.mean.iter().sum::<f64>() / self.mean.len().max(1) as f64
    }

    /// K*: the largest k with H(k) below a limit (0.9 bits in the authors' variant); 0 if there is none.
    pub fn largest_below(&self, limit: f64) -> usize {
        self.mean.iter().rposition(|entropy| *entropy < limit).map_or(0, |at| at + 1)
    }
}

/// The nearest other rows, at most `count`, the nearest first; of equally near ones the lowest.
pub(super) fn nearest(x: &hesper_learn::Matrix, row: usize, count: usize) -> Vec<usize> {
    let own = x.row(row);
    let mut all: Vec<(f64, usize)> = (0..x.rows())
        .filter(|other| *other != row)
        .map(|other| (own.iter().zip(x.row(other)).map(|(a, b)| (a - b).powi(2)).sum(), other))
        .collect();
    let order = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    if count < all.len() {
        all.select_nth_unstable_by(count, order);
        all.truncate(count);
    }
    all.sort_unstable_by(order);
    all.into_iter().map(|(_, other)| other).collect()
}

fn entropy(counts: &[usize], total: usize) -> f64 {
    let share = |count: &usize| *count as f64 / total as f64;
    counts.iter().filter(|count| **count > 0).map(|count| -share(count) * share(count).log2()).sum()
}

#[cfg(test)]
mod tests {
    use hesper_learn::Matrix;

    use super::*;

    #[test]
    fn curves_by_hand() {
        // Of each of two pairs, the nearest is of the same class in one and of the other class in the other.
        let x = Matrix::from_rows(&[[0.0], [1.0], [10.0], [11.0]]).unwrap();
        let curve = EntropyCurve::new(&Source { x: &x, y: &[0, 0, 0, 1], n_classes: 2 }, 9).unwrap();
        assert_eq!(curve.mean.len(), 3);
        let third = -(1.0f64 / 3.0) * (1.0f64 / 3.0).log2() - (2.0f64 / 3.0) * (2.0f64 / 3.0).log2();
        let quarter = 0.25 * 2.0 - 0.75 * 0.75f64.log2();
        for (found, expected) in curve.mean.iter().zip([0.5, 0.5 * third, quarter]) {
            assert!((found - expected).abs() < 1e-15, "{found}, but {expected}");
        }
        assert_eq!((curve.largest_below(0.6), curve.largest_below(0.1), curve.largest_below(2.0)), (2, 0, 3));
        assert!((curve.area() - (0.5 + 0.5 * third + quarter) / 3.0).abs() < 1e-15);
    }

    #[test]
    fn what_has_no_neighbours_is_named() {
        let x = Matrix::from_rows(&[[0.0]]).unwrap();
        let source = Source { x: &x, y: &[0], n_classes: 1 };
        assert!(EntropyCurve::new(&source, 1).unwrap_err().to_string().contains("2 or more"));
        assert!(EntropyCurve::new(&source, 0).is_err());
    }
}
