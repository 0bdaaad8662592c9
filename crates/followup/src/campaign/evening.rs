//! One evening: what is known, who could be taken, and what a policy makes of it.

use hesper_adapt::{Source, Target};
use hesper_learn::{Classifier, Learner, Matrix, TrainingSet};
use rand_chacha::ChaCha8Rng;

use super::plan::{Plan, plan};
use super::policy::Built;
use super::{Offers, Policy};
use crate::asking::{Abilities, Asking, probabilities};
use crate::nearest::Nearest;
use crate::{Error, Space};

/// What is known at the dusk of a night, and who could be taken.
#[derive(Clone, Copy)]
pub struct Evening<'a> {
    /// What learns.
    pub learner: &'a dyn Learner,
    /// Features of the objects whose class is known, objects × features.
    pub labelled: &'a Matrix,
    /// Their classes.
    pub classes: &'a [u32],
    /// The number of classes.
    pub n_classes: usize,
    /// The class that is looked for.
    pub positive: u32,
    /// Features of the candidates, which are those of the offers in their order.
    pub candidates: &'a Matrix,
    /// The name of each candidate, all different: ties fall by it.
    pub object_id: &'a [String],
    /// What the candidates cost.
    pub offers: &'a Offers,
    /// Where labelled objects and candidates lie for the canonical strategy, one after the other, objects × axes.
    pub places: &'a Matrix,
    /// Where the objects of the starting sample lie.
    pub reference: &'a Matrix,
    /// Members of a committee.
    pub committee: usize,
    /// Of the learner and the committee.
    pub seed: u64,
}

/// A night's plan with what it was made from.
pub struct Recommendation {
    /// Who is taken where.
    pub plan: Plan,
    /// Class probabilities of the candidates, candidates × classes.
    pub probabilities: Matrix,
}

/// What was learned in an evening.
pub(super) struct Learned {
    pub(super) weights: Option<Vec<f64>>,
    pub(super) classifier: Option<Box<dyn Classifier>>,
    /// Class probabilities of the candidates.
    pub(super) probabilities: Matrix,
}

impl Evening<'_> {
    /// Learns, asks the policy's strategy, and lets its allocator spend the night.
    ///
    /// # Errors
    /// Unknown names, or what learner and allocator refuse.
    pub fn recommend(&self, policy: &Policy, rng: &mut ChaCha8Rng) -> Result<Recommendation, Error> {
        let policy = policy.build()?;
        let learned = self.learn(&policy)?;
        let plan = self.plan(
            &policy,
            learned.weights.as_deref(),
            learned.classifier.as_deref(),
            &mut Abilities::default(),
            rng,
        )?;
        Ok(Recommendation { plan, probabilities: learned.probabilities })
    }

    /// What the labelled objects teach, by the policy's adapter, and what that says of the candidates.
    pub(super) fn learn(&self, policy: &Built) -> Result<Learned, Error> {
        let weights = match &policy.adapter {
            Some(adapter) => {
                let labelled = Source { x: self.labelled, y: self.classes, n_classes: self.n_classes };
                adapter.weights(&labelled, &Target { x: self.candidates }, self.seed)?
            }
            None => None,
        };
        let classifier = if self.labelled.rows() == 0 {
            None
        } else {
            let set = TrainingSet {
                x: self.labelled,
                y: self.classes,
                weights: weights.as_deref(),
                n_classes: self.n_classes,
            };
            Some(self.learner.fit(&set, self.seed)?)
        };
        let probabilities = probabilities(classifier.as_deref(), self.candidates, self.n_classes)?;
        Ok(Learned { weights, classifier, probabilities })
    }

    /// What the policy makes of what a classifier says.
    pub(super) fn plan(
        &self,
        policy: &Built,
        weights: Option<&[f64]>,
        classifier: Option<&dyn Classifier>,
        abilities: &mut Abilities,
        rng: &mut ChaCha8Rng,
    ) -> Result<Plan, Error> {
        // One table for the strategy: the labelled first, then the candidates.
        let known = self.labelled.rows();
        let rows = known + self.candidates.rows();
        let values = [self.labelled.data(), self.candidates.data()].concat();
        let x = Matrix::new(rows, self.candidates.cols(), values)?;
        let (labelled, candidates): (Vec<usize>, Vec<usize>) =
            ((0..known).collect(), (known..rows).collect());
        let needs = policy.needs();
        let mut space = None;
        if needs.space() {
            let all: Vec<usize> = (0..rows).collect();
            let mut made = Space::new(&x, &all);
            if needs.density {
                made = made.with_density(&candidates, self.seed);
            }
            if needs.graph {
                made = made.with_graph(&all);
            }
            space = Some(made);
        }
        let asking = Asking {
            learner: self.learner,
            x: &x,
            n_classes: self.n_classes,
            positive: self.positive,
            candidates: &candidates,
            labelled: &labelled,
            classes: self.classes,
            weights,
            classifier,
            space: space.as_ref(),
            place: self.places,
            reference: self.reference,
            committee: self.committee,
            seed: self.seed,
        };
        let pool = asking.pool(&needs, abilities, &mut Nearest::default())?;
        plan(policy, &pool, self.object_id.to_vec(), self.offers, rng)
    }
}
