//! What makes a biased labelled sample more like the objects to be classified.

use hesper_learn::conformal::{ShiftParams, shift_weights};
use hesper_learn::{ForestParams, Matrix};

use crate::Error;

/// Adapts the labelled sample to the sky each time before a campaign's learner is fitted. It sees features alone: no class
/// of an object that has no spectrum can leak.
pub trait Adapter: Send + Sync {
    /// The name by which it is asked for.
    fn name(&self) -> &'static str;

    /// What it does, with its source.
    fn doc(&self) -> &'static str;

    /// A weight for each labelled row, finite and not negative; `None` to leave the sample as it is.
    ///
    /// # Errors
    /// What the method's learner refuses.
    fn weights(&self, labelled: &Matrix, sky: &Matrix, seed: u64) -> Result<Option<Vec<f64>>, Error>;
}

/// All adapters.
pub fn adapters() -> Vec<Box<dyn Adapter>> {
    vec![Box::new(Weights)]
}

/// The adapter of that name.
///
/// # Errors
/// [`Error::Adapter`] with the names that there are.
pub fn adapter(name: &str) -> Result<Box<dyn Adapter>, Error> {
    adapters().into_iter().find(|adapter| adapter.name() == name).ok_or_else(|| {
        let known: Vec<&str> = adapters().iter().map(|adapter| adapter.name()).collect();
        Error::Adapter { name: name.to_owned(), known: known.join(", ") }
    })
}

/// Importance weights by a forest that tells labelled objects from those of the sky.
pub struct Weights;

/// Rows of the sky that are enough to know its density by; more only cost time.
const SKY: usize = 2000;
/// The labelled rows below which a density cannot be told.
const FEWEST: usize = 20;

impl Adapter for Weights {
    fn name(&self) -> &'static str {
        "weights"
    }

    fn doc(&self) -> &'static str {
        "Importance weights: each labelled object counts p/(1 − p) · n/N times, p the probability, out of fold, that a \
         forest gives it to be one of the N objects of the sky rather than of the n labelled ones; at most 20, then scaled \
         to a mean of 1. Below 20 labelled objects all count alike (Bickel, Brückner & Scheffer 2009, Journal of Machine \
         Learning Research 10, 2137)."
    }

    fn weights(&self, labelled: &Matrix, sky: &Matrix, seed: u64) -> Result<Option<Vec<f64>>, Error> {
        if labelled.rows() < FEWEST || sky.rows() < FEWEST {
            return Ok(None);
        }
        let every = sky.rows().div_ceil(SKY);
        let thinned;
        let sky = if every > 1 {
            thinned = sky.select_rows(&(0..sky.rows()).step_by(every).collect::<Vec<_>>());
            &thinned
        } else {
            sky
        };
        let forest = ForestParams { trees: 50, min_samples_leaf: 5, ..ForestParams::default() };
        let params = ShiftParams { folds: 3, largest: 20.0 };
        let mut weights = shift_weights(&params, &forest, labelled, sky, seed)?.source;
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        if mean <= 0.0 {
            return Ok(None);
        }
        weights.iter_mut().for_each(|weight| *weight /= mean);
        Ok(Some(weights))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_sky_is_full_of_counts_more() {
        let line = |n: u32, from: f64| -> Matrix {
            let rows: Vec<[f64; 1]> = (0..n).map(|i| [from + f64::from(i) / f64::from(n)]).collect();
            Matrix::from_rows(&rows).unwrap()
        };
        // The labelled lie between 0 and 1, the sky between 0.5 and 1.5.
        let weights = Weights.weights(&line(200, 0.0), &line(300, 0.5), 1).unwrap().unwrap();
        let mean =
            |rows: std::ops::Range<usize>| weights[rows.clone()].iter().sum::<f64>() / rows.len() as f64;
        assert!(mean(0..90) < 0.3 && mean(110..200) > 1.5, "{} {}", mean(0..90), mean(110..200));
        assert!((mean(0..200) - 1.0).abs() < 1e-12);
        assert_eq!(Weights.weights(&line(5, 0.0), &line(300, 0.5), 1).unwrap(), None);
    }
}
