use hesper_learn::{Classifier, Learner, Matrix, TrainingSet};
use serde::{Deserialize, Serialize};

use crate::weights::require;
use crate::{Error, Fitted, Info, Method, Source, Target};

/// Progressive replacement of the source by the target: round by round, target objects of which the learner is surest are
/// taken in with the class that it gives them, and source objects of which it is surest are put aside, until only the target
/// is left. A target object that the learner changes its mind of is given back.
///
/// One class against the rest for each class, as the paper has it for more than two. Made for support vector machines, but
/// any learner will do: its probabilities stand for margins. In each round, an equal part of what is left on either side of
/// the boundary moves, so that no side runs dry before the other.
///
/// It follows the learner wherever it goes: where the source does not classify the target much better than chance, nor will
/// this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dasvm {
    /// In how many rounds the source is replaced, at least 1. Default 10.
    pub rounds: usize,
}

impl Default for Dasvm {
    fn default() -> Self {
        Self { rounds: 10 }
    }
}

impl Dasvm {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        require(self.rounds > 0, "rounds", self.rounds, "at least 1")
    }

    /// One class, number 1, against the rest.
    fn one(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<(Box<dyn Classifier>, bool), Error> {
        let (n, m) = (source.x.rows(), target.x.rows());
        let (mut kept, mut taken) = (vec![true; n], vec![None; m]);
        let mut classifier = learn(source, target, &kept, &taken, learner, seed)?;
        for round in 0..self.rounds {
            let margins = [margins(classifier.as_ref(), source.x)?, margins(classifier.as_ref(), target.x)?];
            for (class, margin) in taken.iter_mut().zip(&margins[1]) {
                if *class != side(*margin) {
                    *class = None;
                }
            }
            let part = |left: usize| left.div_ceil(self.rounds - round);
            for class in [0, 1] {
                let there = |row: &usize| taken[*row].is_none() && side(margins[1][*row]) == Some(class);
                let open: Vec<usize> = (0..m).filter(there).collect();
                surest(open, &margins[1], part).into_iter().for_each(|row| taken[row] = Some(class));
                let own: Vec<usize> = (0..n).filter(|&row| kept[row] && source.y[row] == class).collect();
                surest(own, &margins[0], part).into_iter().for_each(|row| kept[row] = false);
            }
            let classes = |class: u32| {
                (0..n).any(|row| kept[row] && source.y[row] == class) || taken.contains(&Some(class))
            };
            if !(classes(0) && classes(1)) {
                return Ok((classifier, false));
            }
            classifier = learn(source, target, &kept, &taken, learner, seed)?;
        }
        Ok((classifier, true))
    }
}

/// Twice the probability of class 1, less 1.
fn margins(classifier: &dyn Classifier, x: &Matrix) -> Result<Vec<f64>, Error> {
    Ok(classifier.predict_proba(x)?.column(1).iter().map(|p| 2.0 * p - 1.0).collect())
}

/// The class by the margin, nothing on the boundary.
fn side(margin: f64) -> Option<u32> {
    match margin {
        margin if margin > 0.0 => Some(1),
        margin if margin < 0.0 => Some(0),
        _ => None,
    }
}

/// That part of the rows that is farthest from the boundary.
fn surest(mut rows: Vec<usize>, margins: &[f64], part: impl Fn(usize) -> usize) -> Vec<usize> {
    rows.sort_by(|a, b| margins[*b].abs().total_cmp(&margins[*a].abs()));
    rows.truncate(part(rows.len()));
    rows
}

/// Learns from source objects that are kept and target objects that were taken in.
fn learn(
    source: &Source<'_>,
    target: &Target<'_>,
    kept: &[bool],
    taken: &[Option<u32>],
    learner: &dyn Learner,
    seed: u64,
) -> Result<Box<dyn Classifier>, Error> {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for row in (0..kept.len()).filter(|&row| kept[row]) {
        x.extend_from_slice(source.x.row(row));
        y.push(source.y[row]);
    }
    for (row, class) in taken.iter().enumerate().filter_map(|(row, class)| class.map(|class| (row, class))) {
        x.extend_from_slice(target.x.row(row));
        y.push(class);
    }
    let x = Matrix::new(y.len(), source.x.cols(), x)?;
    Ok(learner.fit(&TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 }, seed)?)
}

impl Method for Dasvm {
    fn info(&self) -> &'static Info {
        &Info {
            name: "dasvm",
            doc: "Domain adaptation support vector machine (Bruzzone & Marconcini 2010, doi:10.1109/TPAMI.2009.57): labelled \
                  source objects are replaced step by step by target objects with the classes predicted for them; one class \
                  against the rest, any learner.",
        }
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        self.check()?;
        source.check()?;
        target.check(source)?;
        let mut present = source.y.to_vec();
        present.sort_unstable();
        present.dedup();
        // Of two classes one is not the other: one problem is enough.
        let problems = if present.len() == 2 { &present[1..] } else { &present[..] };
        let (mut members, mut warnings) = (Vec::new(), Vec::new());
        for &class in problems.iter().filter(|_| present.len() > 1) {
            let y: Vec<u32> = source.y.iter().map(|other| u32::from(*other == class)).collect();
            let binary = Source { x: source.x, y: &y, n_classes: 2 };
            let (classifier, ended) = self.one(&binary, target, learner, seed)?;
            if !ended {
                warnings.push(format!(
                    "class {class} against the rest stopped early: no target object was left on one side"
                ));
            }
            members.push(classifier);
        }
        let (n_classes, n_features) = (source.n_classes, source.x.cols());
        let classifier = Box::new(AgainstRest { present, members, n_classes, n_features });
        Ok(Fitted { warnings, ..Fitted::new(classifier) })
    }
}

/// One binary classifier for each class, or one for the second of two, or none for a single class.
struct AgainstRest {
    present: Vec<u32>,
    members: Vec<Box<dyn Classifier>>,
    n_classes: usize,
    n_features: usize,
}

impl Classifier for AgainstRest {
    fn n_classes(&self) -> usize {
        self.n_classes
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, hesper_learn::Error> {
        if x.cols() != self.n_features {
            let (what, expected, actual) = ("columns of the table", self.n_features, x.cols());
            return Err(hesper_learn::Error::Shape { what, expected, actual });
        }
        let mut all = vec![0.0; x.rows() * self.n_classes];
        let own = self.members.iter().map(|member| Ok(member.predict_proba(x)?.column(1)));
        let own: Vec<Vec<f64>> = own.collect::<Result<_, hesper_learn::Error>>()?;
        for (row, out) in all.chunks_exact_mut(self.n_classes).enumerate() {
            match (&*self.present, &*own) {
                ([first, second], [p]) => {
                    (out[*first as usize], out[*second as usize]) = (1.0 - p[row], p[row]);
                }
                (present, own) => {
                    let sum: f64 = own.iter().map(|p| p[row]).sum();
                    for (at, class) in present.iter().enumerate() {
                        // Where nobody claims the object, all may have it.
                        let even = 1.0 / present.len() as f64;
                        out[*class as usize] = if sum > 0.0 { own[at][row] / sum } else { even };
                    }
                }
            }
        }
        Matrix::new(x.rows(), self.n_classes, all)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        None
    }
}
