//! The product of many rows with one matrix of weights.

/// Columns that are summed side by side: two vector registers of the oldest 64-bit processors.
const COLUMNS: usize = 8;
/// Rows that are summed side by side: with [`COLUMNS`] columns their sums fill the registers and leave room for the rest.
const ROWS: usize = 4;

/// The weights of a layer, inputs × outputs, in the order in which the product reads them: panels of [`COLUMNS`] columns,
/// the last filled up with zeros, and in each panel row after row.
#[derive(Clone, Debug)]
pub(super) struct Panels {
    inputs: usize,
    outputs: usize,
    values: Vec<f32>,
}

impl Panels {
    /// From `inputs × outputs` weights, row after row.
    pub(super) fn new(inputs: usize, outputs: usize, weights: &[f32]) -> Self {
        let mut values = vec![0.0; inputs * outputs.next_multiple_of(COLUMNS)];
        for (input, row) in weights.chunks_exact(outputs).enumerate() {
            for (output, &weight) in row.iter().enumerate() {
                let (panel, column) = (output / COLUMNS, output % COLUMNS);
                values[(panel * inputs + input) * COLUMNS + column] = weight;
            }
        }
        Self { inputs, outputs, values }
    }

    /// `out = x · weights + biases` for rows of `x`. Sums run over the inputs in their order, whatever the other rows.
    pub(super) fn multiply(&self, x: &[f32], biases: &[f32], out: &mut [f32]) {
        let rows = x.chunks(ROWS * self.inputs).zip(out.chunks_mut(ROWS * self.outputs));
        for (x, out) in rows {
            for (panel, weights) in self.values.chunks_exact(self.inputs * COLUMNS).enumerate() {
                let start = panel * COLUMNS;
                let columns = start..self.outputs.min(start + COLUMNS);
                if x.len() == ROWS * self.inputs {
                    let x: [&[f32]; ROWS] = std::array::from_fn(|row| &x[row * self.inputs..][..self.inputs]);
                    let sums = sums(x, weights);
                    for (out, sums) in out.chunks_exact_mut(self.outputs).zip(&sums) {
                        finish(&mut out[columns.clone()], sums, &biases[columns.clone()]);
                    }
                } else {
                    let rows = x.chunks_exact(self.inputs).zip(out.chunks_exact_mut(self.outputs));
                    for (x, out) in rows {
                        let [sums] = sums([x], weights);
                        finish(&mut out[columns.clone()], &sums, &biases[columns.clone()]);
                    }
                }
            }
        }
    }
}

/// The sums of some rows over one panel.
#[inline]
fn sums<const N: usize>(x: [&[f32]; N], weights: &[f32]) -> [[f32; COLUMNS]; N] {
    let mut sums = [[0.0; COLUMNS]; N];
    for (input, weights) in weights.as_chunks::<COLUMNS>().0.iter().enumerate() {
        for (sums, x) in sums.iter_mut().zip(x) {
            let x = x[input];
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += x * weight;
            }
        }
    }
    sums
}

fn finish(out: &mut [f32], sums: &[f32; COLUMNS], biases: &[f32]) {
    for ((out, sum), bias) in out.iter_mut().zip(sums).zip(biases) {
        *out = sum + bias;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_plain_sum(rows in 0usize..11, inputs in 1usize..20, outputs in 1usize..20, seed in 0u32..1000) {
            let value = |at: usize| ((at as u32).wrapping_mul(2_654_435_761).wrapping_add(seed * 97) % 2001) as f32 / 1000.0 - 1.0;
            let x: Vec<f32> = (0..rows * inputs).map(value).collect();
            let weights: Vec<f32> = (0..inputs * outputs).map(|at| value(at + 7919)).collect();
            let biases: Vec<f32> = (0..outputs).map(|at| value(at + 104_729)).collect();
            let mut out = vec![f32::NAN; rows * outputs];
            Panels::new(inputs, outputs, &weights).multiply(&x, &biases, &mut out);
            for row in 0..rows {
                for output in 0..outputs {
                    let expected: f32 =
                        (0..inputs).map(|input| x[row * inputs + input] * weights[input * outputs + output]).sum();
                    prop_assert_eq!(out[row * outputs + output], expected + biases[output]);
                }
            }
        }
    }
}
