use rayon::prelude::*;

use crate::cross_validate::{check_folds, fit_fold};
use crate::split::Fold;
use crate::{Classifier, Error, Learner, Matrix, TrainingSet};

/// The classifiers of a cross-validation as one: each row of the table that they learned from is predicted by the one that
/// did not learn from it.
///
/// What a classifier can be asked about held-out rows ([`crate::permutation_importances`], say) can so be asked of all
/// rows. Tables to predict must have the same rows in the same order; their values may be others.
///
/// ```
/// use hesper_learn::{Classifier, FoldClassifiers, ForestParams, Matrix, TrainingSet, cross_validate, split};
/// let x = Matrix::new(30, 1, (0..30).map(f64::from).collect())?;
/// let y: Vec<u32> = (0..30).map(|row| u32::from(row >= 15)).collect();
/// let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
/// let folds = split::stratified_k_fold(&y, 3, 1)?;
/// let forest = ForestParams { trees: 10, ..Default::default() };
/// let classifiers = FoldClassifiers::fit(&forest, &data, &folds, 1)?;
/// assert_eq!(classifiers.predict_proba(&x)?, cross_validate(&forest, &data, &folds, 1)?.probabilities);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
pub struct FoldClassifiers {
    rows: usize,
    n_features: usize,
    n_classes: usize,
    /// Each with the rows that it may be asked about.
    parts: Vec<(Box<dyn Classifier>, Vec<usize>)>,
}

impl FoldClassifiers {
    /// Learns as [`crate::cross_validate`] does, with the same seeds, and keeps the classifiers.
    ///
    /// # Errors
    /// As [`crate::cross_validate`].
    pub fn fit(
        learner: &dyn Learner,
        data: &TrainingSet<'_>,
        folds: &[Fold],
        seed: u64,
    ) -> Result<Self, Error> {
        check_folds(data, folds)?;
        let parts = folds
            .iter()
            .enumerate()
            .map(|(number, fold)| Ok((fit_fold(learner, data, fold, number, seed)?, fold.test.clone())));
        Ok(Self {
            rows: data.x.rows(),
            n_features: data.x.cols(),
            n_classes: data.n_classes,
            parts: parts.collect::<Result<_, Error>>()?,
        })
    }

    /// The classifier of each fold.
    pub fn folds(&self) -> impl Iterator<Item = &dyn Classifier> {
        self.parts.iter().map(|(classifier, _)| classifier.as_ref())
    }
}

impl Classifier for FoldClassifiers {
    fn n_classes(&self) -> usize {
        self.n_classes
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    /// NaN for a row that no fold tests.
    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        Error::check_length("rows, those of the folds", self.rows, x.rows())?;
        let predicted: Vec<Matrix> = self
            .parts
            .par_iter()
            .map(|(classifier, rows)| classifier.predict_proba(&x.select_rows(rows)))
            .collect::<Result<_, _>>()?;
        let mut probabilities = Matrix::filled(self.rows, self.n_classes, f64::NAN);
        for ((_, rows), predicted) in self.parts.iter().zip(predicted) {
            for (place, &row) in rows.iter().enumerate() {
                probabilities.row_mut(row).copy_from_slice(predicted.row(place));
            }
        }
        Ok(probabilities)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ForestParams, split};

    #[test]
    fn each_row_is_predicted_by_the_fold_that_tests_it_whatever_its_values() {
        let x = Matrix::new(40, 1, (0..40).map(f64::from).collect()).unwrap();
        let y: Vec<u32> = (0..40).map(|row| u32::from(row >= 20)).collect();
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
        let mut folds = split::stratified_k_fold(&y, 4, 1).unwrap();
        let forest = ForestParams { trees: 5, ..Default::default() };
        let all = FoldClassifiers::fit(&forest, &data, &folds, 9).unwrap();
        assert_eq!((all.folds().count(), all.n_classes(), all.n_features()), (4, 2, 1));
        let changed = Matrix::filled(40, 1, 3.0);
        let p = all.predict_proba(&changed).unwrap();
        for (fold, classifier) in folds.iter().zip(all.folds()) {
            let one = classifier.predict_proba(&Matrix::filled(1, 1, 3.0)).unwrap();
            assert!(fold.test.iter().all(|&row| p.row(row) == one.row(0)));
        }
        assert!(all.predict_proba(&Matrix::filled(39, 1, 3.0)).is_err());
        let untested = folds.pop().unwrap().test[0];
        let some = FoldClassifiers::fit(&forest, &data, &folds, 9).unwrap();
        assert!(some.predict_proba(&x).unwrap().row(untested)[0].is_nan());
        let tested = folds[0].test[0];
        folds[0].train.push(tested);
        assert!(FoldClassifiers::fit(&forest, &data, &folds, 9).is_err());
    }
}
