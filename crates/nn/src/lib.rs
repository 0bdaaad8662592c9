//! Small dense networks on [burn](https://burn.dev): layers, a training loop, and the classifier learned by it.
//!
//! [`MlpParams`] is a [`hesper_learn::Learner`]; what it learns is a [`hesper_learn::DenseEnsemble`], which predicts,
//! saves and loads without burn. Beneath it is what other networks are made of:
//!
//! - [`Architecture`] is the plan of a network, [`Network`] the network, [`Parameters`] the numbers of one or several;
//! - [`Training`] is the loop, to which a loss is given: any function of a [`Pass`] and the numbers of a batch's rows that
//!   makes one value out of tensors, through one network, several, or parts of them ([`Network::hidden`]), against one another too ([`reverse_gradient`]);
//! - [`Rows`] are tables out of which batches are taken, [`cross_entropy`] and [`squared_error`] losses ready for use;
//! - [`Network::to_dense`] gives the trained network.
//!
//! On the processor a seed gives the same bytes, whatever the number of threads and whatever else is trained at the same
//! time: weights, orders and dropout come from [`Stream`]s of our own, and one network is trained by one thread. Train many
//! at once to use more.
//!
//! Of burn only tensors and their derivatives are used ([`tensor`]). Its layers, optimisers and records would double
//! the time to build this crate; the optimiser is a loop over plain memory here, which takes a small part of a step.

mod adamw;
mod architecture;
mod device;
mod loss;
mod mlp;
mod network;
mod parameters;
mod pass;
mod random;
mod reversal;
mod rows;
mod schedule;
mod training;

pub use burn_tensor as tensor;

pub use architecture::{Architecture, Norm};
pub use device::Device;
pub use loss::{cross_entropy, squared_error};
pub use mlp::MlpParams;
pub use network::Network;
pub use parameters::{ParameterId, Parameters, Role};
pub use pass::Pass;
pub use random::Stream;
pub use reversal::reverse_gradient;
pub use rows::Rows;
pub use schedule::Schedule;
pub use training::{History, Judge, Training};
