use hesper_learn::{Learner, TrainingSet, metrics};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::Error;

/// The fold that tests each row. Classes are dealt out one after the other, so that folds have about the same share of each; a
/// class of one row is tested once, by a model that does not know it: of few labels none can be left out.
fn deal(y: &[u32], folds: usize, seed: u64) -> Vec<usize> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..y.len()).collect();
    order.shuffle(&mut random);
    order.sort_by_key(|&row| y[row]);
    let mut fold = vec![0; y.len()];
    order.into_iter().enumerate().for_each(|(place, row)| fold[row] = place % folds);
    fold
}

/// The class of each row as guessed without it, and how many models that took. There must be two rows or more.
pub(super) fn out_of_fold(
    learner: &dyn Learner,
    data: &TrainingSet<'_>,
    folds: usize,
    seed: u64,
) -> Result<(Vec<u32>, usize), Error> {
    let folds = folds.min(data.y.len());
    let fold_of = deal(data.y, folds, seed);
    let mut guessed = vec![0; data.y.len()];
    for fold in 0..folds {
        let (test, train): (Vec<usize>, Vec<usize>) =
            (0..data.y.len()).partition(|&row| fold_of[row] == fold);
        let x = data.x.select_rows(&train);
        let y: Vec<u32> = train.iter().map(|&row| data.y[row]).collect();
        let weights: Option<Vec<f64>> =
            data.weights.map(|weights| train.iter().map(|&row| weights[row]).collect());
        let part = TrainingSet { x: &x, y: &y, weights: weights.as_deref(), n_classes: data.n_classes };
        let fitted = learner.fit(&part, seed.wrapping_add(fold as u64))?;
        let probabilities = fitted.predict_proba(&data.x.select_rows(&test))?;
        for (row, class) in test.into_iter().zip(metrics::most_probable(&probabilities)) {
            guessed[row] = class;
        }
    }
    Ok((guessed, folds))
}

/// The share, by weight, of rows whose class was not guessed.
pub(super) fn wrong_share(data: &TrainingSet<'_>, guessed: &[u32]) -> f64 {
    let weight = |row: usize| data.weights.map_or(1.0, |weights| weights[row]);
    let total: f64 = (0..data.y.len()).map(weight).sum();
    let wrong = (0..data.y.len()).filter(|&row| guessed[row] != data.y[row]);
    wrong.map(weight).sum::<f64>() / total
}

#[cfg(test)]
mod tests {
    use hesper_learn::{Matrix, NeighboursParams};

    use super::*;

    #[test]
    fn each_row_is_guessed_without_it() {
        // One neighbour that may be the row itself is always right; without it, it is wrong about the odd one.
        let x = Matrix::new(10, 1, (0..10).map(f64::from).collect()).unwrap();
        let mut y = [0; 10];
        y[5] = 1;
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
        let learner = NeighboursParams { k: 1, ..NeighboursParams::default() };
        let (guessed, fits) = out_of_fold(&learner, &data, 99, 1).unwrap();
        assert_eq!(fits, 10);
        assert_eq!(guessed[5], 0);
        assert!(wrong_share(&data, &guessed) >= 0.1);
        let weights = [1.0, 1.0, 1.0, 1.0, 1.0, 11.0, 1.0, 1.0, 1.0, 1.0];
        assert_eq!(wrong_share(&TrainingSet { weights: Some(&weights), ..data }, &[0; 10]), 0.55);
    }

    #[test]
    fn folds_share_the_classes() {
        let y: Vec<u32> = (0..21).map(|row| row % 3).collect();
        let folds = deal(&y, 7, 4);
        for fold in 0..7 {
            let mut classes: Vec<u32> = (0..21).filter(|&row| folds[row] == fold).map(|row| y[row]).collect();
            classes.sort_unstable();
            assert_eq!(classes, [0, 1, 2]);
        }
        assert_ne!(folds, deal(&y, 7, 5));
    }
}
