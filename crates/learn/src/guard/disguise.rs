use rayon::prelude::*;

use super::{Problem, Warning, counts, list};
use crate::split::{Fold, stratified_k_fold};
use crate::{Error, Matrix};

/// Features that, each by itself, recognise a class nearly without error: the class itself in disguise, or something that is
/// known only after the class.
///
/// Each feature predicts the class of each row out of fold (two folds), by the nearest value among the rows of the other half;
/// a missing value stands by the others. A class is recognised when efficiency and purity reach `limit`, and only classes with
/// 20 rows or more, and as many others, are looked at: fewer are told apart by chance.
///
/// # Errors
/// When lengths differ, a class is out of range, or `limit` is not above 0.5 and up to 1.
pub fn label_in_disguise(
    x: &Matrix,
    y: &[u32],
    features: &[String],
    classes: &[String],
    limit: f64,
) -> Result<Option<Warning>, Error> {
    Error::check_length("names of features", x.cols(), features.len())?;
    Error::check_length("classes, one per row", x.rows(), y.len())?;
    if !(limit > 0.5 && limit <= 1.0) {
        return Err(Error::Parameter {
            name: "disguise",
            value: limit.to_string(),
            limit: "above 0.5 and up to 1",
        });
    }
    let counts = counts(y, classes.len())?;
    let asked: Vec<usize> = (0..classes.len())
        .filter(|&class| counts[class] >= LEAST && y.len() - counts[class] >= LEAST)
        .collect();
    if asked.is_empty() {
        return Ok(None);
    }
    // The only row of a class changes nothing.
    let rows: Vec<usize> = (0..y.len()).filter(|&row| counts[y[row] as usize] >= 2).collect();
    let labels: Vec<u32> = rows.iter().map(|&row| y[row]).collect();
    let folds = stratified_k_fold(&labels, 2, 0)?;
    let told: Vec<String> = (0..x.cols())
        .into_par_iter()
        .map(|col| {
            let values: Vec<f64> = rows.iter().map(|&row| x.row(row)[col]).collect();
            let recognised = recognised(&values, &labels, &folds, classes.len(), limit);
            let named: Vec<&String> =
                asked.iter().filter(|&&class| recognised[class]).map(|&class| &classes[class]).collect();
            (!named.is_empty()).then(|| format!("{} tells {}", features[col], list(&named)))
        })
        .collect::<Vec<_>>()
        .into_iter()
        .flatten()
        .collect();
    if told.is_empty() {
        return Ok(None);
    }
    Ok(Some(Warning {
        problem: Problem::LabelInDisguise,
        found: format!(
            "Single features recognise a class in at least {} % of the cases, out of fold ({}).",
            100.0 * limit,
            told.iter().take(5).cloned().collect::<Vec<_>>().join("; ")
        ),
        remedy: "Leave out what is made from the class or known only after it; keep what is truly measured before."
            .to_owned(),
    }))
}

/// A class is asked for with so many rows, and as many others.
const LEAST: usize = 20;

/// Whether the values recognise each class.
fn recognised(values: &[f64], y: &[u32], folds: &[Fold], n_classes: usize, limit: f64) -> Vec<bool> {
    let (mut right, mut taken, mut all) =
        (vec![0usize; n_classes], vec![0usize; n_classes], vec![0usize; n_classes]);
    for fold in folds {
        let nearest = Nearest::new(values, y, &fold.train, n_classes);
        for &row in &fold.test {
            let class = nearest.predict(values[row]);
            taken[class as usize] += 1;
            all[y[row] as usize] += 1;
            right[class as usize] += usize::from(class == y[row]);
        }
    }
    let enough = |of: usize, right: usize| of > 0 && right as f64 >= limit * of as f64;
    (0..n_classes)
        .map(|class| enough(all[class], right[class]) && enough(taken[class], right[class]))
        .collect()
}

/// The most frequent class at each value.
struct Nearest {
    /// Rising, each with its class.
    values: Vec<(f64, u32)>,
    missing: u32,
}

impl Nearest {
    fn new(values: &[f64], y: &[u32], rows: &[usize], n_classes: usize) -> Self {
        let (mut known, missing): (Vec<usize>, Vec<usize>) =
            rows.iter().partition(|&&row| !values[row].is_nan());
        known.sort_by(|&a, &b| (values[a] + 0.0).total_cmp(&(values[b] + 0.0)));
        let mut counts = vec![0usize; n_classes];
        let mut most = |rows: &[usize]| {
            rows.iter().for_each(|&row| counts[y[row] as usize] += 1);
            let best = rows.iter().map(|&row| y[row]).max_by_key(|&class| (counts[class as usize], class));
            rows.iter().for_each(|&row| counts[y[row] as usize] = 0);
            best.unwrap_or(0)
        };
        let runs =
            known.chunk_by(|&a, &b| values[a] == values[b]).map(|run| (values[run[0]], most(run))).collect();
        let missing = if missing.is_empty() { most(&known) } else { most(&missing) };
        Self { values: runs, missing }
    }

    fn predict(&self, value: f64) -> u32 {
        if value.is_nan() {
            return self.missing;
        }
        let above = self.values.partition_point(|(at, _)| *at < value);
        match (above.checked_sub(1).map(|below| self.values[below]), self.values.get(above)) {
            (Some((low, class)), Some(&(high, other))) => {
                if value - low < high - value {
                    class
                } else {
                    other
                }
            }
            (Some((_, class)), None) | (None, Some(&(_, class))) => class,
            (None, None) => self.missing,
        }
    }
}
