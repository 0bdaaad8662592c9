//! Guards that speak: what makes a good score worthless, found before anybody believes it.
//!
//! Each guard takes plain tables and lists, costs O(n log n), and returns [`Warning`]s: what was found, how much of it, and
//! what to do. [`examine`] runs all that its [`Part`]s allow. No warning proves that all is well.
//!
//! ```
//! use hesper_learn::{Matrix, guard::{Part, Problem, Settings, examine}};
//! let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
//! let x = Matrix::new(100, 1, (0..100).map(f64::from).collect())?;
//! let y: Vec<u32> = (0..100).map(|row| u32::from(row >= 50)).collect();
//! let warnings = examine(&Settings::default(), &names(&["answer"]), &names(&["II", "Ia"]), &Part::new(&x, &y), None)?;
//! assert_eq!(warnings[0].problem, Problem::LabelInDisguise);
//! # Ok::<(), hesper_learn::Error>(())
//! ```

mod classes;
mod columns;
mod disguise;
mod duplicates;
mod hold_out;
mod near_duplicates;
mod objects;
#[cfg(test)]
mod tests;
mod times;

use serde::{Deserialize, Serialize};

pub use classes::{few_objects, missing_classes};
pub use columns::empty_columns;
pub use disguise::label_in_disguise;
pub use duplicates::duplicate_rows;
pub use hold_out::small_hold_out;
pub use near_duplicates::near_duplicate_rows;
pub use objects::same_objects;
pub use times::time_leak;

use crate::{Error, Matrix, TrainingSet};

/// What a guard found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    /// What kind of problem it is.
    pub problem: Problem,
    /// What was found, in a sentence.
    pub found: String,
    /// What to do about it, in a sentence.
    pub remedy: String,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.found, self.remedy)
    }
}

/// What can make a score worthless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Problem {
    /// Rows of the test that are, value for value, in training.
    DuplicateRows,
    /// Rows of the test that are in training but for tiny differences.
    NearDuplicateRows,
    /// Objects of the test that are in training.
    SameObjects,
    /// A feature that gives the class away.
    LabelInDisguise,
    /// Training on what comes after the test.
    TimeLeak,
    /// A class of the test that training does not know.
    ClassMissingFromTraining,
    /// A class of training that the test does not try.
    ClassMissingFromTest,
    /// Classes with very few objects to learn from.
    FewObjects,
    /// A test too small for the interval that is wanted.
    SmallHoldOut,
    /// Columns with a single value.
    ConstantColumns,
    /// Columns without any value.
    MissingColumns,
}

/// Where the guards draw their lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The widest interval of a share that is still wanted from the test, such as 0.1 for ±0.05. Default 0.1.
    pub width: f64,
    /// The level of that interval. Default 0.95.
    pub level: f64,
    /// A class with fewer objects in training is reported. Default 10.
    pub few: usize,
    /// Two rows are near duplicates when no value differs by more than so many standard deviations of its column. Default 0.001.
    pub near: f64,
    /// A feature is reported when, by itself and out of fold, it recognises a class with at least this efficiency and
    /// purity. Default 0.98.
    pub disguise: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { width: 0.1, level: 0.95, few: 10, near: 1e-3, disguise: 0.98 }
    }
}

/// Rows to learn from or to judge by, and what is known of them.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// Features, rows × features; NaN where missing.
    pub x: &'a Matrix,
    /// The class of each row.
    pub y: &'a [u32],
    /// The object of each row, if known.
    pub objects: Option<&'a [String]>,
    /// The time of each row, in any unit, if the past is to tell the future.
    pub times: Option<&'a [f64]>,
}

impl<'a> Part<'a> {
    /// Rows of which neither objects nor times are known.
    pub fn new(x: &'a Matrix, y: &'a [u32]) -> Self {
        Self { x, y, objects: None, times: None }
    }

    fn check(&self, features: usize, n_classes: usize) -> Result<(), Error> {
        Error::check_length("names of features", self.x.cols(), features)?;
        TrainingSet { x: self.x, y: self.y, weights: None, n_classes }.check()?;
        let rows = self.x.rows();
        Error::check_length("object names, one per row", rows, self.objects.map_or(rows, <[String]>::len))?;
        Error::check_length("times, one per row", rows, self.times.map_or(rows, <[f64]>::len))
    }
}

/// All guards that the parts allow, the gravest problems first. `features` and `classes` are the names to speak of.
///
/// # Errors
/// When lengths differ, a part has no rows, a class is out of range, a value is infinite, or a setting is out of its range.
pub fn examine(
    settings: &Settings,
    features: &[String],
    classes: &[String],
    train: &Part<'_>,
    test: Option<&Part<'_>>,
) -> Result<Vec<Warning>, Error> {
    train.check(features.len(), classes.len())?;
    let mut warnings = Vec::new();
    if let Some(test) = test {
        test.check(features.len(), classes.len())?;
        if let (Some(train), Some(test)) = (train.objects, test.objects) {
            warnings.extend(same_objects(train, test));
        }
        warnings.extend(duplicate_rows(train.x, test.x)?);
        warnings.extend(near_duplicate_rows(train.x, test.x, settings.near)?);
        if let (Some(train), Some(test)) = (train.times, test.times) {
            warnings.extend(time_leak(train, test));
        }
    }
    warnings.extend(label_in_disguise(train.x, train.y, features, classes, settings.disguise)?);
    if let Some(test) = test {
        warnings.extend(missing_classes(train.y, test.y, classes)?);
        warnings.extend(small_hold_out(test.y.len(), settings.width, settings.level)?);
    }
    warnings.extend(few_objects(train.y, classes, settings.few)?);
    warnings.extend(empty_columns(train.x, features)?);
    Ok(warnings)
}

/// The first few names, and how many more there are.
fn list<S: AsRef<str>>(names: &[S]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The first few row numbers.
fn list_rows(rows: &[usize]) -> String {
    list(&rows.iter().map(usize::to_string).collect::<Vec<_>>())
}

/// How many rows there are of each class; all must be within the classes.
fn counts(y: &[u32], classes: usize) -> Result<Vec<usize>, Error> {
    let mut counts = vec![0; classes];
    for (row, &label) in y.iter().enumerate() {
        *counts.get_mut(label as usize).ok_or(Error::LabelRange { row, label, n_classes: classes })? += 1;
    }
    Ok(counts)
}

/// Whether a table has so many different values, per column, that two rows hardly agree in all of them by chance:
/// fewer than one pair in a thousand tables. `cell` says which values count as the same.
fn can_tell_rows(train: &Matrix, pairs: f64, cell: impl Fn(usize, f64) -> f64) -> bool {
    let mut left = pairs.max(1.0).ln() + 1000f64.ln();
    for col in 0..train.cols() {
        let mut values: Vec<f64> = (0..train.rows()).map(|row| cell(col, train.row(row)[col])).collect();
        values.sort_unstable_by(f64::total_cmp);
        // Minus the logarithm of the chance that two rows agree in this column.
        let same: f64 = values
            .chunk_by(|a, b| a == b || (a.is_nan() && b.is_nan()))
            .map(|run| (run.len() as f64).powi(2))
            .sum();
        left += (same / (train.rows() as f64).powi(2)).ln();
        if left < 0.0 {
            return true;
        }
    }
    false
}
