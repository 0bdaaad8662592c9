use hesper_learn::Matrix;
use serde::{Deserialize, Serialize};

use super::assign;
use crate::Error;

/// Which hidden unit of the target, and with which sign, takes the place of each hidden unit of the source: a signed
/// permutation, or, if units may serve more than once, a signed choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitMap {
    /// For each unit of the source the number of the target's.
    pub from: Vec<usize>,
    /// For each unit of the source 1, or −1 where the target's unit is to be turned round.
    pub sign: Vec<f64>,
}

impl UnitMap {
    /// Each unit in its own place.
    pub fn identity(units: usize) -> Self {
        Self { from: (0..units).collect(), sign: vec![1.0; units] }
    }

    /// Codes of the target, objects × its units, in the places of the source's units.
    ///
    /// # Errors
    /// [`Error::Domain`] when there are not the units that are asked for.
    pub fn apply(&self, codes: &Matrix) -> Result<Matrix, Error> {
        if let Some(unit) = self.from.iter().find(|unit| **unit >= codes.cols()) {
            let what = format!("unit {unit} is asked for, but the codes have {}", codes.cols());
            return Err(Error::Domain { domain: "target", what });
        }
        let pick = |row: &[f64]| {
            self.from.iter().zip(&self.sign).map(|(unit, sign)| sign * row[*unit]).collect::<Vec<_>>()
        };
        let data = (0..codes.rows()).flat_map(|row| pick(codes.row(row))).collect();
        Ok(Matrix::new(codes.rows(), self.from.len(), data)?)
    }

    /// The best map for the gain of each unit of the target (columns) in the place of each of the source (rows), if with
    /// the sign turned it is `turned`. One to one, the sum is largest (an assignment); otherwise each row takes its best.
    pub(super) fn best(gain: &Matrix, turned: Option<&Matrix>, one_to_one: bool) -> Result<Self, Error> {
        let columns = gain.cols();
        let (mut cost, mut signs) = (Vec::with_capacity(gain.data().len()), Vec::new());
        for (at, value) in gain.data().iter().enumerate() {
            let other = turned.map_or(f64::NEG_INFINITY, |turned| turned.data()[at]);
            cost.push(-value.max(other));
            signs.push(if other > *value { -1.0 } else { 1.0 });
        }
        let cost = Matrix::new(gain.rows(), columns, cost)?;
        let from = match one_to_one {
            true => assign(&cost)?,
            false => (0..cost.rows())
                .map(|row| {
                    let row = cost.row(row);
                    (0..columns).fold(0, |best, at| if row[at] < row[best] { at } else { best })
                })
                .collect(),
        };
        let sign = from.iter().enumerate().map(|(row, column)| signs[row * columns + column]).collect();
        Ok(Self { from, sign })
    }

    /// All signs turned.
    pub(super) fn turned(mut self) -> Self {
        self.sign.iter_mut().for_each(|sign| *sign = -*sign);
        self
    }
}

/// Hidden codes, each unit brought to mean 0 and deviation 1 over the objects of its domain.
#[derive(Clone, Debug)]
pub struct Codes {
    /// Objects × units; constant units are 0.
    pub values: Matrix,
    /// The mean of each unit as it was.
    pub means: Vec<f64>,
    /// The deviation of each unit as it was (n in the denominator); 0 for constant units.
    pub deviations: Vec<f64>,
}

impl Codes {
    /// Standardises hidden codes, objects × units.
    ///
    /// # Errors
    /// [`Error::Domain`] when there is no object or unit, or a value is not finite.
    pub fn new(codes: &Matrix) -> Result<Self, Error> {
        let wrong = |what: String| Err(Error::Domain { domain: "codes", what });
        if codes.rows() == 0 || codes.cols() == 0 {
            return wrong(format!("{} objects of {} units", codes.rows(), codes.cols()));
        }
        if let Some(value) = codes.data().iter().find(|value| !value.is_finite()) {
            return wrong(format!("one is {value}, but all must be finite"));
        }
        let moments = crate::maps::Moments::of(&[codes]);
        let (means, deviations) = (moments.means, moments.deviations);
        let mut codes = Self { values: codes.clone(), means, deviations };
        codes.values = codes.standardise(&codes.values)?;
        Ok(codes)
    }

    /// Further codes of the same encoder on the same scale.
    ///
    /// # Errors
    /// [`Error::Domain`] when there are other units.
    pub fn standardise(&self, codes: &Matrix) -> Result<Matrix, Error> {
        let units = self.means.len();
        if codes.cols() != units {
            let what = format!("they have {} units, but these {units}", codes.cols());
            return Err(Error::Domain { domain: "codes", what });
        }
        let scale = |(at, value): (usize, &f64)| match self.deviations[at % units] {
            0.0 => 0.0,
            deviation => (value - self.means[at % units]) / deviation,
        };
        let data = codes.data().iter().enumerate().map(scale).collect();
        Ok(Matrix::new(codes.rows(), units, data)?)
    }

    /// The number of units.
    pub fn units(&self) -> usize {
        self.means.len()
    }

    /// The graph of units: their correlations, units × units.
    pub fn correlations(&self) -> Vec<f64> {
        let (units, rows) = (self.units(), self.values.rows() as f64);
        let mut table = vec![0.0; units * units];
        for row in 0..self.values.rows() {
            let row = self.values.row(row);
            for (out, value) in table.chunks_exact_mut(units).zip(row) {
                crate::maps::add(out, value / rows, row);
            }
        }
        table
    }

    /// The mean cube of each unit: its skewness, which turns with its sign.
    pub(super) fn skewness(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.units()];
        for row in 0..self.values.rows() {
            let cubes: Vec<f64> = self.values.row(row).iter().map(|value| value.powi(3)).collect();
            crate::maps::add(&mut sums, 1.0 / self.values.rows() as f64, &cubes);
        }
        sums
    }
}

/// Correlations are the same when all units are turned round together: of the two maps, the one under which the units are
/// skewed to the same side.
pub(super) fn by_skewness(map: UnitMap, source: &Codes, target: &Codes) -> UnitMap {
    let (own, others) = (source.skewness(), target.skewness());
    let pairs = own.iter().zip(map.from.iter().zip(&map.sign));
    let alike: f64 = pairs.map(|(own, (unit, sign))| own * sign * others[*unit]).sum();
    if alike < 0.0 { map.turned() } else { map }
}

/// The source cannot have more units than the target, where each takes one of its own.
pub(super) fn check_units(source: usize, target: usize, one_to_one: bool) -> Result<(), Error> {
    if one_to_one && source > target {
        let what = format!("{source} units of the source cannot each have one of the target's {target}");
        return Err(Error::Domain { domain: "codes", what });
    }
    Ok(())
}
