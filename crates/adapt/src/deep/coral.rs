use hesper_learn::Learner;
use hesper_nn::tensor::Tensor;
use hesper_nn::{Parameters, Pass, Stream};
use serde::{Deserialize, Serialize};

use super::learn::{Alignment, Penalty, Step, learn};
use super::{NetworkParams, factor};
use crate::{Error, Fitted, Info, Method, Source, Target};

/// Deep correlation alignment: hidden features with the same covariance in source and target.
///
/// Adds strength · ‖Cs − Ct‖²_F / (4 d) to the source's loss, where Cs and Ct are the covariances of a batch's outputs of the
/// last hidden layer of d units. (The paper divides by 4 d², for the d classes of its last layer; by d the strength means
/// about the same at any width.) The learner given to [`Method::fit`] is ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeepCoral {
    /// The network that learns the classes.
    pub network: NetworkParams,
    /// How much covariances count beside classes, 0 or more. Default 3.
    pub strength: f64,
    /// Whether the squared distance of the means, over d, counts alike. Default yes; the paper has it not.
    pub centre: bool,
}

impl Default for DeepCoral {
    fn default() -> Self {
        Self { network: NetworkParams::default(), strength: 3.0, centre: true }
    }
}

impl DeepCoral {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`], [`Error::Learn`].
    pub fn check(&self) -> Result<(), Error> {
        self.network.check()?;
        factor("strength", self.strength)
    }
}

static INFO: Info = Info {
    name: "deep-coral",
    doc: "Deep CORAL (Sun & Saenko 2016, arXiv:1607.01719): a network learns the source's classes while the covariances of \
          its hidden features in source and target are pulled together.",
};

impl Method for DeepCoral {
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
        let left = learned.watched.iter().copied().fold(0.0, f64::max);
        if left > 1.0 && self.strength > 0.0 {
            learned.warnings.push(format!(
                "at the end the hidden covariances still differed by {:.0} % of their norm: they are hardly adapted",
                100.0 * left.min(9.99)
            ));
        }
        Ok(learned.fitted())
    }
}

impl Alignment for DeepCoral {
    fn start(
        &self,
        width: usize,
        _parameters: &mut Parameters,
        _random: &mut Stream,
    ) -> Result<Penalty, Error> {
        let (strength, centre) = (self.strength, self.centre);
        Ok(Box::new(move |_: &mut Pass<'_>, Step { source, target, .. }| {
            let ([mean, own], [other_mean, other]) = (moments(source), moments(target));
            let norm = scalar(own.clone().square().sum() + other.clone().square().sum()) / 2.0;
            let apart = (own - other).square().sum();
            let watched = (scalar(apart.clone()) / norm.max(1e-12)).sqrt();
            let mut loss = apart / (4.0 * width as f32);
            if centre {
                loss = loss + (mean - other_mean).square().sum() / width as f32;
            }
            (loss * strength as f32, watched)
        }))
    }
}

fn scalar(value: Tensor<1>) -> f64 {
    value.try_into_scalar::<f32>().map_or(f64::NAN, f64::from)
}

/// Mean, 1 × units, and covariance, units × units (n − 1 in the denominator).
pub(crate) fn moments(x: Tensor<2>) -> [Tensor<2>; 2] {
    let rows = x.dims()[0];
    let mean = x.clone().mean_dim(0);
    let centred = x - mean.clone();
    [mean, centred.clone().transpose().matmul(centred) / rows.saturating_sub(1).max(1) as f32]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_formula() {
        let device = hesper_nn::tensor::Device::flex();
        let x = Tensor::<2>::from_floats([[1.0, 2.0], [3.0, 2.0], [5.0, 8.0]], &device);
        let [mean, covariance] = moments(x).map(|table| table.try_into_vec_as::<f32>().unwrap());
        assert_eq!(mean, [3.0, 4.0]);
        assert_eq!(covariance, [4.0, 6.0, 6.0, 12.0]);
    }
}
