use super::Projection;
use crate::{Classifier, Error, Matrix, TensorMap};

/// Names of the tensors that describe the projection begin with this, beside those of the classifier.
pub(crate) const PREFIX: &str = "projection/";

/// A classifier that sees its rows projected.
pub(super) struct ProjectedClassifier {
    pub(super) projection: Projection,
    pub(super) inner: Box<dyn Classifier>,
}

impl Classifier for ProjectedClassifier {
    fn n_classes(&self) -> usize {
        self.inner.n_classes()
    }

    fn n_features(&self) -> usize {
        self.projection.n_features()
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        self.inner.predict_proba(&self.projection.apply(x)?)
    }

    /// Features of the space are not those of the rows.
    fn importances(&self) -> Option<Vec<f64>> {
        None
    }

    fn members(&self, x: &Matrix) -> Result<Option<Vec<Matrix>>, Error> {
        self.inner.members(&self.projection.apply(x)?)
    }

    fn embedding(&self, x: &Matrix) -> Result<Option<Matrix>, Error> {
        self.inner.embedding(&self.projection.apply(x)?)
    }

    /// The inner tensors and those of the projection; nothing when the inner ones are prepared or projected themselves.
    fn tensors(&self) -> Option<TensorMap> {
        let mut all = self.inner.tensors()?;
        if all
            .keys()
            .any(|name| [PREFIX, crate::prepare::PREFIX].iter().any(|prefix| name.starts_with(prefix)))
        {
            return None;
        }
        let own = self.projection.to_tensors();
        all.extend(own.into_iter().map(|(name, tensor)| (format!("{PREFIX}{name}"), tensor)));
        Some(all)
    }
}

/// The projected classifier that [`Classifier::tensors`] described; `inner` makes the inner one of its own tensors and the
/// number of features that it sees.
pub(crate) fn restore_projected(
    tensors: &TensorMap,
    features: usize,
    inner: impl FnOnce(&TensorMap, usize) -> Result<Box<dyn Classifier>, String>,
) -> Result<Box<dyn Classifier>, String> {
    let (own, others) = crate::tensor::part(tensors, PREFIX);
    let (projection, space) = Projection::from_tensors(&own, features)?;
    Ok(projection.before(inner(&others, space)?))
}
