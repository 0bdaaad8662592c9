use super::{Interval, check_level, normal};
use crate::Error;

/// The interval of a share, `successes` of `trials` (Wilson 1927, doi:10.1080/01621459.1927.10502953): it stays within 0
/// and 1, and is honest where few trials, or all or none, succeed. `level` is the coverage, such as 0.95.
///
/// # Errors
/// When there are no trials, or fewer than successes; `level` is not between 0 and 1.
pub fn wilson_interval(successes: usize, trials: usize, level: f64) -> Result<Interval, Error> {
    check_level(level)?;
    if trials == 0 {
        return Err(Error::Empty("the list of trials"));
    }
    if successes > trials {
        return Err(Error::Shape {
            what: "successes, at most one per trial",
            expected: trials,
            actual: successes,
        });
    }
    let (k, n) = (successes as f64, trials as f64);
    let z = normal::quantile(0.5 + 0.5 * level);
    let share = k / n;
    let middle = (share + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let lower = if successes == 0 { 0.0 } else { (middle - half).max(0.0) };
    let upper = if successes == trials { 1.0 } else { (middle + half).min(1.0) };
    Ok(Interval { estimate: share, lower, upper })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_scipy() {
        // scipy 1.17.1: binomtest(k, n).proportion_ci(level, method="wilson")
        for (successes, trials, level, lower, upper) in [
            (0, 5, 0.95, 0.0, 0.43448246478317476),
            (5, 5, 0.95, 0.5655175352168251, 1.0),
            (3, 10, 0.95, 0.10779126740630102, 0.6032218525388546),
            (90, 100, 0.9, 0.8396444903889078, 0.9392813329845526),
            (12345, 13861, 0.99, 0.8836121411738137, 0.8972708342392618),
        ] {
            let found = wilson_interval(successes, trials, level).unwrap();
            assert!((found.lower - lower).abs() < 1e-12 && (found.upper - upper).abs() < 1e-12, "{found:?}");
        }
    }

    #[test]
    fn bad_requests_are_refused() {
        assert!(wilson_interval(0, 0, 0.95).is_err());
        assert!(wilson_interval(2, 1, 0.95).is_err());
        assert!(wilson_interval(1, 2, 1.0).is_err());
    }
}
