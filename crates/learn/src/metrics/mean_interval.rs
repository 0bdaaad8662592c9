use super::Interval;
use super::bootstrap::check_level;
use super::student::quantile;
use crate::Error;

/// The mean of independent values, such as one metric over seeds, with Student's interval: mean ± t·s/√n with the
/// quantile t for n − 1 degrees of freedom. One value has an infinitely wide interval.
///
/// # Errors
/// When there is no value, one is not finite, or `level` (the coverage, such as 0.95) is not between 0 and 1.
pub fn mean_interval(values: &[f64], level: f64) -> Result<Interval, Error> {
    check_level(level)?;
    if values.is_empty() {
        return Err(Error::Empty("the list of values"));
    }
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        let reason = format!("value {at} is {}", values[at]);
        return Err(Error::Metric { metric: "the mean", reason });
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let half = if values.len() == 1 {
        f64::INFINITY
    } else {
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
        quantile(0.5 + level / 2.0, n - 1.0) * (variance / n).sqrt()
    };
    Ok(Interval { estimate: mean, lower: mean - half, upper: mean + half })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // s² = 1, n = 3, t(0.975, 2) = 4.302653.
        let interval = mean_interval(&[1.0, 2.0, 3.0], 0.95).unwrap();
        assert_eq!(interval.estimate, 2.0);
        assert!((interval.upper - 2.0 - 4.302_652_729_911_275 / 3f64.sqrt()).abs() < 1e-9);
        assert!((interval.lower + interval.upper - 4.0).abs() < 1e-12);
    }

    #[test]
    fn one_value_says_nothing_of_its_error() {
        let interval = mean_interval(&[0.3], 0.95).unwrap();
        assert_eq!(
            (interval.estimate, interval.lower, interval.upper),
            (0.3, f64::NEG_INFINITY, f64::INFINITY)
        );
        assert!(mean_interval(&[], 0.95).is_err());
        assert!(mean_interval(&[f64::NAN], 0.95).is_err());
        assert!(mean_interval(&[1.0], 0.0).is_err());
    }
}
