use hesper_learn::split::Fold;
use hesper_learn::{Classifier, Learner, Logistic, LogisticParams, Matrix, Tensor, TensorMap, TrainingSet};
use serde::{Deserialize, Serialize};

use super::newton::{Problem, softmax};
use super::shared::{check, fitted, loss};
use crate::maps::dot;
use crate::select::folds::{classes_of, folds};
use crate::weights::require;
use crate::{Error, FewLabels, Fitted, Info, LabelledTarget, Source, Target};

/// Parameter transfer: logistic regression on the labelled target whose coefficients are pulled towards the source's.
///
/// Minimises Σ −ln p + λ/2 |θ − θ_source|² over the labelled target, with one output for each class and the intercepts in θ:
/// without labels it is the source's classifier, and a class that the labels do not show stays where the source had it.
/// Features should be of one scale. It is a learner itself and pays no heed to the one that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Transfer {
    /// The strength λ of the pull, from 1e-6 to 1e12. Default: the best of 0.01, 0.1, 1, 10, 100 and 1000 by
    /// cross-validation on the labelled target.
    pub strength: Option<f64>,
    /// The inverse strength of the penalty of the source's logistic regression, from 1e-12 to 1e12. Default 1.
    pub c: f64,
    /// The number of folds by which λ is chosen, at least 2. Default 5.
    pub folds: usize,
}

impl Default for Transfer {
    fn default() -> Self {
        Self { strength: None, c: 1.0, folds: 5 }
    }
}

/// The strongest first: it is taken when others are no better.
const STRENGTHS: [f64; 6] = [1000.0, 100.0, 10.0, 1.0, 0.1, 0.01];

