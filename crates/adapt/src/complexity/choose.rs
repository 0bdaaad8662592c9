use hesper_learn::{Classifier, TrainingSet};
use serde::{Deserialize, Serialize};

use super::folds::out_of_fold;
use super::map::{Candidate, map};
use super::{ComplexityPrior, Family, MapParams, Score};
use crate::Error;
use crate::maps::refuse;

/// How a member of a family is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choose {
    /// The most likely a posteriori: prior times a likelihood made of a bound.
    Map(MapParams),
    /// The most likely a priori: no model of the target is fitted in order to choose.
    Prior,
    /// The best in cross-validation of all members on the labels: what the prior is to spare.
    Grid {
        /// The number of folds, at least 2; as many as labels if there are fewer.
        folds: usize,
        /// What is best.
        score: Score,
    },
}

impl Default for Choose {
    fn default() -> Self {
        Self::Map(MapParams::default())
    }
}

impl Choose {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        match self {
            Self::Map(params) => params.check(),
            Self::Grid { folds, .. } if *folds < 2 => refuse("folds", folds, "at least 2"),
            _ => Ok(()),
        }
    }

    /// Chooses, and fits the chosen one to all labels. Objects are already scaled as the family asks. The same labels and seed
    /// give the same choice, whatever the number of threads.
    ///
    /// # Errors
    /// Parameters out of range; a prior of another family; labels that no learner takes, or of a single object where folds are
    /// asked for.
    pub fn choose(
        &self,
        family: &Family,
        prior: &ComplexityPrior,
        data: &TrainingSet<'_>,
        seed: u64,
    ) -> Result<Choice, Error> {
        self.check()?;
        prior.check(family)?;
        data.check()?;
        match self {
            Self::Map(params) => map(family, prior, data, params, seed),
            Self::Prior => {
                let member = prior.best();
                let warnings = match prior.flatness() {
                    flat if flat > FLAT => vec![format!(
                        "the prior is nearly flat (its entropy is {flat:.4} of the largest): it hardly prefers any member"
                    )],
                    _ => Vec::new(),
                };
                let classifier = family.members[member].learner.fit(data, seed)?;
                Ok(Choice::new(family, member, 1, classifier, warnings))
            }
            Self::Grid { folds, score } => {
                if data.y.len() < 2 {
                    let what = "it has 1 object, but cross-validation needs 2 or more".to_owned();
                    return Err(Error::Domain { domain: "labelled target", what });
                }
                let (mut best, mut highest, mut fits) = (0, f64::NEG_INFINITY, 1);
                for (at, member) in family.members.iter().enumerate() {
                    let (guessed, made) = out_of_fold(member.learner.as_ref(), data, *folds, seed)?;
                    fits += made;
                    let value = score.of(data.y, &guessed)?;
                    if value > highest {
                        (best, highest) = (at, value);
                    }
                }
                let classifier = family.members[best].learner.fit(data, seed)?;
                Ok(Choice::new(family, best, fits, classifier, Vec::new()))
            }
        }
    }
}

/// From this entropy on a prior hardly says anything.
const FLAT: f64 = 0.999;

/// The member that was chosen, fitted.
pub struct Choice {
    /// Its number in the family.
    pub member: usize,
    /// Its name.
    pub name: String,
    /// How many models were fitted, the chosen one among them.
    pub fits: usize,
    /// The members that were looked at, the likeliest of the prior first; nothing unless chosen a posteriori.
    pub candidates: Vec<Candidate>,
    /// How far apart, at most, the labels' log-likelihoods of two candidates are, in nats: near 0 the labels had no say. Nothing
    /// unless chosen a posteriori.
    pub evidence: Option<f64>,
    /// Takes scaled objects.
    pub classifier: Box<dyn Classifier>,
    /// What should be known before it is used, in words.
    pub warnings: Vec<String>,
}

impl Choice {
    pub(super) fn new(
        family: &Family,
        member: usize,
        fits: usize,
        classifier: Box<dyn Classifier>,
        warnings: Vec<String>,
    ) -> Self {
        let name = family.members[member].name.clone();
        Self { member, name, fits, candidates: Vec::new(), evidence: None, classifier, warnings }
    }
}

#[cfg(test)]
mod tests {
    use hesper_learn::{Matrix, Scaling};

    use super::*;
    use crate::complexity::Bound;

    fn noisy() -> (Matrix, Vec<u32>) {
        let x = Matrix::new(40, 1, (0..40).map(f64::from).collect()).unwrap();
        (x, (0..40).map(|row| (row / 20) ^ u32::from(row % 5 == 2)).collect())
    }

    #[test]
    fn fits_are_counted() {
        let (x, y) = noisy();
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
        let family = Family::knn(&[1, 7, 39], Scaling::None);
        let prior = ComplexityPrior::uniform(&family).unwrap();
        let of = |choose: Choose| choose.choose(&family, &prior, &data, 1).unwrap();
        let grid = of(Choose::Grid { folds: 5, score: Score::Accuracy });
        assert_eq!((grid.name.as_str(), grid.fits), ("k = 7", 16));
        assert_eq!(of(Choose::Prior).fits, 1);
        assert_eq!(of(Choose::Prior).warnings.len(), 1);
        let map = |bound| of(Choose::Map(MapParams { bound, ..MapParams::default() })).fits;
        assert_eq!(map(Bound::Vc), 3);
        assert_eq!(map(Bound::Rademacher { draws: 4 }), 15);
        assert_eq!(map(Bound::PacBayes { folds: 5 }), 16);
    }

    #[test]
    fn choices_that_cannot_be_made_are_named() {
        let (x, y) = noisy();
        let family = Family::knn(&[1, 7], Scaling::None);
        let prior = ComplexityPrior::uniform(&family).unwrap();
        let (one, other) = (x.select_rows(&[0]), Family::knn(&[1, 9], Scaling::None));
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
        let single = TrainingSet { x: &one, y: &y[..1], ..data };
        let grid = Choose::Grid { folds: 5, score: Score::Balanced };
        assert!(grid.choose(&family, &prior, &single, 0).is_err());
        assert!(grid.choose(&other, &prior, &data, 0).is_err());
        assert!(Choose::Grid { folds: 1, score: Score::Balanced }.choose(&family, &prior, &data, 0).is_err());
        assert!(Choose::Prior.choose(&family, &prior, &single, 0).is_ok());
    }
}
