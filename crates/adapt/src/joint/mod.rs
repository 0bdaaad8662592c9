//! Methods that learn classifier and adaptation together.

mod dasvm;
mod jdot;

pub use dasvm::Dasvm;
pub use jdot::Jdot;
