use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{SearchParams, Space, search};
use crate::nested::{Nested, record};
use crate::{Classifier, Error, Learner, Matrix, Shapley, TensorMap, TrainingSet};

/// Makes a learner from the parameters that a candidate sets.
pub type Factory = dyn Fn(&Value) -> Result<Box<dyn Learner>, Error> + Send + Sync;

/// A learner that searches for its parameters within the rows it learns from, and then learns from all of them.
///
/// What was chosen is told by [`Classifier::choice`], which models record.
///
/// ```
/// use hesper_learn::search::{SearchMethod, SearchParams, Searched, factory_of};
/// use hesper_learn::{ForestParams, Learner, Matrix, TrainingSet};
/// let x = Matrix::new(60, 1, (0..60).map(f64::from).collect())?;
/// let y: Vec<u32> = (0..60).map(|row| u32::from(row >= 30)).collect();
/// let learner = Searched {
///     space: serde_json::from_str(r#"{"max_depth": {"choices": [0, 3]}}"#).unwrap(),
///     factory: factory_of(&ForestParams { trees: 10, ..Default::default() }),
///     params: SearchParams { method: SearchMethod::Grid { steps: 1 }, ..Default::default() },
/// };
/// let classifier = learner.fit(&TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 }, 1)?;
/// assert_eq!(classifier.choice().unwrap()["params"]["max_depth"], 3);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
pub struct Searched {
    /// What may be chosen.
    pub space: Space,
    /// Makes the learner; [`factory_of`] makes one for any learner with parameters.
    pub factory: Box<Factory>,
    /// How it is searched.
    pub params: SearchParams,
}

impl Searched {
    /// The name under which models record searched learners.
    pub const LEARNER: &'static str = "searched";
}

/// A factory of learners of one kind: those of `base`, with the candidate's parameters in the place of its own. A
/// parameter that the learner does not have is an error.
pub fn factory_of<L: Learner + Serialize + DeserializeOwned + 'static>(base: &L) -> Box<Factory> {
    let base = serde_json::to_value(base).unwrap_or_default();
    Box::new(move |candidate| {
        let mut params = base.clone();
        if let (Some(params), Some(candidate)) = (params.as_object_mut(), candidate.as_object()) {
            params.extend(candidate.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        let learner: L = serde_json::from_value(params).map_err(|error| Error::Parameter {
            name: "of a candidate",
            value: format!("{candidate} ({error})"),
            limit: "those of the learner",
        })?;
        Ok(Box::new(learner))
    })
}

impl Learner for Searched {
    fn name(&self) -> &'static str {
        Self::LEARNER
    }

    /// # Errors
    /// As [`search`].
    fn fit(&self, data: &TrainingSet<'_>, seed: u64) -> Result<Box<dyn Classifier>, Error> {
        let found = search(&self.params, &self.space, &*self.factory, data, seed)?;
        let learner = (self.factory)(&found.best.params)?;
        let inner = Nested::fit(learner.as_ref(), data, seed)?;
        let mut choice = record(learner.as_ref());
        choice["searched"] = found.best.params.clone();
        choice["loss"] = found.best.loss.into();
        choice["candidates"] = found.trials.len().into();
        if let Some(more) = inner.classifier.choice() {
            choice["chosen"] = more;
        }
        Ok(Box::new(SearchedClassifier { inner, choice: Some(choice) }))
    }

    fn parameters(&self) -> Value {
        serde_json::json!({ "space": self.space, "search": self.params })
    }
}

/// What [`Searched`] learned.
pub(crate) struct SearchedClassifier {
    inner: Nested,
    /// Nothing in a classifier from a file: the model has it.
    choice: Option<Value>,
}

impl SearchedClassifier {
    /// The classifier that [`Classifier::tensors`] described.
    pub(crate) fn from_tensors(
        tensors: &TensorMap,
        n_features: usize,
        n_classes: usize,
    ) -> Result<Self, String> {
        Ok(Self { inner: Nested::read(tensors, "chosen", n_features, n_classes)?, choice: None })
    }
}

impl Classifier for SearchedClassifier {
    fn n_classes(&self) -> usize {
        self.inner.classifier.n_classes()
    }

    fn n_features(&self) -> usize {
        self.inner.classifier.n_features()
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        self.inner.classifier.predict_proba(x)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        self.inner.classifier.importances()
    }

    fn members(&self, x: &Matrix) -> Result<Option<Vec<Matrix>>, Error> {
        self.inner.classifier.members(x)
    }

    fn embedding(&self, x: &Matrix) -> Result<Option<Matrix>, Error> {
        self.inner.classifier.embedding(x)
    }

    fn choice(&self) -> Option<Value> {
        self.choice.clone()
    }

    fn shapley(&self, x: &Matrix, background: &Matrix) -> Result<Option<Shapley>, Error> {
        self.inner.classifier.shapley(x, background)
    }

    fn tensors(&self) -> Option<TensorMap> {
        let mut tensors = TensorMap::new();
        self.inner.write("chosen", &mut tensors)?;
        Some(tensors)
    }
}
