//! Weights that make the source look like the target.
//!
//! Under covariate shift the classes of like objects are alike in source and target, only the objects come in other numbers.
//! Then each source object should count by the ratio of the densities, w(x) = p_target(x)/p_source(x) (Shimodaira 2000,
//! doi:10.1016/S0378-3758(00)00115-4). The methods differ in how they estimate it. Under target shift, the classes come in
//! other shares, and objects of a class are alike: [`Tars`] gives each class one weight. All look at features as they are
//! given: scale them before.

mod discriminator;
mod gaussian;
pub(crate) mod kernel;
mod kliep;
mod kmm;
pub(crate) mod linear;
mod nearest;
mod quadratic;
mod tars;
mod ulsif;

pub use discriminator::Discriminator;
pub use gaussian::Gaussian;
pub use kliep::Kliep;
pub use kmm::Kmm;
pub use nearest::Nearest;
pub use tars::Tars;
pub use ulsif::{Rulsif, Ulsif};

use crate::{Error, Source, Target, Weighting};

/// All ways to weight with their default parameters, in the order of the documentation.
pub fn weightings() -> Vec<Box<dyn Weighting>> {
    vec![
        Box::new(Gaussian::default()),
        Box::new(Discriminator::default()),
        Box::new(Nearest::default()),
        Box::new(Kliep::default()),
        Box::new(Kmm::default()),
        Box::new(Ulsif::default()),
        Box::new(Rulsif::default()),
        Box::new(Tars::default()),
    ]
}

/// The way to weight of that name, with its default parameters.
///
/// # Errors
/// [`Error::Unknown`] with the names that there are.
pub fn weighting(name: &str) -> Result<Box<dyn Weighting>, Error> {
    weightings().into_iter().find(|weighting| weighting.info().name == name).ok_or_else(|| {
        let known: Vec<&str> = weightings().iter().map(|weighting| weighting.info().name).collect();
        Error::Unknown { what: "way to weight", name: name.to_owned(), known: known.join(", ") }
    })
}

fn check_domains(source: &Source<'_>, target: &Target<'_>) -> Result<(), Error> {
    source.check()?;
    target.check(source)
}

/// Refuses a parameter unless it is sound.
pub(crate) fn require(
    sound: bool,
    name: &'static str,
    value: impl ToString,
    rule: &'static str,
) -> Result<(), Error> {
    if sound { Ok(()) } else { Err(Error::Parameter { name, value: value.to_string(), rule }) }
}

/// Refuses a kernel width that is given, but not above 0 and finite.
fn require_width(width: Option<f64>) -> Result<(), Error> {
    let sound = width.is_none_or(|width| width > 0.0 && width.is_finite());
    require(sound, "width", width.unwrap_or_default(), "above 0 and finite")
}
