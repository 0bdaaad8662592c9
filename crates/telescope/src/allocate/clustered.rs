//! Batches spread over clusters.

use serde::{Deserialize, Serialize};

use super::{Allocation, Allocator, Budget, Error, Gains, Greedy, Info, Requests, Worth};

/// Spreads the night over the clusters of [`Requests::clusters`]: what an object adds is its gain times `decay` to the power
/// of the number of objects already taken from its cluster, and the greedy allocator spends by that per second.
///
/// Objects of no cluster are alone, and all are where there are no clusters. Gains that are fixed or fall are falling with the discount,
/// so that the greedy allocator's guarantee holds for the discounted value; the plan's worths, value and bound are of that.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clustered {
    /// What remains of the gain with each object taken from the same cluster, from 0 (one of each cluster) to 1 (clusters do
    /// not matter).
    pub decay: f64,
}

impl Default for Clustered {
    fn default() -> Self {
        Self { decay: 0.5 }
    }
}

impl Clustered {
    /// Whether every parameter is in its range.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first that is not.
    pub fn check(&self) -> Result<(), Error> {
        if (0.0..=1.0).contains(&self.decay) {
            return Ok(());
        }
        Err(Error::parameter("decay", self.decay, "from 0 to 1"))
    }
}

const INFO: Info = Info {
    name: "clustered",
    summary: "spread over clusters: gains fall with each object that is taken from the same cluster, greedily per second",
    doc: "Spreads the night over clusters that the caller gives: an object's gain is multiplied by decay^k with k objects \
          already taken from its cluster (decay = 0.5), and the greedy allocator spends by gain per second, with its \
          guarantee of 1/(telescopes + 2) of the best discounted value. Worths, value and bound are discounted.",
};

impl Allocator for Clustered {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn allocate(
        &self,
        requests: &Requests,
        budget: &Budget,
        worth: &mut dyn Worth,
    ) -> Result<Allocation, Error> {
        self.check()?;
        let mut names: Vec<u64> = requests.clusters.iter().flatten().copied().collect();
        names.sort_unstable();
        names.dedup();
        let cluster = |name: &Option<u64>| name.and_then(|name| names.binary_search(&name).ok());
        let mut spread = Spread {
            inner: worth,
            decay: self.decay,
            cluster: requests.clusters.iter().map(cluster).collect(),
            factor: vec![1.0; names.len()],
        };
        Greedy::default().allocate(requests, budget, &mut spread)
    }
}

/// A worth with the discount of the clusters.
struct Spread<'a> {
    inner: &'a mut dyn Worth,
    decay: f64,
    /// The cluster of each object, counted from 0.
    cluster: Vec<Option<usize>>,
    /// What remains of the gains of each cluster.
    factor: Vec<f64>,
}

impl Spread<'_> {
    fn discounted(&self, object: usize, gain: f64) -> f64 {
        match self.cluster.get(object).copied().flatten() {
            Some(cluster) => gain * self.factor[cluster],
            None => gain,
        }
    }
}

impl Worth for Spread<'_> {
    fn gain(&self, object: usize) -> f64 {
        self.discounted(object, self.inner.gain(object))
    }

    fn gains(&self, objects: &[usize]) -> Vec<f64> {
        let gains = self.inner.gains(objects);
        objects.iter().zip(gains).map(|(object, gain)| self.discounted(*object, gain)).collect()
    }

    fn take(&mut self, object: usize) {
        self.inner.take(object);
        if let Some(cluster) = self.cluster.get(object).copied().flatten() {
            self.factor[cluster] *= self.decay;
        }
    }

    fn reset(&mut self) {
        self.inner.reset();
        self.factor.fill(1.0);
    }

    fn kind(&self) -> Gains {
        match self.inner.kind() {
            Gains::Any => Gains::Any,
            Gains::Fixed | Gains::Falling => Gains::Falling,
        }
    }
}