impl Transfer {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`], [`Error::Learn`].
    pub fn check(&self) -> Result<(), Error> {
        let strength = self.strength.unwrap_or(1.0);
        require((1e-6..=1e12).contains(&strength), "strength", strength, "from 1e-6 to 1e12")?;
        require(self.folds > 1, "folds", self.folds, "at least 2")?;
        Ok(LogisticParams { c: self.c, ..LogisticParams::default() }.check()?)
    }
}

impl FewLabels for Transfer {
    fn info(&self) -> &'static Info {
        &Info {
            name: "transfer",
            doc: "Parameter transfer (Chelba & Acero 2006, doi:10.1016/j.csl.2005.05.005): logistic regression on the labelled \
                  target with the penalty λ/2 |θ − θ_source|², λ by cross-validation.",
        }
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        labelled: &LabelledTarget<'_>,
        _learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        self.check()?;
        check(source, target, labelled)?;
        let prior = Linear::of_source(source, labelled.y, self.c)?;
        let mut warnings = Vec::new();
        let strength = match self.strength {
            Some(strength) => strength,
            None => {
                let split = folds(labelled.y, source.n_classes, self.folds, seed)?;
                if split.is_empty() {
                    warnings.push(
                        "the labelled target has no two objects of a class to choose the strength by: it is 1".to_owned(),
                    );
                    1.0
                } else {
                    chosen(&prior, labelled, &split)?
                }
            }
        };
        let classifier = prior.pulled(labelled, strength)?;
        Ok(fitted(Box::new(classifier), None, labelled, source.n_classes, warnings))
    }
}

fn chosen(prior: &Linear, labelled: &LabelledTarget<'_>, split: &[Fold]) -> Result<f64, Error> {
    let mut best = (f64::INFINITY, STRENGTHS[0]);
    for strength in STRENGTHS {
        let mut sum = 0.0;
        for fold in split {
            let (x, y) = (labelled.x.select_rows(&fold.train), classes_of(labelled.y, &fold.train));
            let classifier = prior.pulled(&LabelledTarget { x: &x, y: &y }, strength)?;
            let probabilities = classifier.predict_proba(&labelled.x.select_rows(&fold.test))?;
            sum += loss(&probabilities, &classes_of(labelled.y, &fold.test));
        }
        if sum < best.0 {
            best = (sum, strength);
        }
    }
    Ok(best.1)
}

/// One output for each class that there is.
struct Linear {
    n_features: usize,
    n_classes: usize,
    /// The classes that there are, ascending.
    present: Vec<u32>,
    /// For each of them a coefficient for each feature, and the intercept.
    theta: Vec<f64>,
}

impl Linear {
    /// The source's logistic regression; classes that only the labelled target has get 0.
    fn of_source(source: &Source<'_>, others: &[u32], c: f64) -> Result<Self, Error> {
        let data = TrainingSet { x: source.x, y: source.y, weights: None, n_classes: source.n_classes };
        let fitted = Logistic::fit(&LogisticParams { c, ..LogisticParams::default() }, &data)?;
        let mut present = [fitted.present(), others].concat();
        present.sort_unstable();
        present.dedup();
        let (n_features, width) = (source.x.cols(), source.x.cols() + 1);
        let mut theta = vec![0.0; present.len() * width];
        let mut put = |class: u32, output: usize, share: f64| {
            let at = present.partition_point(|other| *other < class) * width;
            let own = &fitted.coefficients()[output * n_features..(output + 1) * n_features];
            theta[at..at + n_features].iter_mut().zip(own).for_each(|(to, from)| *to = share * from);
            theta[at + n_features] = share * fitted.intercepts()[output];
        };
        match fitted.present() {
            [] | [_] => {}
            // One logit, shared out between its two classes.
            [first, second] => {
                put(*first, 0, -0.5);
                put(*second, 0, 0.5);
            }
            more => more.iter().enumerate().for_each(|(output, class)| put(*class, output, 1.0)),
        }
        Ok(Self { n_features, n_classes: source.n_classes, present, theta })
    }

    /// Pulled from here to the labels.
    fn pulled(&self, labelled: &LabelledTarget<'_>, strength: f64) -> Result<Self, Error> {
        self.check(labelled.x)?;
        let mut x = Vec::with_capacity(labelled.x.rows() * (self.n_features + 1));
        for row in 0..labelled.x.rows() {
            x.extend_from_slice(labelled.x.row(row));
            x.push(1.0);
        }
        let place = |class: &u32| self.present.partition_point(|other| other < class);
        let problem = Problem {
            x: &x,
            width: self.n_features + 1,
            y: labelled.y.iter().map(place).collect(),
            centre: &self.theta,
            strength,
        };
        let theta = problem.minimise().ok_or_else(|| Error::Failed {
            method: "transfer",
            what: "it did not converge: scale the features, or raise `strength`".to_owned(),
        })?;
        Ok(Self { theta, present: self.present.clone(), ..*self })
    }

    /// Beyond this nothing can be squared.
    fn check(&self, x: &Matrix) -> Result<(), hesper_learn::Error> {
        if x.cols() != self.n_features {
            let (what, expected, actual) = ("columns of the table", self.n_features, x.cols());
            return Err(hesper_learn::Error::Shape { what, expected, actual });
        }
        match x.data().iter().position(|value| value.is_nan() || value.abs() > 1e100) {
            None => Ok(()),
            Some(at) => Err(hesper_learn::Error::Magnitude {
                row: at / x.cols(),
                column: at % x.cols(),
                value: x.data()[at],
            }),
        }
    }
}

impl Classifier for Linear {
    fn n_classes(&self) -> usize {
        self.n_classes
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, hesper_learn::Error> {
        self.check(x)?;
        let mut probabilities = vec![0.0; x.rows() * self.n_classes];
        let mut logits = vec![0.0; self.present.len()];
        for (row, out) in probabilities.chunks_exact_mut(self.n_classes).enumerate() {
            for (logit, theta) in logits.iter_mut().zip(self.theta.chunks_exact(self.n_features + 1)) {
                *logit = dot(x.row(row), &theta[..self.n_features]) + theta[self.n_features];
            }
            softmax(&mut logits);
            self.present.iter().zip(&logits).for_each(|(class, p)| out[*class as usize] = *p);
        }
        Matrix::new(x.rows(), self.n_classes, probabilities)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        None
    }

    /// Those of [`Logistic`], which it can be read as: with two classes the one logit is the difference of theirs.
    fn tensors(&self) -> Option<TensorMap> {
        let width = self.n_features + 1;
        let theta: Vec<f64> = match self.present.len() {
            1 => Vec::new(),
            2 => (0..width).map(|at| self.theta[width + at] - self.theta[at]).collect(),
            _ => self.theta.clone(),
        };
        let outputs = || theta.chunks_exact(width);
        let coefficients = outputs().flat_map(|output| output[..self.n_features].iter().copied()).collect();
        let intercepts = outputs().map(|output| output[self.n_features]).collect();
        Some(TensorMap::from([
            ("present".to_owned(), Tensor::U32(self.present.clone())),
            ("coefficient".to_owned(), Tensor::F64(coefficients)),
            ("intercept".to_owned(), Tensor::F64(intercepts)),
        ]))
    }
}
