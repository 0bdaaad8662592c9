//! Conceptual adaptation: the same concepts in other hidden units.
//!
//! Where what is measured differs (features turned, exchanged, calibrated otherwise), a network of the target may find the concepts
//! that one of the source has found, but in other units. [`Concepts`] learns an encoder for each domain and searches for a
//! signed permutation of units, a [`UnitMap`], by one of three fitness functions: [`SupervisedSearch`] by few labels,
//! [`GraphSearch`] by the correlations among units, [`LoadingsSearch`] by principal components. Beneath lie solvers of the
//! linear ([`assign`]) and quadratic ([`Faq`]) assignment problem.

mod align;
mod assignment;
mod encoder;
mod graph;
mod loadings;
mod quadratic;
mod refine;
mod supervised;
mod swaps;
mod units;

pub use align::{Concepts, Encoded, Fitness, Start};
pub use assignment::assign;
pub use encoder::{EncoderParams, EncoderRows};
pub use graph::GraphSearch;
pub use loadings::LoadingsSearch;
pub use quadratic::{Faq, even, spectral};
pub use refine::Refine;
pub use supervised::{Head, KnownCodes, SupervisedSearch};
pub use swaps::graph_error;
pub use units::{Codes, UnitMap};
