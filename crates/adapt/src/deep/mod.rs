//! Networks whose hidden features are made alike in source and target while they learn the source's classes.
//!
//! [`Dann`] lets a second network tell the domains apart and turns its derivatives round; [`DeepCoral`] compares covariances.
//! Both are methods and learners in one: they ignore the learner that [`crate::Method::fit`] is given, and give a
//! [`hesper_learn::DenseEnsemble`], which predicts and saves without the training library. Neither knows anything of the
//! target's classes: where shares of classes differ much between the domains, alike features are wrong features.

mod coral;
mod dann;
mod learn;
mod network;

pub use coral::DeepCoral;
pub(crate) use coral::moments;
pub use dann::Dann;
pub(crate) use learn::scaled_inputs;
pub use network::NetworkParams;

use crate::{Error, Method};

/// All deep methods, with their default parameters.
pub fn methods() -> Vec<Box<dyn Method>> {
    vec![Box::new(Dann::default()), Box::new(DeepCoral::default())]
}

/// The deep method of this name, with its default parameters.
pub fn method(name: &str) -> Option<Box<dyn Method>> {
    methods().into_iter().find(|method| method.info().name == name)
}

fn factor(name: &'static str, value: f64) -> Result<(), Error> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    crate::maps::refuse(name, value, "0 or more, and finite")
}
