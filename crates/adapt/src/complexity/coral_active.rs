use hesper_learn::{Learner, TrainingSet};
use serde::{Deserialize, Serialize};

use super::active::{Answered, lacking};
use super::ask::{Asked, ask};
use super::{Asking, Oracle};
use crate::maps::{Coral, refuse};
use crate::{Aligned, Error, Fitted, LabelledTarget, Mapping, Source, Target};

/// How an aligned source is learned from together with labels that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CoralActiveParams {
    /// How labels are spent. Default: 40, of which none before the source is asked which.
    pub asking: Asking,
    /// How the source is aligned.
    pub coral: Coral,
    /// How much a labelled object of the target weighs, in objects of the source; above 0. When absent, the default, the source's
    /// objects divided by the labels of the whole budget: in the end both weigh the same.
    pub weight: Option<f64>,
}

impl Default for CoralActiveParams {
    fn default() -> Self {
        Self { asking: Asking { first: 0, ..Asking::default() }, coral: Coral::default(), weight: None }
    }
}

impl CoralActiveParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        self.asking.check()?;
        self.coral.check()?;
        check_weight(self.weight)
    }
}

pub(super) fn check_weight(weight: Option<f64>) -> Result<(), Error> {
    match weight {
        Some(weight) if !(weight > 0.0 && weight.is_finite()) => {
            refuse("weight", weight, "above 0, and finite")
        }
        _ => Ok(()),
    }
}

/// Asks for labels of the target, and learns from them together with the source, aligned by [`Coral`] to the pool.
///
/// The first batch is already chosen by what the aligned source knows, unless [`Asking::first`] wants some to come before.
/// Features stay as they are; a learner that scales sees source and target together.
///
/// # Errors
/// Parameters out of range; domains that cannot be aligned; an oracle that answers too little or with classes that are none;
/// what the oracle or the learner says.
pub fn coral_active(
    source: &Source<'_>,
    target: &Target<'_>,
    learner: &dyn Learner,
    oracle: &mut Oracle<'_>,
    params: &CoralActiveParams,
    seed: u64,
) -> Result<Answered, Error> {
    params.check()?;
    let aligned = params.coral.align(source, target, seed)?;
    let budget = params.asking.budget.min(target.x.rows());
    let own = params.weight.unwrap_or(source.x.rows() as f64 / budget as f64);
    let mut fits = 0;
    let fit = |asked: &Asked| {
        let x = target.x.select_rows(&asked.rows);
        let weights: Vec<f64> = match params.asking.correct {
            true => asked.weights(target.x.rows()).into_iter().map(|weight| weight * own).collect(),
            false => vec![own; asked.rows.len()],
        };
        together(&aligned, source, &LabelledTarget { x: &x, y: &asked.labels }, &weights, learner, seed)
    };
    let asked = ask(target.x, source.n_classes, &params.asking, oracle, seed, |asked| {
        fits += 1;
        Ok(fit(asked)?.predict_proba(target.x)?)
    })?;
    let classifier = fit(&asked)?;
    let mut warnings = aligned.warnings.clone();
    let known: Vec<u32> = [source.y, &asked.labels[..]].concat();
    lacking(&known, source.n_classes, &mut warnings);
    Ok(Answered {
        fitted: Fitted { warnings, ..Fitted::new(classifier) },
        asked: asked.rows,
        labels: asked.labels,
        chosen: Vec::new(),
        candidates: Vec::new(),
        fits: fits + 1,
    })
}

/// Learns from an aligned source and labelled objects of the target, which the alignment leaves where they are.
pub(super) fn together(
    aligned: &Aligned,
    source: &Source<'_>,
    labelled: &LabelledTarget<'_>,
    weights: &[f64],
    learner: &dyn Learner,
    seed: u64,
) -> Result<Box<dyn hesper_learn::Classifier>, Error> {
    let own = aligned.map.apply(labelled.x)?;
    let x = hesper_learn::Matrix::new(
        aligned.source.rows() + own.rows(),
        aligned.source.cols(),
        [aligned.source.data(), own.data()].concat(),
    )?;
    let y = [source.y, labelled.y].concat();
    let weights = [&vec![1.0; source.y.len()][..], weights].concat();
    let data = TrainingSet { x: &x, y: &y, weights: Some(&weights), n_classes: source.n_classes };
    Ok(learner.fit(&data, seed)?)
}

#[cfg(test)]
mod tests {
    use hesper_learn::{LogisticParams, Matrix, metrics};

    use super::*;
    use crate::complexity::Query;

    /// Two classes that meet at another place in the target.
    fn domains() -> (Matrix, Vec<u32>, Matrix, Vec<u32>) {
        let line = |rows: u32, scale: f64| {
            Matrix::new(rows as usize, 1, (0..rows).map(|row| f64::from(row) * scale).collect()).unwrap()
        };
        let classes = |rows: u32, border: u32| (0..rows).map(|row| u32::from(row >= border)).collect();
        (line(60, 0.1), classes(60, 30), line(50, 0.1), classes(50, 35))
    }

    #[test]
    fn labels_move_the_border() {
        let (x, y, t, truth) = domains();
        let (source, target) = (Source { x: &x, y: &y, n_classes: 2 }, Target { x: &t });
        let learner = LogisticParams { c: 100.0, ..LogisticParams::default() };
        let of = |params: CoralActiveParams| {
            let mut oracle = |rows: &[usize]| Ok(rows.iter().map(|row| truth[*row]).collect());
            coral_active(&source, &target, &learner, &mut oracle, &params, 1).unwrap()
        };
        let accuracy = |answered: &Answered| {
            let guessed = metrics::most_probable(&answered.fitted.classifier.predict_proba(&t).unwrap());
            metrics::accuracy(&truth, &guessed).unwrap()
        };
        let asking = Asking { budget: 15, first: 0, ..Asking::default() };
        let strong = of(CoralActiveParams { asking, weight: Some(100.0), ..CoralActiveParams::default() });
        let weak = of(CoralActiveParams { asking, weight: Some(1e-6), ..CoralActiveParams::default() });
        assert!(accuracy(&strong) > 0.95 && accuracy(&weak) < 0.9);
        assert_eq!((strong.fits, strong.asked.len()), (4, 15));
        let balanced = of(CoralActiveParams { asking, ..CoralActiveParams::default() });
        let same = of(CoralActiveParams { asking, weight: Some(4.0), ..CoralActiveParams::default() });
        assert_eq!(balanced.asked, same.asked);
        let random = Asking { query: Query::Random, ..asking };
        assert_eq!(of(CoralActiveParams { asking: random, ..CoralActiveParams::default() }).fits, 1);
    }

    #[test]
    fn ranges_are_checked() {
        for weight in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(
                CoralActiveParams { weight: Some(weight), ..CoralActiveParams::default() }.check().is_err()
            );
        }
        CoralActiveParams::default().check().unwrap();
    }
}
