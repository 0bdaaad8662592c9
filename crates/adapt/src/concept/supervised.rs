use hesper_learn::Matrix;
use serde::{Deserialize, Serialize};

use super::units::check_units;
use super::{Codes, UnitMap};
use crate::Error;

/// Objects whose classes are known, as hidden codes on the scale of [`Codes`].
#[derive(Clone, Copy, Debug)]
pub struct KnownCodes<'a> {
    /// Objects × units.
    pub codes: &'a Matrix,
    /// The class of each.
    pub y: &'a [u32],
}

/// The last layer of the source's network, on codes as [`Codes`] scales them: logits = codes · weights + biases.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// Units × classes.
    pub weights: Matrix,
    /// One for each class.
    pub biases: Vec<f64>,
}

impl Head {
    /// The mean log-probability of the classes of codes that a map has put in the source's places, and the accuracy.
    ///
    /// # Errors
    /// As [`UnitMap::apply`].
    pub fn score(&self, map: &UnitMap, known: KnownCodes<'_>) -> Result<(f64, f64), Error> {
        let logits = self.logits(&map.apply(known.codes)?);
        let classes = self.biases.len();
        let right = logits.chunks_exact(classes).zip(known.y).filter(|(row, class)| {
            let best = (0..classes).fold(0, |best, at| if row[at] > row[best] { at } else { best });
            best == **class as usize
        });
        let count = known.y.len().max(1) as f64;
        Ok((likelihood(&logits, known.y, classes) / count, right.count() as f64 / count))
    }

    fn logits(&self, codes: &Matrix) -> Vec<f64> {
        let classes = self.biases.len();
        let mut logits = crate::maps::product(codes.data(), codes.cols(), self.weights.data(), classes);
        logits.chunks_exact_mut(classes).for_each(|row| crate::maps::add(row, 1.0, &self.biases));
        logits
    }
}

/// The sum of log-probabilities of the classes.
fn likelihood(logits: &[f64], y: &[u32], classes: usize) -> f64 {
    let one = |(row, class): (&[f64], &u32)| {
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = row.iter().map(|logit| (logit - largest).exp()).sum();
        row[*class as usize] - largest - sum.ln()
    };
    logits.chunks_exact(classes).zip(y).map(one).sum()
}

/// How units are matched by the few labels of the target: first by their mean activations in each class, then by what the
/// source's last layer makes of them.
///
/// The map with the least Σ over units i and classes c of n_c (μ_ic − s_i ν_p(i)c)², where μ and ν are the mean activations
/// in source and target and n_c is the number of labelled target objects, is an assignment and found exactly. Then units are swapped,
/// turned round and replaced as long as the labels' log-probability under the source's last layer grows by more than
/// `least_gain` in all; accuracy itself has too many plateaus to climb.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SupervisedSearch {
    /// Whether units may be turned round. Default yes.
    pub signed: bool,
    /// Whether each unit of the target serves at most once. Default yes.
    pub one_to_one: bool,
    /// What a change must gain in log-probability, 0 or more. Default 1, Akaike's price of a parameter.
    pub least_gain: f64,
    /// Changes at most; 0 leaves the assignment as it is. Default 100.
    pub most_changes: usize,
}

impl Default for SupervisedSearch {
    fn default() -> Self {
        Self { signed: true, one_to_one: true, least_gain: 1.0, most_changes: 100 }
    }
}

impl SupervisedSearch {
    /// Finds the map for the labelled objects of the target.
    ///
    /// # Errors
    /// [`Error::Parameter`]; [`Error::Domain`] for no labels, tables that do not fit, more units in the source than in the target.
    pub fn find(
        &self,
        source: &Codes,
        y: &[u32],
        head: &Head,
        known: KnownCodes<'_>,
    ) -> Result<UnitMap, Error> {
        if !(self.least_gain.is_finite() && self.least_gain >= 0.0) {
            return crate::maps::refuse("least_gain", self.least_gain, "0 or more, and finite");
        }
        let classes = head.biases.len();
        check_known("source", KnownCodes { codes: &source.values, y }, classes)?;
        check_known("labelled target", known, classes)?;
        if (head.weights.rows(), head.weights.cols()) != (source.units(), classes) {
            let what = format!("a head of {} units for codes of {}", head.weights.rows(), source.units());
            return Err(Error::Domain { domain: "source", what });
        }
        check_units(source.units(), known.codes.cols(), self.one_to_one)?;
        let mut map = self.by_means(KnownCodes { codes: &source.values, y }, known, classes)?;
        self.climb(head, known, &mut map)?;
        Ok(map)
    }

