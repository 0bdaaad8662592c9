use super::{Prepare, Scaling};
use crate::{Classifier, Error, Learner, Matrix, TensorMap, TrainingSet};

/// Names of the tensors that describe the preparation begin with this, beside those of the classifier.
pub(crate) const PREFIX: &str = "prepare/";

/// A learner that sees its rows filled in and scaled, by what [`Prepare`] learned from the same training rows.
///
/// Its name is the inner learner's; its parameters are the inner ones and `scaling`.
///
/// ```
/// use hesper_learn::{ForestParams, Learner, Prepared, Scaling};
/// let learner = Prepared { scaling: Scaling::Normal, learner: Box::new(ForestParams::default()) };
/// assert_eq!(learner.name(), "forest");
/// assert_eq!(learner.parameters()["scaling"], "normal");
/// ```
pub struct Prepared {
    /// How columns are scaled.
    pub scaling: Scaling,
    /// Who learns.
    pub learner: Box<dyn Learner>,
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared")
            .field("scaling", &self.scaling)
            .field("learner", &self.learner.name())
            .finish_non_exhaustive()
    }
}

impl Learner for Prepared {
    fn name(&self) -> &'static str {
        self.learner.name()
    }

    fn fit(&self, data: &TrainingSet<'_>, seed: u64) -> Result<Box<dyn Classifier>, Error> {
        data.check()?;
        let prepare = Prepare::fit(self.scaling, data.x, data.weights)?;
        let inner = self.learner.fit(&TrainingSet { x: &prepare.apply(data.x)?, ..*data }, seed)?;
        Ok(Box::new(PreparedClassifier { prepare, inner }))
    }

    fn parameters(&self) -> serde_json::Value {
        let mut all = serde_json::Map::new();
        all.insert("scaling".to_owned(), serde_json::to_value(self.scaling).unwrap_or_default());
        match self.learner.parameters() {
            serde_json::Value::Object(inner) => all.extend(inner),
            serde_json::Value::Null => {}
            other => drop(all.insert("learner".to_owned(), other)),
        }
        all.into()
    }
}

/// What a [`Prepared`] learner learned.
pub(super) struct PreparedClassifier {
    pub(super) prepare: Prepare,
    pub(super) inner: Box<dyn Classifier>,
}

impl Classifier for PreparedClassifier {
    fn n_classes(&self) -> usize {
        self.inner.n_classes()
    }

    fn n_features(&self) -> usize {
        self.prepare.n_features()
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        self.inner.predict_proba(&self.prepare.apply(x)?)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        self.inner.importances()
    }

    fn members(&self, x: &Matrix) -> Result<Option<Vec<Matrix>>, Error> {
        self.inner.members(&self.prepare.apply(x)?)
    }

    fn embedding(&self, x: &Matrix) -> Result<Option<Matrix>, Error> {
        self.inner.embedding(&self.prepare.apply(x)?)
    }

    /// The inner tensors and those of the preparation; nothing when the inner ones are prepared themselves.
    fn tensors(&self) -> Option<TensorMap> {
        let mut all = self.inner.tensors()?;
        if all.keys().any(|name| name.starts_with(PREFIX)) {
            return None;
        }
        let own = self.prepare.to_tensors();
        all.extend(own.into_iter().map(|(name, tensor)| (format!("{PREFIX}{name}"), tensor)));
        Some(all)
    }
}

/// The prepared classifier that [`Classifier::tensors`] described; `inner` makes the inner one of its own tensors.
pub(crate) fn restore_prepared(
    tensors: &TensorMap,
    features: usize,
    inner: impl FnOnce(&TensorMap) -> Result<Box<dyn Classifier>, String>,
) -> Result<Box<dyn Classifier>, String> {
    let (own, others) = crate::tensor::part(tensors, PREFIX);
    let prepare = Prepare::from_tensors(&own, features)?;
    Ok(Box::new(PreparedClassifier { prepare, inner: inner(&others)? }))
}
