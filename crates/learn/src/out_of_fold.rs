use crate::split::stratified_k_fold;
use crate::{Error, Learner, Matrix, TrainingSet, cross_validate};

/// Probabilities by classifiers that did not learn from the rows.
pub(crate) struct OutOfFold {
    /// The rows that were tested, in ascending order: those with weight whose class has another such row.
    pub(crate) rows: Vec<usize>,
    /// Their probabilities, one row for each of [`Self::rows`].
    pub(crate) probabilities: Matrix,
}

/// Cross-validates with stratified folds. Other than [`cross_validate`] with [`stratified_k_fold`] it takes any training set
/// that some class has two rows of: the only row of a class is learned from in every fold and tested in none, and there are
/// no more folds than rows to test.
///
/// # Errors
/// When `folds` is below 2 or no class has two rows; what the learner refuses.
pub(crate) fn out_of_fold(
    learner: &dyn Learner,
    data: &TrainingSet<'_>,
    folds: usize,
    seed: u64,
) -> Result<OutOfFold, Error> {
    if folds < 2 {
        return Err(Error::Parameter { name: "folds", value: folds.to_string(), limit: "at least 2" });
    }
    let rows = testable_rows(data);
    if rows.len() < 2 {
        let reason = "no class has two rows, one to learn from and one to test by";
        return Err(Error::Split(reason.to_owned()));
    }
    let y: Vec<u32> = rows.iter().map(|&row| data.y[row]).collect();
    let mut split = stratified_k_fold(&y, folds.min(rows.len()), seed)?;
    let mut is_tested = vec![false; data.y.len()];
    for fold in &mut split {
        fold.test.iter_mut().for_each(|row| *row = rows[*row]);
        is_tested.fill(false);
        fold.test.iter().for_each(|&row| is_tested[row] = true);
        fold.train = (0..data.y.len()).filter(|&row| !is_tested[row]).collect();
    }
    let probabilities = cross_validate(learner, data, &split, seed)?.probabilities.select_rows(&rows);
    Ok(OutOfFold { rows, probabilities })
}

fn testable_rows(data: &TrainingSet<'_>) -> Vec<usize> {
    let weighs = |row: usize| data.weights.is_none_or(|weights| weights[row] > 0.0);
    let mut counts = vec![0usize; data.n_classes];
    for (row, &class) in data.y.iter().enumerate() {
        counts[class as usize] += usize::from(weighs(row));
    }
    (0..data.y.len()).filter(|&row| weighs(row) && counts[data.y[row] as usize] >= 2).collect()
}
