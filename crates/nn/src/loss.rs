use burn_tensor::{Tensor, activation};

/// Weighted cross-entropy between outputs and target shares, both rows × classes:
/// −Σ over rows and classes of target · ln softmax(output), divided by the number of rows.
///
/// A target row is the row's weight, divided by the mean weight of all rows, at the row's class and 0 elsewhere; shares
/// over several classes do as well.
pub fn cross_entropy(outputs: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let rows = outputs.dims()[0].max(1) as f32;
    (activation::log_softmax(outputs, 1) * targets).sum() / -rows
}

/// Half the mean squared difference, over all values.
pub fn squared_error(outputs: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    (outputs - targets).square().mean() * 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_those_of_the_formulas() {
        let device = burn_tensor::Device::flex();
        let tensor = |values: [[f32; 2]; 2]| Tensor::<2>::from_floats(values, &device);
        let outputs = tensor([[1.0, 3.0], [0.0, 0.0]]);
        let loss: f32 = cross_entropy(outputs.clone(), tensor([[0.5, 0.0], [0.0, 1.5]])).into_scalar();
        // Softmax by hand: −(0.5 ln(1/(1 + e²)) + 1.5 ln(1/2)) / 2.
        let expected = (0.5 * (1.0 + 2f32.exp()).ln() + 1.5 * 2f32.ln()) / 2.0;
        assert!((loss - expected).abs() < 1e-6, "{loss} is not {expected}");
        let loss: f32 = squared_error(outputs, tensor([[0.0, 1.0], [2.0, 0.0]])).into_scalar();
        assert!((loss - 9.0 / 8.0).abs() < 1e-6, "{loss}");
    }
}
