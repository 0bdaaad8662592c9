use burn_tensor::Tensor;
use hesper_learn::Error;
use serde::{Deserialize, Serialize};

use crate::adamw::{AdamW, clip};
use crate::parameters::derivatives;
use crate::{Device, Parameters, Pass, Schedule, Stream};

/// How much of a batch's statistics goes into the running ones.
const MOMENTUM: f32 = 0.1;

/// A judgement of the networks after each epoch, the smaller the better; see [`Training::run`].
pub type Judge<'a> = dyn FnMut(&mut Pass<'_>) -> f64 + 'a;

/// The training loop: minibatches in random order, AdamW, a schedule of learning rates, limited derivatives, and early
/// stopping if a judge is given.
///
/// ```
/// use hesper_nn::{Architecture, Parameters, Rows, Stream, Training, squared_error};
/// // A line, by a network without hidden layers.
/// let x: Vec<f32> = (0..100).map(|at| at as f32 / 50.0 - 1.0).collect();
/// let (inputs, targets) = (Rows::new(1, x.clone())?, Rows::new(1, x.iter().map(|x| 2.0 * x + 1.0).collect())?);
/// let mut parameters = Parameters::default();
/// let network = Architecture::new(1, &[], 1).build(&mut parameters, &mut Stream::new(1, 0))?;
/// let training = Training { epochs: 300, learning_rate: 0.1, weight_decay: 0.0, ..Training::default() };
/// training.run(&mut parameters, &(0..100).collect::<Vec<_>>(), 1, &mut |pass, rows| {
///     let outputs = network.forward(pass, inputs.select(rows, pass));
///     squared_error(outputs, targets.select(rows, pass))
/// }, None)?;
/// let slope = network.to_dense(&parameters)?.layers()[0].weights[0];
/// assert!((slope - 2.0).abs() < 0.01, "{slope}");
/// # Ok::<(), hesper_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Training {
    /// How often all rows are gone through, at least 1. Default 30.
    pub epochs: usize,
    /// With few rows, as many epochs more as it takes to make so many steps. Default 0.
    pub min_steps: usize,
    /// Rows in a batch, at least 1. An epoch is cut into batches that differ by at most one row. Default 128.
    pub batch: usize,
    /// The highest learning rate, above 0. Default 0.005.
    pub learning_rate: f64,
    /// How the rate goes over the steps. Default: one cycle.
    pub schedule: Schedule,
    /// AdamW's weight decay, at least 0. Default 0.01.
    pub weight_decay: f64,
    /// The largest norm of the derivatives, above 0; longer ones are scaled down. Default: no limit.
    pub clip: Option<f64>,
    /// Epochs without a better judgement after which to stop, at least 1. Default: never.
    pub patience: Option<usize>,
    /// Where to train. Default: the processor.
    pub device: Device,
}

impl Default for Training {
    fn default() -> Self {
        Self {
            epochs: 30,
            min_steps: 0,
            batch: 128,
            learning_rate: 0.005,
            schedule: Schedule::default(),
            weight_decay: 0.01,
            clip: None,
            patience: None,
            device: Device::default(),
        }
    }
}

/// What happened while training.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The mean loss of each epoch's batches.
    pub losses: Vec<f64>,
    /// What the judge said after each epoch.
    pub judgements: Vec<f64>,
    /// The epoch, from 0, whose parameters were kept; nothing without a judge: the last one's.
    pub best: Option<usize>,
}

impl Training {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first parameter that is out of its range, or a device that this program was built without.
    pub fn check(&self) -> Result<(), Error> {
        for (name, value) in
            [("epochs", self.epochs), ("batch", self.batch), ("patience", self.patience.unwrap_or(1))]
        {
            if value == 0 {
                return Err(Error::Parameter { name, value: value.to_string(), limit: "at least 1" });
            }
        }
        for (name, value) in [("learning_rate", self.learning_rate), ("clip", self.clip.unwrap_or(1.0))] {
            if !(value.is_finite() && value > 0.0) {
                return Err(Error::Parameter { name, value: value.to_string(), limit: "finite and above 0" });
            }
        }
        if !(self.weight_decay.is_finite() && self.weight_decay >= 0.0) {
            let value = self.weight_decay.to_string();
            return Err(Error::Parameter { name: "weight_decay", value, limit: "finite and at least 0" });
        }
        self.device.open().map(|_| ())
    }

