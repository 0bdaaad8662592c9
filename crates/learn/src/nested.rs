//! Classifiers inside classifiers, in memory and among the tensors of a model.

use crate::restore::restore;
use crate::{Classifier, Error, Learner, Tensor, TensorMap, TrainingSet};

/// The longest name of a tensor inside another classifier: each level of nesting adds to it, so that no file can nest
/// without end.
const LONGEST_NAME: usize = 250;

/// A classifier that is part of another one, with the name of the learner that made it.
pub(crate) struct Nested {
    learner: String,
    pub(crate) classifier: Box<dyn Classifier>,
}

impl Nested {
    /// Learns.
    pub(crate) fn fit(learner: &dyn Learner, data: &TrainingSet<'_>, seed: u64) -> Result<Self, Error> {
        Ok(Self::new(learner, learner.fit(data, seed)?))
    }

    /// What a learner learned.
    pub(crate) fn new(learner: &dyn Learner, classifier: Box<dyn Classifier>) -> Self {
        Self { learner: learner.name().to_owned(), classifier }
    }

    /// Adds the classifier's tensors under `place/<learner>/`; nothing if it cannot be saved.
    pub(crate) fn write(&self, place: &str, into: &mut TensorMap) -> Option<()> {
        for (name, tensor) in self.classifier.tensors()? {
            into.insert(format!("{place}/{}/{name}", self.learner), tensor);
        }
        Some(())
    }

    /// The classifier that [`Self::write`] put there.
    pub(crate) fn read(
        tensors: &TensorMap,
        place: &str,
        features: usize,
        classes: usize,
    ) -> Result<Self, String> {
        let start = format!("{place}/");
        let mut learner = None;
        let mut inner = TensorMap::new();
        for (name, tensor) in tensors.range(start.clone()..).take_while(|(name, _)| name.starts_with(&start))
        {
            if name.len() > LONGEST_NAME {
                return Err(format!("it has a tensor with a name longer than {LONGEST_NAME} bytes"));
            }
            let (found, name) = name[start.len()..]
                .split_once('/')
                .ok_or_else(|| format!("its tensor `{name}` belongs to no learner"))?;
            if *learner.get_or_insert(found) != found {
                return Err(format!("under `{place}` it has tensors of more than one learner"));
            }
            inner.insert(name.to_owned(), tensor.clone());
        }
        let learner = learner.ok_or_else(|| format!("it has no tensors under `{place}`"))?;
        let classifier =
            restore(learner, &inner, features, classes).map_err(|why| format!("under `{place}`: {why}"))?;
        Ok(Self { learner: learner.to_owned(), classifier })
    }
}

/// The parameters of a learner inside another one, as models record them.
pub(crate) fn record(learner: &dyn Learner) -> serde_json::Value {
    serde_json::json!({ "name": learner.name(), "params": learner.parameters() })
}

/// A tensor of one integer, such as a number of parts.
pub(crate) fn read_count(tensors: &TensorMap, name: &str) -> Result<usize, String> {
    match tensors.get(name) {
        Some(Tensor::U32(values)) if values.len() == 1 => Ok(values[0] as usize),
        _ => Err(format!("it has no tensor `{name}` of one integer")),
    }
}
