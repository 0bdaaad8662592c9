use serde::Serialize;

use super::PredictionSets;
use crate::Error;
use crate::metrics::{Interval, wilson_interval};

/// How sets of classes did on rows whose classes are known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// The share of rows whose set holds the true class.
    pub share: Interval,
    /// The same for the rows of each class; nothing for a class without rows.
    pub by_class: Vec<Option<Interval>>,
    /// The mean number of classes in a set.
    pub mean_size: f64,
    /// The share of sets that hold a single class.
    pub single: f64,
    /// The share of sets that hold none.
    pub empty: f64,
}

impl PredictionSets {
    /// Compares the sets with the true classes. `level` is that of the (Wilson) intervals, such as 0.95: they are of
    /// these rows, given the thresholds.
    ///
    /// # Errors
    /// When there are no rows or their numbers differ, a class is out of range, or the level is not between 0 and 1.
    pub fn coverage(&self, truth: &[u32], level: f64) -> Result<Coverage, Error> {
        Error::check_length("true classes, one per set", self.rows(), truth.len())?;
        let n_classes = self.n_classes();
        if let Some((row, &label)) = truth.iter().enumerate().find(|(_, class)| **class as usize >= n_classes)
        {
            return Err(Error::LabelRange { row, label, n_classes });
        }
        let mut counts = vec![(0, 0); n_classes];
        let (mut size, mut single, mut empty) = (0usize, 0usize, 0usize);
        for (row, &class) in truth.iter().enumerate() {
            let (held, all) = &mut counts[class as usize];
            *held += usize::from(self.contains(row, class));
            *all += 1;
            let here = self.size(row);
            size += here;
            single += usize::from(here == 1);
            empty += usize::from(here == 0);
        }
        let (held, all) = counts.iter().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
        let by_class = counts.iter().map(|&(held, all)| match all {
            0 => Ok(None),
            _ => wilson_interval(held, all, level).map(Some),
        });
        let rows = truth.len() as f64;
        Ok(Coverage {
            share: wilson_interval(held, all, level)?,
            by_class: by_class.collect::<Result<_, _>>()?,
            mean_size: size as f64 / rows,
            single: single as f64 / rows,
            empty: empty as f64 / rows,
        })
    }
}
