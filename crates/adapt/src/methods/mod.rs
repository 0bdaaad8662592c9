//! All ways to a classifier of the target that need none of its labels, by name.

mod mapped;
mod source_only;
mod weighted;

pub use mapped::Mapped;
pub use source_only::SourceOnly;
pub use weighted::Weighted;

use crate::joint::{Dasvm, Jdot};
use crate::maps::mappings;
use crate::prior::PriorCorrection;
use crate::strata::StratifiedLearning;
use crate::weights::weightings;
use crate::{Error, Method};

/// All methods with their default parameters: the source as it is first, then weights, maps, joint methods, strata, label
/// shift, and networks.
pub fn methods() -> Vec<Box<dyn Method>> {
    let mut all: Vec<Box<dyn Method>> = vec![Box::new(SourceOnly)];
    all.extend(weightings().into_iter().map(|weighting| Box::new(Weighted(weighting)) as Box<dyn Method>));
    all.extend(mappings().into_iter().map(|mapping| Box::new(Mapped(mapping)) as Box<dyn Method>));
    all.extend([Box::new(Jdot::default()) as Box<dyn Method>, Box::new(Dasvm::default())]);
    all.push(Box::new(StratifiedLearning::default()));
    all.extend(
        [PriorCorrection::em(), PriorCorrection::bbse()].map(|prior| Box::new(prior) as Box<dyn Method>),
    );
    all.extend(crate::deep::methods());
    all
}

/// The method of that name, with its default parameters.
///
/// # Errors
/// [`Error::Unknown`] with the names that there are.
pub fn method(name: &str) -> Result<Box<dyn Method>, Error> {
    methods().into_iter().find(|method| method.info().name == name).ok_or_else(|| {
        let known: Vec<&str> = methods().iter().map(|method| method.info().name).collect();
        Error::Unknown { what: "method of adaptation", name: name.to_owned(), known: known.join(", ") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Source, Target};
    use hesper_learn::{LogisticParams, Matrix, metrics};

    /// Two classes on a line each; the target's lines are stretched and turned.
    fn domains() -> (Matrix, Vec<u32>, Matrix) {
        let at = |n: u32| (f64::from(n * 7 % 40) / 20.0 - 1.0, f64::from(n % 2) * 2.0 - 1.0);
        let own: Vec<[f64; 2]> = (0..80).map(|n| [at(n).0, at(n).1 + 0.3 * at(n).0]).collect();
        let other: Vec<[f64; 2]> = (0..60).map(|n| [2.0 * at(n).0 + 0.2, 1.5 * at(n).1 + at(n).0]).collect();
        (
            Matrix::from_rows(&own).unwrap(),
            (0..80).map(|n| n % 2).collect(),
            Matrix::from_rows(&other).unwrap(),
        )
    }

    #[test]
    fn all_methods_give_classifiers_of_the_target() {
        let (x, y, t) = domains();
        let (source, target) = (Source { x: &x, y: &y, n_classes: 2 }, Target { x: &t });
        let truth: Vec<u32> = (0..60).map(|n| n % 2).collect();
        for method in methods() {
            let name = method.info().name;
            let fitted = method.fit(&source, &target, &LogisticParams::default(), 1).unwrap();
            let probabilities = fitted.classifier.predict_proba(&t).unwrap();
            assert_eq!((probabilities.rows(), probabilities.cols()), (60, 2), "{name}");
            let accuracy = metrics::accuracy(&truth, &metrics::most_probable(&probabilities)).unwrap();
            assert!(accuracy > 0.6, "{name}: {accuracy}");
            assert_eq!(fitted.weights.is_some(), fitted.effective_size.is_some(), "{name}");
        }
        assert!(method("magic").err().unwrap().to_string().contains("coral"));
    }
}
