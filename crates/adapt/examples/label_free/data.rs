//! Pairs of domains whose target classes are known, for reporting alone.

use std::error::Error;
use std::path::{Path, PathBuf};

use hesper_learn::Matrix;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A labelled source, a target, and the target's classes.
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) x: Matrix,
    pub(crate) y: Vec<u32>,
    pub(crate) t: Matrix,
    pub(crate) truth: Vec<u32>,
    pub(crate) n_classes: usize,
}

impl Pair {
    fn new(name: &str, source: (Matrix, Vec<u32>), target: (Matrix, Vec<u32>)) -> Self {
        let n_classes = source.1.iter().chain(&target.1).max().map_or(0, |class| *class as usize + 1);
        Self { name: name.to_owned(), x: source.0, y: source.1, t: target.0, truth: target.1, n_classes }
    }

    /// At most so many objects of each domain, drawn at random; four of five at most, so that each draw is another.
    pub(crate) fn drawn(&self, most: usize, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut part = |x: &Matrix, y: &[u32]| {
            let mut rows: Vec<usize> = (0..y.len()).collect();
            rows.shuffle(&mut random);
            rows.truncate(most.min(y.len() * 4 / 5));
            rows.sort_unstable();
            (x.select_rows(&rows), rows.iter().map(|&row| y[row]).collect())
        };
        let (source, target) = (part(&self.x, &self.y), part(&self.t, &self.truth));
        Self { n_classes: self.n_classes, ..Self::new(&self.name, source, target) }
    }
}

fn root() -> PathBuf {
    std::env::var_os("HESPER_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from)
}

/// Comma-separated numbers without a header, the class last.
fn csv(path: &Path) -> Result<(Matrix, Vec<u32>)> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let (mut rows, mut classes) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let values = line
            .split(',')
            .map(|field| field.trim().parse::<f64>())
            .collect::<std::result::Result<Vec<_>, _>>()?;
        let (class, features) = values.split_last().ok_or("an empty line")?;
        rows.push(features.to_vec());
        classes.push(*class as u32);
    }
    Ok((Matrix::from_rows(&rows)?, classes))
}

/// Classes from 0.
fn from_zero(mut domains: [(Matrix, Vec<u32>); 2]) -> [(Matrix, Vec<u32>); 2] {
    let first = domains.iter().flat_map(|(_, y)| y).min().copied().unwrap_or(0);
    domains.iter_mut().for_each(|(_, y)| y.iter_mut().for_each(|class| *class -= first));
    domains
}

pub(crate) fn pair_of_files(source: &str, target: &str) -> Result<Pair> {
    let [source_data, target_data] = from_zero([csv(Path::new(source))?, csv(Path::new(target))?]);
    Ok(Pair::new(source, source_data, target_data))
}

fn mars() -> Result<Pair> {
    let folder = root().join("mars_landforms");
    let [source, target] =
        from_zero([csv(&folder.join("mars-src.csv"))?, csv(&folder.join("mars-tgt.csv"))?]);
    Ok(Pair::new("mars", source, target))
}

/// Supernovae, of which those with a high first feature came into the source more often: 1/(1 + exp(−z)).
fn supernovae() -> Result<Pair> {
    let (x, y) = csv(&root().join("supernova_spec/supernova-src.csv"))?;
    let first = x.column(0);
    let mean = first.iter().sum::<f64>() / first.len() as f64;
    let deviation = (first.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / first.len() as f64).sqrt();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (source, target): (Vec<usize>, Vec<usize>) = (0..y.len()).partition(|&row| {
        random.random::<f64>() < 1.0 / (1.0 + (-1.5 * (first[row] - mean) / deviation).exp())
    });
    let part = |rows: &[usize]| (x.select_rows(rows), rows.iter().map(|&row| y[row]).collect());
    Ok(Pair::new("supernovae", part(&source), part(&target)))
}

/// A table of 32- or 64-bit numbers as NumPy writes it.
fn npy(path: &Path) -> Result<Vec<f64>> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let (header, data) =
        (String::from_utf8_lossy(&bytes[10..10 + length]).into_owned(), &bytes[10 + length..]);
    Ok(if header.contains("<f4") {
        data.as_chunks::<4>().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect()
    } else {
        data.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
    })
}

/// Digits of 16 × 16 pixels as the means of 2 × 2.
fn digits(from: &str, to: &str) -> Result<Pair> {
    let read = |name: &str| -> Result<(Matrix, Vec<u32>)> {
        let folder = root().join("digits");
        let y: Vec<u32> =
            npy(&folder.join(format!("{name}_y.npy")))?.iter().map(|class| *class as u32).collect();
        let pixels = npy(&folder.join(format!("{name}_X.npy")))?;
        let mut data = Vec::with_capacity(y.len() * 64);
        for image in pixels.chunks_exact(256) {
            for (row, column) in (0..8).flat_map(|row| (0..8).map(move |column| (row, column))) {
                let at = row * 32 + column * 2;
                data.push((image[at] + image[at + 1] + image[at + 16] + image[at + 17]) / 4.0);
            }
        }
        Ok((Matrix::new(y.len(), 64, data)?, y))
    };
    Ok(Pair::new(&format!("{from}-{to}"), read(from)?, read(to)?))
}

/// Sums of twelve uniform numbers less 6: near enough to normal.
fn normal(random: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0
}

/// Two classes in 5 features, and one of four kinds of shift.
fn synthetic(kind: &str) -> Result<Pair> {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let mut domain = |target: bool| -> Result<(Matrix, Vec<u32>)> {
        let (mut rows, mut y) = (Vec::new(), Vec::new());
        while y.len() < 500 {
            let share = if target && kind == "prior" { 0.85 } else { 0.4 };
            let class = u32::from(random.random::<f64>() < share);
            let mut row: Vec<f64> = (0..5).map(|_| normal(&mut random)).collect();
            row[0] += 1.6 * f64::from(class);
            row[1] += row[0] * row[0] * 0.4;
            // Objects are kept by what they look like, so that like objects stay of like classes.
            let odds = 1.5 * row[0] + row[2] - 1.0;
            if kind == "covariate"
                && random.random::<f64>() > 1.0 / (1.0 + (if target { -odds } else { odds }).exp())
            {
                continue;
            }
            if target && kind == "calibration" {
                row.iter_mut()
                    .enumerate()
                    .for_each(|(at, value)| *value = *value * (1.5 + 0.3 * at as f64) + 1.0);
            }
            if target && kind == "concept" {
                (row[0], row[2]) = (0.3 * row[0] - 0.95 * row[2], 0.95 * row[0] + 0.3 * row[2]);
            }
            rows.push(row);
            y.push(class);
        }
        Ok((Matrix::from_rows(&rows)?, y))
    };
    let (source, target) = (domain(false)?, domain(true)?);
    Ok(Pair::new(kind, source, target))
}

/// The three sets that scores are judged by, then those that only the guard is judged by.
pub(crate) fn judged() -> Result<Vec<Pair>> {
    Ok(vec![mars()?, supernovae()?, digits("mnist", "usps")?])
}

pub(crate) fn guarded() -> Result<Vec<Pair>> {
    let mut all = judged()?;
    all.push(digits("usps", "mnist")?);
    for kind in ["none", "covariate", "prior", "calibration", "concept"] {
        all.push(synthetic(kind)?);
    }
    Ok(all)
}
