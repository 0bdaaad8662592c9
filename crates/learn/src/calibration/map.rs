use super::Calibration;
use super::beta::Beta;
use super::isotonic::Isotonic;
use super::platt::Platt;
use super::temperature::Temperature;
use crate::{Error, Matrix, Tensor, TensorMap};

/// No coefficient of a curve is larger.
const LARGEST: f64 = 1e100;

/// What [`Calibration::fit`] learned.
#[derive(Clone, Debug, PartialEq)]
pub struct CalibrationMap {
    /// Whether each class had rows.
    known: Vec<bool>,
    curves: Curves,
}

#[derive(Clone, Debug, PartialEq)]
enum Curves {
    /// One curve for each known class, against the rest; of two classes only for the second.
    Isotonic(Vec<Isotonic>),
    Platt(Vec<Platt>),
    Beta(Vec<Beta>),
    Temperature(Temperature),
}

impl CalibrationMap {
    /// Learns from what [`Calibration::fit`] has checked.
    pub(super) fn fit(method: Calibration, probabilities: &Matrix, y: &[u32], weights: &[f64]) -> Self {
        let n_classes = probabilities.cols();
        let mut known = vec![false; n_classes];
        for (&class, &weight) in y.iter().zip(weights) {
            known[class as usize] |= weight > 0.0;
        }
        let kept: Vec<usize> = (0..y.len()).filter(|&row| weights[row] > 0.0).collect();
        let y: Vec<u32> = kept.iter().map(|&row| y[row]).collect();
        let weights: Vec<f64> = kept.iter().map(|&row| weights[row]).collect();
        let probabilities = probabilities.select_rows(&kept);
        let scores: Vec<(u32, Vec<f64>)> =
            curved(&known).into_iter().map(|class| (class as u32, probabilities.column(class))).collect();
        let curves = match method {
            Calibration::Isotonic => Curves::Isotonic(
                (scores.iter())
                    .map(|(class, p)| Isotonic::fit(p, |row| y[row] == *class, &weights))
                    .collect(),
            ),
            Calibration::Platt => Curves::Platt(
                (scores.iter()).map(|(class, p)| Platt::fit(p, |row| y[row] == *class, &weights)).collect(),
            ),
            Calibration::Beta => Curves::Beta(
                (scores.iter()).map(|(class, p)| Beta::fit(p, |row| y[row] == *class, &weights)).collect(),
            ),
            Calibration::Temperature => {
                Curves::Temperature(Temperature::fit(&probabilities, &y, &weights, &known))
            }
        };
        Self { known, curves }
    }

    /// The number of classes.
    pub fn n_classes(&self) -> usize {
        self.known.len()
    }

    /// Calibrated probabilities, rows × classes, each row adding up to 1. A row for which every class's curve says 0 is
    /// left as it was.
    ///
    /// # Errors
    /// When the table has another number of classes.
    pub fn apply(&self, probabilities: &Matrix) -> Result<Matrix, Error> {
        Error::check_length("classes of the probabilities", self.known.len(), probabilities.cols())?;
        let mut calibrated = probabilities.clone();
        if self.known.iter().filter(|known| **known).count() < 2 {
            return Ok(calibrated);
        }
        match &self.curves {
            Curves::Temperature(temperature) => (0..calibrated.rows()).for_each(|row| {
                let row = calibrated.row_mut(row);
                let rest = self.rest(row);
                temperature.apply(row, &self.known);
                row.iter_mut().zip(&self.known).filter(|(_, known)| **known).for_each(|(p, _)| *p *= rest);
            }),
            Curves::Isotonic(curves) => self.apply_curves(&mut calibrated, |at, p| curves[at].apply(p)),
            Curves::Platt(curves) => self.apply_curves(&mut calibrated, |at, p| curves[at].apply(p)),
            Curves::Beta(curves) => self.apply_curves(&mut calibrated, |at, p| curves[at].apply(p)),
        }
        Ok(calibrated)
    }

