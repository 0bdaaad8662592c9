use hesper_learn::{Activation, Classifier, DenseEnsemble, DenseNetwork, Error, Learner, TrainingSet, split};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Architecture, Device, Norm, Parameters, Rows, Schedule, Stream, Training, cross_entropy};

/// The parameters of a multi-layer perceptron: hidden layers, and softmax over the classes.
///
/// Features should be scaled to about −2…2, and none may be missing: give the learner inside
/// `hesper_learn`'s preparing wrapper, or prepared tables.
///
/// ```
/// use hesper_learn::{Learner, Matrix, TrainingSet};
/// use hesper_nn::MlpParams;
/// let x = Matrix::from_rows(&[[-1.0], [-0.8], [0.9], [1.0]])?;
/// let mlp = MlpParams { hidden: vec![8], ..Default::default() };
/// let classifier = mlp.fit(&TrainingSet { x: &x, y: &[0, 0, 1, 1], weights: None, n_classes: 2 }, 1)?;
/// assert!(classifier.predict_proba(&Matrix::from_rows(&[[-0.9]])?)?.row(0)[0] > 0.7);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MlpParams {
    /// The widths of the hidden layers; none make a multinomial logistic regression. Default 64, 64.
    pub hidden: Vec<usize>,
    /// What comes after each hidden layer. Default: ReLU.
    pub activation: Activation,
    /// The share of each hidden layer's outputs that is left out while learning, in [0, 1). Default 0.
    pub dropout: f32,
    /// How often all rows are gone through, at least 1. Default 25.
    pub epochs: usize,
    /// With few rows, as many epochs more as it takes to make so many steps. Default 200.
    pub min_steps: usize,
    /// Rows in a batch, at least 1. Default 128.
    pub batch: usize,
    /// The highest learning rate, above 0. Default 0.02.
    pub learning_rate: f64,
    /// How the rate goes over the steps. Default: one cycle.
    pub schedule: Schedule,
    /// AdamW's weight decay, at least 0: a step takes so much, times the rate, off each weight. Default: 2 / (1 + n / 1500)
    /// for n rows of positive weight. The fewer rows, the more a prior matters, and the decay that does best falls with
    /// their number: 2 for hundreds of rows, 0.1 for tens of thousands.
    pub weight_decay: Option<f64>,
    /// Epochs without a smaller cross-entropy of the rows set aside after which to stop, at least 1. Default: no rows are
    /// set aside and all epochs are gone through.
    pub patience: Option<usize>,
    /// The share of the rows, and of each class, that is set aside if `patience` is given, in (0, 1). Default 0.1.
    pub set_aside: f64,
    /// Networks that learn apart and whose probabilities are averaged, at least 1 (Lakshminarayanan et al. 2017,
    /// arXiv:1612.01474): a committee. Default 1.
    pub ensemble: usize,
    /// Where to train. Default: the processor, one thread for each network.
    pub device: Device,
}

impl Default for MlpParams {
    fn default() -> Self {
        Self {
            hidden: vec![64, 64],
            activation: Activation::Relu,
            dropout: 0.0,
            epochs: 25,
            min_steps: 200,
            batch: 128,
            learning_rate: 0.02,
            schedule: Schedule::OneCycle,
            weight_decay: None,
            patience: None,
            set_aside: 0.1,
            ensemble: 1,
            device: Device::Cpu,
        }
    }
}

