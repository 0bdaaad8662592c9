use crate::split::Fold;
use crate::{Classifier, Error, Learner, Matrix, TrainingSet};

/// What cross-validation gives.
#[derive(Clone, Debug)]
pub struct CrossValidation {
    /// Class probabilities of each row from the classifier that did not learn from it, rows × classes; NaN for a row
    /// that no fold tests.
    pub probabilities: Matrix,
    /// The fold that tests each row, if one does.
    pub fold: Vec<Option<usize>>,
}

/// Fits on the training rows of each fold and predicts its test rows.
///
/// The classifier of fold k is fitted with the seed `seed + k` (wrapping), so that folds do not share their draws.
///
/// # Errors
/// What the learner says; a row beyond the table, tested by two folds, or both learned from and tested in one.
pub fn cross_validate(
    learner: &dyn Learner,
    data: &TrainingSet<'_>,
    folds: &[Fold],
    seed: u64,
) -> Result<CrossValidation, Error> {
    let fold_of = check_folds(data, folds)?;
    let mut probabilities = Matrix::filled(data.x.rows(), data.n_classes, f64::NAN);
    for (number, fold) in folds.iter().enumerate() {
        let classifier = fit_fold(learner, data, fold, number, seed)?;
        let predicted = classifier.predict_proba(&data.x.select_rows(&fold.test))?;
        for (place, &row) in fold.test.iter().enumerate() {
            probabilities.row_mut(row).copy_from_slice(predicted.row(place));
        }
    }
    Ok(CrossValidation { probabilities, fold: fold_of })
}

/// The classifier of one fold.
pub(crate) fn fit_fold(
    learner: &dyn Learner,
    data: &TrainingSet<'_>,
    fold: &Fold,
    number: usize,
    seed: u64,
) -> Result<Box<dyn Classifier>, Error> {
    let x = data.x.select_rows(&fold.train);
    let y: Vec<u32> = fold.train.iter().map(|&row| data.y[row]).collect();
    let weights: Option<Vec<f64>> = data.weights.map(|all| fold.train.iter().map(|&row| all[row]).collect());
    let training = TrainingSet { x: &x, y: &y, weights: weights.as_deref(), n_classes: data.n_classes };
    learner.fit(&training, seed.wrapping_add(number as u64))
}

/// The fold that tests each row, if one does.
///
/// # Errors
/// What [`TrainingSet::check`] finds; a row beyond the table, tested by two folds, or both learned from and tested in one.
pub(crate) fn check_folds(data: &TrainingSet<'_>, folds: &[Fold]) -> Result<Vec<Option<usize>>, Error> {
    data.check()?;
    let rows = data.x.rows();
    let mut fold_of = vec![None; rows];
    for (number, fold) in folds.iter().enumerate() {
        let mut learned = vec![false; rows];
        for &row in &fold.train {
            *learned.get_mut(row).ok_or_else(|| beyond(row, rows))? = true;
        }
        for &row in &fold.test {
            let place = fold_of.get_mut(row).ok_or_else(|| beyond(row, rows))?;
            if let Some(other) = place.replace(number) {
                return Err(Error::Split(format!("row {row} is tested by the folds {other} and {number}")));
            }
            if learned[row] {
                return Err(Error::Split(format!("fold {number} learns from row {row} and tests it too")));
            }
        }
    }
    Ok(fold_of)
}

fn beyond(row: usize, rows: usize) -> Error {
    Error::Split(format!("a fold names row {row}, but the table has {rows} rows"))
}
