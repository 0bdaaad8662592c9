use rayon::prelude::*;

use super::Interval;
use crate::Error;
use crate::random::Stream;

/// The percentile bootstrap interval of any metric of `rows` rows (Efron & Tibshirani 1993).
///
/// `metric` gets row numbers and returns the metric of these rows; the estimate is that of all rows in order. Replicates
/// on which it is NaN (a sample without positives, say) are left out; when it is NaN on more than half of them, that is an
/// error. `level` is the coverage, such as 0.95.
///
/// ```
/// use hesper_learn::metrics::bootstrap_interval;
/// let right = [true, true, false, true, true, false, true, true];
/// let share = |rows: &[usize]| rows.iter().filter(|&&row| right[row]).count() as f64 / rows.len() as f64;
/// let interval = bootstrap_interval(right.len(), 1000, 0.95, 1, share)?;
/// assert!(interval.lower < 0.75 && interval.estimate == 0.75 && interval.upper > 0.75);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
///
/// # Errors
/// When there are no rows or fewer than 2 replicates, `level` is not between 0 and 1, or the metric is NaN too often.
pub fn bootstrap_interval(
    rows: usize,
    replicates: usize,
    level: f64,
    seed: u64,
    metric: impl Fn(&[usize]) -> f64 + Sync,
) -> Result<Interval, Error> {
    let (estimate, values) = resampled(rows, replicates, level, seed, &metric)?;
    Ok(interval("the metric to bootstrap", estimate, values, replicates, level)?.0)
}

/// What `metric` says of all rows in order, and of each of `replicates` samples of them with replacement. Sample i is the
/// same for every metric.
pub(crate) fn resampled<T: Send>(
    rows: usize,
    replicates: usize,
    level: f64,
    seed: u64,
    metric: &(impl Fn(&[usize]) -> T + Sync),
) -> Result<(T, Vec<T>), Error> {
    if rows == 0 {
        return Err(Error::Empty("the list of rows"));
    }
    let Ok(bound) = u32::try_from(rows) else {
        return Err(Error::TooLarge { what: "rows", actual: rows, limit: u32::MAX as usize });
    };
    if replicates < 2 {
        let value = replicates.to_string();
        return Err(Error::Parameter { name: "replicates", value, limit: "at least 2" });
    }
    check_level(level)?;
    let estimate = metric(&(0..rows).collect::<Vec<_>>());
    let samples = (0..replicates as u64).into_par_iter().map(|replicate| {
        let mut random = Stream::new(seed, replicate);
        let sample: Vec<usize> = (0..rows).map(|_| random.below(bound) as usize).collect();
        metric(&sample)
    });
    Ok((estimate, samples.collect()))
}

/// The percentile interval of values, those that are NaN left out, and the values that remain, ascending. `name` is that
/// of the metric where too many are NaN.
pub(crate) fn interval(
    name: &'static str,
    estimate: f64,
    mut values: Vec<f64>,
    replicates: usize,
    level: f64,
) -> Result<(Interval, Vec<f64>), Error> {
    values.retain(|value| !value.is_nan());
    if estimate.is_nan() || values.len() * 2 < replicates {
        let reason =
            format!("it is NaN on {} of {replicates} samples of the rows", replicates - values.len());
        return Err(Error::Metric { metric: name, reason });
    }
    values.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - level) / 2.0;
    let interval =
        Interval { estimate, lower: quantile(&values, tail), upper: quantile(&values, 1.0 - tail) };
    Ok((interval, values))
}

pub(crate) fn check_level(level: f64) -> Result<(), Error> {
    if level > 0.0 && level < 1.0 {
        return Ok(());
    }
    Err(Error::Parameter { name: "level", value: level.to_string(), limit: "between 0 and 1" })
}

/// A quantile of sorted values, linear between them.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    if below == above { below } else { below + (above - below) * place.fract() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_mean_is_that_of_the_normal_law() {
        // Uniform values: the standard error is sqrt(1/12/400) = 0.01443, the 95 % interval 1.96 times that to either side.
        let mean = |rows: &[usize]| {
            rows.iter().map(|&row| (row as f64 + 0.5) / 400.0).sum::<f64>() / rows.len() as f64
        };
        let interval = bootstrap_interval(400, 4000, 0.95, 5, mean).unwrap();
        assert!((interval.estimate - 0.5).abs() < 1e-12);
        assert!(
            (interval.lower - 0.4717).abs() < 0.002 && (interval.upper - 0.5283).abs() < 0.002,
            "{interval:?}"
        );
        let wide = bootstrap_interval(400, 4000, 0.99, 5, mean).unwrap();
        assert!(wide.lower < interval.lower && wide.upper > interval.upper);
        assert_eq!(interval, bootstrap_interval(400, 4000, 0.95, 5, mean).unwrap());
    }

    #[test]
    fn samples_without_a_value_are_left_out_unless_they_are_many() {
        let first = |rows: &[usize]| if rows.contains(&0) { 1.0 } else { f64::NAN };
        assert_eq!(bootstrap_interval(5, 200, 0.9, 1, first).unwrap().lower, 1.0);
        assert!(bootstrap_interval(5, 200, 0.9, 1, |_| f64::NAN).is_err());
    }

    #[test]
    fn bad_input_is_refused() {
        assert!(bootstrap_interval(0, 100, 0.95, 1, |_| 0.0).is_err());
        assert!(bootstrap_interval(3, 1, 0.95, 1, |_| 0.0).is_err());
        assert!(bootstrap_interval(3, 100, 1.0, 1, |_| 0.0).is_err());
        assert!(bootstrap_interval(3, 100, f64::NAN, 1, |_| 0.0).is_err());
    }

    #[test]
    fn one_row_has_no_width() {
        let interval = bootstrap_interval(1, 10, 0.95, 1, |rows| rows[0] as f64).unwrap();
        assert_eq!(interval, Interval { estimate: 0.0, lower: 0.0, upper: 0.0 });
    }
}
