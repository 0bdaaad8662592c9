//! What methods of adaptation are asked and answer.

use hesper_learn::conformal::effective_size;
use hesper_learn::{Classifier, Learner, Matrix, Projection};

use crate::{Error, LabelledTarget, Source, Target};

/// What is said of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// Formula and source, one paragraph.
    pub doc: &'static str,
}

/// A way from a labelled source and a target without labels to a classifier of the target.
pub trait Method: Send + Sync {
    /// Name and documentation.
    fn info(&self) -> &'static Info;

    /// Learns. The same domains and seed give the same classifier, whatever the number of threads. Methods that are learners
    /// themselves pay no heed to `learner`, and say so in their documentation.
    ///
    /// # Errors
    /// [`Error::Domain`] for domains that cannot be adapted, [`Error::Parameter`], [`Error::Failed`], [`Error::Learn`].
    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error>;
}

/// A way to a classifier of the target that may look at the few labels of the target which are known.
pub trait FewLabels: Send + Sync {
    /// Name and documentation.
    fn info(&self) -> &'static Info;

    /// As [`Method::fit`], with the objects of the target whose labels are known.
    ///
    /// # Errors
    /// As [`Method::fit`].
    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        labelled: &LabelledTarget<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error>;
}

/// A classifier of the target, and what was done to get it.
pub struct Fitted {
    /// Takes objects of the target as they are, and gives the probabilities of the source's classes.
    pub classifier: Box<dyn Classifier>,
    /// The weights of the source's objects, if they were weighted.
    pub weights: Option<Vec<f64>>,
    /// Their effective size.
    pub effective_size: Option<f64>,
    /// Source and target where a map took them, if one did.
    pub moved: Option<[Matrix; 2]>,
    /// The name of the learner that the classifier is of, for models on disk, where it is not the one that was given.
    pub learner: Option<&'static str>,
    /// The method behind it, where several were tried.
    pub chosen: Option<&'static Info>,
    /// What should be known before it is used, in words.
    pub warnings: Vec<String>,
}

impl Fitted {
    /// A classifier of which there is nothing more to say.
    pub fn new(classifier: Box<dyn Classifier>) -> Self {
        Self {
            classifier,
            weights: None,
            effective_size: None,
            moved: None,
            learner: None,
            chosen: None,
            warnings: Vec::new(),
        }
    }
}

/// A method that gives each source object a weight, so that the weighted source looks like the target.
pub trait Weighting: Send + Sync {
    /// Name and documentation.
    fn info(&self) -> &'static Info;

    /// The weights. The same domains and seed give the same weights, whatever the number of threads.
    ///
    /// # Errors
    /// [`Error::Domain`] for domains that cannot be adapted, [`Error::Parameter`], [`Error::Failed`].
    fn weights(&self, source: &Source<'_>, target: &Target<'_>, seed: u64) -> Result<Weights, Error>;
}

/// Weights of source objects.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// One for each object: finite, not negative, with a mean of 1.
    pub values: Vec<f64>,
    /// (Σ w)²/Σ w² (Kish): so many objects of equal weight would tell as much.
    pub effective_size: f64,
    /// What should be known before they are used, in words.
    pub warnings: Vec<String>,
}

impl Weights {
    /// Scales to a mean of 1. What is negative or not finite counts as 0, with a warning; weights that are all 0 become equal,
    /// with a warning; an effective size below a tenth of the objects is warned of.
    pub fn new(mut values: Vec<f64>) -> Self {
        let mut warnings = Vec::new();
        let unsound = values.iter().filter(|value| !(value.is_finite() && **value >= 0.0)).count();
        if unsound > 0 {
            warnings.push(format!("{unsound} weights were negative or not finite and count as 0"));
            values
                .iter_mut()
                .filter(|value| !(value.is_finite() && **value >= 0.0))
                .for_each(|value| *value = 0.0);
        }
        // Divided by the largest first, so that no sum overflows.
        let largest = values.iter().copied().fold(0.0, f64::max);
        if largest > 0.0 {
            values.iter_mut().for_each(|value| *value /= largest);
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            values.iter_mut().for_each(|value| *value /= mean);
        } else if !values.is_empty() {
            warnings.push("all weights were 0: all objects count alike".to_owned());
            values.fill(1.0);
        }
        let effective_size = effective_size(&values);
        if effective_size < 0.1 * values.len() as f64 {
            warnings.push(format!(
                "{} weighted objects tell as much as {effective_size:.1}: few of them decide everything",
                values.len()
            ));
        }
        Self { values, effective_size, warnings }
    }
}

/// A method that moves source and target into a common space.
pub trait Mapping: Send + Sync {
    /// Name and documentation.
    fn info(&self) -> &'static Info;

    /// Learns the maps. The same domains and seed give the same, whatever the number of threads.
    ///
    /// # Errors
    /// As [`Weighting::weights`].
    fn align(&self, source: &Source<'_>, target: &Target<'_>, seed: u64) -> Result<Aligned, Error>;
}

/// Source and target in a common space.
pub struct Aligned {
    /// The source's objects there, objects × features of the space.
    pub source: Matrix,
    /// The target's objects there.
    pub target: Matrix,
    /// Takes further objects of the target there; those that were learned from, to the same places as `target`.
    pub map: Projection,
    /// What should be known before they are used, in words.
    pub warnings: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_sound_whatever_is_given() {
        let weights = Weights::new(vec![1.0, 3.0]);
        assert_eq!(weights.values, [0.5, 1.5]);
        assert!((weights.effective_size - 1.6).abs() < 1e-12 && weights.warnings.is_empty());
        let mended = Weights::new(vec![f64::NAN, -1.0, 2.0]);
        assert_eq!(mended.values, [0.0, 0.0, 3.0]);
        assert_eq!(mended.warnings.len(), 1);
        assert_eq!(Weights::new(vec![0.0; 4]).values, [1.0; 4]);
        assert!(Weights::new(vec![1e308; 3]).values.iter().all(|w| (w - 1.0).abs() < 1e-12));
        let mut steep = vec![1e-9; 99];
        steep.push(1.0);
        assert!(Weights::new(steep).warnings[0].contains("tell as much as 1.0"));
    }
}
