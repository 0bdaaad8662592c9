use burn_tensor::{Gradients, Tensor, TensorData};

/// Which tensor of [`Parameters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterId(pub(crate) usize);

/// What learning does with a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Learned, and pulled towards zero by weight decay.
    Weight,
    /// Learned without weight decay: biases, gains, shifts.
    Free,
    /// Not learned: running means and variances of batches.
    Statistic,
}

/// The numbers that learning changes: tensors of one network or of several that learn together. They stay in plain memory,
/// where the optimiser works on them; every pass makes tensors of them, which for small networks costs next to nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    pub(crate) tensors: Vec<Parameter>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) shape: [usize; 2],
    pub(crate) role: Role,
    pub(crate) values: Vec<f32>,
}

impl Parameters {
    /// Adds a tensor of `rows × columns` values, row after row; biases have one row.
    ///
    /// # Panics
    /// When there are not `rows * columns` values.
    pub fn add(&mut self, rows: usize, columns: usize, role: Role, values: Vec<f32>) -> ParameterId {
        assert_eq!(values.len(), rows * columns, "values of a tensor of {rows} × {columns}");
        self.tensors.push(Parameter { shape: [rows, columns], role, values });
        ParameterId(self.tensors.len() - 1)
    }

    /// The values of a tensor, row after row.
    pub fn values(&self, id: ParameterId) -> &[f32] {
        &self.tensors[id.0].values
    }

    /// The values of a tensor, to be changed.
    pub fn values_mut(&mut self, id: ParameterId) -> &mut [f32] {
        &mut self.tensors[id.0].values
    }

    /// The tensors on a device; on one with derivatives those that are learned become the leaves.
    pub(crate) fn leaves(&self, device: &burn_tensor::Device) -> Vec<Tensor<2>> {
        let leaf = |parameter: &Parameter| {
            let data = TensorData::new(parameter.values.clone(), parameter.shape);
            let tensor = Tensor::from_data(data, device);
            match parameter.role {
                Role::Statistic => tensor,
                _ if device.is_autodiff() => tensor.require_grad(),
                _ => tensor,
            }
        };
        self.tensors.iter().map(leaf).collect()
    }
}

/// The derivatives with respect to each leaf, in plain memory; empty where there is none.
pub(crate) fn derivatives(leaves: &[Tensor<2>], gradients: &mut Gradients) -> Vec<Vec<f32>> {
    let one = |leaf: &Tensor<2>| {
        leaf.grad_remove(gradients)
            .and_then(|gradient| gradient.try_into_vec_as::<f32>().ok())
            .unwrap_or_default()
    };
    leaves.iter().map(one).collect()
}
