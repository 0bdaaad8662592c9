//! Problems of two domains whose discrepancy is a number, and digits of two post offices.

use std::error::Error;
use std::path::Path;

use hesper_learn::Matrix;
use hesper_nn::Stream;

/// Objects and their classes.
#[derive(Clone)]
pub(crate) struct Set {
    pub(crate) x: Matrix,
    pub(crate) y: Vec<u32>,
}

impl Set {
    /// Some of them.
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        Self { x: self.x.select_rows(rows), y: rows.iter().map(|row| self.y[*row]).collect() }
    }
}

/// A source, a target to learn from, of which a few labels are known, and a target to be judged by.
pub(crate) struct Problem {
    pub(crate) source: Set,
    pub(crate) pool: Matrix,
    pub(crate) few: Set,
    pub(crate) held_out: Set,
    pub(crate) n_classes: usize,
}

/// Labels of the target that are known.
pub(crate) const FEW: usize = 40;

/// Rows of one distribution in random order, divided; what `change` does is done to the target.
fn divide(
    all: &Set,
    sizes: [usize; 2],
    n_classes: usize,
    random: &mut Stream,
    change: impl Fn(&[f64]) -> Vec<f64>,
) -> Result<Problem, Box<dyn Error>> {
    let mut rows: Vec<usize> = (0..all.y.len()).collect();
    random.shuffle(&mut rows);
    let (own, others) = rows.split_at(sizes[0]);
    let changed = |rows: &[usize]| -> Result<Set, hesper_learn::Error> {
        let values: Vec<Vec<f64>> = rows.iter().map(|row| change(all.x.row(*row))).collect();
        Ok(Set { x: Matrix::from_rows(&values)?, y: rows.iter().map(|row| all.y[*row]).collect() })
    };
    let (pool, held_out) = (changed(&others[..sizes[1]])?, changed(&others[sizes[1]..])?);
    let few = pool.select(&(0..FEW).collect::<Vec<_>>());
    Ok(Problem { source: all.select(own), pool: pool.x, few, held_out, n_classes })
}

/// Features in random pairs, each pair turned by `discrepancy` times 90 degrees: at 1 all features are exchanged, half of them
/// with their sign turned.
fn turn(features: usize, discrepancy: f64, random: &mut Stream) -> impl Fn(&[f64]) -> Vec<f64> + use<> {
    let mut order: Vec<usize> = (0..features).collect();
    random.shuffle(&mut order);
    let (sin, cos) = (discrepancy * std::f64::consts::FRAC_PI_2).sin_cos();
    move |row: &[f64]| {
        let mut turned = row.to_vec();
        for pair in order.chunks_exact(2) {
            let (a, b) = (row[pair[0]], row[pair[1]]);
            (turned[pair[0]], turned[pair[1]]) = (cos * a - sin * b, sin * a + cos * b);
        }
        turned
    }
}

/// A share of the features, drawn by chance, in a ring: each gets the value of the one before it.
fn exchange(features: usize, discrepancy: f64, random: &mut Stream) -> impl Fn(&[f64]) -> Vec<f64> + use<> {
    let mut ring: Vec<usize> = (0..features).collect();
    random.shuffle(&mut ring);
    ring.truncate((discrepancy * features as f64).round() as usize);
    move |row: &[f64]| {
        let mut exchanged = row.to_vec();
        for (at, feature) in ring.iter().enumerate() {
            exchanged[*feature] = row[ring[(at + 1) % ring.len()]];
        }
        exchanged
    }
}

