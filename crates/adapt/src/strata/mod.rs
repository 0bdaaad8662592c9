//! Strata of objects that are as likely to have been given a label as each other.
//!
//! Within a stratum of like propensity, source and target have like features, as far as they decide who got a label
//! (Rosenbaum & Rubin 1984, doi:10.1080/01621459.1984.10478078): what is learned from the source of a stratum holds for its
//! target. So [`StratifiedLearning`] fits a learner to each; [`Strata`] tells how many objects each has, of which classes, and
//! how many copies of its source would balance it.

mod learning;
mod propensity;
mod table;

pub use learning::StratifiedLearning;
pub use propensity::{Propensity, PropensityParams};
pub use table::{Strata, Stratum};
