//! The commands, one a file.

pub(crate) mod adapt;
pub(crate) mod adaptations;
pub(crate) mod allocators;
pub(crate) mod augment;
pub(crate) mod campaign;
pub(crate) mod compare;
pub(crate) mod convert;
pub(crate) mod cosmology;
pub(crate) mod demo;
pub(crate) mod features;
pub(crate) mod learners;
pub(crate) mod predict;
pub(crate) mod query_loop;
pub(crate) mod recommend;
pub(crate) mod shift;
pub(crate) mod simulate;
pub(crate) mod strategies;
pub(crate) mod telescopes;
pub(crate) mod train;
