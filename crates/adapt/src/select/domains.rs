use std::cell::OnceCell;

use hesper_learn::conformal::{ShiftParams, shift_weights};
use hesper_learn::{Learner, LogisticParams, Matrix, Prepared, Scaling, metrics};

use super::folds::{classes_of, folds};
use crate::{Error, Fitted, Method, Source, Target};

/// Source and target, and what all trials on them share.
pub struct Domains<'a> {
    source: Source<'a>,
    target: Target<'a>,
    seed: u64,
    importance: OnceCell<Vec<f64>>,
}

/// Folds by which the source is held out.
const FOLDS: usize = 5;

impl<'a> Domains<'a> {
    /// Domains that can be adapted. The seed draws folds, and objects where there are too many.
    ///
    /// # Errors
    /// As [`Source::check`] and [`Target::check`].
    pub fn new(source: Source<'a>, target: Target<'a>, seed: u64) -> Result<Self, Error> {
        source.check()?;
        target.check(&source)?;
        Ok(Self { source, target, seed, importance: OnceCell::new() })
    }

    /// The source.
    pub fn source(&self) -> &Source<'a> {
        &self.source
    }

    /// The target.
    pub fn target(&self) -> &Target<'a> {
        &self.target
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The ratio of the target's density to the source's at each source object: the odds, out of fold, of a logistic
    /// regression on standardised features, up to 50.
    ///
    /// # Errors
    /// [`Error::Learn`] for domains of a single object.
    pub fn importance(&self) -> Result<&[f64], Error> {
        if let Some(known) = self.importance.get() {
            return Ok(known);
        }
        let learner = Prepared { scaling: Scaling::Standard, learner: Box::new(LogisticParams::default()) };
        let fewest = self.source.x.rows().min(self.target.x.rows());
        let params = ShiftParams { folds: FOLDS.min(fewest).max(2), ..ShiftParams::default() };
        let found = shift_weights(&params, &learner, self.source.x, self.target.x, self.seed)?.source;
        Ok(self.importance.get_or_init(|| found))
    }
}

/// A method with a learner, fitted to domains and looked at.
pub struct Trial<'a> {
    domains: &'a Domains<'a>,
    method: &'a dyn Method,
    learner: &'a dyn Learner,
    fitted: Fitted,
    probabilities: Matrix,
    held_out: OnceCell<Vec<Option<bool>>>,
}

impl<'a> Trial<'a> {
    /// Fits.
    ///
    /// # Errors
    /// As [`Method::fit`]; [`Error::Failed`] if the classifier gives what is no probability.
    pub fn new(
        domains: &'a Domains<'a>,
        method: &'a dyn Method,
        learner: &'a dyn Learner,
    ) -> Result<Self, Error> {
        let fitted = method.fit(&domains.source, &domains.target, learner, domains.seed)?;
        let probabilities = fitted.classifier.predict_proba(domains.target.x)?;
        if !probabilities.data().iter().all(|p| (0.0..=1.0 + 1e-9).contains(p)) {
            let what = "the classifier gives probabilities that are none".to_owned();
            return Err(Error::Failed { method: method.info().name, what });
        }
        Ok(Self { domains, method, learner, fitted, probabilities, held_out: OnceCell::new() })
    }

    /// What it was fitted to.
    pub fn domains(&self) -> &'a Domains<'a> {
        self.domains
    }

    /// The method.
    pub fn method(&self) -> &'a dyn Method {
        self.method
    }

    /// The learner.
    pub fn learner(&self) -> &'a dyn Learner {
        self.learner
    }

    /// The classifier, and what is to be said of it.
    pub fn fitted(&self) -> &Fitted {
        &self.fitted
    }

    /// The same, without the trial.
    pub fn into_fitted(self) -> Fitted {
        self.fitted
    }

    /// Class probabilities of the target's objects.
    pub fn probabilities(&self) -> &Matrix {
        &self.probabilities
    }

    /// The classes predicted for the target's objects.
    pub fn predicted(&self) -> Vec<u32> {
        metrics::most_probable(&self.probabilities)
    }

    /// The share of each class among the predicted ones.
    pub fn predicted_shares(&self) -> Vec<f64> {
        let mut shares = vec![0.0; self.domains.source.n_classes];
        let predicted = self.predicted();
        predicted.iter().for_each(|&class| shares[class as usize] += 1.0 / predicted.len() as f64);
        shares
    }

    /// Of each source object, whether the method recognises its class when it is fitted without it, five folds at a time;
    /// nothing of the only object of a class, which is never left out.
    ///
    /// # Errors
    /// As [`Method::fit`]; a source in which no class has two objects.
    pub fn held_out(&self) -> Result<&[Option<bool>], Error> {
        if let Some(known) = self.held_out.get() {
            return Ok(known);
        }
        let Domains { source, target, seed, .. } = self.domains;
        let split = folds(source.y, source.n_classes, FOLDS, *seed)?;
        if split.is_empty() {
            let what = "no class has two objects, one to learn from and one to test by".to_owned();
            return Err(Error::Domain { domain: "source", what });
        }
        let mut right = vec![None; source.y.len()];
        for fold in &split {
            let (x, y) = (source.x.select_rows(&fold.train), classes_of(source.y, &fold.train));
            let part = Source { x: &x, y: &y, n_classes: source.n_classes };
            let fitted = self.method.fit(&part, target, self.learner, *seed)?;
            let probabilities = fitted.classifier.predict_proba(&source.x.select_rows(&fold.test))?;
            for (said, &row) in metrics::most_probable(&probabilities).iter().zip(&fold.test) {
                right[row] = Some(*said == source.y[row]);
            }
        }
        Ok(self.held_out.get_or_init(|| right))
    }

    /// The other way round: the method learns from the target, with the classes that it predicted there, for the source.
    /// The classes that it then predicts for the source's objects.
    ///
    /// # Errors
    /// As [`Method::fit`].
    pub fn reversed(&self) -> Result<Vec<u32>, Error> {
        let (source, target) = (self.domains.source, self.domains.target);
        let predicted = self.predicted();
        if predicted.iter().all(|class| *class == predicted[0]) {
            return Ok(vec![predicted[0]; source.y.len()]);
        }
        let from = Source { x: target.x, y: &predicted, n_classes: source.n_classes };
        let fitted = self.method.fit(&from, &Target { x: source.x }, self.learner, self.domains.seed)?;
        Ok(metrics::most_probable(&fitted.classifier.predict_proba(source.x)?))
    }
}
