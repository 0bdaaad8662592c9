use burn_tensor::{Tensor, TensorData};

use crate::{ParameterId, Stream};

/// One pass of a batch through networks: the parameters as tensors and, while learning, the random numbers.
///
/// A loss gets it from the training loop and hands it to [`crate::Network::forward`].
#[derive(Debug)]
pub struct Pass<'a> {
    leaves: &'a [Tensor<2>],
    device: &'a burn_tensor::Device,
    random: Option<&'a mut Stream>,
    /// The batch's statistics, as (parameter, mean or variance of each unit).
    pub(crate) statistics: Vec<(ParameterId, Vec<f32>)>,
}

impl<'a> Pass<'a> {
    pub(crate) fn new(
        leaves: &'a [Tensor<2>],
        device: &'a burn_tensor::Device,
        random: Option<&'a mut Stream>,
    ) -> Self {
        Self { leaves, device, random, statistics: Vec::new() }
    }

    /// A parameter as a tensor; while learning, derivatives are taken with respect to it.
    pub fn parameter(&self, id: ParameterId) -> Tensor<2> {
        self.leaves[id.0].clone()
    }

    /// Where the tensors are; tensors made here go with the parameters.
    pub fn device(&self) -> &burn_tensor::Device {
        self.device
    }

    /// The random numbers, while learning; nothing while judging, when nothing is to be random.
    pub fn random(&mut self) -> Option<&mut Stream> {
        self.random.as_deref_mut()
    }

    /// Whether the networks are learning, and not being judged.
    pub fn is_learning(&self) -> bool {
        self.random.is_some()
    }

    /// While learning, sets each value to 0 with this probability and makes up for it in the others (Srivastava et al.
    /// 2014, Journal of Machine Learning Research 15, 1929).
    pub fn dropout(&mut self, x: Tensor<2>, probability: f32) -> Tensor<2> {
        let Some(random) = self.random.as_deref_mut().filter(|_| probability > 0.0) else {
            return x;
        };
        let [rows, columns] = x.dims();
        let kept = 1.0 / (1.0 - probability);
        let mask = |_| if random.uniform() < probability { 0.0 } else { kept };
        let mask: Vec<f32> = (0..rows * columns).map(mask).collect();
        x * Tensor::from_data(TensorData::new(mask, [rows, columns]), self.device)
    }
}
