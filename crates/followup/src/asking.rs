//! How a strategy is asked: the pool with what the strategy needs to see, and no more.

use hesper_learn::{Classifier, Learner, Matrix, TrainingSet};

use crate::nearest::Nearest;
use crate::{Error, Needs, Points, Pool, Space, committee};

/// What there is to choose from, and what is known by now. Candidates and labelled objects are rows of one table.
pub(crate) struct Asking<'a> {
    pub(crate) learner: &'a dyn Learner,
    /// Features of all objects.
    pub(crate) x: &'a Matrix,
    pub(crate) n_classes: usize,
    /// The class that is looked for.
    pub(crate) positive: u32,
    /// The rows that may be queried.
    pub(crate) candidates: &'a [usize],
    /// The rows whose class is known, and their classes and weights.
    pub(crate) labelled: &'a [usize],
    pub(crate) classes: &'a [u32],
    pub(crate) weights: Option<&'a [f64]>,
    /// What was learned from them; nothing where there was nothing to learn from, or no need.
    pub(crate) classifier: Option<&'a dyn Classifier>,
    /// The prepared features, where a strategy needs them.
    pub(crate) space: Option<&'a Space>,
    /// Where all objects lie for the canonical strategy, and where those of the starting sample.
    pub(crate) place: &'a Matrix,
    pub(crate) reference: &'a Matrix,
    /// Members of a committee.
    pub(crate) committee: usize,
    pub(crate) seed: u64,
}

/// What earlier questions taught of the learner's classifiers: whether they have members, and an embedding. Nothing until
/// one was asked.
#[derive(Default)]
pub(crate) struct Abilities {
    members: Option<bool>,
    embedding: Option<bool>,
}

impl Abilities {
    /// Whether a strategy cannot choose without a fitted classifier; where it wants what the learner's classifiers turned
    /// out not to have, it need not be fitted for that.
    pub(crate) fn must_fit(&self, needs: &Needs) -> bool {
        needs.probabilities
            || needs.members && self.members != Some(false)
            || needs.distances() && self.embedding != Some(false)
    }
}

impl<'a> Asking<'a> {
    /// The pool as a strategy of such needs sees it. `nearest` is told of the prepared features and may have a memory.
    pub(crate) fn pool(
        &self,
        needs: &Needs,
        abilities: &mut Abilities,
        nearest: &mut Nearest,
    ) -> Result<Pool<'a>, Error> {
        let mut pool = Pool {
            positive: self.positive as usize,
            space: self.space,
            rows: self.candidates,
            labelled: self.labelled,
            labelled_classes: self.classes,
            ..Pool::new(self.candidates.len(), self.n_classes)
        };
        if needs.probabilities || needs.members || needs.distances() {
            let x = self.x.select_rows(self.candidates);
            if needs.probabilities {
                pool.probabilities = probabilities(self.classifier, &x, self.n_classes)?;
            }
            if needs.members {
                pool.members = self.members(&x, abilities)?;
            }
            if needs.distances() {
                pool.embedding = self.embedding(&x, abilities)?;
            }
        }
        if needs.place {
            pool.place = self.place.select_rows(self.candidates);
            pool.reference = self.reference.clone();
        }
        if needs.nearest {
            pool.nearest = match (&pool.embedding, self.space, self.classifier) {
                (Some(points), _, Some(classifier)) => {
                    let x = self.x.select_rows(self.labelled);
                    let labelled =
                        classifier.embedding(&x)?.map(|table| Points::new(&table)).unwrap_or_default();
                    Nearest::between(points, &labelled)
                }
                (None, Some(space), _) => nearest.of(self.candidates, self.labelled, space.points()),
                _ => Vec::new(),
            };
        }
        Ok(pool)
    }

    /// A committee's probabilities: the classifier's own, or those of bootstrap resamples.
    fn members(&self, x: &Matrix, abilities: &mut Abilities) -> Result<Vec<Matrix>, Error> {
        let size = self.committee;
        if self.labelled.is_empty() {
            return Ok(vec![probabilities(None, x, self.n_classes)?; size]);
        }
        if let Some(classifier) = self.classifier {
            let members = classifier.members(x)?.filter(|members| members.len() > 1);
            abilities.members = Some(members.is_some());
            if let Some(members) = members {
                return committee::fold(members, size);
            }
        }
        let labelled = self.x.select_rows(self.labelled);
        let set =
            TrainingSet { x: &labelled, y: self.classes, weights: self.weights, n_classes: self.n_classes };
        committee::bootstrap(self.learner, &set, x, size, self.seed)
    }

    fn embedding(&self, x: &Matrix, abilities: &mut Abilities) -> Result<Option<Points>, Error> {
        let Some(classifier) = self.classifier else { return Ok(None) };
        let table = classifier.embedding(x)?;
        abilities.embedding = Some(table.is_some());
        Ok(table.map(|table| Points::new(&table)))
    }
}

/// Probabilities; where nothing was learned, each class is as likely as the other.
pub(crate) fn probabilities(
    classifier: Option<&dyn Classifier>,
    x: &Matrix,
    n_classes: usize,
) -> Result<Matrix, Error> {
    match classifier {
        Some(classifier) => Ok(classifier.predict_proba(x)?),
        None => {
            let even = vec![1.0 / n_classes as f64; x.rows() * n_classes];
            Ok(Matrix::new(x.rows(), n_classes, even)?)
        }
    }
}
