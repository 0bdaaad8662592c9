//! A committee for learners that have none of their own.

use hesper_learn::{Learner, Matrix, TrainingSet};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::Error;

/// Class probabilities of the rows of `x` by `size` classifiers, each learned from a bootstrap resample of the set: as many
/// rows of each class as there are, drawn with replacement (query by bagging, Abe & Mamitsuka 1998). A resample is a list
/// of weights, so that the rows are not copied.
///
/// # Errors
/// As [`Learner::fit`].
pub(crate) fn bootstrap(
    learner: &dyn Learner,
    set: &TrainingSet<'_>,
    x: &Matrix,
    size: usize,
    seed: u64,
) -> Result<Vec<Matrix>, Error> {
    (0..size as u64)
        .into_par_iter()
        .map(|member| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(member + 1);
            let weights = resample(set.y, set.n_classes, &mut rng);
            let resampled = TrainingSet { weights: Some(&weights), ..*set };
            Ok(learner.fit(&resampled, rng.next_u64())?.predict_proba(x)?)
        })
        .collect()
}

/// How often each row was drawn.
fn resample(classes: &[u32], n_classes: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let mut rows = vec![Vec::new(); n_classes];
    for (row, class) in classes.iter().enumerate() {
        rows[*class as usize].push(row);
    }
    let mut weights = vec![0.0; classes.len()];
    for rows in rows {
        for _ in 0..rows.len() {
            weights[rows[rng.random_range(0..rows.len())]] += 1.0;
        }
    }
    weights
}

/// Brings a committee down to `size` members: member i joins the others of its i mod `size`, and their mean speaks for
/// them. The 100 trees of a forest so become ten forests of ten trees, whose probabilities are more than yes and no.
///
/// # Errors
/// When the members' tables differ in shape.
pub(crate) fn fold(members: Vec<Matrix>, size: usize) -> Result<Vec<Matrix>, Error> {
    if members.len() <= size {
        return Ok(members);
    }
    (0..size)
        .map(|group| {
            let tables: Vec<&[f64]> = members.iter().skip(group).step_by(size).map(Matrix::data).collect();
            let mut mean = vec![0.0; tables[0].len()];
            for table in &tables {
                for (mean, value) in mean.iter_mut().zip(*table) {
                    *mean += value / tables.len() as f64;
                }
            }
            Ok(Matrix::new(members[group].rows(), members[group].cols(), mean)?)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesper_learn::ForestParams;

    #[test]
    fn resamples_keep_the_number_of_each_class() {
        let classes = [0, 0, 0, 0, 0, 2, 1, 1, 1];
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut first = Vec::new();
        for _ in 0..20 {
            let weights = resample(&classes, 4, &mut rng);
            let of = |class| -> f64 { (0..9).filter(|i| classes[*i] == class).map(|i| weights[i]).sum() };
            assert_eq!((of(0), of(1), of(2)), (5.0, 3.0, 1.0));
            first.push(weights[0]);
        }
        assert!(first.contains(&0.0) && first.iter().any(|weight| *weight > 1.0));
    }

    #[test]
    fn members_differ_and_depend_on_the_seed_alone() {
        let rows: Vec<[f64; 2]> = (0..60).map(|i| [f64::from(i % 13), f64::from(i * i % 17)]).collect();
        let x = Matrix::from_rows(&rows).unwrap();
        let y: Vec<u32> = (0..60).map(|i| u32::from(i % 13 + i * i % 17 > 13)).collect();
        let set = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
        let learner = ForestParams { trees: 3, ..ForestParams::default() };
        let draw = |seed| bootstrap(&learner, &set, &x, 4, seed).unwrap();
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7)[0], draw(7)[1]);
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn folding_averages_every_so_many() {
        let table = |value: f64| Matrix::from_rows(&[[value, 1.0 - value]]).unwrap();
        let members: Vec<Matrix> = [0.0, 0.2, 1.0, 0.4, 0.5].map(table).into();
        let folded = fold(members.clone(), 2).unwrap();
        assert!((folded[0].row(0)[0] - 0.5).abs() < 1e-15 && (folded[1].row(0)[0] - 0.3).abs() < 1e-15);
        assert_eq!(fold(members.clone(), 5).unwrap(), members);
        assert!(fold(Vec::new(), 3).unwrap().is_empty());
    }
}
