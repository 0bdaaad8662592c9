use std::collections::BTreeSet;

use super::{Problem, Warning, list};

/// Objects that have rows in training and in the test.
pub fn same_objects<S: AsRef<str>>(train: &[S], test: &[S]) -> Option<Warning> {
    let known: BTreeSet<&str> = train.iter().map(AsRef::as_ref).collect();
    let wanted: BTreeSet<&str> = test.iter().map(AsRef::as_ref).collect();
    let both: Vec<&str> = wanted.intersection(&known).copied().collect();
    if both.is_empty() {
        return None;
    }
    Some(Warning {
        problem: Problem::SameObjects,
        found: format!(
            "{} of {} test objects are in training, too ({}).",
            both.len(),
            wanted.len(),
            list(&both)
        ),
        remedy: "Split by object: all rows of one belong on one side.".to_owned(),
    })
}
