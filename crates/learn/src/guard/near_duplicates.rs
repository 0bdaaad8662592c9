use super::duplicates::duplicates;
use super::{Problem, Warning, can_tell_rows, list_rows};
use crate::random::Stream;
use crate::{Error, Matrix};

/// Test rows that are in training but for differences up to `near` standard deviations of each column: the same object
/// measured or fitted again. Values are missing in both or in neither. Equal rows are left to
/// [`super::duplicate_rows`].
///
/// Rows that are alike are neighbours on any line through the space of features: all rows are sorted along two lines of
/// random direction, and each test row is compared with the training rows near it there. Of many pairs a few may escape.
///
/// # Errors
/// When the tables have different numbers of columns, or `near` is not above 0 and below 1.
pub fn near_duplicate_rows(train: &Matrix, test: &Matrix, near: f64) -> Result<Option<Warning>, Error> {
    if !(near > 0.0 && near < 1.0) {
        return Err(Error::Parameter { name: "near", value: near.to_string(), limit: "between 0 and 1" });
    }
    let equal = duplicates(train, test)?;
    let columns: Vec<(f64, f64)> = (0..train.cols()).map(|col| centre_and_spread(train, col)).collect();
    let pairs = train.rows() as f64 * test.rows() as f64;
    let cell = |col: usize, value: f64| ((value - columns[col].0) / columns[col].1 / near).round() + 0.0;
    if !can_tell_rows(train, pairs, cell) {
        return Ok(None);
    }
    let mut found: Vec<usize> =
        (0..LINES).flat_map(|line| on_a_line(train, test, &columns, near, line)).collect();
    found.sort_unstable();
    found.dedup();
    found.retain(|row| equal.binary_search(row).is_err());
    if found.is_empty() {
        return Ok(None);
    }
    Ok(Some(Warning {
        problem: Problem::NearDuplicateRows,
        found: format!(
            "{} of {} test rows differ from a training row by less than {near} standard deviations in every column (rows \
             {}).",
            found.len(),
            test.rows(),
            list_rows(&found)
        ),
        remedy: "Look whether they are one object under two names, and keep such objects on one side of the split."
            .to_owned(),
    }))
}

const LINES: u64 = 2;
/// The most training rows that a test row is compared with on either side of a line.
const NEIGHBOURS: usize = 100;

/// The mean and the standard deviation of a column; 1 where that is 0.
fn centre_and_spread(table: &Matrix, col: usize) -> (f64, f64) {
    let values = || (0..table.rows()).map(|row| table.row(row)[col]).filter(|value| !value.is_nan());
    let count = values().count().max(1) as f64;
    let mean = values().map(|value| value / count).sum::<f64>();
    let spread = values().map(|value| (value - mean).powi(2) / count).sum::<f64>().sqrt();
    (mean, if spread > 0.0 && spread.is_finite() { spread } else { 1.0 })
}

/// The test rows with a near training row, as seen along one line.
fn on_a_line(train: &Matrix, test: &Matrix, columns: &[(f64, f64)], near: f64, line: u64) -> Vec<usize> {
    let mut random = Stream::new(0, line);
    let direction: Vec<f64> = columns.iter().map(|_| 2.0 * random.uniform() - 1.0).collect();
    let place = |values: &[f64]| -> f64 {
        let terms = values.iter().zip(columns).zip(&direction);
        terms
            .filter(|((value, _), _)| !value.is_nan())
            .map(|((value, (mean, spread)), d)| d * (value - mean) / spread)
            .sum()
    };
    let reach = near * direction.iter().map(|d| d.abs()).sum::<f64>();
    let mut known: Vec<(f64, usize)> = (0..train.rows()).map(|row| (place(train.row(row)), row)).collect();
    known.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let alike = |a: &[f64], b: &[f64]| {
        a.iter()
            .zip(b)
            .zip(columns)
            .all(|((a, b), (_, spread))| (a.is_nan() && b.is_nan()) || (a - b).abs() <= near * spread)
    };
    let has_near = |row: &usize| {
        let values = test.row(*row);
        if values.iter().all(|value| value.is_nan()) {
            return false;
        }
        let here = place(values);
        let at = known.partition_point(|(place, _)| *place < here);
        let close = |(place, _): &&(f64, usize)| (place - here).abs() <= reach;
        let above = known[at..].iter().take(NEIGHBOURS).take_while(close);
        let below = known[..at].iter().rev().take(NEIGHBOURS).take_while(close);
        above.chain(below).any(|&(_, other)| alike(train.row(other), values))
    };
    (0..test.rows()).filter(has_near).collect()
}
