use hesper_learn::split::Fold;
use hesper_learn::{Classifier, Learner, TrainingSet};
use serde::{Deserialize, Serialize};

use super::shared::{check, fitted, loss, pooled};
use crate::select::folds::{classes_of, folds};
use crate::weights::require;
use crate::{Error, FewLabels, Fitted, Info, LabelledTarget, Source, Target};

/// Balanced weighting: source and labelled target share the weight of all objects, whatever their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Balanced {
    /// The share γ of the labelled target in the weight of all objects, from 0 (the source alone) to 1 (the labelled target
    /// alone). Default: the best of 0, 0.1, 0.25, 0.5, 0.75, 0.9 and 1 by cross-validation on the labelled target.
    pub gamma: Option<f64>,
    /// The number of folds by which γ is chosen, at least 2. Default 5.
    pub folds: usize,
}

impl Default for Balanced {
    fn default() -> Self {
        Self { gamma: None, folds: 5 }
    }
}

/// The middle first: it is taken when others are no better.
const GAMMAS: [f64; 7] = [0.5, 0.75, 0.25, 0.9, 0.1, 1.0, 0.0];

impl Balanced {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        let gamma = self.gamma.unwrap_or(0.5);
        require((0.0..=1.0).contains(&gamma), "gamma", gamma, "from 0 to 1")?;
        require(self.folds > 1, "folds", self.folds, "at least 2")
    }

    /// γ by −ln p of labelled target objects held out, and what should be known of the choice.
    fn chosen(
        &self,
        source: &Source<'_>,
        labelled: &LabelledTarget<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<(f64, Vec<String>), Error> {
        let split = folds(labelled.y, source.n_classes, self.folds, seed)?;
        if split.is_empty() {
            let why =
                "the labelled target has no two objects of a class to choose gamma by: it is 0.5".to_owned();
            return Ok((0.5, vec![why]));
        }
        let (mut best, mut refused) = ((f64::INFINITY, 0.5), None);
        for gamma in GAMMAS {
            match held_out(gamma, source, labelled, &split, learner, seed) {
                Ok(loss) if loss < best.0 => best = (loss, gamma),
                Ok(_) => {}
                Err(error) => refused = Some(error),
            }
        }
        match refused {
            Some(error) if best.0.is_infinite() => Err(error),
            _ => Ok((best.1, Vec::new())),
        }
    }
}

fn held_out(
    gamma: f64,
    source: &Source<'_>,
    labelled: &LabelledTarget<'_>,
    split: &[Fold],
    learner: &dyn Learner,
    seed: u64,
) -> Result<f64, Error> {
    let mut sum = 0.0;
    for fold in split {
        let (x, y) = (labelled.x.select_rows(&fold.train), classes_of(labelled.y, &fold.train));
        let part = LabelledTarget { x: &x, y: &y };
        let (classifier, _) = weighted(gamma, source, &part, learner, seed)?;
        let probabilities = classifier.predict_proba(&labelled.x.select_rows(&fold.test))?;
        sum += loss(&probabilities, &classes_of(labelled.y, &fold.test));
    }
    Ok(sum)
}

/// The classifier, and the weights of the source objects.
fn weighted(
    gamma: f64,
    source: &Source<'_>,
    labelled: &LabelledTarget<'_>,
    learner: &dyn Learner,
    seed: u64,
) -> Result<(Box<dyn Classifier>, Vec<f64>), Error> {
    let (x, y) = pooled(source, labelled.x, labelled.y)?;
    let (n, m) = (source.y.len(), labelled.y.len());
    let all = (n + m) as f64;
    let mut weights = vec![(1.0 - gamma) * all / n as f64; n];
    weights.resize(n + m, gamma * all / m as f64);
    let data = TrainingSet { x: &x, y: &y, weights: Some(&weights), n_classes: source.n_classes };
    let classifier = learner.fit(&data, seed)?;
    weights.truncate(n);
    Ok((classifier, weights))
}

impl FewLabels for Balanced {
    fn info(&self) -> &'static Info {
        &Info {
            name: "balanced",
            doc: "Balanced weighting (Wu & Dietterich 2004, doi:10.1145/1015330.1015436): the learner's loss is \
                  (1 − γ) · mean over the source + γ · mean over the labelled target, times the number of all objects; γ by \
                  cross-validation on the labelled target.",
        }
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        labelled: &LabelledTarget<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        self.check()?;
        check(source, target, labelled)?;
        let (gamma, warnings) = match self.gamma {
            Some(gamma) => (gamma, Vec::new()),
            None => self.chosen(source, labelled, learner, seed)?,
        };
        let (classifier, weights) = weighted(gamma, source, labelled, learner, seed)?;
        Ok(fitted(classifier, Some(&weights), labelled, source.n_classes, warnings))
    }
}
