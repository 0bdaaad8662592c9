use super::{Problem, Warning, list};
use crate::{Error, Matrix};

/// Columns of training that tell nothing: without any value, or with one value and none missing.
///
/// # Errors
/// When there are not as many names as columns.
pub fn empty_columns(train: &Matrix, features: &[String]) -> Result<Vec<Warning>, Error> {
    Error::check_length("names of features", train.cols(), features.len())?;
    let (mut missing, mut constant) = (Vec::new(), Vec::new());
    for (col, name) in features.iter().enumerate() {
        let first = train.get(0, col).unwrap_or(f64::NAN);
        let value = |row| train.row(row)[col];
        if (0..train.rows()).all(|row| value(row).is_nan()) {
            missing.push(name);
        } else if train.rows() > 1 && (0..train.rows()).all(|row| value(row) == first) {
            constant.push(name);
        }
    }
    let remedy = "Leave them out, and see why they are so: a unit, a name or a join may be wrong.";
    let warning = |problem, names: &[&String], what| Warning {
        problem,
        found: format!("{} of {} columns {what} ({}).", names.len(), features.len(), list(names)),
        remedy: remedy.to_owned(),
    };
    let mut warnings = Vec::new();
    if !missing.is_empty() {
        warnings.push(warning(Problem::MissingColumns, &missing, "have no value in any training row"));
    }
    if !constant.is_empty() {
        warnings.push(warning(
            Problem::ConstantColumns,
            &constant,
            "have the same value in every training row",
        ));
    }
    Ok(warnings)
}
