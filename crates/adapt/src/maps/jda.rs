use hesper_learn::{Learner, LogisticParams, TrainingSet, metrics};
use serde::{Deserialize, Serialize};

use super::affine::{aligned, refuse};
use super::kernel::{Gaussian, components, difference};
use crate::{Aligned, Error, Info, Mapping, Source, Target};

/// The parameters of joint distribution adaptation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JdaParams {
    /// The number of components, at least 1; never more than objects. Default 10.
    pub components: usize,
    /// The ridge λ, above 0. Default 0.1.
    pub ridge: f64,
    /// Rounds of pseudo-labels, at least 1. Default 10.
    pub rounds: usize,
    /// The standard deviation of the kernel, above 0. Default by the median of the squared distances.
    pub width: Option<f64>,
}

impl Default for JdaParams {
    fn default() -> Self {
        Self { components: 10, ridge: 0.1, rounds: 10, width: None }
    }
}

impl JdaParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        if self.components == 0 {
            return refuse("components", 0, "at least 1");
        }
        if self.rounds == 0 {
            return refuse("rounds", 0, "at least 1");
        }
        if !(1e-12..=1e12).contains(&self.ridge) {
            return refuse("ridge", self.ridge, "from 1e-12 to 1e12");
        }
        super::tca::check_width(self.width)
    }
}

/// Joint distribution adaptation: as transfer components, but the means of each class come together, too; the target's
/// classes are those that a learner predicts, and are predicted anew in each round.
pub struct Jda {
    /// The parameters.
    pub parameters: JdaParams,
    /// Who predicts the classes.
    pub learner: Box<dyn Learner>,
}

impl Default for Jda {
    fn default() -> Self {
        Self { parameters: JdaParams::default(), learner: Box::new(LogisticParams::default()) }
    }
}

static INFO: Info = Info {
    name: "jda",
    doc: "Joint distribution adaptation (Long et al. 2013, doi:10.1109/ICCV.2013.274): kernel components in which the means \
          of the domains and of each class, by pseudo-labels, come together.",
};

impl Mapping for Jda {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn align(&self, source: &Source<'_>, target: &Target<'_>, seed: u64) -> Result<Aligned, Error> {
        let parameters = self.parameters;
        parameters.check()?;
        source.check()?;
        target.check(source)?;
        let (kernel, table) = Gaussian::new(source.x, target.x, parameters.width)?;
        let (n, m) = (source.x.rows(), target.x.rows());
        let count = parameters.components.min(n + m);
        let mut guessed: Option<Vec<u32>> = None;
        let mut warnings = Vec::new();
        let mut round = 0;
        let map = loop {
            let mut apart: Vec<_> =
                difference((0..n).map(|_| true), (0..m).map(|_| true)).into_iter().collect();
            if let Some(guessed) = &guessed {
                let classes = 0..source.n_classes as u32;
                let of = |class| {
                    difference(
                        source.y.iter().map(move |y| *y == class),
                        guessed.iter().map(move |y| *y == class),
                    )
                };
                apart.extend(classes.filter_map(of));
            }
            let map = kernel.map(components(&table, &apart, parameters.ridge, count, seed), count)?;
            if round == parameters.rounds {
                break map;
            }
            let (own, others) = (map.apply(source.x)?, map.apply(target.x)?);
            let training = TrainingSet { x: &own, y: source.y, weights: None, n_classes: source.n_classes };
            let classes = metrics::most_probable(&self.learner.fit(&training, seed)?.predict_proba(&others)?);
            if guessed.as_ref() == Some(&classes) {
                break map;
            }
            if round + 1 == parameters.rounds && guessed.is_some() {
                warnings.push(format!("the pseudo-labels still changed after {} rounds", parameters.rounds));
            }
            guessed = Some(classes);
            round += 1;
        };
        aligned(INFO.name, map.apply(source.x)?, map.apply(target.x)?, map, warnings)
    }
}
