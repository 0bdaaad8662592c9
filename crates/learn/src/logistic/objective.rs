//! The penalised log-likelihood, its gradient and its second derivatives, summed over fixed blocks of rows in their
//! order, so that the number of threads changes nothing.

use rayon::prelude::*;

use super::cholesky::dot;

/// Rows that are summed by one task.
const BLOCK_ROWS: usize = 1024;

/// Σ_i w_i ℓ(x_i, y_i; θ) + |θ without intercepts|² / (2 C), where ℓ is the negative logarithm of the probability of the
/// row's class. θ holds, for each output, a coefficient for each feature and the intercept.
pub(super) struct Objective {
    /// Features and a 1, row after row.
    pub(super) x: Vec<f64>,
    /// The number of features plus 1.
    pub(super) width: usize,
    pub(super) weights: Vec<f64>,
    /// The class of each row.
    pub(super) y: Vec<u32>,
    /// One output per class; or 1, the logit of class 1 against class 0.
    pub(super) outputs: usize,
    /// 1 / C.
    pub(super) penalty: f64,
}

/// The objective at a point.
pub(super) struct Evaluation {
    pub(super) value: f64,
    pub(super) gradient: Vec<f64>,
    /// Rows × outputs.
    pub(super) probabilities: Vec<f64>,
}

impl Objective {
    pub(super) fn dimension(&self) -> usize {
        self.width * self.outputs
    }

    pub(super) fn evaluate(&self, theta: &[f64]) -> Evaluation {
        let (outputs, width) = (self.outputs, self.width);
        let mut probabilities = vec![0.0; self.y.len() * outputs];
        let blocks: Vec<(f64, Vec<f64>)> = probabilities
            .par_chunks_mut(BLOCK_ROWS * outputs)
            .enumerate()
            .map(|(block, probabilities)| {
                let (mut value, mut gradient) = (0.0, vec![0.0; theta.len()]);
                let first = block * BLOCK_ROWS;
                for (row, p) in (first..).zip(probabilities.chunks_exact_mut(outputs)) {
                    let (x, weight, class) = (self.row(row), self.weights[row], self.y[row]);
                    for (p, theta) in p.iter_mut().zip(theta.chunks_exact(width)) {
                        *p = dot(x, theta);
                    }
                    value += weight * loss_and_probabilities(p, class);
                    for (output, (p, gradient)) in p.iter().zip(gradient.chunks_exact_mut(width)).enumerate()
                    {
                        let truth = if outputs == 1 { class == 1 } else { class as usize == output };
                        let residual = weight * (p - f64::from(u8::from(truth)));
                        gradient.iter_mut().zip(x).for_each(|(sum, x)| *sum += residual * x);
                    }
                }
                (value, gradient)
            })
            .collect();
        let (mut value, mut gradient) = (0.0, vec![0.0; theta.len()]);
        for (part, parts) in blocks {
            value += part;
            gradient.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        }
        for (theta, gradient) in theta.chunks_exact(width).zip(gradient.chunks_exact_mut(width)) {
            for (theta, gradient) in theta.iter().zip(gradient).take(width - 1) {
                value += 0.5 * self.penalty * theta * theta;
                *gradient += self.penalty * theta;
            }
        }
        Evaluation { value, gradient, probabilities }
    }

    fn row(&self, row: usize) -> &[f64] {
        &self.x[row * self.width..(row + 1) * self.width]
    }

    /// The matrix of second derivatives, its lower triangle at least, row after row.
    pub(super) fn hessian(&self, probabilities: &[f64]) -> Vec<f64> {
        let (width, dimension) = (self.width, self.dimension());
        let pairs: Vec<(usize, usize)> =
            (0..self.outputs).flat_map(|a| (0..=a).map(move |b| (a, b))).collect();
        let blocks: Vec<usize> = (0..self.y.len()).step_by(BLOCK_ROWS).collect();
        let mut hessian = vec![0.0; dimension * dimension];
        // As many blocks at a time as keep the threads busy without holding all their sums.
        for blocks in blocks.chunks(16) {
            let tasks: Vec<(usize, usize, usize)> =
                blocks.iter().flat_map(|&first| pairs.iter().map(move |&(a, b)| (first, a, b))).collect();
            let parts: Vec<Vec<f64>> =
                tasks.par_iter().map(|&(first, a, b)| self.products(probabilities, first, a, b)).collect();
            for ((_, a, b), part) in tasks.into_iter().zip(parts) {
                for (row, part) in part.chunks_exact(width).enumerate() {
                    let start = (a * width + row) * dimension + b * width;
                    hessian[start..start + width].iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
                }
            }
        }
        for at in 0..dimension {
            if at % width != width - 1 {
                hessian[at * dimension + at] += self.penalty;
            }
        }
        hessian
    }

