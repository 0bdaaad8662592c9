//! From margins to probabilities, and how the loss changes with them.

use rayon::prelude::*;

use super::sums::{Scale, Sum};

/// Rows that are worked on together; sums over them are added in their order.
const CHUNK: usize = 8192;

/// Turns the margins of rows, `margins` for each, into probabilities: of the second class for one margin, of each class
/// for more.
pub(super) fn to_probabilities(values: &mut [f64], margins: usize) {
    match margins {
        0 => {}
        1 => values.iter_mut().for_each(|value| *value = 1.0 / (1.0 + (-*value).exp())),
        _ => values.chunks_exact_mut(margins).for_each(|row| {
            let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            row.iter_mut().for_each(|value| *value = (*value - largest).exp());
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|value| *value /= sum);
        }),
    }
}

/// What the loss is made of.
pub(super) struct Objective<'a> {
    /// For each row its class as a place among those present.
    pub(super) classes: &'a [u32],
    pub(super) weights: Option<&'a [f64]>,
    /// 1 for two classes, else the number of classes.
    pub(super) margins: usize,
}

impl Objective<'_> {
    /// The margins of no tree: the log-odds of the second class or the logarithms of the classes' shares.
    pub(super) fn start(&self) -> Vec<f64> {
        let mut shares = vec![0.0; self.margins.max(2)];
        for (row, &class) in self.classes.iter().enumerate() {
            shares[class as usize] += self.weight(row);
        }
        let sum: f64 = shares.iter().sum();
        match self.margins {
            0 => Vec::new(),
            1 => vec![(shares[1] / shares[0]).ln()],
            _ => shares.iter().map(|share| (share / sum).ln()).collect(),
        }
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    /// The derivatives of all rows by one margin, from the rows' probabilities.
    pub(super) fn derivatives(&self, probabilities: &[f64], margin: usize, rows: &mut Vec<Sum>) -> Scale {
        let count = self.classes.len();
        let class = if self.margins == 1 { 1 } else { margin as u32 };
        let factor = if self.margins == 1 { 1.0 } else { self.margins as f64 / (self.margins as f64 - 1.0) };
        let derivatives = |row: usize| {
            let (share, weight) = (probabilities[row * self.margins + margin], self.weight(row));
            let truth = f64::from(u8::from(self.classes[row] == class));
            (weight * (share - truth), weight * factor * share * (1.0 - share))
        };
        let sum_chunk = |chunk: usize| {
            let rows = chunk * CHUNK..count.min((chunk + 1) * CHUNK);
            rows.map(derivatives)
                .fold((0.0, 0.0), |sum, (gradient, hessian)| (sum.0 + gradient.abs(), sum.1 + hessian))
        };
        let sums: Vec<(f64, f64)> = match count.div_ceil(CHUNK) {
            1 => vec![sum_chunk(0)],
            chunks => (0..chunks).into_par_iter().map(sum_chunk).collect(),
        };
        let (gradients, hessians) = sums.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        let scale = Scale::new(count, gradients, hessians);
        rows.resize(count, Sum::ZERO);
        let fill = |(chunk, rows): (usize, &mut [Sum])| {
            for (place, sum) in rows.iter_mut().enumerate() {
                let (gradient, hessian) = derivatives(chunk * CHUNK + place);
                *sum = scale.row(gradient, hessian);
            }
        };
        if count <= CHUNK {
            fill((0, rows));
        } else {
            rows.par_chunks_mut(CHUNK).enumerate().for_each(fill);
        }
        scale
    }

    /// Mean log-loss of the rows' probabilities.
    pub(super) fn log_loss(&self, probabilities: &[f64]) -> f64 {
        let (mut loss, mut sum) = (0.0, 0.0);
        for (row, &class) in self.classes.iter().enumerate() {
            let share = match self.margins {
                1 if class == 0 => 1.0 - probabilities[row],
                1 => probabilities[row],
                _ => probabilities[row * self.margins + class as usize],
            };
            loss -= self.weight(row) * share.max(f64::MIN_POSITIVE).ln();
            sum += self.weight(row);
        }
        loss / sum
    }
}