impl MlpParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first parameter that is out of its range, or a device that this program was built without.
    pub fn check(&self) -> Result<(), Error> {
        self.architecture(1, 1).check()?;
        self.training(1).check()?;
        if self.ensemble == 0 {
            return Err(Error::Parameter { name: "ensemble", value: "0".to_owned(), limit: "at least 1" });
        }
        if !(self.set_aside > 0.0 && self.set_aside < 1.0) {
            let value = self.set_aside.to_string();
            return Err(Error::Parameter { name: "set_aside", value, limit: "between 0 and 1" });
        }
        Ok(())
    }

    fn architecture(&self, inputs: usize, outputs: usize) -> Architecture {
        let (activation, norm) = (self.activation, Norm::None);
        Architecture { inputs, hidden: self.hidden.clone(), outputs, activation, norm, dropout: self.dropout }
    }

    /// The loop for so many rows.
    fn training(&self, rows: usize) -> Training {
        Training {
            epochs: self.epochs,
            min_steps: self.min_steps,
            batch: self.batch,
            learning_rate: self.learning_rate,
            schedule: self.schedule,
            weight_decay: self.weight_decay.unwrap_or(2.0 / (1.0 + rows as f64 / 1500.0)),
            clip: None,
            patience: self.patience,
            device: self.device,
        }
    }

    /// Learns, and gives the networks themselves.
    ///
    /// # Errors
    /// What [`TrainingSet::check`] finds, a missing value, and parameters out of range.
    pub fn train(&self, data: &TrainingSet<'_>, seed: u64) -> Result<DenseEnsemble, Error> {
        self.learn(data, seed, None)
    }

    /// Goes on learning from earlier networks, with other rows or the same ones: a few epochs will do where rows were
    /// added to those that the earlier networks know. Set the parameters accordingly: with 5 `epochs`, `min_steps` 0,
    /// `learning_rate` 0.005 and `weight_decay` 5, a hundred such fits in a row, ten rows more each time, stayed as
    /// accurate on SNPCC as fits from the beginning.
    ///
    /// # Errors
    /// As [`Self::train`], and when the earlier networks have other sizes or another number.
    pub fn fit_from(
        &self,
        earlier: &DenseEnsemble,
        data: &TrainingSet<'_>,
        seed: u64,
    ) -> Result<DenseEnsemble, Error> {
        let (expected, actual) = (self.ensemble, earlier.networks().len());
        if expected != actual {
            return Err(Error::Shape { what: "earlier networks", expected, actual });
        }
        self.learn(data, seed, Some(earlier))
    }

    fn learn(
        &self,
        data: &TrainingSet<'_>,
        seed: u64,
        earlier: Option<&DenseEnsemble>,
    ) -> Result<DenseEnsemble, Error> {
        data.check()?;
        self.check()?;
        let table = Table::new(data)?;
        let one = |member: usize| {
            let seed = Stream::new(seed, member as u64).seed();
            self.learn_one(&table, seed, earlier.map(|earlier| &earlier.networks()[member]))
        };
        let networks = match self.ensemble {
            1 => vec![one(0)?],
            count => (0..count).into_par_iter().map(one).collect::<Result<_, _>>()?,
        };
        DenseEnsemble::new(networks)
    }

    fn learn_one(
        &self,
        table: &Table,
        seed: u64,
        earlier: Option<&DenseNetwork>,
    ) -> Result<DenseNetwork, Error> {
        let mut parameters = Parameters::default();
        let network = self
            .architecture(table.inputs.columns(), table.targets.columns())
            .build(&mut parameters, &mut Stream::new(seed, 0))?;
        if let Some(earlier) = earlier {
            network.set_weights(&mut parameters, earlier)?;
        }
        let all = || ((0..table.classes.len()).collect(), Vec::new());
        let (rows, aside) = match self.patience {
            None => all(),
            // Rows too few to be divided are all learned from.
            Some(_) => split::stratified_hold_out(&table.classes, self.set_aside, seed)
                .map_or_else(|_| all(), |fold| (fold.train, fold.test)),
        };
        let loss = |pass: &mut crate::Pass<'_>, rows: &[usize]| {
            let outputs = network.forward(pass, table.inputs.select(rows, pass));
            cross_entropy(outputs, table.targets.select(rows, pass))
        };
        let mut judge = |pass: &mut crate::Pass<'_>| {
            f64::from(loss(pass, &aside).try_into_scalar::<f32>().unwrap_or(f32::NAN))
        };
        let judge: Option<&mut crate::Judge<'_>> = if aside.is_empty() { None } else { Some(&mut judge) };
        self.training(table.classes.len()).run(&mut parameters, &rows, seed, &mut { loss }, judge)?;
        network.to_dense(&parameters)
    }
}

/// The rows of positive weight as the loop wants them.
struct Table {
    inputs: Rows,
    classes: Vec<u32>,
    /// For each row its weight, by the mean weight, at its class.
    targets: Rows,
}

impl Table {
    fn new(data: &TrainingSet<'_>) -> Result<Self, Error> {
        let weight = |row: usize| data.weights.map_or(1.0, |weights| weights[row]);
        let rows: Vec<usize> = (0..data.y.len()).filter(|row| weight(*row) > 0.0).collect();
        let mean = rows.iter().map(|row| weight(*row)).sum::<f64>() / rows.len() as f64;
        let mut targets = vec![0.0; rows.len() * data.n_classes];
        for (row, target) in rows.iter().zip(targets.chunks_exact_mut(data.n_classes)) {
            target[data.y[*row] as usize] = (weight(*row) / mean) as f32;
        }
        Ok(Self {
            inputs: Rows::from_matrix(data.x, &rows)?,
            classes: rows.iter().map(|row| data.y[*row]).collect(),
            targets: Rows::new(data.n_classes, targets)?,
        })
    }
}

impl Learner for MlpParams {
    fn name(&self) -> &'static str {
        DenseNetwork::LEARNER
    }

    fn fit(&self, data: &TrainingSet<'_>, seed: u64) -> Result<Box<dyn Classifier>, Error> {
        Ok(Box::new(self.train(data, seed)?))
    }

    fn parameters(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
