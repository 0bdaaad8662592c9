//! What makes a biased labelled sample more like the objects to be classified.

use hesper_adapt::weights::weightings;
use hesper_adapt::{Adaptation, Source, Target, Weighting};
use hesper_learn::conformal::{ShiftParams, shift_weights};
use hesper_learn::{ForestParams, Matrix, Scaling};

use crate::Error;

/// Adapts the labelled sample to the sky each time before a campaign's learner is fitted. It sees features alone: no class
/// of an object that has no spectrum can leak.
pub trait Adapter: Send + Sync {
    /// The name by which it is asked for.
    fn name(&self) -> &'static str;

    /// What it does, with its source.
    fn doc(&self) -> &'static str;

    /// A weight for each labelled object, finite and not negative; `None` to leave the sample as it is.
    ///
    /// # Errors
    /// What the method or its learner refuses.
    fn weights(&self, labelled: &Source<'_>, sky: &Target<'_>, seed: u64) -> Result<Option<Vec<f64>>, Error>;
}

/// All adapters.
pub fn adapters() -> Vec<Box<dyn Adapter>> {
    let mut all: Vec<Box<dyn Adapter>> = vec![Box::new(Weights)];
    all.extend(weightings().into_iter().map(|weighting| Box::new(Ratio(weighting)) as Box<dyn Adapter>));
    all
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

    fn weights(&self, labelled: &Source<'_>, sky: &Target<'_>, seed: u64) -> Result<Option<Vec<f64>>, Error> {
        let (labelled, sky) = (labelled.x, &thinned(sky.x));
        if labelled.rows() < FEWEST || sky.rows() < FEWEST {
            return Ok(None);
        }
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

/// Rows evenly taken from a large sky.
fn thinned(sky: &Matrix) -> Matrix {
    let every = sky.rows().div_ceil(SKY).max(1);
    sky.select_rows(&(0..sky.rows()).step_by(every).collect::<Vec<_>>())
}

/// A ratio of densities, of features whose gaps are filled and which are scaled by both samples.
struct Ratio(Box<dyn Weighting>);

impl Adapter for Ratio {
    fn name(&self) -> &'static str {
        self.0.info().name
    }

    fn doc(&self) -> &'static str {
        self.0.info().doc
    }

    fn weights(&self, labelled: &Source<'_>, sky: &Target<'_>, seed: u64) -> Result<Option<Vec<f64>>, Error> {
        let sky = thinned(sky.x);
        if labelled.x.rows() < FEWEST || sky.rows() < FEWEST {
            return Ok(None);
        }
        let scaling = Adaptation { scaling: Scaling::Normal, ..Adaptation::default() };
        let scaled = scaling.prepare(labelled, &Target { x: &sky })?;
        match self.0.weights(&scaled.source(labelled), &scaled.target(), seed) {
            Ok(weights) => Ok(Some(weights.values)),
            // Early in a campaign a sample may be one that a method cannot weigh: it is learned from as it is.
            Err(hesper_adapt::Error::Failed { .. } | hesper_adapt::Error::Domain { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
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
        let (x, sky) = (line(200, 0.0), line(300, 0.5));
        let y: Vec<u32> = (0..200).map(|row| row % 2).collect();
        let (labelled, sky) = (Source { x: &x, y: &y, n_classes: 2 }, Target { x: &sky });
        for adapter in adapters() {
            let weights = adapter.weights(&labelled, &sky, 1).unwrap().unwrap();
            let mean =
                |rows: std::ops::Range<usize>| weights[rows.clone()].iter().sum::<f64>() / rows.len() as f64;
            let (below, above) = (mean(0..90), mean(110..200));
            assert!((mean(0..200) - 1.0).abs() < 1e-9, "{}", adapter.name());
            // Weights by class cannot tell the two halves, whose classes are alike.
            if adapter.name() != "tars" {
                assert!(below < 0.8 && above > 1.2, "{}: {below} {above}", adapter.name());
            }
            let few = line(5, 0.0);
            let few = Source { x: &few, y: &y[..5], n_classes: 2 };
            assert_eq!(adapter.weights(&few, &sky, 1).unwrap(), None);
        }
    }
}
