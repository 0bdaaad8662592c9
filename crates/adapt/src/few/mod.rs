//! Classifiers of the target that may look at a few of its labels.
//!
//! Two that adapt nothing stand beside the others as what they have to beat: [`TargetOnly`] and [`Pooled`].

mod augment;
mod balanced;
mod baseline;
mod newton;
mod shared;
mod tradaboost;
mod transfer;

pub use augment::Augment;
pub use balanced::Balanced;
pub use baseline::{Pooled, TargetOnly};
pub use tradaboost::TrAdaBoost;
pub use transfer::Transfer;

use crate::complexity::CoralFew;
use crate::concept::Concepts;
use crate::{Error, FewLabels};

/// All of them with their default parameters, in the order of the documentation.
pub fn few_label_methods() -> Vec<Box<dyn FewLabels>> {
    vec![
        Box::new(TargetOnly),
        Box::new(Pooled),
        Box::new(Balanced::default()),
        Box::new(Augment),
        Box::new(TrAdaBoost::default()),
        Box::new(Transfer::default()),
        Box::new(CoralFew::default()),
        Box::new(Concepts::default()),
    ]
}

/// The one of that name, with its default parameters.
///
/// # Errors
/// [`Error::Unknown`] with the names that there are.
pub fn few_label_method(name: &str) -> Result<Box<dyn FewLabels>, Error> {
    few_label_methods().into_iter().find(|method| method.info().name == name).ok_or_else(|| {
        let known: Vec<&str> = few_label_methods().iter().map(|method| method.info().name).collect();
        Error::Unknown { what: "method with a few labels", name: name.to_owned(), known: known.join(", ") }
    })
}
