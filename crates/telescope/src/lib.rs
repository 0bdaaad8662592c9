//! What telescopes can do in a night.

pub mod allocate;
