use hesper_learn::{Learner, TrainingSet, metrics};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::Error;

/// The empirical Rademacher complexity of a learner's errors, E sup (1/m) Σ σᵢ [wrong at i], by refits: see
/// [`super::Bound::Rademacher`]. At least 0; at most about 1/2. With weights, the sum is weighted.
///
/// Each draw replaces classes by those that follow them, by as many steps for all: a learner too coarse for single objects
/// can then still give a whole region the wrong class.
pub(super) fn rademacher(
    learner: &dyn Learner,
    data: &TrainingSet<'_>,
    draws: usize,
    seed: u64,
) -> Result<f64, Error> {
    let mut present = data.y.to_vec();
    present.sort_unstable();
    present.dedup();
    if present.len() == 1 {
        // Labels of one class: the other is any.
        let other = (0..data.n_classes as u32).find(|class| *class != present[0]);
        present.extend(other);
        present.sort_unstable();
    }
    if present.len() < 2 {
        // There is but one class, and nobody can be wrong.
        return Ok(0.0);
    }
    let weight = |row: usize| data.weights.map_or(1.0, |weights| weights[row]);
    let total: f64 = (0..data.y.len()).map(weight).sum();
    let mut sum = 0.0;
    for draw in 0..draws {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(draw as u64 + 1);
        let steps = random.random_range(1..present.len());
        let signs: Vec<bool> = data.y.iter().map(|_| random.random::<bool>()).collect();
        let wanted = |(class, flipped): (&u32, &bool)| match present.binary_search(class) {
            Ok(at) if *flipped => present[(at + steps) % present.len()],
            _ => *class,
        };
        let y: Vec<u32> = data.y.iter().zip(&signs).map(wanted).collect();
        let fitted = learner.fit(&TrainingSet { y: &y, ..*data }, seed.wrapping_add(draw as u64))?;
        let guessed = metrics::most_probable(&fitted.predict_proba(data.x)?);
        let wrong = |row: usize| if guessed[row] == data.y[row] { 0.0 } else { weight(row) };
        sum += (0..data.y.len()).map(|row| if signs[row] { wrong(row) } else { -wrong(row) }).sum::<f64>();
    }
    Ok((sum / (total * draws as f64)).max(0.0))
}
