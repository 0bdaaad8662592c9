use hesper_learn::Learner;
use hesper_nn::tensor::{Tensor, TensorData};
use hesper_nn::{Architecture, Parameters, Pass, Stream, cross_entropy, reverse_gradient};
use serde::{Deserialize, Serialize};

use super::learn::{Alignment, Penalty, Step, learn};
use super::{NetworkParams, factor};
use crate::{Error, Fitted, Info, Method, Source, Target};

/// Domain-adversarial training: hidden features from which the source's classes can be told, but not the domain.
///
/// A second network learns the domain from the last hidden layer, whose weights get its derivatives times −λ. λ grows from 0
/// to `strength` as λ(p) = strength · (2 / (1 + exp(−steepness · p)) − 1) over the share p of the steps made, so that classes
/// are learned before domains are mixed. The learner given to [`Method::fit`] is ignored.
///
/// ```
/// use hesper_adapt::{Method, Source, Target, deep::Dann};
/// use hesper_learn::{LogisticParams, Matrix};
/// let x = Matrix::from_rows(&[[-1.0], [-0.9], [0.9], [1.0]])?;
/// let source = Source { x: &x, y: &[0, 0, 1, 1], n_classes: 2 };
/// let moved = Matrix::from_rows(&[[1.0], [1.1], [2.9], [3.0]])?;
/// let fitted = Dann::default().fit(&source, &Target { x: &moved }, &LogisticParams::default(), 1)?;
/// assert!(fitted.classifier.predict_proba(&moved)?.row(3)[1] > 0.7);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dann {
    /// The network that learns the classes.
    pub network: NetworkParams,
    /// The widths of the hidden layers of the network that tells the domains apart. Default 32.
    pub domain_hidden: Vec<usize>,
    /// λ at the end, 0 or more; 0 is a network of the source alone. Default 1.
    pub strength: f64,
    /// How steeply λ grows, 0 or more. Default 10, as in the paper.
    pub steepness: f64,
}

impl Default for Dann {
    fn default() -> Self {
        Self { network: NetworkParams::default(), domain_hidden: vec![32], strength: 1.0, steepness: 10.0 }
    }
}

impl Dann {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`], [`Error::Learn`].
    pub fn check(&self) -> Result<(), Error> {
        self.network.check()?;
        factor("strength", self.strength)?;
        factor("steepness", self.steepness)?;
        Ok(Architecture::new(1, &self.domain_hidden, 2).check()?)
    }

    fn lambda(&self, progress: f64) -> f64 {
        self.strength * (2.0 / (1.0 + (-self.steepness * progress).exp()) - 1.0)
    }
}

static INFO: Info = Info {
    name: "dann",
    doc: "Domain-adversarial training of neural networks (Ganin et al. 2016, Journal of Machine Learning Research 17, 59): a \
          network learns the source's classes from hidden features which another one cannot tell the domains by, as its \
          derivatives are turned round.",
};

/// A mean cross-entropy of the domains below this leaves little doubt which domain an object is of; ln 2 = 0.69 leaves all.
const APART: f64 = 0.3;

impl Method for Dann {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        _learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        self.check()?;
        let mut learned = learn(INFO.name, &self.network, source, target, seed, self)?;
        let apart = learned.watched.iter().copied().fold(f64::INFINITY, f64::min);
        if apart < APART && self.strength > 0.0 {
            learned.warnings.push(format!(
                "at the end the domains could still be told apart by the hidden features (loss {apart:.2}; ln 2 = 0.69 would be \
                 not at all): they are hardly adapted"
            ));
        }
        Ok(learned.fitted())
    }
}

impl Alignment for Dann {
    fn start(
        &self,
        width: usize,
        parameters: &mut Parameters,
        random: &mut Stream,
    ) -> Result<Penalty, Error> {
        let domains = Architecture::new(width, &self.domain_hidden, 2).build(parameters, random)?;
        let dann = self.clone();
        Ok(Box::new(move |pass: &mut Pass<'_>, Step { source, target, progress }| {
            let rows = source.dims()[0] + target.dims()[0];
            let own = source.dims()[0];
            let shares: Vec<f32> =
                (0..rows).flat_map(|row| if row < own { [1.0, 0.0] } else { [0.0, 1.0] }).collect();
            let shares = Tensor::from_data(TensorData::new(shares, [rows, 2]), pass.device());
            let hidden = Tensor::cat(vec![source, target], 0);
            let turned = reverse_gradient(hidden, dann.lambda(progress) as f32);
            let loss = cross_entropy(domains.forward(pass, turned), shares);
            let watched = loss.clone().try_into_scalar::<f32>().map_or(f64::NAN, f64::from);
            (loss, watched)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambda_grows_as_in_the_paper() {
        let dann = Dann::default();
        assert_eq!(dann.lambda(0.0), 0.0);
        assert!((dann.lambda(0.1) - 0.462_117_157).abs() < 1e-9 && dann.lambda(1.0) > 0.9999);
        assert!(Dann { strength: -1.0, ..Dann::default() }.check().is_err());
        assert!(Dann { domain_hidden: vec![0], ..Dann::default() }.check().is_err());
        let network = NetworkParams { hidden: vec![], ..NetworkParams::default() };
        assert!(Dann { network, ..Dann::default() }.check().is_err());
    }
}
