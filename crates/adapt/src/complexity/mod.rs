//! How complex a task is, learned where there are labels and used where there are few.
//!
//! Source and target may lie far apart, and yet the *complexity* of their tasks be alike: how many neighbours should vote, how
//! narrow a kernel, how deep a tree. (1) An exhaustive search over a [`Family`] on the source becomes a [`ComplexityPrior`], an
//! artefact that can be saved and carried to the next survey. (2) A few labels of the target, asked for by [`active`], are the
//! evidence: a learning [`Bound`] turns each member's empirical error into a likelihood exp(−β m ε). (3) The most likely member a
//! posteriori learns from these labels, and the search is not done again on the target; how many models were fitted is counted,
//! because that is what is to be saved.
//!
//! With tens of labels most bounds are vacuous, and then the prior alone decides; [`Choice::warnings`] says so. Choosing by the
//! prior alone needs no model of the target at all. How complex a model ought to be depends on how much it learns from: a prior
//! for forty labels is best learned from draws of forty objects ([`PriorParams::objects`]).
//!
//! A second way needs no model either: [`EntropyCurve`] tells from neighbourhoods of the source how far a label reaches, and
//! [`cover()`] picks objects of the target that far apart. And [`coral_active`] learns from the aligned source and the labels asked
//! for together.

mod active;
mod ask;
mod bound;
mod capacity;
mod choose;
mod coral_active;
mod cover;
mod entropy;
mod family;
mod few;
mod folds;
mod map;
mod prior;
mod query;
mod rademacher;
mod score;
mod search;

pub use active::{ActiveParams, Answered, active};
pub use ask::{Asking, Oracle, Start};
pub use bound::{Bound, Bounded, pac_bayes_bound, rademacher_bound, vc_bound};
pub use capacity::Capacity;
pub use choose::{Choice, Choose};
pub use coral_active::{CoralActiveParams, coral_active};
pub use cover::cover;
pub use entropy::EntropyCurve;
pub use family::{Family, Member};
pub use few::{Complexity, CoralFew};
pub use map::{Candidate, MapParams};
pub use prior::{ComplexityPrior, Learned};
pub use query::Query;
pub use score::Score;
pub use search::PriorParams;