    /// The assignment by mean activations; classes without labels in the target do not count.
    fn by_means(
        &self,
        source: KnownCodes<'_>,
        known: KnownCodes<'_>,
        classes: usize,
    ) -> Result<UnitMap, Error> {
        let ((own, own_counts), (others, counts)) = (means(source, classes), means(known, classes));
        let (n, m) = (source.codes.cols(), known.codes.cols());
        let gain = |sign: f64| {
            let value = |at: usize| {
                let apart = |class: usize| {
                    let difference = own[class][at / m] - sign * others[class][at % m];
                    if own_counts[class] > 0.0 { counts[class] * difference * difference } else { 0.0 }
                };
                -(0..classes).map(apart).sum::<f64>()
            };
            Matrix::new(n, m, (0..n * m).map(value).collect())
        };
        let turned = if self.signed { Some(gain(-1.0)?) } else { None };
        UnitMap::best(&gain(1.0)?, turned.as_ref(), self.one_to_one)
    }

    /// The best change, again and again.
    fn climb(&self, head: &Head, known: KnownCodes<'_>, map: &mut UnitMap) -> Result<(), Error> {
        let classes = head.biases.len();
        let mut logits = head.logits(&map.apply(known.codes)?);
        let signs: &[f64] = if self.signed { &[1.0, -1.0] } else { &[1.0] };
        for _ in 0..self.most_changes {
            let now = likelihood(&logits, known.y, classes);
            let mut best = (now + self.least_gain, None);
            let mut consider = |change: Change| {
                let logits = change.logits(head, known.codes, map, &logits);
                let likelihood = likelihood(&logits, known.y, classes);
                if likelihood > best.0 {
                    best = (likelihood, Some((change, logits)));
                }
            };
            for left in 0..map.from.len() {
                for unit in 0..known.codes.cols() {
                    if !self.one_to_one || unit == map.from[left] || !map.from.contains(&unit) {
                        signs.iter().for_each(|sign| consider(Change([Some((left, unit, *sign)), None])));
                    }
                }
                for right in left + 1..map.from.len() {
                    for (first, second) in signs.iter().flat_map(|a| signs.iter().map(move |b| (a, b))) {
                        consider(Change([
                            Some((left, map.from[right], *first)),
                            Some((right, map.from[left], *second)),
                        ]));
                    }
                }
            }
            let Some((change, next)) = best.1 else {
                break;
            };
            for (unit, from, sign) in change.0.into_iter().flatten() {
                (map.from[unit], map.sign[unit]) = (from, sign);
            }
            logits = next;
        }
        Ok(())
    }
}

/// Units of the source, and the unit and sign that they get: one or two.
#[derive(Clone, Copy)]
struct Change([Option<(usize, usize, f64)>; 2]);

impl Change {
    fn logits(&self, head: &Head, codes: &Matrix, map: &UnitMap, before: &[f64]) -> Vec<f64> {
        let mut logits = before.to_vec();
        for (row, logits) in logits.chunks_exact_mut(head.biases.len()).enumerate() {
            let codes = codes.row(row);
            for (unit, from, sign) in self.0.iter().flatten() {
                let change = sign * codes[*from] - map.sign[*unit] * codes[map.from[*unit]];
                crate::maps::add(logits, change, head.weights.row(*unit));
            }
        }
        logits
    }
}

fn check_known(domain: &'static str, known: KnownCodes<'_>, classes: usize) -> Result<(), Error> {
    let wrong = |what: String| Err(Error::Domain { domain, what });
    if known.codes.rows() == 0 || known.codes.rows() != known.y.len() {
        return wrong(format!("{} codes, but {} classes", known.codes.rows(), known.y.len()));
    }
    match known.y.iter().find(|class| **class as usize >= classes) {
        Some(class) => wrong(format!("a class is {class}, but there are {classes}")),
        None => Ok(()),
    }
}

/// The mean code of each class, and the number of its objects.
fn means(known: KnownCodes<'_>, classes: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut counts = vec![0.0; classes];
    known.y.iter().for_each(|class| counts[*class as usize] += 1.0);
    let mut means = vec![vec![0.0; known.codes.cols()]; classes];
    for (row, class) in known.y.iter().enumerate() {
        let class = *class as usize;
        crate::maps::add(&mut means[class], 1.0 / counts[class], known.codes.row(row));
    }
    (means, counts)
}
