use hesper_learn::{Matrix, TrainingSet};
use serde::{Deserialize, Serialize};

use super::ask::{Asked, ask};
use super::family::unscaled;
use super::{Asking, Candidate, Choice, Choose, ComplexityPrior, Family, Oracle};
use crate::{Error, Fitted, Target};

/// How a model of a known complexity is made of labels that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ActiveParams {
    /// How labels are spent; `first` at least 1, as there is no model before.
    pub asking: Asking,
    /// How a member is chosen.
    pub choose: Choose,
    /// Whether a member is chosen anew after each batch; otherwise once after the first batch and once at the end. Default true.
    pub again: bool,
}

impl Default for ActiveParams {
    fn default() -> Self {
        Self { asking: Asking::default(), choose: Choose::default(), again: true }
    }
}

impl ActiveParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        self.asking.check()?;
        if self.asking.first == 0 {
            return crate::maps::refuse("first", 0, "at least 1, as no model is there before");
        }
        self.choose.check()
    }
}

/// A classifier made of labels that were asked for.
pub struct Answered {
    /// The classifier, and what should be known before it is used.
    pub fitted: Fitted,
    /// Numbers of the pool's objects, in the order in which they were asked about.
    pub asked: Vec<usize>,
    /// Their classes.
    pub labels: Vec<u32>,
    /// The members chosen after each batch, by their names; the last one is that of the classifier. Empty if there was no choice.
    pub chosen: Vec<String>,
    /// What was looked at in the last choice, if it was made a posteriori.
    pub candidates: Vec<Candidate>,
    /// How many models were fitted to labels of the target in all.
    pub fits: usize,
}

/// Asks for labels of the target, and learns with a member of a family whose complexity the source suggests.
///
/// A first batch is labelled; then, in turns, a member is chosen and fitted, and the objects that it is least sure of are asked
/// about. Only labels of the target are learned from: of the source there is only the prior. A score for such a
/// classifier must come from objects that were never in the pool; those left in it are the easy ones.
///
/// ```
/// use hesper_adapt::{Error, Source, Target};
/// use hesper_adapt::complexity::{ActiveParams, Asking, ComplexityPrior, Family, PriorParams, active};
/// use hesper_learn::{Matrix, Scaling, metrics};
/// let x = Matrix::new(80, 1, (0..80).map(f64::from).collect())?;
/// let y: Vec<u32> = (0..80).map(|row| row / 40).collect();
/// let family = Family::knn(&[1, 3, 9], Scaling::Standard);
/// let source = Source { x: &x, y: &y, n_classes: 2 };
/// let prior = ComplexityPrior::learn(&source, &family, &PriorParams::default(), 1)?;
/// let pool = Matrix::new(60, 1, (0..60).map(|row| 500.0 + f64::from(row)).collect())?;
/// let mut oracle = |rows: &[usize]| -> Result<Vec<u32>, Error> { Ok(rows.iter().map(|row| u32::from(*row > 30)).collect()) };
/// let params = ActiveParams { asking: Asking { budget: 15, first: 5, ..Asking::default() }, ..ActiveParams::default() };
/// let answered = active(&family, &prior, &Target { x: &pool }, 2, &mut oracle, &params, 1)?;
/// let guessed = metrics::most_probable(&answered.fitted.classifier.predict_proba(&pool)?);
/// assert!(guessed.iter().enumerate().filter(|(row, class)| u32::from(*row > 30) == **class).count() > 54);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Parameters out of range; a prior of another family; a target that is empty, or has gaps; an
/// oracle that answers too little or with classes that are none; what the oracle or a learner says.
pub fn active(
    family: &Family,
    prior: &ComplexityPrior,
    target: &Target<'_>,
    n_classes: usize,
    oracle: &mut Oracle<'_>,
    params: &ActiveParams,
    seed: u64,
) -> Result<Answered, Error> {
    params.check()?;
    prior.check(family)?;
    check_target(target)?;
    let prepare = family.prepare(target.x)?;
    let scaled = match &prepare {
        None => target.x.clone(),
        Some(prepare) => prepare.apply(target.x)?,
    };
    let (mut chosen, mut fits) = (Vec::new(), 0);
    let choose = |asked: &Asked| -> Result<Choice, Error> {
        let (x, weights) = labelled(&scaled, asked, params.asking.correct);
        let data = TrainingSet { x: &x, y: &asked.labels, weights: weights.as_deref(), n_classes };
        params.choose.choose(family, prior, &data, seed)
    };
    let mut kept: Option<usize> = None;
    let asked = ask(&scaled, n_classes, &params.asking, oracle, seed, |asked| {
        if let (Some(member), false) = (kept, params.again) {
            let (x, weights) = labelled(&scaled, asked, params.asking.correct);
            let data = TrainingSet { x: &x, y: &asked.labels, weights: weights.as_deref(), n_classes };
            fits += 1;
            chosen.push(family.members[member].name.clone());
            return Ok(family.members[member].learner.fit(&data, seed)?.predict_proba(&scaled)?);
        }
        let choice = choose(asked)?;
        fits += choice.fits;
        chosen.push(choice.name);
        kept = Some(choice.member);
        Ok(choice.classifier.predict_proba(&scaled)?)
    })?;
    let choice = choose(&asked)?;
    fits += choice.fits;
    chosen.push(choice.name);
    let mut warnings = choice.warnings;
    lacking(&asked.labels, n_classes, &mut warnings);
    if let Some(learned) = prior.learned().filter(|learned| learned.features != target.x.cols()) {
        warnings.push(format!(
            "the prior was learned from {} features, but the target has {}: widths of kernels may not carry over",
            learned.features,
            target.x.cols()
        ));
    }
    let fitted = Fitted { warnings, ..Fitted::new(unscaled(prepare, choice.classifier)) };
    let candidates = choice.candidates;
    Ok(Answered { fitted, asked: asked.rows, labels: asked.labels, chosen, candidates, fits })
}

