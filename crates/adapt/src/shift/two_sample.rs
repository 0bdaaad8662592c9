use hesper_learn::split::stratified_k_fold;
use hesper_learn::{Learner, Matrix, TrainingSet, cross_validate, metrics};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Error, Source, Target};

/// How well a classifier tells the target from the source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TwoSample {
    /// Balanced accuracy out of fold: 0.5 if it cannot tell them.
    pub balanced_accuracy: f64,
    /// The area under the ROC curve, out of fold.
    pub auc: f64,
    /// 2 (1 − 2ε) with ε the balanced error, at least 0: up to 2 (Ben-David et al. 2010, doi:10.1007/s10994-009-5152-4).
    pub a_distance: f64,
    /// (1 + permutations with at least that balanced accuracy)/(1 + permutations). Domains are permuted within folds, against
    /// predictions that stay; so the dependence between folds is neglected.
    pub p_value: f64,
}

/// So many times the objects of the smaller domain are used of the larger one.
const TIMES: usize = 2;

/// The classifier two-sample test (Lopez-Paz & Oquab 2017, arXiv:1610.06545) and the proxy A-distance.
///
/// Both domains weigh alike. Of a domain with more than twice the other's objects only so many are drawn, for learners tend to
/// take everything for the larger one, weights or not. Up to 5 folds.
///
/// # Errors
/// As [`Target::check`]; fewer than 2 objects in a domain; what the learner says.
pub fn two_sample(
    source: &Source<'_>,
    target: &Target<'_>,
    learner: &dyn Learner,
    permutations: usize,
    seed: u64,
) -> Result<TwoSample, Error> {
    super::check_pairs(source, target)?;
    let most = TIMES * source.x.rows().min(target.x.rows());
    let (x, t) = (super::drawn(source.x, most, seed).1, super::drawn(target.x, most, seed ^ 1).1);
    let (n, m) = (x.rows(), t.rows());
    let x = Matrix::new(n + m, x.cols(), [x.data(), t.data()].concat())?;
    let y: Vec<u32> = (0..n + m).map(|row| u32::from(row >= n)).collect();
    let total = (n + m) as f64;
    let share = [0.5 * total / n as f64, 0.5 * total / m as f64];
    let weights: Vec<f64> = y.iter().map(|&domain| share[domain as usize]).collect();
    let folds = stratified_k_fold(&y, 5.min(n.min(m)), seed)?;
    let data = TrainingSet { x: &x, y: &y, weights: Some(&weights), n_classes: 2 };
    let p = cross_validate(learner, &data, &folds, seed)?.probabilities.column(1);
    let is_target: Vec<bool> = y.iter().map(|&domain| domain == 1).collect();
    let auc = metrics::roc_auc(&is_target, &p)?;
    // Of the target 1, of the source 0, half for neither.
    let said: Vec<f64> = p
        .iter()
        .map(|p| {
            if *p > 0.5 {
                1.0
            } else if *p < 0.5 {
                0.0
            } else {
                0.5
            }
        })
        .collect();
    let accuracy = |y: &[u32]| -> f64 {
        let right = said.iter().zip(y).map(|(said, &domain)| match domain {
            1 => said / m as f64,
            _ => (1.0 - said) / n as f64,
        });
        0.5 * right.sum::<f64>()
    };
    let balanced_accuracy = accuracy(&y);
    let reached = |draw: u64| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(draw + 1);
        let mut permuted = y.clone();
        for fold in &folds {
            let mut domains: Vec<u32> = fold.test.iter().map(|&row| y[row]).collect();
            domains.shuffle(&mut random);
            fold.test.iter().zip(domains).for_each(|(&row, domain)| permuted[row] = domain);
        }
        usize::from(accuracy(&permuted) >= balanced_accuracy - 1e-12)
    };
    let reached: usize = (0..permutations as u64).into_par_iter().map(reached).sum();
    Ok(TwoSample {
        balanced_accuracy,
        auc,
        a_distance: (2.0 * (2.0 * balanced_accuracy - 1.0)).clamp(0.0, 2.0),
        p_value: (1 + reached) as f64 / (1 + permutations) as f64,
    })
}
