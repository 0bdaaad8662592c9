use super::DenseNetwork;
use crate::{Classifier, Error, Matrix, TensorMap};

/// Networks of one shape whose probabilities are averaged; with a single one, that network.
#[derive(Clone, Debug, PartialEq)]
pub struct DenseEnsemble {
    networks: Vec<DenseNetwork>,
}

impl DenseEnsemble {
    /// Puts networks together.
    ///
    /// # Errors
    /// When there is none, or they differ in inputs, activation, widths or normalisation.
    pub fn new(networks: Vec<DenseNetwork>) -> Result<Self, Error> {
        let Some(first) = networks.first() else {
            return Err(Error::Empty("the ensemble"));
        };
        for network in &networks[1..] {
            Error::check_length("inputs of a network", first.inputs(), network.inputs())?;
            Error::check_length("layers of a network", first.layers().len(), network.layers().len())?;
            for (a, b) in first.layers().iter().zip(network.layers()) {
                Error::check_length("units of a layer", a.biases.len(), b.biases.len())?;
                if a.norm.is_some() != b.norm.is_some() || first.activation() != network.activation() {
                    let value = "different".to_owned();
                    let limit = "the same in all networks of an ensemble";
                    return Err(Error::Parameter { name: "activation or normalisation", value, limit });
                }
            }
        }
        Ok(Self { networks })
    }

    /// The networks.
    pub fn networks(&self) -> &[DenseNetwork] {
        &self.networks
    }
}

impl Classifier for DenseEnsemble {
    fn n_classes(&self) -> usize {
        self.networks[0].n_classes()
    }

    fn n_features(&self) -> usize {
        self.networks[0].inputs()
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        let mut mean = self.networks[0].predict_proba(x)?;
        for network in &self.networks[1..] {
            let other = network.predict_proba(x)?;
            mean.data_mut().iter_mut().zip(other.data()).for_each(|(sum, value)| *sum += value);
        }
        let count = self.networks.len() as f64;
        mean.data_mut().iter_mut().for_each(|value| *value /= count);
        Ok(mean)
    }

    fn importances(&self) -> Option<Vec<f64>> {
        None
    }

    /// The probabilities by each network; nothing when there is only one.
    fn members(&self, x: &Matrix) -> Result<Option<Vec<Matrix>>, Error> {
        if self.networks.len() == 1 {
            return Ok(None);
        }
        self.networks.iter().map(|network| network.predict_proba(x)).collect::<Result<_, _>>().map(Some)
    }

    /// The outputs of the last hidden layers, those of one network after those of the other.
    fn embedding(&self, x: &Matrix) -> Result<Option<Matrix>, Error> {
        let parts = self.networks.iter().map(|network| network.run(x, network.layers().len() - 1));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        let width = parts.iter().map(Matrix::cols).sum::<usize>();
        let values = (0..x.rows()).flat_map(|row| parts.iter().flat_map(move |part| part.row(row)));
        Matrix::new(x.rows(), width, values.copied().collect()).map(Some)
    }

    fn tensors(&self) -> Option<TensorMap> {
        Some(super::tensors::to_tensors(&self.networks))
    }
}
