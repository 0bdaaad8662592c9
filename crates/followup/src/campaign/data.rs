//! The objects of a campaign.

use hesper_learn::Matrix;

use super::{Alive, COMPLETE, Evolution, Target};
use crate::{Error, LoopData};

/// Objects with their features night by night and, for the spectra to reveal, their classes.
#[derive(Clone, Debug)]
pub struct CampaignData {
    /// Complete light curves, classes and samples.
    pub objects: LoopData,
    /// The name of each object, all different: ties fall by it.
    pub object_id: Vec<String>,
    /// Features as they became known.
    pub evolution: Evolution,
}

impl CampaignData {
    /// The objects of the pool that may be asked for at the dusk of a day: detected, and not long ago. `places` are the right
    /// ascensions and declinations of all objects in degrees, NaN where unknown.
    pub fn targets(&self, pool: &[usize], places: &[[f64; 2]], day: u32, alive: &Alive) -> Vec<Target> {
        let today = f64::from(day);
        let target = |&row: &usize| {
            let known = self.evolution.known(row, day)?;
            if !known.alive(today, alive) {
                return None;
            }
            let expected = known.magnitude(today)?;
            let actual = self.evolution.known(row, COMPLETE)?.magnitude(today).unwrap_or(f64::NAN);
            Some(Target { row, place: places[row], expected, actual })
        };
        pool.iter().filter_map(target).collect()
    }

    /// Whether an object has been detected by the dusk of a day.
    pub(crate) fn seen(&self, row: usize, day: u32, alive: &Alive) -> bool {
        self.evolution.known(row, day).is_some_and(|known| known.sight.detections >= alive.detections)
    }

    /// Where the labelled and the candidates lie for the canonical strategy: redshift, and the magnitude of the brightest
    /// detection, so far for the candidates.
    pub(crate) fn places(&self, labelled: &[usize], candidates: &[usize], day: u32) -> Result<Matrix, Error> {
        let place = &self.objects.place;
        let mut values: Vec<f64> = labelled.iter().flat_map(|&row| place.row(row).to_vec()).collect();
        for &row in candidates {
            let brightest =
                self.evolution.known(row, day).map_or(f64::NAN, |known| f64::from(known.sight.brightest));
            values.extend([place.row(row)[0], brightest]);
        }
        Ok(Matrix::new(labelled.len() + candidates.len(), 2, values)?)
    }
}
