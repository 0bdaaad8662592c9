use super::CalibrationMap;
use crate::nested::Nested;
use crate::tensor::floats;
use crate::{Classifier, Error, Learner, Matrix, Tensor, TensorMap};

/// A classifier whose probabilities are brought to other shares of the classes: p(c|x) r_c, made to add up to 1, where r_c is
/// the ratio of a class's share among new objects to that among those learned from.
///
/// Where only classes are left whose ratio is 0, the probabilities stay as they are.
pub struct Reweighted {
    inner: Nested,
    map: Option<CalibrationMap>,
    ratios: Vec<f64>,
}

impl Reweighted {
    /// The name under which models record reweighted classifiers.
    pub const LEARNER: &'static str = "reweighted";

    /// Around a classifier that `learner` made; its probabilities are calibrated by `map` first, if there is one.
    ///
    /// # Errors
    /// When there are not as many ratios as classes, or one is negative or not finite.
    pub fn new(
        learner: &dyn Learner,
        classifier: Box<dyn Classifier>,
        map: Option<CalibrationMap>,
        ratios: Vec<f64>,
    ) -> Result<Self, Error> {
        Error::check_length("ratios, one per class", classifier.n_classes(), ratios.len())?;
        if let Some(ratio) = ratios.iter().find(|ratio| !(ratio.is_finite() && **ratio >= 0.0)) {
            let (value, limit) = (ratio.to_string(), "finite and not negative");
            return Err(Error::Parameter { name: "ratio", value, limit });
        }
        Ok(Self { inner: Nested::new(learner, classifier), map, ratios })
    }

    /// The classifier that [`Classifier::tensors`] described.
    pub(crate) fn from_tensors(tensors: &TensorMap, features: usize, classes: usize) -> Result<Self, String> {
        let map = tensors.keys().any(|name| name.starts_with("calibration/"));
        let map = map.then(|| CalibrationMap::read(tensors, classes)).transpose()?;
        let ratios = floats(tensors, "ratios", classes)?.to_vec();
        if let Some(ratio) = ratios.iter().find(|ratio| **ratio < 0.0) {
            return Err(format!("a ratio of its classes' shares is {ratio}"));
        }
        Ok(Self { inner: Nested::read(tensors, "learner", features, classes)?, map, ratios })
    }
}

impl Classifier for Reweighted {
    fn n_classes(&self) -> usize {
        self.ratios.len()
    }

    fn n_features(&self) -> usize {
        self.inner.classifier.n_features()
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        let mut probabilities = self.inner.classifier.predict_proba(x)?;
        if let Some(map) = &self.map {
            probabilities = map.apply(&probabilities)?;
        }
        for row in probabilities.data_mut().chunks_exact_mut(self.ratios.len()) {
            let sum: f64 = row.iter().zip(&self.ratios).map(|(p, ratio)| p * ratio).sum();
            if sum > 0.0 && sum.is_finite() {
                // In this order no quotient exceeds 1.
                row.iter_mut().zip(&self.ratios).for_each(|(p, ratio)| *p = *p * ratio / sum);
            }
        }
        Ok(probabilities)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        self.inner.classifier.importances()
    }

    fn tensors(&self) -> Option<TensorMap> {
        let mut tensors = TensorMap::from([("ratios".to_owned(), Tensor::F64(self.ratios.clone()))]);
        self.inner.write("learner", &mut tensors)?;
        if let Some(map) = &self.map {
            map.write(&mut tensors);
        }
        Some(tensors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Calibration, LogisticParams, TrainingSet};

    #[test]
    fn shares_change_and_survive_the_tensors() {
        let x = Matrix::new(20, 1, (0..20).map(f64::from).collect()).unwrap();
        let y: Vec<u32> = (0..20).map(|row| u32::from(row * 7 % 20 > 9)).collect();
        let learner = LogisticParams::default();
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
        let plain = learner.fit(&data, 1).unwrap().predict_proba(&x).unwrap();
        let map = Calibration::Platt.fit(&plain, &y, None).unwrap();
        for map in [None, Some(map)] {
            let inner = learner.fit(&data, 1).unwrap();
            let before = map.as_ref().map_or(plain.clone(), |map| map.apply(&plain).unwrap());
            let reweighted = Reweighted::new(&learner, inner, map, vec![1.0, 3.0]).unwrap();
            let after = reweighted.predict_proba(&x).unwrap();
            let [p, q] = [before.row(4)[0], before.row(4)[1]];
            assert!((after.row(4)[1] - 3.0 * q / (p + 3.0 * q)).abs() < 1e-12);
            let again = Reweighted::from_tensors(&reweighted.tensors().unwrap(), 1, 2).unwrap();
            assert_eq!(again.predict_proba(&x).unwrap(), after);
        }
        let inner = learner.fit(&data, 1).unwrap();
        assert!(Reweighted::new(&learner, inner, None, vec![1.0, f64::NAN]).is_err());
    }
}
