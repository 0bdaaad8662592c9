//! The commands, one a file.

pub(crate) mod convert;
pub(crate) mod demo;
pub(crate) mod features;
pub(crate) mod predict;
pub(crate) mod query_loop;
pub(crate) mod simulate;
pub(crate) mod train;
