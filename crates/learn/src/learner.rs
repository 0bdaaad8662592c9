use crate::{Error, Matrix, Shapley, TensorMap};

/// Rows with known classes, to learn from.
#[derive(Clone, Copy, Debug)]
pub struct TrainingSet<'a> {
    /// Features, rows × features; NaN where missing.
    pub x: &'a Matrix,
    /// The class of each row, `0..n_classes`.
    pub y: &'a [u32],
    /// The weight of each row, finite and not negative; 1 when absent. A row of weight 0 is as good as not there.
    pub weights: Option<&'a [f64]>,
    /// The number of classes; some may have no row.
    pub n_classes: usize,
}

impl TrainingSet<'_> {
    /// Checks what every learner relies on.
    ///
    /// # Errors
    /// No rows or features; lengths that differ; a class number out of range; a weight that is negative or not finite,
    /// or weights that are all 0; an infinite feature value.
    pub fn check(&self) -> Result<(), Error> {
        let rows = self.x.rows();
        Error::check_length("classes, one per row", rows, self.y.len())?;
        if rows == 0 {
            return Err(Error::Empty("the training table"));
        }
        if self.x.cols() == 0 {
            return Err(Error::NoFeatures);
        }
        if let Some((row, &label)) =
            self.y.iter().enumerate().find(|(_, label)| **label as usize >= self.n_classes)
        {
            return Err(Error::LabelRange { row, label, n_classes: self.n_classes });
        }
        if let Some(weights) = self.weights {
            Error::check_weights(rows, weights)?;
        }
        if let Some((at, &value)) = self.x.data().iter().enumerate().find(|(_, value)| value.is_infinite()) {
            return Err(Error::Infinite { row: at / self.x.cols(), column: at % self.x.cols(), value });
        }
        Ok(())
    }

    /// The weight of a row, 1 where none are given.
    pub(crate) fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    /// The rows that weigh something.
    pub(crate) fn weighty_rows(&self) -> Vec<usize> {
        (0..self.x.rows()).filter(|&row| self.weight(row) > 0.0).collect()
    }
}

/// Something that turns rows with classes into a [`Classifier`]; its fields are its parameters.
pub trait Learner: Send + Sync {
    /// The name under which models record it.
    fn name(&self) -> &'static str;

    /// Learns. The same data and seed give the same classifier, whatever the number of threads.
    ///
    /// # Errors
    /// What [`TrainingSet::check`] finds, and parameters out of range.
    fn fit(&self, data: &TrainingSet<'_>, seed: u64) -> Result<Box<dyn Classifier>, Error>;

    /// The parameters, as models and runs record them.
    fn parameters(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
}

/// What a [`Learner`] learned: class probabilities for new rows.
pub trait Classifier: Send + Sync {
    /// The number of classes.
    fn n_classes(&self) -> usize;

    /// The number of features that a row must have.
    fn n_features(&self) -> usize;

    /// Class probabilities, rows × classes; each row adds up to 1.
    ///
    /// # Errors
    /// When the rows have another number of features than those learned from.
    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error>;

    /// How much each feature mattered, adding up to 1 (all 0 when nothing was split), if the classifier can say.
    fn importances(&self) -> Option<Vec<f64>>;

    /// Class probabilities by each member of a committee, one matrix (rows × classes) for each; nothing if the
    /// classifier is not made of members that learned apart.
    ///
    /// # Errors
    /// As [`Classifier::predict_proba`].
    fn members(&self, _x: &Matrix) -> Result<Option<Vec<Matrix>>, Error> {
        Ok(None)
    }

    /// What the classifier's last, linear layer sees of each row, rows × units; nothing if it has no such layer.
    ///
    /// # Errors
    /// As [`Classifier::predict_proba`].
    fn embedding(&self, _x: &Matrix) -> Result<Option<Matrix>, Error> {
        Ok(None)
    }

    /// What learning decided beyond the learner's parameters, such as those that a search found best; models record it
    /// as `chosen` among the parameters. Nothing if there was nothing to decide, or the classifier comes from a file.
    fn choice(&self) -> Option<serde_json::Value> {
        None
    }

    /// Exact Shapley values of the classifier's output for rows, if it is made of trees: of the probabilities, or for
    /// boosted trees of [`crate::Boosted::margins`]. Classifiers that do not know how many rows each of their nodes
    /// stands for count those of `background`, such as the training rows; the others pay no heed to it.
    ///
    /// # Errors
    /// When the rows, or those of the background where it is asked, have another number of features than those learned
    /// from, or there is no background.
    fn shapley(&self, _x: &Matrix, _background: &Matrix) -> Result<Option<Shapley>, Error> {
        Ok(None)
    }

    /// The state as named tensors, for [`crate::Model::save`]; nothing if it has no place in the model format.
    fn tensors(&self) -> Option<TensorMap> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(x: &Matrix, y: &[u32], weights: Option<&[f64]>, n_classes: usize) -> Result<(), Error> {
        TrainingSet { x, y, weights, n_classes }.check()
    }

    #[test]
    fn every_fault_is_found() {
        let x = Matrix::new(2, 1, vec![0.0, f64::NAN]).unwrap();
        assert!(check(&x, &[0, 1], None, 2).is_ok());
        assert!(check(&x, &[0, 1], Some(&[0.0, 2.5]), 2).is_ok());
        assert!(matches!(check(&x, &[0], None, 2), Err(Error::Shape { .. })));
        assert!(matches!(check(&x, &[0, 2], None, 2), Err(Error::LabelRange { row: 1, label: 2, .. })));
        assert!(matches!(check(&x, &[0, 1], Some(&[1.0]), 2), Err(Error::Shape { .. })));
        for weight in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(check(&x, &[0, 1], Some(&[1.0, weight]), 2), Err(Error::Weight { row: 1, .. })));
        }
        assert!(matches!(check(&x, &[0, 1], Some(&[0.0, 0.0]), 2), Err(Error::WeightSum(_))));
        assert!(matches!(check(&x, &[0, 1], Some(&[f64::MAX, f64::MAX]), 2), Err(Error::WeightSum(_))));
        let infinite = Matrix::new(1, 2, vec![0.0, f64::NEG_INFINITY]).unwrap();
        assert!(matches!(check(&infinite, &[0], None, 1), Err(Error::Infinite { row: 0, column: 1, .. })));
        assert!(matches!(check(&Matrix::new(0, 1, vec![]).unwrap(), &[], None, 1), Err(Error::Empty(_))));
        assert!(matches!(check(&Matrix::new(1, 0, vec![]).unwrap(), &[0], None, 1), Err(Error::NoFeatures)));
    }
}
