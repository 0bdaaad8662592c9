/// The quantile of calibration scores for new rows of any weight.
#[derive(Clone, Debug)]
pub(super) struct Threshold {
    level: f64,
    /// Rising.
    scores: Vec<f64>,
    /// The weight of each score and all below it.
    cumulative: Vec<f64>,
}

/// Products such as 0.55 · 100 may come out too large by rounding, which must not cost a rank.
const ROUNDING: f64 = 1e-12;

impl Threshold {
    /// From scores with their weights, each above 0.
    pub(super) fn new(mut scored: Vec<(f64, f64)>, level: f64) -> Self {
        scored.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut sum = 0.0;
        let cumulative = scored.iter().map(|(_, weight)| {
            sum += weight;
            sum
        });
        Self {
            level,
            cumulative: cumulative.collect(),
            scores: scored.into_iter().map(|(score, _)| score).collect(),
        }
    }

    /// The smallest score s with Σ w_i [s_i ≤ s] ≥ level · (Σ w_i + w), where w is the new row's weight, whose own score counts
    /// as infinite; with weights of 1 that is the ⌈(n + 1) · level⌉-th smallest score.
    pub(super) fn at(&self, weight: f64) -> f64 {
        let total = self.cumulative.last().copied().unwrap_or(0.0) + weight;
        let wanted = self.level * total * (1.0 - ROUNDING);
        let place = self.cumulative.partition_point(|&sum| sum < wanted);
        self.scores.get(place).copied().unwrap_or(f64::INFINITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_exact() {
        for n in 1..250usize {
            let threshold = |percent: usize| {
                Threshold::new((0..n).map(|row| (row as f64, 1.0)).collect(), percent as f64 / 100.0).at(1.0)
            };
            for percent in 1..100 {
                let rank = ((n + 1) * percent).div_ceil(100);
                let expected = if rank > n { f64::INFINITY } else { (rank - 1) as f64 };
                assert_eq!(threshold(percent), expected, "{n} {percent}");
            }
        }
    }

    #[test]
    fn weights_move_the_quantile() {
        let threshold = Threshold::new(vec![(0.3, 1.0), (0.1, 6.0), (0.2, 2.0)], 0.6);
        assert_eq!(threshold.at(0.0), 0.1);
        assert_eq!(threshold.at(1.0), 0.1);
        assert_eq!(threshold.at(2.0), 0.2);
        assert_eq!(threshold.at(6.0), 0.3);
        assert_eq!(threshold.at(7.0), f64::INFINITY);
        assert_eq!(Threshold::new(vec![], 0.5).at(0.0), f64::INFINITY);
    }
}
