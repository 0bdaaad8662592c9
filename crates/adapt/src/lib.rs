//! Domain adaptation: from the labels there are to the objects to be classified.
//!
//! Labelled objects are a [`Source`], objects without labels a [`Target`]; the few objects of the target whose labels are
//! known are a [`LabelledTarget`]. An unsupervised method takes a source and a target, so that no label of the target can
//! leak into it: there is none to be had.
//!
//! Some methods give each source object a weight ([`Weighting`]), others move source and target into a common space
//! ([`Mapping`]); networks of [`deep`] learn features in which the domains are alike, and [`concept`] finds which hidden unit
//! of one domain's network stands for which of the other's. [`joint`] methods learn classifier and adaptation together,
//! [`prior`] corrects for other shares of the classes, [`few`] and [`complexity`] look at a few labels of the target, and
//! [`select`] chooses among methods without any. All can fail: what they did, and how far it can be trusted, they say.
//!
//! [`methods`] lists all that need no label of the target; an [`Adaptation`] fits them to tables as they are, with gaps and on
//! any scale.

mod adaptation;
pub mod complexity;
pub mod concept;
pub mod deep;
mod domain;
mod error;
pub mod few;
pub mod joint;
pub mod maps;
mod method;
pub mod methods;
pub mod prior;
pub mod select;
pub mod shift;
pub mod strata;
pub mod transport;
pub mod weights;

pub use adaptation::{Adaptation, Adapted};
pub use domain::{LabelledTarget, Source, Target};
pub use error::Error;
pub use method::{Aligned, FewLabels, Fitted, Info, Mapping, Method, Weighting, Weights};
