//! What a sample of supernovae says about the universe.
//!
//! [`Cosmology`] gives distances; [`Distances`] are data, read from the public formats by [`read_binned`], [`read_salt2`] and
//! [`read_table`]. [`Gaussian`] is their likelihood with the offset marginalised, [`Mixture`] the one that knows of
//! contaminants; [`on_grid`] turns either into a posterior of Ωm and w, and [`sample`] does so by Markov chains.
//! [`Fisher`] says beforehand how well a sample would measure w.
//!
//! ```
//! use hesper_cosmology::{Axis, Cosmology, Distances, Gaussian, GridParams, on_grid};
//!
//! let truth = Cosmology::default();
//! let z: Vec<f64> = (1..=40).map(|i| 0.025 * f64::from(i)).collect();
//! let modulus: Vec<f64> = z.iter().map(|z| truth.distance_modulus(*z) - 19.3).collect();
//! let distances = Distances::new(z, modulus, vec![0.05; 40])?;
//! let params = GridParams { w0: Axis::fixed(-1.0), ..GridParams::default() };
//! let posterior = on_grid(&Gaussian::new(&distances)?, &params)?;
//! assert!((posterior.best.matter - 0.3).abs() < 1e-3);
//! assert!((0.02..0.05).contains(&posterior.matter.deviation));
//! # Ok::<(), hesper_cosmology::Error>(())
//! ```

mod chains;
mod cholesky;
mod convergence;
mod distances;
mod error;
mod fisher;
mod grid;
mod likelihood;
mod marginal;
mod mixture;
mod model;
mod prior;
mod quadrature;
mod random;
mod read;
mod redshifts;

pub use chains::{ChainParams, Chains, sample, sample_wcdm};
pub use convergence::{effective_size, split_r_hat};
pub use distances::{Covariance, Distances};
pub use error::Error;
pub use fisher::{Fisher, FisherParams, metric};
pub use grid::{Axis, Best, GridParams, GridPosterior, on_grid};
pub use likelihood::{Gaussian, Likelihood};
pub use marginal::Marginal;
pub use mixture::{Fit, Mixture, MixtureParams};
pub use model::{Cosmology, LIGHT_SPEED, ModulusGradient};
pub use prior::{Normal, Prior};
pub use read::{Salt2Params, Salt2Sample, read_binned, read_salt2, read_table};
pub use redshifts::{NODES, Redshifts};
