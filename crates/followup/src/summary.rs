//! What many seeds say together.

use hesper_learn::metrics::{self, Interval};

use crate::{Error, Run, Scores};

/// A metric of [`Scores`].
pub type Metric = fn(&Scores) -> f64;

/// The four metrics of a loop, by name.
pub const METRICS: [(&str, Metric); 4] = [
    ("accuracy", |scores| scores.accuracy),
    ("efficiency", |scores| scores.efficiency),
    ("purity", |scores| scores.purity),
    ("fom", |scores| scores.fom),
];

/// Mean of a metric over the seeds of one strategy at each scored number of queries, with Student's 95 % interval. The
/// interval is over seeds: the draws of the learner and the strategy, not the choice of the hold-out.
///
/// # Errors
/// [`Error::Learn`] where there is no run.
pub fn curve(runs: &[Run], strategy: usize, metric: Metric) -> Result<Vec<(usize, Interval)>, Error> {
    let runs: Vec<&Run> = runs.iter().filter(|run| run.strategy == strategy).collect();
    let steps = runs.iter().map(|run| run.scores.len()).min().unwrap_or(0);
    (0..steps)
        .map(|step| {
            let values: Vec<f64> = runs.iter().map(|run| metric(&run.scores[step])).collect();
            Ok((runs[0].scores[step].queries, metrics::mean_interval(&values, 0.95)?))
        })
        .collect()
}

/// The last point of [`curve`].
///
/// # Errors
/// As [`curve`].
pub fn last(runs: &[Run], strategy: usize, metric: Metric) -> Result<Interval, Error> {
    let values = last_values(runs, strategy, metric);
    Ok(metrics::mean_interval(&values, 0.95)?)
}

/// Mean of the last metric of one strategy less that of another, paired by seed, with Student's 95 % interval: the
/// strategies differ where it does not hold 0.
///
/// # Errors
/// As [`curve`].
pub fn difference(runs: &[Run], strategy: usize, other: usize, metric: Metric) -> Result<Interval, Error> {
    let pairs = last_values(runs, strategy, metric).into_iter().zip(last_values(runs, other, metric));
    let values: Vec<f64> = pairs.map(|(a, b)| a - b).collect();
    Ok(metrics::mean_interval(&values, 0.95)?)
}

fn last_values(runs: &[Run], strategy: usize, metric: Metric) -> Vec<f64> {
    let of_strategy = runs.iter().filter(|run| run.strategy == strategy);
    of_strategy.filter_map(|run| run.scores.last()).map(metric).collect()
}
