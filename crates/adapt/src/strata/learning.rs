use std::sync::Arc;

use hesper_learn::{Classifier, Error as LearnError, Learner, LogisticParams, Matrix, TrainingSet};

use super::{Propensity, PropensityParams, Strata};
use crate::{Error, Fitted, Info, Method, Source, Target};

/// Learning within strata of like propensity.
#[derive(Clone)]
pub struct StratifiedLearning {
    /// The number of strata, at least 1. Default 5.
    pub strata: usize,
    /// The fewest labelled objects that a stratum is learned from: where it has fewer, those of the nearest strata are learned
    /// from, too. Default 100.
    pub least: usize,
    /// How propensities are found.
    pub propensity: PropensityParams,
    learner: Arc<dyn Learner>,
}

impl Default for StratifiedLearning {
    /// Propensities by logistic regression.
    fn default() -> Self {
        Self::new(Box::new(LogisticParams::default()))
    }
}

impl StratifiedLearning {
    /// With propensities by any learner.
    pub fn new(learner: Box<dyn Learner>) -> Self {
        Self { strata: 5, least: 100, propensity: PropensityParams::default(), learner: learner.into() }
    }

    /// Propensities and strata of a source and a target.
    ///
    /// # Errors
    /// As [`PropensityParams::fit`] and [`Strata::new`].
    pub fn strata(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        seed: u64,
    ) -> Result<(Propensity, Strata), Error> {
        let propensity = self.propensity.fit(source, target, self.learner.as_ref(), seed)?;
        let strata = Strata::new(source, &propensity, self.strata)?;
        Ok((propensity, strata))
    }
}

impl Method for StratifiedLearning {
    fn info(&self) -> &'static Info {
        &Info {
            name: "strata",
            doc: "A classifier for each of five strata of objects as likely to have a label, by the propensity p(source|x) of \
                  logistic regression, out of fold (STACCATO without its copies: Revsbech, Trotta & van Dyk 2018, MNRAS 473, \
                  3969; Rosenbaum & Rubin 1984). A stratum of fewer than 100 labels learns from its neighbours, too.",
        }
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        let (propensity, strata) = self.strata(source, target, seed)?;
        let mut warnings = Vec::new();
        let mut learned: Vec<Vec<usize>> = Vec::new();
        let mut classifiers: Vec<Box<dyn Classifier>> = Vec::new();
        let mut of = Vec::new();
        for (place, stratum) in strata.strata.iter().enumerate() {
            let rows = strata.rows(place, self.least);
            if stratum.target > 0 && rows.len() > stratum.source.len() {
                warnings.push(format!(
                    "stratum {} has {} of the target's objects, but only {} labels: it learns from {}",
                    place + 1,
                    stratum.target,
                    stratum.source.len(),
                    rows.len()
                ));
            }
            // Strata that learn from the same objects share a classifier.
            let known = learned.iter().position(|known| *known == rows);
            of.push(known.unwrap_or(learned.len()));
            if known.is_none() {
                let x = source.x.select_rows(&rows);
                let y: Vec<u32> = rows.iter().map(|&row| source.y[row]).collect();
                let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: source.n_classes };
                classifiers.push(learner.fit(&data, seed)?);
                learned.push(rows);
            }
        }
        Ok(Fitted { warnings, ..Fitted::new(Box::new(ByStratum { propensity, strata, classifiers, of })) })
    }
}

/// A classifier for each stratum. It has no place in the model format.
struct ByStratum {
    propensity: Propensity,
    strata: Strata,
    classifiers: Vec<Box<dyn Classifier>>,
    /// The classifier of each stratum.
    of: Vec<usize>,
}

impl Classifier for ByStratum {
    fn n_classes(&self) -> usize {
        self.classifiers.first().map_or(0, |classifier| classifier.n_classes())
    }

