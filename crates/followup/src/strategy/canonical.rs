//! The canonical sample: more of what spectroscopy has always taken.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{Choice, Info, Needs, Pool, Strategy, Valued};

/// Candidates like those that already have spectra: for a spectroscopic object drawn at random, its nearest neighbours.
#[derive(Clone, Copy, Debug)]
pub struct Canonical;

const INFO: Info = Info {
    name: "canonical",
    doc: "More of the same: draws an object of the starting spectroscopic sample and takes the candidate nearest to it in \
          redshift and peak magnitude, each scaled by its standard deviation over that sample. The sample grows as \
          classical follow-up would let it grow and stays as biased as it was (after Ishida et al. 2019, \
          doi:10.1093/mnras/sty3015, whose neighbours were not scaled). Without a starting sample it is random.",
    needs: Needs { place: true, ..Needs::NOTHING },
};

impl Strategy for Canonical {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let reference = &pool.reference;
        let placed: Vec<usize> = (0..reference.rows())
            .filter(|row| reference.row(*row).iter().any(|value| value.is_finite()))
            .collect();
        if placed.is_empty() {
            return (0..pool.candidates).map(|_| rng.random::<f64>()).collect();
        }
        let drawn = reference.row(placed[rng.random_range(0..placed.len())]);
        let scale: Vec<f64> = (0..reference.cols()).map(|axis| deviation(&reference.column(axis))).collect();
        (0..pool.candidates)
            .map(|i| {
                let place = pool.place.row(i);
                // What is not known of the object drawn cannot be resembled.
                let axes = (0..scale.len()).filter(|axis| drawn[*axis].is_finite());
                -axes.map(|axis| ((place[axis] - drawn[axis]) / scale[axis]).powi(2)).sum::<f64>()
            })
            .collect()
    }

    fn select(&self, pool: &Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Vec<Choice> {
        // Each query has a spectroscopic object of its own to resemble.
        let mut taken = vec![false; pool.candidates];
        let mut choices = Vec::with_capacity(count);
        while choices.len() < count.min(pool.candidates) {
            let scores = self.scores(pool, rng);
            let key = |i: &usize| if scores[*i].is_nan() { f64::NEG_INFINITY } else { scores[*i] };
            let free = (0..pool.candidates).filter(|i| !taken[*i]);
            let Some(candidate) = free.max_by(|a, b| key(a).total_cmp(&key(b)).then(b.cmp(a))) else { break };
            taken[candidate] = true;
            choices.push(Choice { candidate, score: scores[candidate] });
        }
        choices
    }

    fn value<'p>(&self, pool: &'p Pool<'_>, count: usize, rng: &mut ChaCha8Rng) -> Valued<'p> {
        Valued::by_rank(&self.select(pool, count, rng), pool.candidates)
    }
}

/// Standard deviation of what is known; 1 where it has none.
fn deviation(values: &[f64]) -> f64 {
    let known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    let variance = known.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / known.len() as f64;
    if variance > 0.0 { variance.sqrt() } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesper_learn::Matrix;
    use rand::SeedableRng;

    #[test]
    fn unknown_axes_of_the_drawn_are_left_out_and_unknown_candidates_come_last() {
        let unknown = f64::NAN;
        let reference = Matrix::from_rows(&[[0.3, unknown], [unknown, unknown]]).unwrap();
        let place = Matrix::from_rows(&[[unknown, 18.0], [0.5, 18.0], [0.3, 25.0]]).unwrap();
        let pool = Pool { place, reference, ..Pool::new(3, 2) };
        for seed in 0..10 {
            let chosen = Canonical.select(&pool, 3, &mut ChaCha8Rng::seed_from_u64(seed));
            assert_eq!(chosen.iter().map(|choice| choice.candidate).collect::<Vec<_>>(), [2, 1, 0]);
        }
    }

    #[test]
    fn axes_are_scaled_before_they_are_compared() {
        // In magnitudes the first candidate is nearer, but a magnitude is a small step here and .1 in redshift a big one.
        let reference = Matrix::from_rows(&[[0.30, 18.0], [0.30, 18.0], [0.31, 24.0], [0.29, 12.0]]).unwrap();
        let place = Matrix::from_rows(&[[0.50, 18.0], [0.30, 17.0]]).unwrap();
        let pool = Pool { place, reference, ..Pool::new(2, 2) };
        for seed in 0..20 {
            let both = Canonical.select(&pool, 5, &mut ChaCha8Rng::seed_from_u64(seed));
            assert_eq!(both.iter().map(|choice| choice.candidate).collect::<Vec<_>>(), [1, 0]);
            let scores = Canonical.scores(&pool, &mut ChaCha8Rng::seed_from_u64(seed));
            assert!(scores[1] > scores[0], "seed {seed}: {scores:?}");
        }
    }
}