/// Eight classes of two clusters each, in six hidden dimensions with a long tail, seen through 24 features that saturate; the
/// target's features are turned. 1,200 objects of the source, 800 of the target, 800 held out.
pub(crate) fn synthetic(discrepancy: f64, seed: u64) -> Result<Problem, Box<dyn Error>> {
    const CLASSES: usize = 8;
    const HIDDEN: usize = 6;
    const FEATURES: usize = 24;
    let mut random = Stream::new(seed, 10);
    let mut normal = {
        let mut random = Stream::new(seed, 11);
        move || f64::from(random.normal())
    };
    let centres: Vec<f64> = (0..2 * CLASSES * HIDDEN).map(|_| 1.5 * normal()).collect();
    let mixing: Vec<f64> = (0..FEATURES * HIDDEN).map(|_| 0.5 * normal()).collect();
    let (mut rows, mut y) = (Vec::new(), Vec::new());
    for row in 0..2800 {
        // Classes differ in number, as in the sky; the same in both domains.
        let cluster = (row % (2 * CLASSES)).min((row / 16) % (2 * CLASSES) + 4);
        let place = &centres[cluster * HIDDEN..][..HIDDEN];
        let z: Vec<f64> = place
            .iter()
            .map(|centre| centre + 0.5 * ((0.5 * normal()).exp() - 1.1) + 0.4 * normal())
            .collect();
        let feature =
            |at: usize| -> f64 { mixing[at * HIDDEN..][..HIDDEN].iter().zip(&z).map(|(a, z)| a * z).sum() };
        let seen: Vec<f64> = (0..FEATURES).map(|at| feature(at).tanh()).collect();
        rows.push(seen.into_iter().map(|value| value + 0.1 * normal()).collect::<Vec<_>>());
        y.push((cluster % CLASSES) as u32);
    }
    let all = Set { x: Matrix::from_rows(&rows)?, y };
    let change = turn(FEATURES, discrepancy, &mut random);
    divide(&all, [1200, 800], CLASSES, &mut random, change)
}

/// MNIST against MNIST with a share of its pixels exchanged: 1,000 digits of the source, 600 of the target, 400 held out.
pub(crate) fn exchanged(digits: &Set, discrepancy: f64, seed: u64) -> Result<Problem, Box<dyn Error>> {
    let mut random = Stream::new(seed, 12);
    let change = exchange(digits.x.cols(), discrepancy, &mut random);
    divide(digits, [1000, 600], 10, &mut random, change)
}

/// Digits of 16 × 16 pixels: `NAME_X.npy` and `NAME_y.npy`.
pub(crate) fn digits(folder: &Path, name: &str) -> Result<Set, Box<dyn Error>> {
    let (rows, cols, data) = read_npy(&folder.join(format!("{name}_X.npy")))?;
    let (_, _, classes) = read_npy(&folder.join(format!("{name}_y.npy")))?;
    Ok(Set { x: Matrix::new(rows, cols, data)?, y: classes.into_iter().map(|class| class as u32).collect() })
}

/// Each digit's pixels by the root of their sum of squares, times a length: the offices' pens differ in width.
pub(crate) fn of_length(digits: &Set, length: f64) -> Result<Set, hesper_learn::Error> {
    let one = |row: usize| {
        let row = digits.x.row(row);
        let norm = row.iter().map(|value| value * value).sum::<f64>().sqrt();
        row.iter().map(|value| length * value / norm.max(1e-9)).collect::<Vec<f64>>()
    };
    let rows: Vec<_> = (0..digits.y.len()).map(one).collect();
    Ok(Set { x: Matrix::from_rows(&rows)?, y: digits.y.clone() })
}

/// A table of 32- or 64-bit numbers in NumPy's format, version 1; further dimensions are columns.
fn read_npy(path: &Path) -> Result<(usize, usize, Vec<f64>), Box<dyn Error>> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let wrong = || format!("{} is no table in NumPy's format that is understood here", path.display());
    let length = bytes.get(8..10).ok_or_else(wrong)?;
    let start = 10 + usize::from(u16::from_le_bytes([length[0], length[1]]));
    let header = String::from_utf8_lossy(bytes.get(10..start).ok_or_else(wrong)?).into_owned();
    let shape = header.split(['(', ')']).nth(1).ok_or_else(wrong)?;
    let shape: Vec<usize> = shape.split(',').filter_map(|size| size.trim().parse().ok()).collect();
    let (rows, cols) = (*shape.first().ok_or_else(wrong)?, shape[1..].iter().product::<usize>());
    let body = &bytes[start..];
    let data: Vec<f64> = if header.contains("<f4") {
        body.as_chunks::<4>().0.iter().map(|number| f64::from(f32::from_le_bytes(*number))).collect()
    } else if header.contains("<f8") {
        body.as_chunks::<8>().0.iter().map(|number| f64::from_le_bytes(*number)).collect()
    } else {
        return Err(wrong().into());
    };
    if data.len() != rows * cols || header.contains("True") {
        return Err(wrong().into());
    }
    Ok((rows, cols, data))
}
