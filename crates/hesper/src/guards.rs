//! Warnings before anybody believes a score.

use hesper_features::FeatureTable;
use hesper_learn::guard::{Part, Settings, Warning, examine};
use hesper_learn::{Matrix, split};

use crate::judging::Labelled;
use crate::learning::matrix;
use crate::{Failure, print};

/// What is wrong with learning from some rows of a table and testing others, told at once on stderr.
pub(crate) fn examine_split(
    table: &FeatureTable,
    classes: &[String],
    train: (&[usize], &[u32]),
    test: Option<(&[usize], &[u32])>,
) -> Result<Vec<Warning>, Failure> {
    let x = matrix(table)?;
    let part = |rows: &[usize]| -> (Matrix, Vec<String>) {
        (x.select_rows(rows), rows.iter().map(|&row| table.object_id[row].clone()).collect())
    };
    let (train_x, train_objects) = part(train.0);
    let train = Part { objects: Some(&train_objects), ..Part::new(&train_x, train.1) };
    let test_parts = test.map(|(rows, labels)| (part(rows), labels));
    let test = test_parts
        .as_ref()
        .map(|((x, objects), labels)| Part { objects: Some(objects), ..Part::new(x, labels) });
    let warnings = examine(&Settings::default(), &table.names, classes, &train, test.as_ref())?;
    for warning in &warnings {
        print::note(format_args!("warning: {warning}"));
    }
    Ok(warnings)
}

/// The same of cross-validation: its first fold stands for all of them.
pub(crate) fn examine_folds(
    table: &FeatureTable,
    labelled: &Labelled,
    folds: &[split::Fold],
) -> Result<Vec<Warning>, Failure> {
    let Some(fold) = folds.first() else { return Ok(Vec::new()) };
    let part = |rows: &[usize]| -> (Vec<usize>, Vec<u32>) {
        rows.iter().map(|&row| (labelled.rows[row], labelled.labels[row])).unzip()
    };
    let (train, test) = (part(&fold.train), part(&fold.test));
    examine_split(table, &labelled.view.classes, (&train.0, &train.1), Some((&test.0, &test.1)))
}
