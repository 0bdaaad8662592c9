use hesper_learn::conformal::effective_size;
use hesper_learn::{Calibration, CalibrationMap, Classifier, Learner, Matrix, Reweighted, TrainingSet};
use serde::{Deserialize, Serialize};

use crate::select::folds::folds;
use crate::shift::{bbse, em};
use crate::weights::require;
use crate::{Error, Fitted, Info, Method, Source, Target};

/// How the classes' shares in the target are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimate {
    /// Black-box shift estimation, [`bbse`]: asks no more of the learner than that it tells the classes.
    Bbse,
    /// Maximum likelihood, [`em`]: more exact with calibrated probabilities.
    #[default]
    Em,
}

/// Label shift correction: the learner's probabilities, calibrated out of fold, times the ratio of a class's shares in target
/// and source, p(c|x) q_c/π_c normalised.
///
/// Right where only the shares of the classes differ; [`crate::shift::report()`] tells whether that may be so. No share is
/// taken to be less than that of half a target object, so that no class of the source is ruled out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PriorCorrection {
    /// How the shares are found. Default by maximum likelihood.
    pub estimate: Estimate,
    /// How probabilities are calibrated, if at all. Default [`Calibration::Beta`], which leaves alone what is calibrated: on
    /// digits and supernovae with other shares it was as good as others or better with most learners.
    pub calibration: Option<Calibration>,
    /// The folds for calibration and confusion matrix, at least 2. Default 5.
    pub folds: usize,
}

impl Default for PriorCorrection {
    fn default() -> Self {
        Self { estimate: Estimate::Em, calibration: Some(Calibration::Beta), folds: 5 }
    }
}

/// The classes' shares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shares {
    /// In the source.
    pub source: Vec<f64>,
    /// In the target, by black-box shift estimation, if the learner tells the classes.
    pub bbse: Option<Vec<f64>>,
    /// In the target, by maximum likelihood.
    pub em: Vec<f64>,
}

/// What was learned from the source: the classifier, and what calibrates it.
type Parts = (Box<dyn Classifier>, Option<CalibrationMap>);

/// Estimates that differ by more than this, half the sum of all differences, contradict each other.
const CONTRADICTION: f64 = 0.2;

impl PriorCorrection {
    /// By black-box shift estimation.
    pub fn bbse() -> Self {
        Self { estimate: Estimate::Bbse, ..Self::default() }
    }

    /// By maximum likelihood.
    pub fn em() -> Self {
        Self::default()
    }

    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        require(self.folds > 1, "folds", self.folds, "at least 2")
    }

    /// The shares by either way.
    ///
    /// # Errors
    /// As [`Method::fit`]; a source in which no class has two objects.
    pub fn shares(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Shares, Error> {
        Ok(self.learn(source, target, learner, seed)?.1)
    }

    fn learn(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<(Parts, Shares), Error> {
        self.check()?;
        source.check()?;
        target.check(source)?;
        let (rows, own) = held_out(source, learner, self.folds, seed)?;
        let y: Vec<u32> = rows.iter().map(|&row| source.y[row]).collect();
        let map = self.calibration.map(|calibration| calibration.fit(&own, &y, None)).transpose()?;
        let data = TrainingSet { x: source.x, y: source.y, weights: None, n_classes: source.n_classes };
        let inner = learner.fit(&data, seed)?;
        let calibrated = |p: Matrix| match &map {
            Some(map) => map.apply(&p),
            None => Ok(p),
        };
        let (own, other) = (calibrated(own)?, calibrated(inner.predict_proba(target.x)?)?);
        // The only object of a class was not tested: it is none of the confusion matrix.
        let x = source.x.select_rows(&rows);
        let tested = Source { x: &x, y: &y, n_classes: source.n_classes };
        let mut prior = vec![0.0; source.n_classes];
        source.y.iter().for_each(|&class| prior[class as usize] += 1.0 / source.y.len() as f64);
        let shares =
            Shares { source: prior, bbse: bbse(&tested, &own, &other).ok(), em: em(source, &other)? };
        Ok(((inner, map), shares))
    }
}

/// Probabilities of source objects by classifiers that did not learn from them, and which objects they are.
fn held_out(
    source: &Source<'_>,
    learner: &dyn Learner,
    count: usize,
    seed: u64,
) -> Result<(Vec<usize>, Matrix), Error> {
    let split = folds(source.y, source.n_classes, count, seed)?;
    if split.is_empty() {
        let what = "no class has two objects, one to learn from and one to test by".to_owned();
        return Err(Error::Domain { domain: "source", what });
    }
    let data = TrainingSet { x: source.x, y: source.y, weights: None, n_classes: source.n_classes };
    let all = hesper_learn::cross_validate(learner, &data, &split, seed)?;
    let rows: Vec<usize> = (0..source.y.len()).filter(|&row| all.fold[row].is_some()).collect();
    let probabilities = all.probabilities.select_rows(&rows);
    Ok((rows, probabilities))
}

impl Method for PriorCorrection {
    fn info(&self) -> &'static Info {
        match self.estimate {
            Estimate::Bbse => &Info {
                name: "bbse",
                doc: "Label shift correction: calibrated probabilities times the ratio of the classes' shares in target and \
                      source, those of the target by black-box shift estimation (Lipton, Wang & Smola 2018, \
                      arXiv:1802.03916).",
            },
            Estimate::Em => &Info {
                name: "em",
                doc: "Label shift correction: calibrated probabilities times the ratio of the classes' shares in target and \
                      source, those of the target by maximum likelihood (Saerens, Latinne & Decaestecker 2002, \
                      doi:10.1162/089976602753284446).",
            },
        }
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        let ((inner, map), shares) = self.learn(source, target, learner, seed)?;
        let mut warnings = Vec::new();
        let chosen = match (self.estimate, &shares.bbse) {
            (Estimate::Em, _) => &shares.em,
            (Estimate::Bbse, Some(found)) => found,
            (Estimate::Bbse, None) => {
                let what = "the confusion matrix is singular: the learner never tells some class; try another, or em";
                return Err(Error::Failed { method: "bbse", what: what.to_owned() });
            }
        };
        match &shares.bbse {
            Some(other) => {
                let apart: f64 = other.iter().zip(&shares.em).map(|(a, b)| 0.5 * (a - b).abs()).sum();
                if apart > CONTRADICTION {
                    warnings.push(format!(
                        "black-box shift estimation and maximum likelihood give shares of the classes that are {apart:.2} \
                         apart (of 1): more than the shares has changed"
                    ));
                }
            }
            None => warnings
                .push("the learner never tells some class: black-box shift estimation fails".to_owned()),
        }
        let least = 0.5 / target.x.rows() as f64;
        let ratio = |(to, from): (&f64, &f64)| if *from > 0.0 { to.max(least) / from } else { 0.0 };
        let ratios: Vec<f64> = chosen.iter().zip(&shares.source).map(ratio).collect();
        let weights: Vec<f64> = source.y.iter().map(|&class| ratios[class as usize]).collect();
        let corrected = Reweighted::new(learner, inner, map, ratios)?;
        Ok(Fitted {
            learner: Some(Reweighted::LEARNER),
            effective_size: Some(effective_size(&weights)),
            weights: Some(weights),
            warnings,
            ..Fitted::new(Box::new(corrected))
        })
    }
}
