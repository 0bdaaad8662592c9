use super::Fold;
use crate::Error;

/// What came before `cut` to learn from, what came then or later to judge by. Times are in any unit, such as days of MJD.
///
/// # Errors
/// When a time or the cut is NaN, or a side would be empty.
pub fn time_split(times: &[f64], cut: f64) -> Result<Fold, Error> {
    check(times)?;
    let (train, test): (Vec<_>, Vec<_>) = (0..times.len()).partition(|&row| times[row] < cut);
    if cut.is_nan() || train.is_empty() || test.is_empty() {
        let (before, after) = (train.len(), test.len());
        return Err(Error::Split(format!(
            "the time {cut} has {before} rows before it and {after} at or after it"
        )));
    }
    Ok(Fold { train, test })
}

/// `k` folds that learn from all that is earlier than what they test: in the order of time the rows are cut into `k + 1`
/// runs of about equal size, and fold i tests run i + 1 with everything before it. Rows of one time stay together.
///
/// # Errors
/// When `k` is 0, a time is NaN, or there are too few different times for so many folds.
pub fn time_k_fold(times: &[f64], k: usize) -> Result<Vec<Fold>, Error> {
    check(times)?;
    if k == 0 {
        return Err(Error::Parameter { name: "k", value: "0".to_owned(), limit: "at least 1" });
    }
    let mut sorted = times.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let start = |run: usize| sorted.get(times.len() * run / (k + 1)).copied().unwrap_or(f64::INFINITY);
    (1..=k)
        .map(|run| {
            let (from, to) = (start(run), start(run + 1));
            let train: Vec<usize> = (0..times.len()).filter(|&row| times[row] < from).collect();
            let test: Vec<usize> =
                (0..times.len()).filter(|&row| times[row] >= from && (times[row] < to || run == k)).collect();
            if train.is_empty() || test.is_empty() {
                let rows = times.len();
                return Err(Error::Split(format!(
                    "{rows} rows have too few different times for {k} folds in time"
                )));
            }
            Ok(Fold { train, test })
        })
        .collect()
}

fn check(times: &[f64]) -> Result<(), Error> {
    match times.iter().position(|time| time.is_nan()) {
        Some(row) => Err(Error::Split(format!("row {row} has no time (NaN)"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cut_belongs_to_the_test() {
        let fold = time_split(&[3.0, 1.0, 2.0, 2.5], 2.5).unwrap();
        assert_eq!((fold.train, fold.test), (vec![1, 2], vec![0, 3]));
    }

    #[test]
    fn folds_look_only_back() {
        let times: Vec<f64> = (0..97).map(|row| f64::from(row * 37 % 97 / 3)).collect();
        let folds = time_k_fold(&times, 4).unwrap();
        let mut tested = 0;
        for fold in &folds {
            let latest = fold.train.iter().map(|&row| times[row]).fold(f64::MIN, f64::max);
            assert!(fold.test.iter().all(|&row| times[row] > latest));
            tested += fold.test.len();
        }
        assert_eq!(tested + folds[0].train.len(), times.len());
    }

    #[test]
    fn the_impossible_is_refused() {
        assert!(time_split(&[1.0, f64::NAN], 1.5).is_err());
        assert!(time_split(&[1.0, 2.0], 1.0).is_err());
        assert!(time_split(&[1.0, 2.0], f64::NAN).is_err());
        assert!(time_split(&[], 1.0).is_err());
        assert!(time_k_fold(&[1.0; 10], 2).is_err());
        assert!(time_k_fold(&[1.0, 2.0], 0).is_err());
        assert!(time_k_fold(&[], 1).is_err());
    }
}
