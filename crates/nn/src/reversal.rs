use burn_tensor::Tensor;

/// Gives `x` as it is, but sends derivatives back times `-factor` (Ganin et al. 2016, Journal of Machine Learning Research 17,
/// 59: the gradient reversal layer). What learns behind it from its loss makes what lies before it unlearn the same.
///
/// With a factor of 0 no derivative comes through.
pub fn reverse_gradient(x: Tensor<2>, factor: f32) -> Tensor<2> {
    let fixed = x.clone().detach();
    // The bracket is 0, exactly, and its derivative −1.
    fixed.clone() + (fixed - x) * factor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_and_derivatives_turn() {
        let device = burn_tensor::Device::flex().autodiff();
        let x = Tensor::<2>::from_floats([[1.5, -0.1]], &device).require_grad();
        let there = reverse_gradient(x.clone(), 0.3);
        assert_eq!(there.clone().try_into_vec_as::<f32>().unwrap(), [1.5, -0.1]);
        let mut gradients = there.square().sum().backward();
        let back = x.grad_remove(&mut gradients).unwrap().try_into_vec_as::<f32>().unwrap();
        assert!((back[0] + 0.9).abs() < 1e-6 && (back[1] - 0.06).abs() < 1e-6, "{back:?}");
    }
}
