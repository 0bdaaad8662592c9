use hesper_learn::Matrix;
use hesper_nn::Stream;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::quadratic::dense;
use super::swaps::improve;
use super::units::{by_skewness, check_units};
use super::{Codes, Faq, UnitMap, graph_error, spectral};
use crate::Error;

/// How the graph of the target's units is laid on the source's: the map P with the least ‖C(Hs) − P C(Ht) Pᵀ‖_F, where C
/// holds the correlations of the units. No label is looked at.
///
/// Spectral guess, [`Faq`], then 2-swaps; again from `restarts` random starts, of which the best counts. Turning all units
/// round changes no correlation: that sign is the one under which units are skewed to the same side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GraphSearch {
    /// Frank and Wolfe's part; it also says whether units may be turned round.
    pub faq: Faq,
    /// Random starts beside the spectral one. Default 20.
    pub restarts: usize,
    /// Whether each unit of the target serves at most once. Default yes.
    pub one_to_one: bool,
}

impl Default for GraphSearch {
    fn default() -> Self {
        Self { faq: Faq::default(), restarts: 20, one_to_one: true }
    }
}

impl GraphSearch {
    /// Finds the map.
    ///
    /// # Errors
    /// [`Error::Parameter`]; [`Error::Domain`] for more units in the source than in the target, as the search starts with a
    /// permutation.
    pub fn find(&self, source: &Codes, target: &Codes, seed: u64) -> Result<UnitMap, Error> {
        let table = |codes: &Codes| Matrix::new(codes.units(), codes.units(), codes.correlations());
        let map = self.lay(&table(source)?, &table(target)?, seed)?;
        Ok(if self.faq.signed { by_skewness(map, source, target) } else { map })
    }

    /// Lays one graph on another: the map P with the least ‖A − P B Pᵀ‖_F that is found, for symmetric n × n and m × m tables,
    /// n ≤ m; with signs, that of all is arbitrary.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn lay(&self, a: &Matrix, b: &Matrix, seed: u64) -> Result<UnitMap, Error> {
        self.faq.check()?;
        check_graph(a)?;
        check_graph(b)?;
        check_units(a.rows(), b.rows(), true)?;
        let guess = spectral(a, b, self.faq.signed)?;
        let one = |start: usize| -> Result<(f64, UnitMap), Error> {
            let begin = match start {
                0 => guess.clone(),
                _ => self.random(a.rows(), b.rows(), &mut Stream::new(seed, start as u64)),
            };
            let inside = Matrix::new(a.rows(), b.rows(), dense(&begin, b.rows()))?;
            let mut map = self.faq.solve(a, b, &inside)?;
            improve(a, b, &mut map, self.faq.signed, self.one_to_one);
            Ok((graph_error(a, b, &map), map))
        };
        let found = (0..=self.restarts).into_par_iter().map(one).collect::<Result<Vec<_>, Error>>()?;
        let best = found.into_iter().min_by(|left, right| left.0.total_cmp(&right.0));
        Ok(best.map_or(guess, |(_, map)| map))
    }

    fn random(&self, n: usize, m: usize, random: &mut Stream) -> UnitMap {
        let mut from: Vec<usize> = (0..m).collect();
        random.shuffle(&mut from);
        from.truncate(n);
        let mut sign = || if self.faq.signed && random.uniform() < 0.5 { -1.0 } else { 1.0 };
        UnitMap { sign: (0..n).map(|_| sign()).collect(), from }
    }
}

fn check_graph(table: &Matrix) -> Result<(), Error> {
    let wrong = |what: String| Err(Error::Domain { domain: "graph", what });
    if table.rows() != table.cols() || table.rows() == 0 {
        return wrong(format!("{} × {}, but it must be square", table.rows(), table.cols()));
    }
    match table.data().iter().find(|value| !value.is_finite()) {
        Some(value) => wrong(format!("an entry is {value}, but all must be finite")),
        None => Ok(()),
    }
}
