use hesper_learn::Matrix;
use serde::{Deserialize, Serialize};

use super::units::{by_skewness, check_units};
use super::{Codes, UnitMap};
use crate::Error;
use crate::maps::{dot, refuse};

/// How units are compared by their loadings on the principal components of their domain: the map P with the least
/// ‖Ls − P Lt E‖_F, where a column of L is an eigenvector of the units' correlations times the root of its eigenvalue,
/// components go in the order of their eigenvalues, and E holds a sign for each component. No label is looked at.
///
/// For given E the best P is an assignment, for given P the best E can be read off: both in turn, from each choice of the signs
/// of the first components. The sign of all is left open, and settled as by [`super::GraphSearch`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LoadingsSearch {
    /// Components compared, at least 1; no more than there are units. Default 8.
    pub components: usize,
    /// Whether units may be turned round. Default yes.
    pub signed: bool,
    /// Whether each unit of the target serves at most once. Default yes.
    pub one_to_one: bool,
}

impl Default for LoadingsSearch {
    fn default() -> Self {
        Self { components: 8, signed: true, one_to_one: true }
    }
}

/// The signs of so many components are tried in all ways; the others follow.
const TRIED: usize = 8;
/// Turns of the two steps at most; few suffice.
const MOST_TURNS: usize = 50;

impl LoadingsSearch {
    /// Finds the map.
    ///
    /// # Errors
    /// [`Error::Parameter`]; [`Error::Domain`] for more units in the source than in the target.
    pub fn find(&self, source: &Codes, target: &Codes) -> Result<UnitMap, Error> {
        if self.components == 0 {
            return refuse("components", 0, "at least 1");
        }
        check_units(source.units(), target.units(), self.one_to_one)?;
        let count = self.components.min(source.units()).min(target.units());
        let (own, others) = (loadings(source, count), loadings(target, count));
        // Where all units can be turned round, so can all components: the first one's sign needs no trial.
        let (first, tried) = (usize::from(self.signed), count.min(TRIED));
        let mut best: Option<(f64, UnitMap)> = None;
        for choice in 0..1usize << (tried - first.min(tried)) {
            let sign = |at: usize| if at >= first && choice >> (at - first) & 1 == 1 { -1.0 } else { 1.0 };
            let mut turns: Vec<f64> = (0..count).map(|at| if at < tried { sign(at) } else { 0.0 }).collect();
            let (mut map, mut error) = self.units(&own, &others, &turns)?;
            for _ in 0..MOST_TURNS {
                turns = component_signs(&own, &others, &map);
                let (next, less) = self.units(&own, &others, &turns)?;
                let done = less >= error - 1e-12;
                if less <= error || turns.contains(&0.0) {
                    (map, error) = (next, less);
                }
                if done {
                    break;
                }
            }
            if best.as_ref().is_none_or(|(least, _)| error < *least) {
                best = Some((error, map));
            }
        }
        let map = best.map_or_else(|| UnitMap::identity(source.units()), |(_, map)| map);
        Ok(if self.signed { by_skewness(map, source, target) } else { map })
    }

    /// The best map for these signs of components, and what is left of ‖Ls − P Lt E‖² but for terms that no sign changes.
    fn units(&self, own: &Loadings, others: &Loadings, turns: &[f64]) -> Result<(UnitMap, f64), Error> {
        let (n, m) = (own.rows.len(), others.rows.len());
        let turned: Vec<Vec<f64>> = others
            .rows
            .iter()
            .map(|row| row.iter().zip(turns).map(|(value, turn)| value * turn).collect())
            .collect();
        let gain = |sign: f64| {
            let value = |at: usize| {
                let (left, right) = (&own.rows[at / m], &turned[at % m]);
                2.0 * sign * dot(left, right) - dot(right, right)
            };
            Matrix::new(n, m, (0..n * m).map(value).collect())
        };
        let (plus, minus) = (gain(1.0)?, gain(-1.0)?);
        let map = UnitMap::best(&plus, self.signed.then_some(&minus), self.one_to_one)?;
        let pairs = map.from.iter().zip(&map.sign).enumerate();
        let kept = pairs.map(|(row, (from, sign))| {
            let table = if *sign < 0.0 { &minus } else { &plus };
            table.row(row)[*from]
        });
        let whole: f64 = own.rows.iter().map(|row| dot(row, row)).sum();
        let error = whole - kept.sum::<f64>();
        Ok((map, error))
    }
}

/// For each unit its loading on each component.
struct Loadings {
    rows: Vec<Vec<f64>>,
}

fn loadings(codes: &Codes, count: usize) -> Loadings {
    let units = codes.units();
    let eigen = crate::maps::symmetric(codes.correlations(), units);
    let unit = |unit: usize| {
        let parts = eigen.vectors.iter().zip(&eigen.values).take(count);
        parts.map(|(vector, value)| vector[unit] * value.max(0.0).sqrt()).collect()
    };
    Loadings { rows: (0..units).map(unit).collect() }
}

fn component_signs(own: &Loadings, others: &Loadings, map: &UnitMap) -> Vec<f64> {
    let mut along = vec![0.0; own.rows.first().map_or(0, Vec::len)];
    for (row, (from, sign)) in own.rows.iter().zip(map.from.iter().zip(&map.sign)) {
        for (sum, (left, right)) in along.iter_mut().zip(row.iter().zip(&others.rows[*from])) {
            *sum += sign * left * right;
        }
    }
    along.into_iter().map(|sum| if sum < 0.0 { -1.0 } else { 1.0 }).collect()
}
