//! From tables as they are, gaps and all, to a classifier of the target that takes tables as they are.

use hesper_learn::{Classifier, Learner, Matrix, Prepare, Scaling};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::maps::Scale;
use crate::select::{Select, Standing};
use crate::{Error, FewLabels, Fitted, Info, LabelledTarget, Method, Source, Target};

/// What a method gets to see. Scaling is part of an adaptation: the same method may succeed on one scale and fail on another, so
/// it is chosen and told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adaptation {
    /// By whose values the columns are scaled.
    pub scale: Scale,
    /// How they are scaled.
    pub scaling: Scaling,
    /// A method learns from at most so many objects of the target, drawn at random; the costs of many grow with the square of
    /// their number. Default 3,000. All of them count for scaling.
    pub target_objects: usize,
}

impl Default for Adaptation {
    /// Both domains by the values of both, to mean 0 and standard deviation 1.
    fn default() -> Self {
        Self { scale: Scale::Joint, scaling: Scaling::Standard, target_objects: 3000 }
    }
}

/// A classifier of the target, and what was done to get it.
pub struct Adapted {
    /// The method that was used; where several were tried, the one chosen.
    pub method: &'static Info,
    /// How the columns were scaled.
    pub adaptation: Adaptation,
    /// The name of the learner that the classifier is of, for models on disk, where it is not the one that was given.
    pub learner: Option<&'static str>,
    /// Takes objects of the target as they are, and gives the probabilities of the source's classes.
    pub classifier: Box<dyn Classifier>,
    /// The weights of the source's objects, if they were weighted.
    pub weights: Option<Vec<f64>>,
    /// Their effective size.
    pub effective_size: Option<f64>,
    /// The source and what the method saw of the target, filled in and scaled.
    pub before: [Matrix; 2],
    /// Source and target where a map took them, if one did.
    pub after: Option<[Matrix; 2]>,
    /// What should be known before it is used, in words.
    pub warnings: Vec<String>,
}

impl Adaptation {
    /// Fits a method; features may be missing (NaN) and become medians on the way.
    ///
    /// # Errors
    /// As [`Method::fit`], and of features that are infinite.
    pub fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        method: &dyn Method,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Adapted, Error> {
        let scaled = self.prepare(source, target)?.thinned(self.target_objects, seed);
        let fitted = method.fit(&scaled.source(source), &scaled.target(), learner, seed)?;
        Ok(self.adapted(method.info(), scaled, fitted))
    }