    fn n_features(&self) -> usize {
        self.classifiers.first().map_or(0, |classifier| classifier.n_features())
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, LearnError> {
        let values = self.propensity.of(x).map_err(|error| match error {
            Error::Learn(error) => error,
            other => LearnError::Split(other.to_string()),
        })?;
        let of: Vec<usize> = values.iter().map(|value| self.of[self.strata.place(*value)]).collect();
        let classes = self.n_classes();
        let mut all = vec![0.0; x.rows() * classes];
        for (number, classifier) in self.classifiers.iter().enumerate() {
            let rows: Vec<usize> = (0..x.rows()).filter(|&row| of[row] == number).collect();
            if rows.is_empty() {
                continue;
            }
            let found = classifier.predict_proba(&x.select_rows(&rows))?;
            for (place, row) in rows.into_iter().enumerate() {
                all[row * classes..][..classes].copy_from_slice(found.row(place));
            }
        }
        Matrix::new(x.rows(), classes, all)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesper_learn::metrics;

    /// The sign of the second feature that makes a class turns with the first, on which the label depends, too.
    fn domains() -> (Matrix, Vec<u32>, Matrix, Vec<u32>) {
        let object = |n: u32, labelled: bool| {
            let (a, b) = (f64::from(n % 41) / 20.0 - 1.0, f64::from(n * 7 % 29) / 14.0 - 1.0);
            let class = u32::from((a > 0.0) == (b > 0.0));
            (a, b, class, labelled == (n * 13 % 10 < if a > 0.0 { 8 } else { 2 }))
        };
        let make = |labelled: bool| {
            let all = (0..1_600).map(move |n| object(n, labelled)).filter(|o| o.3);
            let rows: Vec<[f64; 2]> = all.clone().map(|o| [o.0, o.1]).collect();
            (Matrix::from_rows(&rows).unwrap(), all.map(|o| o.2).collect::<Vec<u32>>())
        };
        let ((x, y), (t, truth)) = (make(true), make(false));
        (x, y, t, truth)
    }

    #[test]
    fn strata_are_cut_at_quantiles_and_balanced() {
        let (x, y, t, _) = domains();
        let (source, target) = (Source { x: &x, y: &y, n_classes: 2 }, Target { x: &t });
        let (propensity, strata) = StratifiedLearning::default().strata(&source, &target, 1).unwrap();
        let total =
            |count: &dyn Fn(&super::super::Stratum) -> usize| strata.strata.iter().map(count).sum::<usize>();
        assert_eq!(total(&|stratum| stratum.source.len()), x.rows());
        assert_eq!(total(&|stratum| stratum.target), t.rows());
        assert_eq!(total(&|stratum| stratum.classes.iter().sum()), x.rows());
        let fifth = (x.rows() + t.rows()) / 5;
        assert!(
            strata.strata.iter().all(|stratum| (stratum.source.len() + stratum.target).abs_diff(fifth) < 45)
        );
        assert!(strata.strata.is_sorted_by(|a, b| a.from > b.from));
        let mean = |stratum: &super::super::Stratum| {
            stratum.source.iter().map(|&row| propensity.source[row]).sum::<f64>()
                / stratum.source.len() as f64
        };
        assert!(strata.strata.is_sorted_by(|a, b| mean(a) > mean(b)));
        // Copies make the shares those of the target, to the rounding of a copy.
        let copies = strata.copies(1_000);
        assert_eq!(copies.iter().min(), Some(&0));
        for (stratum, copies) in strata.strata.iter().zip(&copies) {
            let least =
                strata.strata.iter().map(|s| s.source.len() as f64 / s.target as f64).fold(0.0, f64::max);
            let wanted = least * stratum.target as f64;
            let there = (stratum.source.len() * (1 + copies)) as f64;
            assert!((there - wanted).abs() <= 0.5 * stratum.source.len() as f64 + 1e-9, "{there} {wanted}");
        }
        assert!(strata.copies(2).iter().all(|copies| *copies <= 2));
        assert!(Strata::new(&source, &propensity, 0).is_err());
    }

    #[test]
    fn poor_strata_ask_their_neighbours() {
        let stratum = |from, source: &[usize], target, classes: &[usize]| super::super::Stratum {
            from,
            source: source.to_vec(),
            target,
            classes: classes.to_vec(),
        };
        let strata = Strata {
            strata: vec![
                stratum(0.5, &[0, 1, 2, 3], 1, &[2, 2]),
                stratum(0.2, &[4, 5], 5, &[2, 0]),
                stratum(f64::NEG_INFINITY, &[], 9, &[0, 0]),
            ],
        };
        assert_eq!(strata.rows(0, 4), [0, 1, 2, 3]);
        assert_eq!(strata.rows(1, 2), [0, 1, 2, 3, 4, 5]);
        assert_eq!(strata.rows(2, 2), [0, 1, 2, 3, 4, 5]);
        assert_eq!(strata.copies(100), [0, 9, 0]);
        assert_eq!([0.6, 0.5, 0.3, f64::NAN].map(|value| strata.place(value)), [0, 0, 1, 2]);
    }

    #[test]
    fn what_holds_in_a_stratum_is_learned_there() {
        let (x, y, t, truth) = domains();
        let (source, target) = (Source { x: &x, y: &y, n_classes: 2 }, Target { x: &t });
        let accuracy = |method: &dyn Method| {
            let fitted = method.fit(&source, &target, &LogisticParams::default(), 1).unwrap();
            let found = fitted.classifier.predict_proba(&t).unwrap();
            metrics::accuracy(&truth, &metrics::most_probable(&found)).unwrap()
        };
        let (plain, by_stratum) =
            (accuracy(&crate::methods::SourceOnly), accuracy(&StratifiedLearning::default()));
        assert!(by_stratum > plain + 0.2, "{plain} {by_stratum}");
    }

    #[test]
    fn strata_without_labels_are_told_of() {
        let (x, y, t, _) = domains();
        let rows: Vec<usize> = (0..x.rows()).filter(|&row| x.row(row)[0] > 0.0).collect();
        let (x, y) = (x.select_rows(&rows), rows.iter().map(|&row| y[row]).collect::<Vec<u32>>());
        let source = Source { x: &x, y: &y, n_classes: 2 };
        let method = StratifiedLearning::default();
        let fitted = method.fit(&source, &Target { x: &t }, &LogisticParams::default(), 1).unwrap();
        assert!(
            fitted.warnings.iter().any(|warning| warning.contains("learns from")),
            "{:?}",
            fitted.warnings
        );
        assert!(fitted.classifier.predict_proba(&t).unwrap().data().iter().all(|p| (0.0..=1.0).contains(p)));
    }
}
