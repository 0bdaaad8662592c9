//! The independent order.

use serde::{Deserialize, Serialize};

use super::night::{Night, Plan};
use super::{Allocation, Allocator, Budget, Error, Info, Requests, Worth, bound};

/// Walks the objects in the order of their worth alone and takes what still fits: the whole walk for the first telescope,
/// then what it has left over for the next, and so on. What an object costs plays no part in the order, nor what was taken
/// before it: the baseline of RESSPECT (Kennamer et al. 2020, arXiv:2010.05941), with its 4 m first and its 8 m second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Order {}

const INFO: Info = Info {
    name: "order",
    summary: "the objects in the order of their worth, whatever they cost, one telescope after the other",
    doc: "Walks the objects in the order of their worth alone and takes what still fits: the whole walk for the first \
          telescope, then what it has left over for the next. Costs play no part in the order: the independent baseline of \
          RESSPECT (Kennamer et al. 2020, arXiv:2010.05941). The best object that fits anywhere is always taken; nothing \
          else is guaranteed.",
};

impl Allocator for Order {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn allocate(
        &self,
        requests: &Requests,
        budget: &Budget,
        worth: &mut dyn Worth,
    ) -> Result<Allocation, Error> {
        let night = Night::new(requests, budget)?;
        worth.reset();
        let gains = night.gains(worth)?;
        let mut order: Vec<usize> = (0..night.objects()).filter(|object| gains[*object] > 0.0).collect();
        // Sorting is stable: ties stay in the order of the keys.
        order.sort_by(|a, b| gains[*b].total_cmp(&gains[*a]));
        let mut plan = Plan::new(&night);
        for telescope in 0..night.telescopes() {
            for &object in &order {
                if plan.is_taken[object] || night.cost(object, telescope) > plan.left[telescope] {
                    continue;
                }
                let gain = night.gain(worth, object)?;
                if gain > 0.0 {
                    plan.take(&night, worth, object, telescope, gain);
                }
            }
        }
        let bound = bound::after(&night, worth, &gains, &plan)?;
        plan.finish(&night, worth, bound)
    }
}
