//! What deep methods share: domains as batches, the loop, and what is said of its outcome.

use hesper_learn::{Classifier, DenseEnsemble, DenseLayer, DenseNetwork, Matrix, metrics};
use hesper_nn::tensor::Tensor;
use hesper_nn::{Parameters, Pass, Rows, Stream, cross_entropy};
use rayon::prelude::*;

use super::NetworkParams;
use crate::maps::Moments;
use crate::{Error, Fitted, Source, Target};

/// One step as a penalty sees it: as many rows of the source as of the target.
pub(super) struct Step {
    /// Outputs of the last hidden layer, rows of the source × units.
    pub source: Tensor<2>,
    /// The same of the target.
    pub target: Tensor<2>,
    /// From 0 at the first step to 1 at the last.
    pub progress: f64,
}

/// What is added to the source's loss, and a number to watch: domains that are not alike.
pub(super) type Penalty = Box<dyn FnMut(&mut Pass<'_>, Step) -> (Tensor<1>, f64)>;

/// How hidden features are made alike.
pub(super) trait Alignment: Sync {
    /// The penalty of one network, with the parameters that it adds.
    fn start(&self, width: usize, parameters: &mut Parameters, random: &mut Stream)
    -> Result<Penalty, Error>;
}

/// The networks, and of each what was watched, as its mean over the last tenth of the steps.
pub(super) struct Learned {
    pub classifier: DenseEnsemble,
    pub watched: Vec<f64>,
    pub warnings: Vec<String>,
}

impl Learned {
    pub(super) fn fitted(self) -> Fitted {
        Fitted {
            learner: Some(DenseNetwork::LEARNER),
            warnings: self.warnings,
            ..Fitted::new(Box::new(self.classifier))
        }
    }
}

/// Learns the source's classes while the penalty makes the domains alike.
pub(super) fn learn(
    method: &'static str,
    network: &NetworkParams,
    source: &Source<'_>,
    target: &Target<'_>,
    seed: u64,
    alignment: &dyn Alignment,
) -> Result<Learned, Error> {
    network.check()?;
    network.check_source(source)?;
    target.check(source)?;
    let moments = network.scale.moments(source, target);
    let own = moments.as_ref().map(|[own, _]| own);
    let others = moments.as_ref().map(|[_, others]| others);
    let mut values = scaled(source.x, own)?;
    values.extend(scaled(target.x, others)?);
    let table = Table { x: Rows::new(source.x.cols(), values)?, source, targets: target.x.rows() };
    let one = |member: usize| {
        let seed = Stream::new(seed, member as u64).seed();
        table.learn(network, seed, alignment)
    };
    let members = (0..network.ensemble).into_par_iter().map(one).collect::<Result<Vec<_>, Error>>()?;
    let watched = members.iter().map(|(_, watched)| *watched).collect();
    let networks = members.into_iter().map(|(network, _)| match others {
        None => Ok(network),
        Some(moments) => scaled_inputs(&network, moments).map_err(|error| Error::Failed {
            method,
            what: format!("a feature's deviation is too small for 32 bits: scale the features ({error})"),
        }),
    });
    let classifier = DenseEnsemble::new(networks.collect::<Result<_, _>>()?)?;
    let warnings = warnings(&classifier, source, target, others)?;
    Ok(Learned { classifier, watched, warnings })
}

struct Table<'a> {
    /// The source's rows, then the target's.
    x: Rows,
    source: &'a Source<'a>,
    targets: usize,
}

impl Table<'_> {
    fn learn(
        &self,
        plan: &NetworkParams,
        seed: u64,
        alignment: &dyn Alignment,
    ) -> Result<(DenseNetwork, f64), Error> {
        let (rows, classes) = (self.source.y.len(), self.source.n_classes);
        let mut shares = vec![0.0; rows * classes];
        for (row, class) in self.source.y.iter().enumerate() {
            shares[row * classes + *class as usize] = 1.0;
        }
        let shares = Rows::new(classes, shares)?;
        let (mut parameters, mut random) = (Parameters::default(), Stream::new(seed, 0));
        let network = plan.architecture(self.x.columns(), classes).build(&mut parameters, &mut random)?;
        let width = plan.hidden.last().copied().unwrap_or(1);
        let mut penalty = alignment.start(width, &mut parameters, &mut random)?;
        let training = plan.training();
        let (epochs, batches) = training.steps(rows);
        let (mut others, mut order) = (Cycle::new(rows, self.targets), Stream::new(seed, 3));
        let mut watched = Vec::with_capacity(epochs * batches);
        let mut loss = |pass: &mut Pass<'_>, batch: &[usize]| {
            let progress = watched.len() as f64 / (epochs * batches) as f64;
            let both: Vec<usize> =
                batch.iter().copied().chain(others.take(batch.len(), &mut order)).collect();
            let x = self.x.select(&both, pass);
            let hidden = network.hidden(pass, x);
            let own = hidden.clone().narrow(0, 0, batch.len());
            let outputs = network.last(pass, own.clone());
            let target = hidden.narrow(0, batch.len(), batch.len());
            let (penalty, watch) = penalty(pass, Step { source: own, target, progress });
            watched.push(watch);
            cross_entropy(outputs, shares.select(batch, pass)) + penalty
        };
        training.run(&mut parameters, &(0..rows).collect::<Vec<_>>(), seed, &mut loss, None)?;
        let last = &watched[watched.len() - watched.len().div_ceil(10)..];
        let watched = last.iter().sum::<f64>() / last.len().max(1) as f64;
        Ok((network.to_dense(&parameters)?, watched))
    }
}

/// The target's rows in ever new random orders.
struct Cycle {
    rows: Vec<usize>,
    at: usize,
}

