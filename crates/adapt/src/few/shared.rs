//! What methods with few labels share.

use hesper_learn::Matrix;
use hesper_learn::conformal::effective_size;

use crate::{Error, Fitted, LabelledTarget, Source, Target};

pub(super) fn check(
    source: &Source<'_>,
    target: &Target<'_>,
    labelled: &LabelledTarget<'_>,
) -> Result<(), Error> {
    source.check()?;
    target.check(source)?;
    labelled.check(source)
}

/// One table under the other, and their classes likewise.
pub(super) fn pooled(source: &Source<'_>, x: &Matrix, y: &[u32]) -> Result<(Matrix, Vec<u32>), Error> {
    let rows = source.x.rows() + x.rows();
    let all = Matrix::new(rows, x.cols(), [source.x.data(), x.data()].concat())?;
    Ok((all, [source.y, y].concat()))
}

/// A probability below this costs no more than it: a sure mistake of a learner that never doubts is not the end.
const LEAST: f64 = 1e-3;

/// −Σ ln p of the true classes.
pub(super) fn loss(probabilities: &Matrix, y: &[u32]) -> f64 {
    let cost = |(row, &class): (usize, &u32)| -probabilities.row(row)[class as usize].max(LEAST).ln();
    y.iter().enumerate().map(cost).sum()
}

/// What is left to say of a classifier that was learned from so many weighted source objects.
pub(super) fn fitted(
    classifier: Box<dyn hesper_learn::Classifier>,
    source_weights: Option<&[f64]>,
    labelled: &LabelledTarget<'_>,
    n_classes: usize,
    mut warnings: Vec<String>,
) -> Fitted {
    let mut seen = vec![false; n_classes];
    labelled.y.iter().for_each(|&class| seen[class as usize] = true);
    let unseen = seen.iter().filter(|seen| !**seen).count();
    if unseen > 0 {
        warnings.push(format!(
            "the labelled target has no object of {unseen} of {n_classes} classes: of these only the source tells"
        ));
    }
    Fitted { effective_size: source_weights.map(effective_size), warnings, ..Fitted::new(classifier) }
}