    /// Classes that are not known keep their probabilities, and the others share what remains.
    fn apply_curves(&self, probabilities: &mut Matrix, curve: impl Fn(usize, f64) -> f64) {
        let classes = curved(&self.known);
        let mut mapped = vec![0.0; classes.len()];
        for row in 0..probabilities.rows() {
            let row = probabilities.row_mut(row);
            if let [first, second] = row {
                *second = curve(0, *second).clamp(0.0, 1.0);
                *first = 1.0 - *second;
                continue;
            }
            for (at, (p, &class)) in mapped.iter_mut().zip(&classes).enumerate() {
                *p = curve(at, row[class]);
            }
            let sum: f64 = mapped.iter().sum();
            if sum > 0.0 {
                let scale = self.rest(row) / sum;
                mapped.iter().zip(&classes).for_each(|(p, &class)| row[class] = p * scale);
            }
        }
    }

    /// What the classes that are not known leave to the others.
    fn rest(&self, row: &[f64]) -> f64 {
        let unknown: f64 = row.iter().zip(&self.known).filter(|(_, known)| !**known).map(|(p, _)| p).sum();
        (1.0 - unknown).max(0.0)
    }

    /// Adds the numbers under `calibration/`.
    pub(super) fn write(&self, into: &mut TensorMap) {
        let known = self.known.iter().map(|&known| u32::from(known)).collect();
        into.insert("calibration/known".to_owned(), Tensor::U32(known));
        let (method, numbers) = match &self.curves {
            Curves::Isotonic(curves) => {
                let lengths = curves.iter().map(|curve| curve.scores.len() as u32).collect();
                into.insert("calibration/points".to_owned(), Tensor::U32(lengths));
                ("isotonic", curves.iter().flat_map(|c| [&c.scores[..], &c.values[..]].concat()).collect())
            }
            Curves::Platt(curves) => ("platt", curves.iter().flat_map(|c| [c.slope, c.intercept]).collect()),
            Curves::Beta(curves) => ("beta", curves.iter().flat_map(|c| [c.a, c.b, c.c]).collect()),
            Curves::Temperature(temperature) => ("temperature", vec![temperature.inverse]),
        };
        into.insert(format!("calibration/{method}"), Tensor::F64(numbers));
    }

    /// What [`Self::write`] wrote, for so many classes.
    pub(super) fn read(tensors: &TensorMap, n_classes: usize) -> Result<Self, String> {
        let known: Vec<bool> = match tensors.get("calibration/known") {
            Some(Tensor::U32(known)) if known.len() == n_classes && known.iter().all(|known| *known < 2) => {
                known.iter().map(|known| *known == 1).collect()
            }
            _ => return Err(format!("it does not say which of {n_classes} classes were calibrated")),
        };
        let numbers = |method: &str| match tensors.get(&format!("calibration/{method}")) {
            Some(Tensor::F64(numbers)) if numbers.iter().all(|number| number.abs() <= LARGEST) => {
                Some(numbers)
            }
            _ => None,
        };
        let count = curved(&known).len();
        let curves = if let Some(numbers) = numbers("isotonic") {
            Curves::Isotonic(read_isotonic(numbers, tensors.get("calibration/points"), count)?)
        } else if let Some(numbers) = numbers("platt") {
            let curves = numbers.as_chunks().0.iter().map(|&[slope, intercept]| Platt { slope, intercept });
            Curves::Platt(check_count(curves.collect(), count, numbers.len() == 2 * count)?)
        } else if let Some(numbers) = numbers("beta") {
            let curves = numbers.as_chunks().0.iter().map(|&[a, b, c]| Beta { a, b, c });
            if curves.clone().any(|curve| curve.a < 0.0 || curve.b < 0.0) {
                return Err("a calibration curve falls".to_owned());
            }
            Curves::Beta(check_count(curves.collect(), count, numbers.len() == 3 * count)?)
        } else {
            match numbers("temperature").map(Vec::as_slice) {
                Some(&[inverse]) if inverse > 0.0 => Curves::Temperature(Temperature { inverse }),
                _ => return Err("it has no usable calibration curve".to_owned()),
            }
        };
        Ok(Self { known, curves })
    }
}

/// The classes that have a curve each.
fn curved(known: &[bool]) -> Vec<usize> {
    if known.len() == 2 { vec![1] } else { (0..known.len()).filter(|&class| known[class]).collect() }
}

