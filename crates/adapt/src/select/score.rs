use serde::{Deserialize, Serialize};

use super::{Trial, importance, predictions};
use crate::{Error, Info};

/// A figure for a fitted candidate that asks for no label of the target. Of all, larger is better.
///
/// The first three look at the source: they are right where like objects are of like classes in both domains, or where the
/// way back undoes the way there. The others look at the target's probabilities alone, and cannot tell a classifier that is
/// right from one that is sure. The last looks at the other candidates: it is right where most of them are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelFreeScore {
    /// Accuracy on the source held out, weighted by importance: from 0 to 1.
    ImportanceWeighted,
    /// The same with a control variate, which may leave the range from 0 to 1.
    Dev,
    /// Balanced accuracy on the source of what learned from the predicted target: from 0 to 1.
    Circular,
    /// Less the mean entropy of the probabilities, in nats: up to 0.
    Entropy,
    /// The mutual information of objects and predicted classes, in nats: from 0.
    MutualInformation,
    /// The density of soft neighbourhoods, in nats: from 0 to ln(objects − 1).
    Density,
    /// The norm of the matrix of probabilities, from near 0 to 1.
    Mano,
    /// The share of the target's objects that get the class which all candidates together give them: from 0 to 1.
    Consensus,
}

/// The value of a score.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The value.
    pub value: f64,
    /// What each object adds: their mean is the value. Candidates that were fitted to the same domains have the same objects
    /// in the same order, so that differences can be taken object by object.
    pub objects: Vec<f64>,
}

impl Score {
    pub(super) fn mean_of(objects: Vec<f64>) -> Self {
        Self { value: objects.iter().sum::<f64>() / objects.len() as f64, objects }
    }
}

impl LabelFreeScore {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::ImportanceWeighted,
        Self::Dev,
        Self::Circular,
        Self::Entropy,
        Self::MutualInformation,
        Self::Density,
        Self::Mano,
        Self::Consensus,
    ];

    /// Name and documentation.
    pub fn info(self) -> &'static Info {
        match self {
            Self::ImportanceWeighted => &Info {
                name: "importance-weighted",
                doc: "Importance-weighted cross-validation (Sugiyama, Krauledat & Müller 2007, JMLR 8:985): Σ w · right / Σ w \
                      over the source held out, w the ratio of densities. Held-out source objects are classified as if they \
                      were of the target.",
            },
            Self::Dev => &Info {
                name: "dev",
                doc: "Deep embedded validation (You, Wang, Long & Jordan 2019, ICML) on the features themselves: \
                      1 − (mean of w · wrong + η · mean of w − η) with η = −cov(w · wrong, w)/var(w), which takes out the \
                      noise of the weights.",
            },
            Self::Circular => &Info {
                name: "circular",
                doc: "Circular validation (Bruzzone & Marconcini 2010, doi:10.1109/TPAMI.2009.57): the method learns from the \
                      target, with the classes that it predicted, for the source; the balanced accuracy there.",
            },
            Self::Entropy => &Info {
                name: "entropy",
                doc: "Less the mean entropy of the target's probabilities (Morerio, Cavazza & Murino 2018, \
                      arXiv:1711.10288).",
            },
            Self::MutualInformation => &Info {
                name: "mutual-information",
                doc: "The entropy of the mean of the target's probabilities less the mean of their entropies: high if the \
                      classifier is sure, but not always of the same.",
            },
            Self::Density => &Info {
                name: "density",
                doc: "Soft neighbourhood density (Saito et al. 2021, arXiv:2108.10860): the mean entropy of each object's \
                      softmax over the cosines of its probabilities with the others', divided by 0.05. Of at most 2,000 \
                      objects.",
            },
            Self::Mano => &Info {
                name: "mano",
                doc: "Matrix norm (Xie et al. 2024, arXiv:2405.18979): (mean of p⁴ over objects and classes)^(1/4). Learners \
                      give no logits, so that the paper's other normalisation, which is for networks that are badly \
                      calibrated, is left out.",
            },
            Self::Consensus => &Info {
                name: "consensus",
                doc: "Agreement with the ensemble of all candidates (Hu et al. 2024, NeurIPS): the share of objects whose most \
                      probable class is that of the mean of all candidates' probabilities.",
            },
        }
    }

    /// The one of that name.
    ///
    /// # Errors
    /// [`Error::Failed`] with the names that there are.
    pub fn named(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|score| score.info().name == name).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|score| score.info().name).collect();
            Error::Failed { method: "score", what: format!("there is no {name:?}, but {}", known.join(", ")) }
        })
    }

    /// Scores trials, which must all be of the same domains.
    ///
    /// # Errors
    /// For each trial: of scores that look at the source, as [`crate::Method::fit`], and where no class of the source has two
    /// objects. The others never.
    pub fn of(self, trials: &[Trial<'_>]) -> Vec<Result<Score, Error>> {
        if self == Self::Consensus {
            return predictions::consensus(trials).into_iter().map(Ok).collect();
        }
        trials.iter().map(|trial| self.alone(trial)).collect()
    }

    fn alone(self, trial: &Trial<'_>) -> Result<Score, Error> {
        Ok(match self {
            Self::ImportanceWeighted => importance::weighted(trial)?,
            Self::Dev => importance::dev(trial)?,
            Self::Circular => importance::circular(trial)?,
            Self::Entropy => predictions::entropy(trial.probabilities()),
            Self::MutualInformation => predictions::mutual_information(trial.probabilities()),
            Self::Density => predictions::density(trial.probabilities(), trial.domains().seed()),
            Self::Mano => predictions::mano(trial.probabilities()),
            Self::Consensus => Score::mean_of(vec![1.0; trial.probabilities().rows()]),
        })
    }
}
