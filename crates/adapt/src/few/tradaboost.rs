use hesper_learn::{Classifier, Learner, Matrix, TrainingSet, metrics};
use serde::{Deserialize, Serialize};

use super::shared::{check, fitted, pooled};
use crate::weights::require;
use crate::{Error, FewLabels, Fitted, Info, LabelledTarget, Source, Target};

/// TrAdaBoost: boosting in which source objects that contradict the labelled target lose weight round by round.
///
/// With more than two classes a round votes as in SAMME (Zhu, Zou, Rosset & Hastie 2009), by ln((1 − ε)/ε) + ln(K − 1); with
/// two this is the paper's. An error ε below half a labelled object counts as half an object; a round no better than chance
/// has no vote and changes no weight of the target.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrAdaBoost {
    /// The number of rounds, at least 1; the second half of them votes. Default 20.
    pub rounds: usize,
    /// Whether a round votes by its probabilities rather than for its most probable class, as in the paper. Default yes: the
    /// votes of a few rounds are too coarse to rank objects by.
    pub soft: bool,
}

impl Default for TrAdaBoost {
    fn default() -> Self {
        Self { rounds: 20, soft: true }
    }
}

impl TrAdaBoost {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        require(self.rounds > 0, "rounds", self.rounds, "at least 1")
    }
}

impl FewLabels for TrAdaBoost {
    fn info(&self) -> &'static Info {
        &Info {
            name: "tradaboost",
            doc: "TrAdaBoost (Dai, Yang, Xue & Yu 2007, doi:10.1145/1273496.1273521): in each round, source objects that are \
                  classified wrongly lose weight by the factor 1/(1 + √(2 ln n / rounds)), those of the labelled target gain \
                  it as in AdaBoost; the second half of the rounds votes.",
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
        let (n, m) = (source.y.len(), labelled.y.len());
        let (x, y) = pooled(source, labelled.x, labelled.y)?;
        let chance = chance(&y, source.n_classes);
        let fall = 1.0 / (1.0 + (2.0 * (n as f64).ln() / self.rounds as f64).sqrt());
        let mut weights = vec![1.0; n + m];
        let (mut voters, mut last) = (Vec::new(), None);
        for round in 0..self.rounds {
            let sum: f64 = weights.iter().sum();
            weights.iter_mut().for_each(|weight| *weight *= (n + m) as f64 / sum);
            let data = TrainingSet { x: &x, y: &y, weights: Some(&weights), n_classes: source.n_classes };
            let classifier = learner.fit(&data, seed.wrapping_add(round as u64))?;
            let said = metrics::most_probable(&classifier.predict_proba(&x)?);
            let of_target: f64 = weights[n..].iter().sum();
            let missed: f64 = (n..n + m).filter(|&row| said[row] != y[row]).map(|row| weights[row]).sum();
            let error = (missed / of_target).max(0.5 / m as f64);
            let vote =
                if error < 1.0 - chance { ((1.0 - error) / error * (1.0 / chance - 1.0)).ln() } else { 0.0 };
            last = Some(weights[..n].to_vec());
            for row in (0..n + m).filter(|&row| said[row] != y[row]) {
                weights[row] *= if row < n { fall } else { vote.exp() };
            }
            if round >= self.rounds / 2 {
                voters.push((vote, classifier));
            }
        }
        let mut warnings = Vec::new();
        if voters.iter().all(|(vote, _)| *vote <= 0.0) {
            warnings.push("no round beat chance on the labelled target: all vote alike".to_owned());
            voters.iter_mut().for_each(|(vote, _)| *vote = 1.0);
        }
        let sum: f64 = voters.iter().map(|(vote, _)| vote).sum();
        voters.iter_mut().for_each(|(vote, _)| *vote /= sum);
        voters.retain(|(vote, _)| *vote > 0.0);
        let classifier =
            Voters { voters, soft: self.soft, n_classes: source.n_classes, n_features: x.cols() };
        Ok(fitted(Box::new(classifier), last.as_deref(), labelled, source.n_classes, warnings))
    }
}

/// One over the number of classes that there are.
fn chance(y: &[u32], n_classes: usize) -> f64 {
    let mut seen = vec![false; n_classes];
    y.iter().for_each(|&class| seen[class as usize] = true);
    1.0 / seen.iter().filter(|seen| **seen).count().max(2) as f64
}

struct Voters {
    /// Votes add up to 1.
    voters: Vec<(f64, Box<dyn Classifier>)>,
    soft: bool,
    n_classes: usize,
    n_features: usize,
}

impl Classifier for Voters {
    fn n_classes(&self) -> usize {
        self.n_classes
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, hesper_learn::Error> {
        let mut votes = vec![0.0; x.rows() * self.n_classes];
        for (vote, classifier) in &self.voters {
            let probabilities = classifier.predict_proba(x)?;
            if self.soft {
                votes.iter_mut().zip(probabilities.data()).for_each(|(sum, p)| *sum += vote * p);
            } else {
                for (row, class) in metrics::most_probable(&probabilities).into_iter().enumerate() {
                    votes[row * self.n_classes + class as usize] += vote;
                }
            }
        }
        // Rounding may take a sum beyond 1.
        votes.iter_mut().for_each(|vote| *vote = vote.min(1.0));
        Matrix::new(x.rows(), self.n_classes, votes)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        None
    }
}
