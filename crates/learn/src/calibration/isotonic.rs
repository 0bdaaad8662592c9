//! Isotonic regression by pooling adjacent violators.

/// A probability that rises with the score, as a broken line: straight between its points, level outside them.
///
/// The pools are those of the weighted least squares under order (Ayer et al. 1955, doi:10.1214/aoms/1177728423;
/// Zadrozny & Elkan 2002, doi:10.1145/775047.775151); each gives its first and its last score, as in scikit-learn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Isotonic {
    /// Scores, rising.
    pub(crate) scores: Vec<f64>,
    /// The probability at each score, never falling.
    pub(crate) values: Vec<f64>,
}

/// Neighbouring scores with one value.
struct Pool {
    first: f64,
    last: f64,
    weight: f64,
    sum: f64,
}

impl Isotonic {
    /// Learns from scores, whether each is positive, and weights, of which at least one is above 0.
    pub(crate) fn fit(scores: &[f64], positive: impl Fn(usize) -> bool, weights: &[f64]) -> Self {
        let mut order: Vec<usize> = (0..scores.len()).filter(|&row| weights[row] > 0.0).collect();
        order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
        let mut pools: Vec<Pool> = Vec::new();
        for equal in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
            let score = scores[equal[0]];
            let weight: f64 = equal.iter().map(|&row| weights[row]).sum();
            let sum: f64 = equal.iter().filter(|&&row| positive(row)).map(|&row| weights[row]).sum();
            let mut pool = Pool { first: score, last: score, weight, sum };
            while let Some(before) =
                pools.pop_if(|before| before.sum * pool.weight >= pool.sum * before.weight)
            {
                pool.first = before.first;
                pool.weight += before.weight;
                pool.sum += before.sum;
            }
            pools.push(pool);
        }
        let mut line = Self { scores: Vec::new(), values: Vec::new() };
        for pool in pools {
            let value = (pool.sum / pool.weight).clamp(0.0, 1.0);
            for score in [pool.first, pool.last] {
                if line.scores.last() != Some(&score) {
                    line.scores.push(score);
                    line.values.push(value);
                }
            }
        }
        line
    }

    /// The probability at a score.
    pub(crate) fn apply(&self, score: f64) -> f64 {
        let above = self.scores.partition_point(|&at| at < score);
        if above == 0 {
            return self.values[0];
        }
        let Some((&right, &high)) = self.scores.get(above).zip(self.values.get(above)) else {
            return self.values[self.values.len() - 1];
        };
        let (left, low) = (self.scores[above - 1], self.values[above - 1]);
        low + (high - low) * ((score - left) / (right - left))
    }

    /// Whether it is what [`Self::fit`] could have made.
    pub(crate) fn is_valid(&self) -> bool {
        !self.scores.is_empty()
            && self.scores.len() == self.values.len()
            && self.scores.iter().all(|score| score.is_finite())
            && self.scores.is_sorted_by(|a, b| a < b)
            && self.values.iter().all(|value| (0.0..=1.0).contains(value))
            && self.values.is_sorted()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The largest, over starts, of the least, over ends, of the means: what isotonic regression is, and slow.
    fn max_min(y: &[f64], weights: &[f64], at: usize) -> f64 {
        let mean = |from: usize, to: usize| {
            let weight: f64 = weights[from..=to].iter().sum();
            (from..=to).map(|row| y[row] * weights[row]).sum::<f64>() / weight
        };
        (0..=at)
            .map(|from| (at..y.len()).map(|to| mean(from, to)).fold(f64::INFINITY, f64::min))
            .fold(f64::NEG_INFINITY, f64::max)
    }

    proptest! {
        #[test]
        fn it_is_the_best_rising_line(rows in prop::collection::vec((any::<bool>(), 0.1f64..3.0), 1..25)) {
            let scores: Vec<f64> = (0..rows.len()).map(|row| row as f64 / 30.0).collect();
            let weights: Vec<f64> = rows.iter().map(|row| row.1).collect();
            let y: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(row.0))).collect();
            let line = Isotonic::fit(&scores, |row| rows[row].0, &weights);
            prop_assert!(line.is_valid());
            for (at, &score) in scores.iter().enumerate() {
                let expected = max_min(&y, &weights, at);
                prop_assert!((line.apply(score) - expected).abs() < 1e-12, "{at}: {} {expected}", line.apply(score));
            }
        }

        #[test]
        fn whole_weights_are_repeated_rows(rows in prop::collection::vec((0u8..5, any::<bool>(), 0u8..4), 1..30)) {
            prop_assume!(rows.iter().any(|row| row.2 > 0));
            let scores: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let weights: Vec<f64> = rows.iter().map(|row| f64::from(row.2)).collect();
            let repeated: Vec<usize> = (0..rows.len()).flat_map(|row| std::iter::repeat_n(row, rows[row].2.into())).collect();
            let weighted = Isotonic::fit(&scores, |row| rows[row].1, &weights);
            let again = Isotonic::fit(
                &repeated.iter().map(|&row| scores[row]).collect::<Vec<_>>(), |row| rows[repeated[row]].1, &vec![1.0; repeated.len()]);
            prop_assert_eq!(weighted, again);
        }
    }

    #[test]
    fn it_is_level_outside_and_straight_between() {
        let line = Isotonic::fit(&[0.2, 0.4, 0.6, 0.8], |row| row >= 2, &[1.0; 4]);
        assert_eq!([0.0, 0.3, 0.9].map(|score| line.apply(score)), [0.0, 0.0, 1.0]);
        assert!((line.apply(0.45) - 0.25).abs() < 1e-12);
    }
}
