//! Classifiers from their tensors. Every learner that can be saved is listed here.

use crate::calibration::CalibratedClassifier;
use crate::committee::CommitteeClassifier;
use crate::prepare::restore_prepared;
use crate::projection::restore_projected;
use crate::search::{Searched, SearchedClassifier};
use crate::{
    Boosted, Calibrated, Classifier, Committee, DenseEnsemble, DenseNetwork, Forest, Logistic, NaiveBayes,
    Neighbours, Reweighted, Svm, TensorMap,
};

/// The classifier of a learner from its tensors, which are checked as a whole.
pub(crate) fn restore(
    learner: &str,
    tensors: &TensorMap,
    features: usize,
    classes: usize,
) -> Result<Box<dyn Classifier>, String> {
    let has = |prefix: &str| tensors.keys().any(|name| name.starts_with(prefix));
    if has(crate::prepare::PREFIX) {
        return restore_prepared(tensors, features, |inner| restore(learner, inner, features, classes));
    }
    if has(crate::projection::PREFIX) {
        return restore_projected(tensors, features, |inner, space| restore(learner, inner, space, classes));
    }
    match learner {
        Boosted::LEARNER => Ok(Box::new(Boosted::from_tensors(tensors, features, classes)?)),
        Calibrated::LEARNER => Ok(Box::new(CalibratedClassifier::from_tensors(tensors, features, classes)?)),
        Committee::LEARNER => Ok(Box::new(CommitteeClassifier::from_tensors(tensors, features, classes)?)),
        DenseNetwork::LEARNER => Ok(Box::new(DenseEnsemble::from_tensors(tensors, features, classes)?)),
        Forest::LEARNER => Ok(Box::new(Forest::from_tensors(tensors, features, classes)?)),
        Logistic::LEARNER => Ok(Box::new(Logistic::from_tensors(tensors, features, classes)?)),
        NaiveBayes::LEARNER => Ok(Box::new(NaiveBayes::from_tensors(tensors, features, classes)?)),
        Neighbours::LEARNER => Ok(Box::new(Neighbours::from_tensors(tensors, features, classes)?)),
        Reweighted::LEARNER => Ok(Box::new(Reweighted::from_tensors(tensors, features, classes)?)),
        Searched::LEARNER => Ok(Box::new(SearchedClassifier::from_tensors(tensors, features, classes)?)),
        Svm::LEARNER => Ok(Box::new(Svm::from_tensors(tensors, features, classes)?)),
        _ => Err(format!("its learner `{learner}` is unknown to this program")),
    }
}