fn check_count<T>(curves: Vec<T>, count: usize, whole: bool) -> Result<Vec<T>, String> {
    let found = curves.len();
    if whole && found == count {
        Ok(curves)
    } else {
        Err(format!("it has {found} calibration curves instead of {count}"))
    }
}

fn read_isotonic(numbers: &[f64], points: Option<&Tensor>, count: usize) -> Result<Vec<Isotonic>, String> {
    let Some(Tensor::U32(points)) = points else {
        return Err("it does not say how many points its calibration curves have".to_owned());
    };
    let mut rest = numbers;
    let mut curves = Vec::new();
    for &points in points {
        let wrong = || format!("a calibration curve of {points} points is not whole and rising");
        let (scores, after) = rest.split_at_checked(points as usize).ok_or_else(wrong)?;
        let (values, after) = after.split_at_checked(points as usize).ok_or_else(wrong)?;
        let curve = Isotonic { scores: scores.to_vec(), values: values.to_vec() };
        if !curve.is_valid() {
            return Err(wrong());
        }
        rest = after;
        curves.push(curve);
    }
    check_count(curves, count, rest.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Calibration; 4] =
        [Calibration::Isotonic, Calibration::Platt, Calibration::Temperature, Calibration::Beta];

    fn map(method: Calibration, classes: usize) -> CalibrationMap {
        let rows: Vec<Vec<f64>> = (0..40)
            .map(|row| {
                let raw: Vec<f64> =
                    (0..classes).map(|class| ((row * 7 + class * 5) % 11) as f64 + 0.1).collect();
                raw.iter().map(|value| value / raw.iter().sum::<f64>()).collect()
            })
            .collect();
        // The last of several classes has no row.
        let y: Vec<u32> = (0..40).map(|row| row * row % 7 % 2).collect();
        method.fit(&Matrix::from_rows(&rows).unwrap(), &y, None).unwrap()
    }

    #[test]
    fn what_was_written_is_read() {
        for method in ALL {
            for classes in [2, 3] {
                let map = map(method, classes);
                let mut tensors = TensorMap::new();
                map.write(&mut tensors);
                assert_eq!(CalibrationMap::read(&tensors, classes), Ok(map));
                assert!(CalibrationMap::read(&tensors, classes + 1).is_err());
            }
        }
    }

    #[test]
    fn a_class_without_rows_keeps_its_probability() {
        for method in ALL {
            let new = Matrix::from_rows(&[[0.5, 0.3, 0.2]]).unwrap();
            let found = map(method, 3).apply(&new).unwrap();
            assert_eq!(found.row(0)[2], 0.2);
            assert!((found.row(0).iter().sum::<f64>() - 1.0).abs() < 1e-12, "{method:?}");
        }
    }

    proptest! {
        #[test]
        fn broken_numbers_are_refused_or_harmless(
            method in 0usize..4, classes in 2usize..4, name in 0usize..3, at: prop::sample::Index, bits: u64, cut: bool,
        ) {
            let mut tensors = TensorMap::new();
            map(ALL[method], classes).write(&mut tensors);
            let key = tensors.keys().nth(name % tensors.len()).unwrap().clone();
            match tensors.get_mut(&key).unwrap() {
                Tensor::U32(values) if cut => values.truncate(at.index(values.len())),
                Tensor::F64(values) if cut => values.truncate(at.index(values.len())),
                Tensor::U32(values) => { let at = at.index(values.len()); values[at] = (bits % 9) as u32; }
                Tensor::F64(values) => { let at = at.index(values.len()); values[at] = f64::from_bits(bits); }
            }
            if let Ok(map) = CalibrationMap::read(&tensors, classes) {
                let mut row = vec![0.0; classes];
                for p in [0.0, 0.25, 1.0] {
                    row[0] = 1.0 - p;
                    row[1] = p;
                    let found = map.apply(&Matrix::from_rows(&[&row]).unwrap()).unwrap();
                    prop_assert!(found.data().iter().all(|p| (0.0..=1.0).contains(p)), "{found:?}");
                }
            }
        }
    }
}