/// The labelled objects and, if the bias is corrected, their weights.
fn labelled(x: &Matrix, asked: &Asked, correct: bool) -> (Matrix, Option<Vec<f64>>) {
    (x.select_rows(&asked.rows), correct.then(|| asked.weights(x.rows())))
}

/// Warns of classes of which nothing was learned.
pub(super) fn lacking(labels: &[u32], n_classes: usize, warnings: &mut Vec<String>) {
    let missing: Vec<String> = (0..n_classes as u32)
        .filter(|class| !labels.contains(class))
        .map(|class| class.to_string())
        .collect();
    if !missing.is_empty() {
        warnings.push(format!(
            "no label was of class {}: the classifier knows nothing of it",
            missing.join(", ")
        ));
    }
}

/// Objects, features, finite numbers.
fn check_target(target: &Target<'_>) -> Result<(), Error> {
    // A source made of the target itself has the same features; so what is checked are the numbers alone.
    let zeros = vec![0; target.x.rows()];
    let itself = crate::Source { x: target.x, y: &zeros, n_classes: 1 };
    itself.check().map_err(|error| match error {
        Error::Domain { what, .. } => Error::Domain { domain: "target", what },
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use hesper_learn::{Scaling, metrics};

    use super::*;
    use crate::complexity::{Bound, MapParams, Query, Score, Start};

    fn pool() -> (Matrix, Vec<u32>) {
        let x = Matrix::new(90, 1, (0..90).map(f64::from).collect()).unwrap();
        (x, (0..90).map(|row| u32::from(row >= 45)).collect())
    }

    fn run(params: &ActiveParams, family: &Family) -> Answered {
        let (x, y) = pool();
        let prior = ComplexityPrior::uniform(family).unwrap();
        let mut oracle = |rows: &[usize]| Ok(rows.iter().map(|row| y[*row]).collect());
        active(family, &prior, &Target { x: &x }, 2, &mut oracle, params, 5).unwrap()
    }

    #[test]
    fn labels_are_spent_where_classes_meet() {
        let asking = Asking { budget: 20, first: 5, ..Asking::default() };
        let choices = [
            Choose::Prior,
            Choose::Grid { folds: 3, score: Score::Accuracy },
            Choose::Map(MapParams::default()),
            Choose::Map(MapParams { bound: Bound::Vc, clip: false, ..MapParams::default() }),
            Choose::Map(MapParams { bound: Bound::Rademacher { draws: 2 }, ..MapParams::default() }),
        ];
        for choose in choices {
            for family in
                [Family::knn(&[1, 3], Scaling::Standard), Family::svm(&[1.0], &[10.0], Scaling::Standard)]
            {
                let params = ActiveParams { asking, choose, again: true };
                let answered = run(&params, &family);
                let (x, y) = pool();
                let guessed = metrics::most_probable(&answered.fitted.classifier.predict_proba(&x).unwrap());
                assert!(metrics::accuracy(&y, &guessed).unwrap() > 0.95, "{choose:?} {family:?}");
                assert_eq!((answered.asked.len(), answered.chosen.len()), (20, 4));
                assert!(answered.labels.iter().zip(&answered.asked).all(|(label, row)| *label == y[*row]));
                let near = answered.asked[5..].iter().filter(|row| row.abs_diff(45) < 20).count();
                // One neighbour is always sure.
                assert!(near >= 9 || family.name == "knn", "{:?}", answered.asked);
            }
        }
    }

    #[test]
    fn fits_are_counted_over_all_batches() {
        let family = Family::knn(&[1, 3], Scaling::None);
        let asking = Asking { budget: 20, first: 5, ..Asking::default() };
        let choose = Choose::Grid { folds: 3, score: Score::Accuracy };
        // Three batches and the end, each 2 members x 3 folds and the best one.
        assert_eq!(run(&ActiveParams { asking, choose, again: true }, &family).fits, 28);
        assert_eq!(run(&ActiveParams { asking, choose, again: false }, &family).fits, 16);
        assert_eq!(run(&ActiveParams { asking, choose: Choose::Prior, again: true }, &family).fits, 4);
        let random = Asking { query: Query::Random, ..asking };
        assert_eq!(
            run(&ActiveParams { asking: random, choose: Choose::Prior, again: true }, &family).fits,
            1
        );
        let all = Asking { first: 20, start: Start::Cover { neighbours: 3 }, ..asking };
        assert_eq!(run(&ActiveParams { asking: all, choose: Choose::Prior, again: true }, &family).fits, 1);
        let corrected = Asking { correct: true, ..asking };
        assert_eq!(run(&ActiveParams { asking: corrected, choose, again: true }, &family).fits, 28);
    }

    #[test]
    fn what_cannot_be_asked_about_is_named() {
        let family = Family::knn(&[1], Scaling::Standard);
        let prior = ComplexityPrior::uniform(&family).unwrap();
        let of = |x: Matrix, params: ActiveParams| {
            let mut oracle = |rows: &[usize]| Ok(vec![0; rows.len()]);
            active(&family, &prior, &Target { x: &x }, 2, &mut oracle, &params, 5)
        };
        let good = ActiveParams::default();
        let error = |x: Matrix| of(x, good).err().unwrap().to_string();
        assert!(error(Matrix::new(0, 1, vec![]).unwrap()).contains("the target: it has no object"));
        assert!(error(Matrix::new(1, 1, vec![f64::NAN]).unwrap()).contains("feature 0 of object 0 is NaN"));
        let none = ActiveParams { asking: Asking { first: 0, ..good.asking }, ..good };
        assert!(of(Matrix::new(1, 1, vec![1.0]).unwrap(), none).is_err());
        let answered = of(Matrix::new(3, 1, vec![1.0; 3]).unwrap(), good).unwrap();
        assert!(answered.fitted.warnings.iter().any(|warning| warning.contains("no label was of class 1")));
        assert_eq!(answered.asked.len(), 3);
    }
}
