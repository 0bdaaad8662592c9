use serde::Serialize;

use super::Propensity;
use crate::weights::require;
use crate::{Error, Source};

/// A stratum's objects.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stratum {
    /// The propensity from which on objects are of this stratum and not of the next, which is less like the source.
    pub from: f64,
    /// The source's objects.
    pub source: Vec<usize>,
    /// The number of the target's objects.
    pub target: usize,
    /// The source's objects of each class.
    pub classes: Vec<usize>,
}

/// Objects by propensity: the first stratum is most like the source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Strata {
    /// The strata, of falling propensity.
    pub strata: Vec<Stratum>,
}

impl Strata {
    /// Cuts source and target together at the quantiles of the propensity into `count` strata of as many objects each; 5
    /// remove nine tenths of the bias that a feature makes (Cochran 1968, doi:10.2307/2528036). Objects of equal propensity
    /// stay together, so that strata may be empty.
    ///
    /// # Errors
    /// [`Error::Parameter`] for no stratum; [`Error::Domain`] where the propensities are not those of the source.
    pub fn new(source: &Source<'_>, propensity: &Propensity, count: usize) -> Result<Self, Error> {
        require(count > 0, "strata", count, "at least 1")?;
        if source.y.len() != propensity.source.len() {
            let what = format!("{} objects, but {} propensities", source.y.len(), propensity.source.len());
            return Err(Error::Domain { domain: "source", what });
        }
        let mut all = [propensity.source.as_slice(), propensity.target.as_slice()].concat();
        all.sort_by(|a, b| b.total_cmp(a));
        let edge = |place: usize| match (place + 1) * all.len() / count {
            _ if place + 1 == count => f64::NEG_INFINITY,
            last => all[last.max(1) - 1],
        };
        let empty = |place| Stratum {
            from: edge(place),
            source: Vec::new(),
            target: 0,
            classes: vec![0; source.n_classes],
        };
        let mut found = Self { strata: (0..count).map(empty).collect() };
        for (row, value) in propensity.source.iter().enumerate() {
            let place = found.place(*value);
            let stratum = &mut found.strata[place];
            stratum.source.push(row);
            stratum.classes[source.y[row] as usize] += 1;
        }
        for value in &propensity.target {
            let place = found.place(*value);
            found.strata[place].target += 1;
        }
        Ok(found)
    }

    /// The stratum of a propensity.
    pub fn place(&self, propensity: f64) -> usize {
        let reached = self.strata.iter().position(|stratum| propensity >= stratum.from);
        reached.unwrap_or(self.strata.len().saturating_sub(1))
    }

    /// How many copies each object of the source must have so that the strata's shares of the source are those of the target:
    /// of a stratum with n_s objects of the source and n_t of the target, r·n_t/n_s − 1, where r is the largest n_s/n_t, so
    /// that no object need be dropped; rounded, and at most `most`. One number for each stratum; 0 where it has no source.
    pub fn copies(&self, most: usize) -> Vec<usize> {
        let ratio = |stratum: &Stratum| match stratum.target {
            0 => 0.0,
            target => stratum.source.len() as f64 / target as f64,
        };
        let largest = self.strata.iter().map(ratio).fold(0.0, f64::max);
        let copies = |stratum: &Stratum| match (stratum.source.len(), stratum.target) {
            (0, _) | (_, 0) => 0,
            _ => ((largest / ratio(stratum) - 1.0).round() as usize).min(most),
        };
        self.strata.iter().map(copies).collect()
    }

    /// The source's objects from which to learn for a stratum: its own, and those of the nearest strata, by and by, until there
    /// are `least` of them and, as far as the source has two classes, two classes. Of two strata as near, the one that is less
    /// like the source comes first.
    pub fn rows(&self, place: usize, least: usize) -> Vec<usize> {
        let classes = self.strata.first().map_or(0, |stratum| stratum.classes.len());
        let mut counts = vec![0usize; classes];
        let mut rows = Vec::new();
        let mut order: Vec<usize> = (0..self.strata.len()).collect();
        order.sort_by_key(|&other| (other.abs_diff(place), std::cmp::Reverse(other)));
        for stratum in order.into_iter().map(|other| &self.strata[other]) {
            if rows.len() >= least.max(1) && counts.iter().filter(|count| **count > 0).count() > 1 {
                break;
            }
            rows.extend(&stratum.source);
            counts.iter_mut().zip(&stratum.classes).for_each(|(count, more)| *count += more);
        }
        rows.sort_unstable();
        rows
    }
}
