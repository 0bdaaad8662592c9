use super::{Problem, Warning};

/// Training rows from after the beginning of the test: what will be asked for in the future is judged with its help. Rows
/// without a time (NaN) do not count.
pub fn time_leak(train: &[f64], test: &[f64]) -> Option<Warning> {
    let begin = test.iter().copied().filter(|time| !time.is_nan()).fold(f64::INFINITY, f64::min);
    let after = train.iter().filter(|time| **time > begin).count();
    if after == 0 {
        return None;
    }
    Some(Warning {
        problem: Problem::TimeLeak,
        found: format!(
            "{after} of {} training rows are from after the test begins, at {begin}.",
            train.len()
        ),
        remedy: "If the model is to predict what comes later, split by time; else leave the times away."
            .to_owned(),
    })
}