impl Cycle {
    fn new(first: usize, count: usize) -> Self {
        Self { rows: (first..first + count).collect(), at: count }
    }

    fn take(&mut self, count: usize, random: &mut Stream) -> Vec<usize> {
        let mut taken = Vec::with_capacity(count);
        while taken.len() < count {
            if self.at == self.rows.len() {
                random.shuffle(&mut self.rows);
                self.at = 0;
            }
            taken.push(self.rows[self.at]);
            self.at += 1;
        }
        taken
    }
}

/// Scaled values in 32 bits, row after row.
fn scaled(x: &Matrix, moments: Option<&Moments>) -> Result<Vec<f32>, Error> {
    let mut values = Vec::with_capacity(x.data().len());
    for (at, value) in x.data().iter().enumerate() {
        let scaled = moments.map_or(*value, |moments| match moments.deviations[at % x.cols()] {
            0.0 => 0.0,
            deviation => (value - moments.means[at % x.cols()]) / deviation,
        });
        let narrow = scaled as f32;
        if !narrow.is_finite() {
            let (row, column) = (at / x.cols(), at % x.cols());
            return Err(hesper_learn::Error::Infinite { row, column, value: scaled }.into());
        }
        values.push(narrow);
    }
    Ok(values)
}

/// The network for rows that have not been scaled: means and deviations go into the first layer.
pub(crate) fn scaled_inputs(
    network: &DenseNetwork,
    moments: &Moments,
) -> Result<DenseNetwork, hesper_learn::Error> {
    let mut layers = network.layers().to_vec();
    let DenseLayer { weights, biases, .. } = &mut layers[0];
    let mut sums: Vec<f64> = biases.iter().map(|bias| f64::from(*bias)).collect();
    for (input, row) in weights.chunks_exact_mut(biases.len()).enumerate() {
        let (mean, deviation) = (moments.means[input], moments.deviations[input]);
        for (weight, sum) in row.iter_mut().zip(&mut sums) {
            let scaled = if deviation == 0.0 { 0.0 } else { f64::from(*weight) / deviation };
            *sum -= mean * scaled;
            *weight = scaled as f32;
        }
    }
    biases.iter_mut().zip(sums).for_each(|(bias, sum)| *bias = sum as f32);
    DenseNetwork::new(network.inputs(), network.activation(), layers)
}

/// So far away, in deviations, a feature's zero may be before 32 bits do not resolve its spread well.
const FAR: f64 = 1e4;
/// A class with this share of the source ought to be found somewhere in the target.
const COMMON: f64 = 0.05;

fn warnings(
    classifier: &DenseEnsemble,
    source: &Source<'_>,
    target: &Target<'_>,
    moments: Option<&Moments>,
) -> Result<Vec<String>, Error> {
    let mut warnings = Vec::new();
    if let Some(moments) = moments {
        let pairs = moments.means.iter().zip(&moments.deviations);
        let far =
            pairs.filter(|(mean, deviation)| **deviation > 0.0 && mean.abs() > FAR * *deviation).count();
        if far > 0 {
            warnings.push(format!(
                "{far} features of the target lie more than {FAR} of their deviations from 0, which 32-bit numbers resolve \
                 badly: take their mean off before"
            ));
        }
    }
    let guessed = metrics::most_probable(&classifier.predict_proba(target.x)?);
    let mut counts = vec![[0usize; 2]; source.n_classes];
    source.y.iter().for_each(|class| counts[*class as usize][0] += 1);
    guessed.iter().for_each(|class| counts[*class as usize][1] += 1);
    let common = |count: usize| count as f64 >= COMMON * source.y.len() as f64;
    let lost: Vec<String> = counts
        .iter()
        .enumerate()
        .filter(|(_, [own, found])| common(*own) && *found == 0)
        .map(|(class, _)| class.to_string())
        .collect();
    // A handful of objects need not hold every class.
    if !lost.is_empty() && guessed.len() >= 10 * source.n_classes {
        warnings.push(format!(
            "no object of the target is given class {}, common in the source: the features may have been made alike by force",
            lost.join(", ")
        ));
    }
    Ok(warnings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesper_learn::Activation;

    #[test]
    fn moments_go_into_the_first_layer() {
        let layer = |weights: &[f32], biases: &[f32]| DenseLayer {
            weights: weights.into(),
            biases: biases.into(),
            norm: None,
        };
        let layers = vec![layer(&[1.0, -2.0, 0.5, 3.0], &[0.1, 0.2]), layer(&[1.0, 2.0], &[0.0])];
        let network = DenseNetwork::new(2, Activation::Tanh, layers).unwrap();
        let moments = Moments { means: vec![10.0, 5.0], deviations: vec![4.0, 0.0] };
        let moved = scaled_inputs(&network, &moments).unwrap();
        let raw = Matrix::from_rows(&[[12.0, 5.0], [3.0, 7.0]]).unwrap();
        let by_hand = Matrix::from_rows(&[[0.5, 0.0], [-1.75, 0.0]]).unwrap();
        let (found, expected) = (moved.outputs(&raw).unwrap(), network.outputs(&by_hand).unwrap());
        for (found, expected) in found.data().iter().zip(expected.data()) {
            assert!((found - expected).abs() < 1e-5, "{found} {expected}");
        }
    }

    #[test]
    fn every_row_of_the_target_comes_before_any_comes_again() {
        let (mut cycle, mut random) = (Cycle::new(5, 3), Stream::new(1, 0));
        for _ in 0..4 {
            let mut taken = cycle.take(3, &mut random);
            taken.sort_unstable();
            assert_eq!(taken, [5, 6, 7]);
        }
        assert_eq!(cycle.take(7, &mut random).len(), 7);
    }
}
