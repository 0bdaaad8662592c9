//! Maps that bring source and target into a common space.
//!
//! [`mappings`] lists them with their default parameters, [`mapping`] finds one by name. Where a map moves one domain to
//! the other, it is the source that moves: new objects of the target then need no change.

mod affine;
mod coral;
mod gfk;
mod jda;
mod kernel;
mod linear;
mod ot;
mod ot_linear;
mod standardise;
mod subspace;
mod tca;

pub(crate) use affine::{refuse, squared_distances};
pub use coral::Coral;
pub use gfk::Gfk;
pub use jda::{Jda, JdaParams};
pub(crate) use linear::{add, dot, product, symmetric, transpose};
pub use ot::{Ot, Solver};
pub use ot_linear::OtLinear;
pub(crate) use standardise::Moments;
pub use standardise::{Scale, Standardise};
pub use subspace::{Subspace, plane};
pub use tca::Tca;

use crate::Mapping;

/// All maps, with their default parameters.
pub fn mappings() -> Vec<Box<dyn Mapping>> {
    vec![
        Box::new(Standardise::default()),
        Box::new(Coral::default()),
        Box::new(Subspace::default()),
        Box::new(Tca::default()),
        Box::new(Jda::default()),
        Box::new(Gfk::default()),
        Box::new(Ot::default()),
        Box::new(OtLinear::default()),
    ]
}

/// The map of this name, with its default parameters.
pub fn mapping(name: &str) -> Option<Box<dyn Mapping>> {
    mappings().into_iter().find(|mapping| mapping.info().name == name)
}
