//! The same two methods for labels that are there already.

use hesper_learn::{Learner, TrainingSet};

use super::coral_active::{check_weight, together};
use super::family::unscaled;
use super::{Choose, ComplexityPrior, Family, PriorParams};
use crate::maps::Coral;
use crate::{Error, FewLabels, Fitted, Info, LabelledTarget, Mapping, Source, Target};

/// A member of a family, chosen by a prior of the source and the labels of the target.
#[derive(Debug)]
pub struct Complexity {
    /// Who may be chosen.
    pub family: Family,
    /// What is known of complexity already; learned from the source when absent.
    pub prior: Option<ComplexityPrior>,
    /// How the prior is learned when it is; unless [`PriorParams::objects`] says otherwise, by draws of as many objects as are
    /// labelled.
    pub learn: PriorParams,
    /// How the member is chosen.
    pub choose: Choose,
}

impl Complexity {
    /// With a prior learned from the source, the rest by default.
    pub fn new(family: Family) -> Self {
        Self { family, prior: None, learn: PriorParams::default(), choose: Choose::default() }
    }
}

impl FewLabels for Complexity {
    fn info(&self) -> &'static Info {
        &Info {
            name: "complexity",
            doc: "A prior over the complexity of models, learned from the source, times a likelihood of the few labels of the \
                  target through a learning bound; the most likely member of the family learns from these labels alone. Other \
                  learners are not asked.",
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
        source.check()?;
        target.check(source)?;
        labelled.check(source)?;
        self.choose.check()?;
        let learned;
        let prior = match &self.prior {
            Some(prior) => prior,
            None => {
                let objects = self.learn.objects.or(Some(labelled.y.len()));
                let params = PriorParams { objects, ..self.learn };
                learned = ComplexityPrior::learn(source, &self.family, &params, seed)?;
                &learned
            }
        };
        let prepare = self.family.prepare(target.x)?;
        let scaled = match &prepare {
            None => labelled.x.clone(),
            Some(prepare) => prepare.apply(labelled.x)?,
        };
        let data = TrainingSet { x: &scaled, y: labelled.y, weights: None, n_classes: source.n_classes };
        let choice = self.choose.choose(&self.family, prior, &data, seed)?;
        let mut warnings = choice.warnings;
        warnings.push(format!("chosen: {}, of the family {}", choice.name, self.family.name));
        Ok(Fitted { warnings, ..Fitted::new(unscaled(prepare, choice.classifier)) })
    }
}

/// The source aligned by [`Coral`], and learned from together with the labels of the target.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CoralFew {
    /// How the source is aligned.
    pub coral: Coral,
    /// How much a labelled object of the target weighs, in objects of the source; above 0. When absent, the default, the source's
    /// objects divided by the labelled ones: both weigh the same.
    pub weight: Option<f64>,
}

impl FewLabels for CoralFew {
    fn info(&self) -> &'static Info {
        &Info {
            name: "coral-few",
            doc: "Correlation alignment of the source to the target, and labelled objects of the target learned from beside it, \
                  each with the weight of several objects of the source.",
        }
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        labelled: &LabelledTarget<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        check_weight(self.weight)?;
        labelled.check(source)?;
        let aligned = self.coral.align(source, target, seed)?;
        let own = self.weight.unwrap_or(source.y.len() as f64 / labelled.y.len() as f64);
        let weights = vec![own; labelled.y.len()];
        let classifier = together(&aligned, source, labelled, &weights, learner, seed)?;
        Ok(Fitted { warnings: aligned.warnings, ..Fitted::new(classifier) })
    }
}

#[cfg(test)]
mod tests {
    use hesper_learn::{LogisticParams, Matrix, Scaling, metrics};

    use super::*;

    #[test]
    fn few_labels_are_learned_from() {
        let line = |start: f64, rows: u32| {
            Matrix::new(rows as usize, 1, (0..rows).map(|row| start + f64::from(row)).collect()).unwrap()
        };
        let classes = |rows: u32| (0..rows).map(|row| u32::from(row >= rows / 2)).collect::<Vec<_>>();
        let (x, y, t, truth) = (line(0.0, 60), classes(60), line(500.0, 40), classes(40));
        let (source, target) = (Source { x: &x, y: &y, n_classes: 2 }, Target { x: &t });
        let rows = [1, 8, 17, 19, 20, 22, 30, 39];
        let own = (t.select_rows(&rows), rows.map(|row| truth[row]));
        let labelled = LabelledTarget { x: &own.0, y: &own.1 };
        let methods: [Box<dyn FewLabels>; 2] = [
            Box::new(Complexity::new(Family::knn(&[1, 3], Scaling::Standard))),
            Box::new(CoralFew { weight: Some(100.0), coral: Coral { centre: true, ..Coral::default() } }),
        ];
        for method in methods {
            let fitted = method.fit(&source, &target, &labelled, &LogisticParams::default(), 1).unwrap();
            let guessed = metrics::most_probable(&fitted.classifier.predict_proba(&t).unwrap());
            assert!(metrics::accuracy(&truth, &guessed).unwrap() > 0.9, "{}", method.info().name);
            let bad = LabelledTarget { x: &own.0, y: &[9; 8] };
            assert!(method.fit(&source, &target, &bad, &LogisticParams::default(), 1).is_err());
        }
        assert!(
            CoralFew { weight: Some(0.0), ..CoralFew::default() }
                .fit(&source, &target, &labelled, &LogisticParams::default(), 1)
                .is_err()
        );
    }
}