    /// Fits several methods and takes the one that seems best without labels of the target, if it passes the guard: see
    /// [`Select`]. All of them come with it, the best first.
    ///
    /// # Errors
    /// As [`Select::run`], and of features that are infinite.
    pub fn select(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        select: &Select,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<(Adapted, Vec<Standing>), Error> {
        let scaled = self.prepare(source, target)?.thinned(self.target_objects, seed);
        let selected = select.run(&scaled.source(source), &scaled.target(), learner, seed)?;
        Ok((self.adapted(select.info(), scaled, selected.fitted), selected.leaderboard))
    }

    /// Fits a method that may look at the few labels of the target which are known.
    ///
    /// # Errors
    /// As [`Self::fit`].
    pub fn fit_with_labels(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        labelled: &LabelledTarget<'_>,
        method: &dyn FewLabels,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Adapted, Error> {
        let scaled = self.prepare(source, target)?.thinned(self.target_objects, seed);
        let x = scaled.prepare.apply(labelled.x)?;
        let few = LabelledTarget { x: &x, y: labelled.y };
        let fitted = method.fit(&scaled.source(source), &scaled.target(), &few, learner, seed)?;
        Ok(self.adapted(method.info(), scaled, fitted))
    }

    /// Fills in and scales both domains.
    ///
    /// # Errors
    /// [`Error::Domain`] for domains without objects or features, or with other features; [`Error::Learn`] for infinite values.
    pub fn prepare(&self, source: &Source<'_>, target: &Target<'_>) -> Result<Scaled, Error> {
        for (domain, x) in [("source", source.x), ("target", target.x)] {
            if x.rows() == 0 || x.cols() != source.x.cols() {
                let what = format!(
                    "it has {} objects of {} features, but the source has {} of {}",
                    x.rows(),
                    x.cols(),
                    source.x.rows(),
                    source.x.cols()
                );
                return Err(Error::Domain { domain, what });
            }
        }
        let both = || {
            let values = [source.x.data(), target.x.data()].concat();
            Matrix::new(source.x.rows() + target.x.rows(), source.x.cols(), values)
        };
        let fit = |scaling, x: &Matrix| Prepare::fit(scaling, x, None);
        let (own, others) = match self.scale {
            // Only gaps are filled in, by what is usual in the domain.
            Scale::None => (fit(Scaling::None, source.x)?, fit(Scaling::None, target.x)?),
            Scale::Joint => {
                let prepare = fit(self.scaling, &both()?)?;
                (prepare.clone(), prepare)
            }
            Scale::Source => {
                let prepare = fit(self.scaling, source.x)?;
                (prepare.clone(), prepare)
            }
            Scale::PerDomain => (fit(self.scaling, source.x)?, fit(self.scaling, target.x)?),
        };
        let [x, t] = [own.apply(source.x)?, others.apply(target.x)?];
        let far = (0..t.cols()).filter(|&column| mean(&t, column).abs() > FAR).count();
        let mut warnings = Vec::new();
        if self.scale == Scale::Source && far > 0 {
            warnings.push(format!(
                "{far} features of the target lie on average more than {FAR} of the source's standard deviations from the \
                 source's mean: try scaling per domain, or none"
            ));
        }
        Ok(Scaled { x, t, prepare: others, warnings })
    }

    fn adapted(&self, method: &'static Info, scaled: Scaled, fitted: Fitted) -> Adapted {
        let Scaled { x, t, prepare, mut warnings } = scaled;
        warnings.extend(fitted.warnings);
        Adapted {
            method: fitted.chosen.unwrap_or(method),
            adaptation: *self,
            learner: fitted.learner,
            classifier: prepare.before(fitted.classifier),
            weights: fitted.weights,
            effective_size: fitted.effective_size,
            before: [x, t],
            after: fitted.moved,
            warnings,
        }
    }
}

/// A mean of the target's column beyond this, in the source's standard deviations, is warned of.
const FAR: f64 = 3.0;

fn mean(x: &Matrix, column: usize) -> f64 {
    x.column(column).iter().map(|value| value / x.rows() as f64).sum()
}

/// Both domains, filled in and scaled.
pub struct Scaled {
    x: Matrix,
    t: Matrix,
    /// Of the target.
    prepare: Prepare,
    warnings: Vec<String>,
}

impl Scaled {
    fn thinned(mut self, most: usize, seed: u64) -> Self {
        if self.t.rows() > most.max(1) {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let mut rows = rand::seq::index::sample(&mut random, self.t.rows(), most.max(1)).into_vec();
            rows.sort_unstable();
            self.t = self.t.select_rows(&rows);
        }
        self
    }

    /// The source, with the classes it had before.
    pub fn source<'a>(&'a self, before: &Source<'a>) -> Source<'a> {
        Source { x: &self.x, ..*before }
    }

    /// The target.
    pub fn target(&self) -> Target<'_> {
        Target { x: &self.t }
    }

    /// What fills in and scales objects of the target.
    pub fn prepare(&self) -> &Prepare {
        &self.prepare
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::{SourceOnly, method};
    use hesper_learn::{LogisticParams, metrics};

    /// A class above 0 and one below; the target has another unit and a gap.
    fn domains() -> (Matrix, Vec<u32>, Matrix, Vec<u32>) {
        let own: Vec<[f64; 1]> = (0..40).map(|n| [f64::from(n) - 19.5]).collect();
        let mut other: Vec<[f64; 1]> = (0..40).map(|n| [100.0 + 0.1 * f64::from(n)]).collect();
        other[3] = [f64::NAN];
        let y = |n: u32| (0..n).map(|i| u32::from(i >= n / 2)).collect();
        (Matrix::from_rows(&own).unwrap(), y(40), Matrix::from_rows(&other).unwrap(), y(40))
    }

    #[test]
    fn the_scale_decides() {
        let (x, y, t, truth) = domains();
        let (source, target) = (Source { x: &x, y: &y, n_classes: 2 }, Target { x: &t });
        let accuracy = |scale| {
            let adaptation = Adaptation { scale, ..Adaptation::default() };
            let learner = LogisticParams::default();
            let adapted = adaptation.fit(&source, &target, &SourceOnly, &learner, 1).unwrap();
            let probabilities = adapted.classifier.predict_proba(&t).unwrap();
            let warned = adapted.warnings.iter().any(|warning| warning.contains("per domain"));
            (metrics::accuracy(&truth, &metrics::most_probable(&probabilities)).unwrap(), warned)
        };
        let (poor, warned) = accuracy(Scale::Source);
        assert!(poor < 0.6 && warned);
        let (adapted, warned) = accuracy(Scale::PerDomain);
        assert!(adapted > 0.9 && !warned);
    }

    #[test]
    fn what_was_moved_is_kept_and_the_map_is_part_of_the_classifier() {
        let (x, y, t, truth) = domains();
        let (source, target) = (Source { x: &x, y: &y, n_classes: 2 }, Target { x: &t });
        let coral =
            crate::methods::Mapped(Box::new(crate::maps::Coral { centre: true, ..Default::default() }));
        let adaptation = Adaptation { scale: Scale::None, ..Adaptation::default() };
        let adapted = adaptation.fit(&source, &target, &coral, &LogisticParams::default(), 1).unwrap();
        let probabilities = adapted.classifier.predict_proba(&t).unwrap();
        assert!(metrics::accuracy(&truth, &metrics::most_probable(&probabilities)).unwrap() > 0.9);
        assert_eq!(adapted.after.unwrap()[0].rows(), 40);
        let weighted = method("gaussian").unwrap();
        let adapted = Adaptation::default()
            .fit(&source, &target, weighted.as_ref(), &LogisticParams::default(), 1)
            .unwrap();
        assert_eq!(adapted.weights.unwrap().len(), 40);
    }

    #[test]
    fn domains_that_do_not_fit_are_told() {
        let (x, y, _, _) = domains();
        let source = Source { x: &x, y: &y, n_classes: 2 };
        let wide = Matrix::from_rows(&[[1.0, 2.0]]).unwrap();
        let error = Adaptation::default().prepare(&source, &Target { x: &wide }).err().unwrap();
        assert!(error.to_string().contains("1 objects of 2 features"), "{error}");
    }
}
