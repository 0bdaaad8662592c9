use hesper_learn::split::stratified_k_fold;
use hesper_learn::{Classifier, Learner, Matrix, TrainingSet, cross_validate, metrics};
use serde::{Deserialize, Serialize};

use crate::weights::require;
use crate::{Error, Source, Target};

/// How propensities are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PropensityParams {
    /// Each object's propensity is that of a classifier that did not learn from it: so many folds, at least 2. Default 5.
    pub folds: usize,
}

impl Default for PropensityParams {
    fn default() -> Self {
        Self { folds: 5 }
    }
}

/// The propensity e(x): the probability that an object of these features is of the source.
pub struct Propensity {
    /// Of each object of the source, out of fold.
    pub source: Vec<f64>,
    /// Of each object of the target, out of fold.
    pub target: Vec<f64>,
    /// Area under the ROC curve by which they tell the source from the target: 0.5 if they are alike, 1 if no object of one is
    /// like those of the other.
    pub separation: f64,
    classifier: Box<dyn Classifier>,
}

impl PropensityParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        require(self.folds > 1, "folds", self.folds, "at least 2")
    }

    /// Learns to tell source from target; `learner` is that of the propensity. Only as balanced as the domains' numbers are: a
    /// target of many objects makes all propensities small, but leaves their order.
    ///
    /// # Errors
    /// [`Error::Domain`] for domains that cannot be adapted or with a single object; [`Error::Parameter`], [`Error::Learn`].
    pub fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Propensity, Error> {
        self.check()?;
        source.check()?;
        target.check(source)?;
        let (own, others) = (source.x.rows(), target.x.rows());
        for (domain, rows) in [("source", own), ("target", others)] {
            if rows < 2 {
                let what =
                    "it has a single object: one to learn from and one to test by are needed".to_owned();
                return Err(Error::Domain { domain, what });
            }
        }
        let x = Matrix::new(own + others, source.x.cols(), [source.x.data(), target.x.data()].concat())?;
        let y: Vec<u32> = (0..own + others).map(|row| u32::from(row < own)).collect();
        let folds = stratified_k_fold(&y, self.folds.min(x.rows()), seed)?;
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
        let mut values = cross_validate(learner, &data, &folds, seed)?.probabilities.column(1);
        let is_source: Vec<bool> = y.iter().map(|&domain| domain == 1).collect();
        let separation = metrics::roc_auc(&is_source, &values)?;
        let target = values.split_off(own);
        Ok(Propensity { source: values, target, separation, classifier: learner.fit(&data, seed)? })
    }
}

impl Propensity {
    /// The propensities of further objects.
    ///
    /// # Errors
    /// [`Error::Learn`] for another number of features.
    pub fn of(&self, x: &Matrix) -> Result<Vec<f64>, Error> {
        Ok(self.classifier.predict_proba(x)?.column(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesper_learn::LogisticParams;

    #[test]
    fn those_that_look_labelled_have_a_higher_propensity() {
        let own: Vec<[f64; 1]> = (0..60).map(|n| [f64::from(n % 20) / 10.0]).collect();
        let other: Vec<[f64; 1]> = (0..90).map(|n| [f64::from(n % 30) / 10.0 + 0.5]).collect();
        let (x, t) = (Matrix::from_rows(&own).unwrap(), Matrix::from_rows(&other).unwrap());
        let (source, target) = (Source { x: &x, y: &[0; 60], n_classes: 1 }, Target { x: &t });
        let params = PropensityParams::default();
        let found = params.fit(&source, &target, &LogisticParams::default(), 1).unwrap();
        assert!((0.7..0.99).contains(&found.separation), "{}", found.separation);
        let line = Matrix::from_rows(&[[0.0], [1.0], [2.0], [3.0]]).unwrap();
        let falling = found.of(&line).unwrap();
        assert!(falling.is_sorted_by(|a, b| a > b) && falling.iter().all(|p| (0.0..=1.0).contains(p)));
        assert_eq!((found.source.len(), found.target.len()), (60, 90));
        let single = Matrix::from_rows(&[[1.0]]).unwrap();
        let error = params.fit(&source, &Target { x: &single }, &LogisticParams::default(), 1).err().unwrap();
        assert!(error.to_string().contains("single object"), "{error}");
        let one = PropensityParams { folds: 1 };
        assert!(one.fit(&source, &target, &LogisticParams::default(), 1).is_err());
    }
}
