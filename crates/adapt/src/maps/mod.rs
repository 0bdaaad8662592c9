//! Maps that bring source and target into a common space.
//!
//! [`mappings`] lists them with their default parameters, [`mapping`] finds one by name. Where a map moves one domain to
//! the other, it is the source that moves: new objects of the target then need no change.

mod affine;
mod coral;
mod linear;
mod standardise;

pub(crate) use affine::refuse;
pub use coral::Coral;
pub(crate) use linear::{add, dot};
pub use standardise::{Scale, Standardise};

use crate::Mapping;

/// All maps, with their default parameters.
pub fn mappings() -> Vec<Box<dyn Mapping>> {
    vec![Box::new(Standardise::default()), Box::new(Coral::default())]
}

/// The map of this name, with its default parameters.
pub fn mapping(name: &str) -> Option<Box<dyn Mapping>> {
    mappings().into_iter().find(|mapping| mapping.info().name == name)
}