    /// Σ_i w_i p_ia (δ_ab − p_ib) x_i x_iᵀ over a block of rows: all of it, though it is symmetric.
    fn products(&self, probabilities: &[f64], first: usize, a: usize, b: usize) -> Vec<f64> {
        let width = self.width;
        let mut sums = vec![0.0; width * width];
        let end = (first + BLOCK_ROWS).min(self.y.len());
        let mut factors = [0.0; 4];
        for start in (first..end).step_by(4) {
            let count = (end - start).min(4);
            for (lane, factor) in factors.iter_mut().enumerate() {
                // A row beyond the end counts nothing.
                *factor = if lane < count {
                    let p = &probabilities[(start + lane) * self.outputs..];
                    let own = if self.outputs == 1 || a == b { 1.0 } else { 0.0 };
                    self.weights[start + lane] * p[a] * (own - p[b])
                } else {
                    0.0
                };
            }
            let rows: [&[f64]; 4] = std::array::from_fn(|lane| self.row(start + lane.min(count - 1)));
            for (row, sums) in sums.chunks_exact_mut(width).enumerate() {
                let scaled: [f64; 4] = std::array::from_fn(|lane| factors[lane] * rows[lane][row]);
                let sums = &mut sums[..row + 1];
                let [r0, r1, r2, r3] = rows.map(|values| &values[..row + 1]);
                for (((sum, x0), x1), (x2, x3)) in sums.iter_mut().zip(r0).zip(r1).zip(r2.iter().zip(r3)) {
                    *sum += (scaled[0] * x0 + scaled[1] * x1) + (scaled[2] * x2 + scaled[3] * x3);
                }
            }
        }
        for row in 0..width {
            for col in 0..row {
                sums[col * width + row] = sums[row * width + col];
            }
        }
        sums
    }

    /// The second derivatives times a vector.
    pub(super) fn hessian_times(&self, probabilities: &[f64], vector: &[f64]) -> Vec<f64> {
        let (outputs, width) = (self.outputs, self.width);
        let parts: Vec<Vec<f64>> = probabilities
            .par_chunks(BLOCK_ROWS * outputs)
            .enumerate()
            .map(|(block, probabilities)| {
                let (mut sums, mut along) = (vec![0.0; vector.len()], vec![0.0; outputs]);
                for (row, p) in (block * BLOCK_ROWS..).zip(probabilities.chunks_exact(outputs)) {
                    let x = self.row(row);
                    for (along, vector) in along.iter_mut().zip(vector.chunks_exact(width)) {
                        *along = dot(x, vector);
                    }
                    let mean: f64 = p.iter().zip(&along).map(|(p, along)| p * along).sum();
                    for ((p, along), sums) in p.iter().zip(&along).zip(sums.chunks_exact_mut(width)) {
                        let factor = self.weights[row] * p * (along - mean);
                        sums.iter_mut().zip(x).for_each(|(sum, x)| *sum += factor * x);
                    }
                }
                sums
            })
            .collect();
        let mut product = vec![0.0; vector.len()];
        for part in parts {
            product.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        for (at, (product, value)) in product.iter_mut().zip(vector).enumerate() {
            if at % width != width - 1 {
                *product += self.penalty * value;
            }
        }
        product
    }

    /// The diagonal of the second derivatives.
    pub(super) fn diagonal(&self, probabilities: &[f64]) -> Vec<f64> {
        let mut diagonal = vec![0.0; self.dimension()];
        for (row, p) in probabilities.chunks_exact(self.outputs).enumerate() {
            for (p, sums) in p.iter().zip(diagonal.chunks_exact_mut(self.width)) {
                let factor = self.weights[row] * p * (1.0 - p);
                sums.iter_mut().zip(self.row(row)).for_each(|(sum, x)| *sum += factor * x * x);
            }
        }
        for (at, sum) in diagonal.iter_mut().enumerate() {
            if at % self.width != self.width - 1 {
                *sum += self.penalty;
            }
        }
        diagonal
    }
}

/// Logits become probabilities; the loss is −ln of that of the class.
fn loss_and_probabilities(p: &mut [f64], class: u32) -> f64 {
    if let [logit] = p {
        let against = if class == 1 { -*logit } else { *logit };
        let loss = if against > 0.0 { against + (-against).exp().ln_1p() } else { against.exp().ln_1p() };
        *logit = 1.0 / (1.0 + (-*logit).exp());
        return loss;
    }
    let largest = p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let own = p[class as usize] - largest;
    p.iter_mut().for_each(|logit| *logit = (*logit - largest).exp());
    let sum: f64 = p.iter().sum();
    p.iter_mut().for_each(|value| *value /= sum);
    sum.ln() - own
}
