use crate::Error;
use crate::metrics::{Interval, interval, resampled};

/// Which way a metric is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Such as accuracy.
    Higher,
    /// Such as the log-loss.
    Lower,
}

impl Better {
    /// By how much `value` is worse than `best`.
    fn deficit(self, best: f64, value: f64) -> f64 {
        match self {
            Self::Higher => best - value,
            Self::Lower => value - best,
        }
    }
}

/// Where one candidate stands among the others.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Standing {
    /// The metric with its interval.
    pub score: Interval,
    /// By how much it is worse than the best candidate, with the interval of the paired difference; 0 for the best.
    pub deficit: Interval,
    /// How likely so large a deficit is by chance: two-sided, of the paired bootstrap, adjusted for the number of
    /// candidates (Holm 1979). 1 for the best.
    pub p_value: f64,
    /// Not significantly worse than the best.
    pub among_best: bool,
}

/// How the rows are resampled.
#[derive(Clone, Copy, Debug)]
pub struct Resampling {
    /// The number of bootstrap samples.
    pub replicates: usize,
    /// The coverage of intervals, such as .95; one less this is the level of significance.
    pub level: f64,
    /// The seed.
    pub seed: u64,
}

/// A candidate's metric on some rows, by their numbers.
pub type MetricOfRows<'a> = dyn Fn(&[usize]) -> f64 + Sync + 'a;

