use hesper_learn::{Matrix, metrics};

use crate::weights::linear::{Cholesky, dot};
use crate::{Error, Source};

/// The share of each class.
pub(super) fn shares(y: &[u32], n_classes: usize) -> Vec<f64> {
    let mut shares = vec![0.0; n_classes];
    y.iter().for_each(|&class| shares[class as usize] += 1.0 / y.len() as f64);
    shares
}

fn check(source: &Source<'_>, probabilities: [&Matrix; 2]) -> Result<(), Error> {
    source.check()?;
    for (domain, table) in ["source", "target"].into_iter().zip(probabilities) {
        let wrong = |what: String| Err(Error::Domain { domain, what });
        if table.cols() != source.n_classes || table.rows() == 0 {
            let (rows, cols, classes) = (table.rows(), table.cols(), source.n_classes);
            return wrong(format!("probabilities are {rows} × {cols}, but there are {classes} classes"));
        }
        if let Some(value) = table.data().iter().find(|p| !(0.0..=1.0).contains(*p)) {
            return wrong(format!("a probability is {value}, but must be from 0 to 1"));
        }
    }
    if probabilities[0].rows() != source.y.len() {
        let what =
            format!("{} rows of probabilities for {} objects", probabilities[0].rows(), source.y.len());
        return Err(Error::Domain { domain: "source", what });
    }
    Ok(())
}

/// The classes' shares in the target by black-box shift estimation: w = C⁻¹ μ with C_ij = P(said i, is j) of the source and
/// μ_i = P(said i) of the target; negative w count as 0, and w_j times the share in the source is the share in the target
/// (Lipton, Wang & Smola 2018, arXiv:1802.03916). Right if only the shares of the classes differ.
///
/// `own` are probabilities out of fold of the source's objects, `other` those of the target's, both by one learner. Classes
/// without an object in the source get 0.
///
/// # Errors
/// Tables that do not fit; [`Error::Failed`] when C is singular: some class is never told from the others.
pub fn bbse(source: &Source<'_>, own: &Matrix, other: &Matrix) -> Result<Vec<f64>, Error> {
    check(source, [own, other])?;
    let prior = shares(source.y, source.n_classes);
    let there: Vec<usize> = (0..source.n_classes).filter(|&class| prior[class] > 0.0).collect();
    let n = there.len();
    let mut place = vec![None; source.n_classes];
    there.iter().enumerate().for_each(|(at, &class)| place[class] = Some(at));
    let mut confusion = vec![0.0; n * n];
    for (said, &is) in metrics::most_probable(own).iter().zip(source.y) {
        if let (Some(i), Some(j)) = (place[*said as usize], place[is as usize]) {
            confusion[i * n + j] += 1.0 / source.y.len() as f64;
        }
    }
    let mut said = vec![0.0; n];
    for class in metrics::most_probable(other) {
        if let Some(i) = place[class as usize] {
            said[i] += 1.0 / other.rows() as f64;
        }
    }
    // C is not symmetric: CᵀC w = Cᵀμ, in units of each column's length.
    let column = |j: usize| -> Vec<f64> { (0..n).map(|i| confusion[i * n + j]).collect() };
    let columns: Vec<Vec<f64>> = (0..n).map(column).collect();
    let lengths: Vec<f64> = columns.iter().map(|c| dot(c, c).sqrt()).collect();
    let singular = || Error::Failed {
        method: "bbse",
        what: "the confusion matrix is singular: the learner never tells some class; try another, or EM"
            .to_owned(),
    };
    if lengths.contains(&0.0) {
        return Err(singular());
    }
    let pairs = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
    let normal: Vec<f64> =
        pairs.map(|(i, j)| dot(&columns[i], &columns[j]) / lengths[i] / lengths[j]).collect();
    let cholesky = Cholesky::new(n, normal).filter(|c| c.log_determinant() > -50.0).ok_or_else(singular)?;
    let right: Vec<f64> = columns.iter().zip(&lengths).map(|(c, length)| dot(c, &said) / length).collect();
    let mut found = vec![0.0; source.n_classes];
    for ((w, length), &class) in cholesky.solve(&right).iter().zip(&lengths).zip(&there) {
        found[class] = (w / length).max(0.0) * prior[class];
    }
    let sum: f64 = found.iter().sum();
    if !(sum > 0.0 && sum.is_finite()) {
        return Err(singular());
    }
    found.iter_mut().for_each(|share| *share /= sum);
    Ok(found)
}

/// The classes' shares in the target by maximum likelihood: q_c ← mean over the target of p_c q_c/π_c, normalised for each
/// object, with π the shares in the source, until nothing changes (Saerens, Latinne & Decaestecker 2002,
/// doi:10.1162/089976602753284446). Right if only the shares differ and the probabilities are calibrated.
///
/// # Errors
/// Tables that do not fit.
pub fn em(source: &Source<'_>, other: &Matrix) -> Result<Vec<f64>, Error> {
    let own = Matrix::new(source.y.len(), source.n_classes, vec![0.0; source.y.len() * source.n_classes])?;
    check(source, [&own, other])?;
    let prior = shares(source.y, source.n_classes);
    let mut found = prior.clone();
    for _ in 0..10_000 {
        let mut next = vec![0.0; found.len()];
        for row in 0..other.rows() {
            let ratio = |class: usize| if prior[class] > 0.0 { found[class] / prior[class] } else { 0.0 };
            let parts: Vec<f64> =
                other.row(row).iter().enumerate().map(|(class, p)| p * ratio(class)).collect();
            let sum: f64 = parts.iter().sum();
            if sum > 0.0 {
                next.iter_mut().zip(parts).for_each(|(next, part)| *next += part / sum);
            }
        }
        let sum: f64 = next.iter().sum();
        if sum <= 0.0 {
            break;
        }
        next.iter_mut().for_each(|share| *share /= sum);
        let moved = next.iter().zip(&found).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
        found = next;
        if moved < 1e-10 {
            break;
        }
    }
    Ok(found)
}
