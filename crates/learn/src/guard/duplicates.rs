use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Problem, Warning, can_tell_rows, list_rows};
use crate::{Error, Matrix};

/// Rows of the test that are, value for value, in training: what was learned by heart is judged as if it were new. Rows
/// without any value do not count, nor do tables of so few different values that rows agree by chance.
///
/// # Errors
/// When the tables have different numbers of columns.
pub fn duplicate_rows(train: &Matrix, test: &Matrix) -> Result<Option<Warning>, Error> {
    let found = duplicates(train, test)?;
    let pairs = train.rows() as f64 * test.rows() as f64;
    if found.is_empty() || !can_tell_rows(train, pairs, |_, value| value + 0.0) {
        return Ok(None);
    }
    Ok(Some(Warning {
        problem: Problem::DuplicateRows,
        found: format!(
            "{} of {} test rows have the same values as a training row (rows {}).",
            found.len(),
            test.rows(),
            list_rows(&found)
        ),
        remedy: "Take them out of one side, or split by object so that all rows of one stay together."
            .to_owned(),
    }))
}

/// The test rows that are in training, too.
pub(super) fn duplicates(train: &Matrix, test: &Matrix) -> Result<Vec<usize>, Error> {
    Error::check_length("columns of the test", train.cols(), test.cols())?;
    let mut known: HashMap<u64, Vec<usize>> = HashMap::with_capacity(train.rows());
    for row in 0..train.rows() {
        known.entry(hash(train.row(row))).or_default().push(row);
    }
    let is_known = |row: &usize| {
        let values = test.row(*row);
        let alike = known.get(&hash(values)).map_or(&[][..], Vec::as_slice);
        !values.iter().all(|value| value.is_nan())
            && alike.iter().any(|&other| same(train.row(other), values))
    };
    Ok((0..test.rows()).filter(is_known).collect())
}

fn hash(values: &[f64]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for value in values {
        // All missing values are one, and so are the two zeros.
        let bits = if value.is_nan() { u64::MAX } else { (value + 0.0).to_bits() };
        bits.hash(&mut hasher);
    }
    hasher.finish()
}

fn same(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
}
