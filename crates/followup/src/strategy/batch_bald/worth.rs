//! What an object adds to the information of a plan.

use hesper_telescope::allocate::{Gains, Worth};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{BatchBald, Committee, Joint};
use crate::Pool;

/// The mutual information that a candidate's class adds to what those taken tell of the committee's members.
pub(super) struct Information {
    limits: BatchBald,
    committee: Committee,
    joint: Joint,
    exact: bool,
    classes: usize,
    /// The state of the random numbers before anything was taken.
    start: ChaCha8Rng,
    rng: ChaCha8Rng,
}

impl Information {
    pub(super) fn new(limits: BatchBald, pool: &Pool<'_>, rng: &ChaCha8Rng) -> Self {
        let committee = Committee::new(pool);
        let joint = Joint::new(committee.members);
        Self {
            limits,
            committee,
            joint,
            exact: true,
            classes: pool.classes,
            start: rng.clone(),
            rng: rng.clone(),
        }
    }
}

impl Worth for Information {
    fn gain(&self, object: usize) -> f64 {
        self.joint.gain(self.committee.views(object)).max(0.0)
    }

    fn gains(&self, objects: &[usize]) -> Vec<f64> {
        let (joint, committee) = (&self.joint, &self.committee);
        objects.par_iter().map(|object| joint.gain(committee.views(*object)).max(0.0)).collect()
    }

    fn take(&mut self, object: usize) {
        self.joint = self.joint.extend(self.committee.views(object));
        self.exact &= self.joint.configurations() * self.classes <= self.limits.configurations;
        if !self.exact {
            self.joint.thin(self.limits.samples.max(1), &mut self.rng);
        }
    }

    fn reset(&mut self) {
        self.joint = Joint::new(self.committee.members);
        self.exact = true;
        self.rng = self.start.clone();
    }

    /// Exactly so while the table of joint probabilities is whole; where it is a sample, nearly.
    fn kind(&self) -> Gains {
        Gains::Falling
    }
}
