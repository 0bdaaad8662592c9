//! Uncertainty weighted by density.

use rand_chacha::ChaCha8Rng;

use super::{Info, Needs, Pool, Strategy};
use crate::logarithm::entropy;

/// The largest H[p(x)] · (Σ_u s(x, u) / U)^β, β = 1: the uncertain among the many, not the odd ones out (information density;
/// Settles & Craven 2008, doi:10.3115/1613715.1613855). The likeness s is [`crate::Space::density`]'s, by prepared features.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Density {
    /// How much density counts; 0 is entropy sampling.
    pub beta: f64,
}

impl Default for Density {
    fn default() -> Self {
        Self { beta: 1.0 }
    }
}

const INFO: Info = Info {
    name: "density",
    doc: "The largest H[p(x)] · Σ_u s(x, u) / U: the uncertain among the many, not the odd ones out (information density, \
          β = 1; Settles & Craven 2008, doi:10.3115/1613715.1613855). The likeness is s(x, u) = exp(−d²/2h), d the distance \
          in prepared features and h the median d², over 1,000 objects u drawn from the pool once.",
    needs: Needs { density: true, ..Needs::PROBABILITIES },
};

impl Strategy for Density {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn scores(&self, pool: &Pool<'_>, _rng: &mut ChaCha8Rng) -> Vec<f64> {
        let density = pool.space.map_or(&[] as &[f32], |space| space.density());
        (0..pool.probabilities.rows())
            .map(|candidate| {
                let row = pool.rows.get(candidate);
                let density =
                    row.and_then(|row| density.get(*row)).map_or(1.0, |density| f64::from(*density));
                entropy(pool.probabilities.row(candidate)) * density.powf(self.beta)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Space;
    use hesper_learn::Matrix;
    use rand::SeedableRng;

    #[test]
    fn of_the_equally_uncertain_the_common_comes_first_and_the_sure_last() {
        // Twenty objects together, one alone; the first of the many is sure.
        let rows: Vec<[f64; 2]> = (0..21)
            .map(|i| if i == 20 { [40.0, 40.0] } else { [f64::from(i % 5), f64::from(i % 4)] })
            .collect();
        let all: Vec<usize> = (0..21).collect();
        let x = Matrix::from_rows(&rows).unwrap();
        let space = Space::new(&x, &all).with_density(&all, 1);
        let probabilities = Matrix::from_rows(&[[0.999, 0.001], [0.5, 0.5], [0.5, 0.5]]).unwrap();
        let pool = Pool { probabilities, space: Some(&space), rows: &[0, 7, 20], ..Pool::new(3, 2) };
        let scores = |beta| Density { beta }.scores(&pool, &mut ChaCha8Rng::seed_from_u64(1));
        let weighted = scores(1.0);
        assert!(weighted[1] > 2.0 * weighted[2] && weighted[2] > weighted[0], "{weighted:?}");
        let plain = scores(0.0);
        assert!((plain[1] - plain[2]).abs() < 1e-15 && (plain[1] - 2f64.ln()).abs() < 1e-15);
    }
}
