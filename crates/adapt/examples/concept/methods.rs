//! What is compared: each method gives a classifier of the target's features as they are.

use std::error::Error;

use hesper_adapt::concept::{
    Concepts, Fitness, GraphSearch, LoadingsSearch, Refine, Start, SupervisedSearch,
};
use hesper_adapt::deep::{Dann, DeepCoral, NetworkParams};
use hesper_adapt::maps::Scale;
use hesper_adapt::maps::Standardise;
use hesper_adapt::{LabelledTarget, Mapping, Method, Source, Target};
use hesper_learn::{Classifier, LogisticParams, Matrix, TrainingSet, metrics};
use hesper_nn::MlpParams;

use super::data::{Problem, Set};

type Named = (String, f64);

/// Accuracies on the held-out target by the name of the method. Features are brought to mean 0 and deviation 1 in each
/// domain for all of them.
pub(crate) fn compare(problem: &Problem, seed: u64) -> Result<Vec<Named>, Box<dyn Error>> {
    let n_classes = problem.n_classes;
    let source = Source { x: &problem.source.x, y: &problem.source.y, n_classes };
    let aligned =
        Standardise { scale: Scale::PerDomain }.align(&source, &Target { x: &problem.pool }, seed)?;
    let to_target = |set: &Set| -> Result<Set, Box<dyn Error>> {
        Ok(Set { x: aligned.map.apply(&set.x)?, y: set.y.clone() })
    };
    let scaled = Scaled {
        source: Set { x: aligned.source.clone(), y: problem.source.y.clone() },
        pool: aligned.target.clone(),
        few: to_target(&problem.few)?,
        held_out: to_target(&problem.held_out)?,
        n_classes,
    };
    let mut found = networks(&scaled, seed)?;
    found.extend(deep(&scaled, seed)?);
    found.extend(concepts(&scaled, seed)?);
    Ok(found)
}

struct Scaled {
    source: Set,
    pool: Matrix,
    few: Set,
    held_out: Set,
    n_classes: usize,
}

impl Scaled {
    fn judge(&self, name: &str, classifier: &dyn Classifier) -> Result<Named, Box<dyn Error>> {
        let guessed = metrics::most_probable(&classifier.predict_proba(&self.held_out.x)?);
        Ok((name.to_owned(), metrics::accuracy(&self.held_out.y, &guessed)?))
    }

    /// The source and, so often that they weigh as much as half of it, the few labels of the target.
    fn both(&self) -> Result<Set, Box<dyn Error>> {
        let times = (self.source.y.len() / (2 * self.few.y.len())).max(1);
        let data = [self.source.x.data(), &self.few.x.data().repeat(times)].concat();
        let y = [&self.source.y[..], &self.few.y.repeat(times)].concat();
        Ok(Set { x: Matrix::new(y.len(), self.source.x.cols(), data)?, y })
    }
}

/// One network, of the source, of the few labels, of both at once, and of one after the other.
fn networks(problem: &Scaled, seed: u64) -> Result<Vec<Named>, Box<dyn Error>> {
    let n_classes = problem.n_classes;
    fn set(set: &Set, n_classes: usize) -> TrainingSet<'_> {
        TrainingSet { x: &set.x, y: &set.y, weights: None, n_classes }
    }
    let alone = MlpParams::default().train(&set(&problem.source, n_classes), seed)?;
    let joint = MlpParams::default().train(&set(&problem.both()?, n_classes), seed)?;
    let tune =
        MlpParams { learning_rate: 0.003, weight_decay: Some(0.1), min_steps: 100, ..MlpParams::default() };
    let tuned = tune.fit_from(&alone, &set(&problem.few, n_classes), seed)?;
    let few = MlpParams::default().train(&set(&problem.few, n_classes), seed)?;
    Ok(vec![
        problem.judge("source only", &alone)?,
        problem.judge("joint training", &joint)?,
        problem.judge("fine-tuned", &tuned)?,
        problem.judge("target only, few labels", &few)?,
    ])
}

fn deep(problem: &Scaled, seed: u64) -> Result<Vec<Named>, Box<dyn Error>> {
    let (n_classes, unused) = (problem.n_classes, LogisticParams::default());
    let target = Target { x: &problem.pool };
    let network = NetworkParams { scale: Scale::None, ..NetworkParams::default() };
    let dann = Dann { network: network.clone(), ..Dann::default() };
    let coral = DeepCoral { network, ..DeepCoral::default() };
    let mut found = Vec::new();
    for (with, set) in [("", problem.source.clone()), (" + few labels", problem.both()?)] {
        let source = Source { x: &set.x, y: &set.y, n_classes };
        for (name, method) in [("DANN", &dann as &dyn Method), ("Deep CORAL", &coral)] {
            let fitted = method.fit(&source, &target, &unused, seed)?;
            found.push(problem.judge(&format!("{name}{with}"), fitted.classifier.as_ref())?);
        }
    }
    Ok(found)
}

fn concepts(problem: &Scaled, seed: u64) -> Result<Vec<Named>, Box<dyn Error>> {
    let source = Source { x: &problem.source.x, y: &problem.source.y, n_classes: problem.n_classes };
    let (target, labelled) =
        (Target { x: &problem.pool }, LabelledTarget { x: &problem.few.x, y: &problem.few.y });
    let place = ("units in place", Fitness::Place);
    let labels = ("concepts by labels", Fitness::Supervised(SupervisedSearch::default()));
    let graph = ("concepts by graph", Fitness::Graph(GraphSearch::default()));
    let loadings = ("concepts by loadings", Fitness::Loadings(LoadingsSearch::default()));
    let mut found = Vec::new();
    // Where the target's encoder starts from the source's, searches without labels would only undo it.
    for (begin, start, searches) in [
        ("own start", Start::Own, vec![place, labels, graph, loadings]),
        ("source start", Start::Source, vec![place, labels]),
    ] {
        let concepts = Concepts { start, scale: Scale::None, ..Concepts::default() };
        let encoded = concepts.encode(&source, &target, &labelled, seed)?;
        found.push(problem.judge(&format!("own last layer, {begin}"), &encoded.own_classifier()?)?);
        for (name, fitness) in searches {
            let map = encoded.find(&fitness, seed)?;
            found.push(problem.judge(&format!("{name}, {begin}"), &encoded.classifier(&map)?)?);
            let refined = encoded.refined(&map, &Refine::default(), seed)?;
            found.push(problem.judge(&format!("{name}, {begin}, refined"), &refined)?);
        }
    }
    Ok(found)
}
