//! Dense networks that are already trained: layers of weights and what they make of rows, in plain Rust. The crate
//! `hesper-nn` trains them; whoever only uses them needs no tensor library.

mod activation;
mod ensemble;
mod network;
mod product;
mod tensors;
#[cfg(test)]
mod tests;

pub use activation::Activation;
pub use ensemble::DenseEnsemble;
pub use network::{DenseLayer, DenseNetwork, LayerNorm};
