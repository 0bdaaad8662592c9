use super::{Calibration, CalibrationMap};
use crate::nested::{Nested, record};
use crate::out_of_fold::out_of_fold;
use crate::{Classifier, Error, Learner, Matrix, TensorMap, TrainingSet};

/// A learner whose probabilities are calibrated: each row gets probabilities from a classifier that did not learn from
/// it, the map is learned from these, and the final classifier learns from all rows.
///
/// With a class of fewer rows than folds, some folds do not test it. The only row of a class is learned from in every
/// fold and tested in none.
///
/// ```
/// use hesper_learn::{Calibrated, Calibration, ForestParams, Learner, Matrix, TrainingSet};
/// let x = Matrix::new(40, 1, (0..40).map(f64::from).collect())?;
/// let y: Vec<u32> = (0..40).map(|row| u32::from(row * row % 40 > 15)).collect();
/// let learner = Calibrated { learner: Box::new(ForestParams::default()), method: Calibration::Beta, folds: 5 };
/// let classifier = learner.fit(&TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 }, 1)?;
/// // What the forest had learned by heart it is not certain of.
/// assert!(classifier.predict_proba(&x)?.data().iter().all(|p| (0.02..0.98).contains(p)));
/// # Ok::<(), hesper_learn::Error>(())
/// ```
pub struct Calibrated {
    /// What is calibrated.
    pub learner: Box<dyn Learner>,
    /// How.
    pub method: Calibration,
    /// The number of folds, at least 2; no more are made than there are rows to test. 5 is usual.
    pub folds: usize,
}

impl Calibrated {
    /// The name under which models record calibrated classifiers.
    pub const LEARNER: &'static str = "calibrated";
}

impl Learner for Calibrated {
    fn name(&self) -> &'static str {
        Self::LEARNER
    }

    /// # Errors
    /// What [`TrainingSet::check`] finds, fewer than 2 folds, no class with two rows, and what the learner refuses.
    fn fit(&self, data: &TrainingSet<'_>, seed: u64) -> Result<Box<dyn Classifier>, Error> {
        data.check()?;
        let map = self.method.of(self.learner.as_ref(), data, self.folds, seed)?;
        let inner = Nested::fit(self.learner.as_ref(), data, seed)?;
        Ok(Box::new(CalibratedClassifier { inner, map }))
    }

    fn parameters(&self) -> serde_json::Value {
        serde_json::json!({ "method": self.method, "folds": self.folds, "learner": record(self.learner.as_ref()) })
    }
}

impl Calibration {
    /// The map for a learner, from probabilities out of fold.
    fn of(
        self,
        learner: &dyn Learner,
        data: &TrainingSet<'_>,
        folds: usize,
        seed: u64,
    ) -> Result<CalibrationMap, Error> {
        let found = out_of_fold(learner, data, folds, seed)?;
        let y: Vec<u32> = found.rows.iter().map(|&row| data.y[row]).collect();
        let weights: Option<Vec<f64>> =
            data.weights.map(|weights| found.rows.iter().map(|&row| weights[row]).collect());
        self.fit(&found.probabilities, &y, weights.as_deref())
    }
}

/// What [`Calibrated`] learned.
pub(crate) struct CalibratedClassifier {
    inner: Nested,
    map: CalibrationMap,
}

impl CalibratedClassifier {
    /// The classifier that [`Classifier::tensors`] described.
    pub(crate) fn from_tensors(
        tensors: &TensorMap,
        n_features: usize,
        n_classes: usize,
    ) -> Result<Self, String> {
        let map = CalibrationMap::read(tensors, n_classes)?;
        Ok(Self { inner: Nested::read(tensors, "learner", n_features, n_classes)?, map })
    }
}

impl Classifier for CalibratedClassifier {
    fn n_classes(&self) -> usize {
        self.map.n_classes()
    }

    fn n_features(&self) -> usize {
        self.inner.classifier.n_features()
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        self.map.apply(&self.inner.classifier.predict_proba(x)?)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        self.inner.classifier.importances()
    }

    /// The members' probabilities, each brought through the map that is right for their mean.
    fn members(&self, x: &Matrix) -> Result<Option<Vec<Matrix>>, Error> {
        let Some(members) = self.inner.classifier.members(x)? else { return Ok(None) };
        members.iter().map(|member| self.map.apply(member)).collect::<Result<_, _>>().map(Some)
    }

    fn embedding(&self, x: &Matrix) -> Result<Option<Matrix>, Error> {
        self.inner.classifier.embedding(x)
    }

    fn choice(&self) -> Option<serde_json::Value> {
        self.inner.classifier.choice()
    }

    fn tensors(&self) -> Option<TensorMap> {
        let mut tensors = TensorMap::new();
        self.inner.write("learner", &mut tensors)?;
        self.map.write(&mut tensors);
        Some(tensors)
    }
}