/// Compares candidates on the same rows: each metric with its interval, and which are significantly worse than the best.
///
/// A candidate is a function that gives its metric on some rows (as [`crate::metrics::bootstrap_interval`] takes it), made
/// from predictions that did not learn from these rows. All candidates see the same bootstrap samples, so that what is
/// hard about a sample is hard for all: the interval of a difference is narrower than the two intervals suggest. The
/// samples are of rows, so the intervals tell of other objects of the same kind, not of another training sample.
///
/// ```
/// use hesper_learn::{Better, Resampling, leaderboard};
/// let share = |right: Vec<bool>| move |rows: &[usize]| rows.iter().filter(|&&row| right[row]).count() as f64 / rows.len() as f64;
/// let good = share((0..100).map(|row| row % 10 != 0).collect());
/// let poor = share((0..100).map(|row| row % 2 == 0).collect());
/// let resampling = Resampling { replicates: 1000, level: 0.95, seed: 1 };
/// let standings = leaderboard(100, &[&poor, &good], Better::Higher, resampling)?;
/// assert!(standings[1].among_best && !standings[0].among_best);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
///
/// # Errors
/// When there are no rows or candidates, fewer than 2 replicates, `level` is not between 0 and 1, or a metric is NaN on
/// the whole or on more than half of the samples.
pub fn leaderboard(
    rows: usize,
    candidates: &[&MetricOfRows<'_>],
    better: Better,
    resampling: Resampling,
) -> Result<Vec<Standing>, Error> {
    let Resampling { replicates, level, seed } = resampling;
    if candidates.is_empty() {
        return Err(Error::Empty("the list of candidates"));
    }
    let of_all = |rows: &[usize]| -> Vec<f64> { candidates.iter().map(|metric| metric(rows)).collect() };
    let (estimates, samples) = resampled(rows, replicates, level, seed, &of_all)?;
    let interval = |estimate: f64, of: &dyn Fn(&[f64]) -> f64| {
        let values = samples.iter().map(|sample| of(sample)).collect();
        interval("the metric to compare by", estimate, values, replicates, level)
    };
    // A metric without a value is refused below; it must not be the best before.
    let best = (0..candidates.len())
        .filter(|&place| !estimates[place].is_nan())
        .min_by(|&a, &b| better.deficit(estimates[b], estimates[a]).total_cmp(&0.0).then(a.cmp(&b)))
        .unwrap_or_default();
    let mut standings = Vec::with_capacity(candidates.len());
    for (place, &estimate) in estimates.iter().enumerate() {
        let (score, _) = interval(estimate, &|sample| sample[place])?;
        let (deficit, values) = interval(better.deficit(estimates[best], estimate), &|sample| {
            better.deficit(sample[best], sample[place])
        })?;
        // The share of samples on the other side of zero; one more, as chance cannot be excluded by counting.
        let other_side = values.iter().filter(|value| **value <= 0.0).count();
        let p_value = (2.0 * (other_side + 1) as f64 / (values.len() + 1) as f64).min(1.0);
        standings.push(Standing { score, deficit, p_value, among_best: true });
    }
    adjust(&mut standings, best, 1.0 - level);
    Ok(standings)
}

/// Holm's step-down adjustment: the smallest p-value counts as often as there are comparisons, the next once less, …
fn adjust(standings: &mut [Standing], best: usize, level: f64) {
    let mut order: Vec<usize> = (0..standings.len()).filter(|place| *place != best).collect();
    order.sort_by(|&a, &b| standings[a].p_value.total_cmp(&standings[b].p_value).then(a.cmp(&b)));
    let mut largest = 0.0_f64;
    for (rank, &place) in order.iter().enumerate() {
        largest = largest.max(standings[place].p_value * (order.len() - rank) as f64).min(1.0);
        standings[place].p_value = largest;
        standings[place].among_best = largest > level;
    }
    standings[best].p_value = 1.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESAMPLING: Resampling = Resampling { replicates: 999, level: 0.95, seed: 3 };

    fn mean(values: Vec<f64>) -> impl Fn(&[usize]) -> f64 + Sync {
        move |rows| rows.iter().map(|&row| values[row]).sum::<f64>() / rows.len() as f64
    }

    #[test]
    fn a_small_steady_difference_is_found_where_the_intervals_overlap() {
        // Rows differ by much, the candidates by .05 on every row but a few.
        let hard = |row: usize| (row * 37 % 200) as f64 / 200.0;
        let one = mean((0..200).map(hard).collect());
        let other = mean((0..200).map(|row| hard(row) + if row % 10 == 0 { -0.02 } else { 0.05 }).collect());
        let standings = leaderboard(200, &[&one, &other], Better::Higher, RESAMPLING).unwrap();
        assert!(standings[0].score.upper > standings[1].score.lower);
        assert!(!standings[0].among_best && standings[0].deficit.lower > 0.0, "{standings:?}");
        assert_eq!((standings[1].deficit.estimate, standings[1].p_value), (0.0, 1.0));
        let losses = leaderboard(200, &[&one, &other], Better::Lower, RESAMPLING).unwrap();
        assert!(losses[0].among_best && !losses[1].among_best);
    }

    #[test]
    fn equals_share_the_first_place() {
        let (one, other) =
            (mean((0..50).map(f64::from).collect()), mean((0..50).rev().map(f64::from).collect()));
        let standings = leaderboard(50, &[&one, &other, &one], Better::Higher, RESAMPLING).unwrap();
        assert!(standings.iter().all(|standing| standing.among_best), "{standings:?}");
    }

    #[test]
    fn many_candidates_make_chance_findings_rarer() {
        let mut standings = [0.02, 0.01, 1.0, 0.03].map(|p_value| Standing {
            score: Interval { estimate: 0.0, lower: 0.0, upper: 0.0 },
            deficit: Interval { estimate: 0.0, lower: 0.0, upper: 0.0 },
            p_value,
            among_best: true,
        });
        adjust(&mut standings, 2, 0.05);
        assert_eq!(standings.map(|standing| standing.p_value), [0.04, 0.03, 1.0, 0.04]);
        assert_eq!(standings.map(|standing| standing.among_best), [false, false, true, false]);
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let one = mean(vec![1.0]);
        assert!(leaderboard(0, &[&one], Better::Higher, RESAMPLING).is_err());
        assert!(leaderboard(1, &[], Better::Higher, RESAMPLING).is_err());
        assert!(leaderboard(1, &[&|_: &[usize]| f64::NAN], Better::Higher, RESAMPLING).is_err());
        assert!(leaderboard(1, &[&one], Better::Higher, Resampling { level: 1.0, ..RESAMPLING }).is_err());
        assert!(leaderboard(1, &[&one], Better::Higher, Resampling { replicates: 1, ..RESAMPLING }).is_err());
    }
}
