use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::kernel::{Points, squared_distance};
use super::{check_domains, require};
use crate::{Error, Info, Source, Target, Weighting, Weights};

/// How many target objects are nearest to each source object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Nearest {
    /// What each count starts at, 0 or more: with more than 0, no object is lost. Default 1.
    pub smoothing: f64,
}

impl Default for Nearest {
    fn default() -> Self {
        Self { smoothing: 1.0 }
    }
}

impl Nearest {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first parameter that is out of its range.
    pub fn check(&self) -> Result<(), Error> {
        let sound = (0.0..=1e9).contains(&self.smoothing);
        require(sound, "smoothing", self.smoothing, "from 0 to 1e9")
    }
}

impl Weighting for Nearest {
    fn info(&self) -> &'static Info {
        &Info {
            name: "nearest",
            doc: "w_i = smoothing + the number of target objects in the Voronoi cell of source object i (Loog 2012, \
                  doi:10.1109/MLSP.2012.6349714). Has no width to choose. Of sources equally near, the first counts.",
        }
    }

    fn weights(&self, source: &Source<'_>, target: &Target<'_>, _seed: u64) -> Result<Weights, Error> {
        self.check()?;
        check_domains(source, target)?;
        let points = Points::new(source, target);
        let nearest: Vec<usize> =
            points.target.par_chunks_exact(points.cols).map(|x| nearest(&points, x)).collect();
        let mut weights = vec![self.smoothing; source.x.rows()];
        nearest.into_iter().for_each(|row| weights[row] += 1.0);
        Ok(Weights::new(weights))
    }
}

fn nearest(points: &Points, x: &[f64]) -> usize {
    let mut best = (f64::INFINITY, 0);
    for (row, own) in points.source.chunks_exact(points.cols).enumerate() {
        let distance = squared_distance(own, x);
        if distance < best.0 {
            best = (distance, row);
        }
    }
    best.1
}