    /// The epochs for so many rows, and the batches in each: their product is the number of steps, for losses that change as
    /// learning goes on. (0, 0) without rows.
    pub fn steps(&self, rows: usize) -> (usize, usize) {
        match rows.div_ceil(self.batch.max(1)) {
            0 => (0, 0),
            batches => (self.epochs.max(self.min_steps.div_ceil(batches)), batches),
        }
    }

    /// Changes the parameters so that the loss of these rows gets small.
    ///
    /// `loss` gets the numbers of a batch's rows and gives their mean loss, one value. `judge`, if there is one, is asked
    /// after each epoch, in a pass without dropout and derivatives; the parameters that it liked best are kept, and
    /// with [`Self::patience`] the loop ends when it has long found nothing better. On the processor the outcome depends on the
    /// arguments alone.
    ///
    /// # Errors
    /// As [`Self::check`]; no rows; a loss or judgement that is no longer finite.
    pub fn run(
        &self,
        parameters: &mut Parameters,
        rows: &[usize],
        seed: u64,
        loss: &mut dyn FnMut(&mut Pass<'_>, &[usize]) -> Tensor<1>,
        mut judge: Option<&mut Judge<'_>>,
    ) -> Result<History, Error> {
        self.check()?;
        if rows.is_empty() {
            return Err(Error::Empty("the training table"));
        }
        let plain = self.device.open()?;
        let device = plain.clone().autodiff();
        let (mut order, mut random) = (Stream::new(seed, 1), Stream::new(seed, 2));
        let mut rows = rows.to_vec();
        let (epochs, batches) = self.steps(rows.len());
        let mut optimiser = AdamW::new(parameters, self.weight_decay);
        let (mut history, mut best) = (History::default(), None::<(f64, Parameters)>);
        for epoch in 0..epochs {
            order.shuffle(&mut rows);
            let mut sum = 0.0;
            for batch in 0..batches {
                let [start, end] = [batch, batch + 1].map(|part| part * rows.len() / batches);
                let rate =
                    self.learning_rate * self.schedule.factor(epoch * batches + batch, epochs * batches);
                sum += self.step(parameters, &mut optimiser, rate, &device, &mut random, |pass| {
                    loss(pass, &rows[start..end])
                })?;
            }
            history.losses.push(sum / batches as f64);
            let Some(judge) = judge.as_deref_mut() else {
                continue;
            };
            let judgement = judge(&mut Pass::new(&parameters.leaves(&plain), &plain, None));
            self.check_finite(judgement)?;
            history.judgements.push(judgement);
            if best.as_ref().is_none_or(|(lowest, _)| judgement < *lowest) {
                best = Some((judgement, parameters.clone()));
                history.best = Some(epoch);
            } else if history.best.zip(self.patience).is_some_and(|(best, patience)| epoch - best >= patience)
            {
                break;
            }
        }
        if let Some((_, best)) = best {
            *parameters = best;
        }
        Ok(history)
    }

    /// One step; gives the loss before it.
    fn step(
        &self,
        parameters: &mut Parameters,
        optimiser: &mut AdamW,
        rate: f64,
        device: &burn_tensor::Device,
        random: &mut Stream,
        loss: impl FnOnce(&mut Pass<'_>) -> Tensor<1>,
    ) -> Result<f64, Error> {
        let leaves = parameters.leaves(device);
        let mut pass = Pass::new(&leaves, device, Some(random));
        let loss = loss(&mut pass);
        let statistics = pass.statistics;
        let mut derivatives = derivatives(&leaves, &mut loss.backward());
        let loss = f64::from(loss.try_into_scalar::<f32>().unwrap_or(f32::NAN));
        self.check_finite(loss)?;
        if let Some(limit) = self.clip {
            clip(&mut derivatives, limit);
        }
        optimiser.step(parameters, &derivatives, rate);
        for (id, batch) in statistics {
            for (running, new) in parameters.values_mut(id).iter_mut().zip(batch) {
                *running += MOMENTUM * (new - *running);
            }
        }
        Ok(loss)
    }

    fn check_finite(&self, loss: f64) -> Result<(), Error> {
        if loss.is_finite() {
            return Ok(());
        }
        let value = self.learning_rate.to_string();
        let limit = "smaller, or the features scaled: the loss is no longer finite";
        Err(Error::Parameter { name: "learning_rate", value, limit })
    }
}
