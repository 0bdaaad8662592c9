//! Methods of adaptation at work on two tables: fitted, timed and, where the target's classes are known, scored.

use hesper_adapt::select::{LabelFreeScore, Select, Standing as Candidate};
use hesper_adapt::{Adaptation, Adapted, Method};
use hesper_learn::{
    Better, Classifier, Learner, Matrix, MetricOfRows, Model, Resampling, Standing, TrainingSet, leaderboard,
};
use serde::Serialize;
use serde_json::Value;

use crate::Failure;
use crate::clock::Clock;
use crate::domains::Domains;
use crate::judging::Metric;

/// A method that was fitted.
pub(crate) struct Entry {
    /// The name by which it was asked for.
    pub(crate) name: String,
    /// What came of it.
    pub(crate) adapted: Adapted,
    /// Class probabilities of the target's objects.
    pub(crate) probabilities: Matrix,
    /// Processor seconds of fitting.
    pub(crate) seconds: f64,
}

/// What is the same for all methods of a run.
pub(crate) struct Bench<'a> {
    pub(crate) domains: &'a Domains,
    pub(crate) adaptation: Adaptation,
    pub(crate) learner: &'a dyn Learner,
    pub(crate) seed: u64,
}

impl Bench<'_> {
    /// Tries methods, takes the best by a label-free score if it passes the guard, and tells how each did.
    pub(crate) fn select(
        &self,
        methods: Vec<Box<dyn Method>>,
        score: LabelFreeScore,
    ) -> Result<(Entry, Vec<Candidate>), Failure> {
        let clock = Clock::start();
        let candidates = methods.into_iter().map(hesper_adapt::select::Candidate::new).collect();
        let select = Select { score, ..Select::new(candidates) };
        let (source, target) = (self.domains.source(), self.domains.target());
        let (adapted, board) = self.adaptation.select(&source, &target, &select, self.learner, self.seed)?;
        Ok((self.entry(select.info().name, adapted, &clock)?, board))
    }

    /// Fits a method.
    pub(crate) fn fit(&self, method: &dyn Method) -> Result<Entry, Failure> {
        let clock = Clock::start();
        let (source, target) = (self.domains.source(), self.domains.target());
        let adapted = self.adaptation.fit(&source, &target, method, self.learner, self.seed)?;
        self.entry(method.info().name, adapted, &clock)
    }

    /// What a classifier says of the target's objects.
    pub(crate) fn entry(&self, name: &str, adapted: Adapted, clock: &Clock) -> Result<Entry, Failure> {
        let seconds = clock.seconds();
        let probabilities = adapted.classifier.predict_proba(&self.domains.t)?;
        Ok(Entry { name: name.to_owned(), adapted, probabilities, seconds })
    }
}

/// How good the methods are on the target's objects whose classes are known.
pub(crate) struct Scores {
    /// The rows of the target that count.
    pub(crate) rows: Vec<usize>,
    /// Their classes.
    pub(crate) truth: Vec<u32>,
    /// Each metric with the standing of each entry.
    pub(crate) standings: Vec<(Metric, Vec<Standing>)>,
}

/// Bootstrap samples behind an interval.
const REPLICATES: usize = 500;

/// Scores entries on some rows; nothing if no class of these is known.
pub(crate) fn score(
    entries: &[Entry],
    truth: &[Option<u32>],
    positive: bool,
    seed: u64,
) -> Result<Option<Scores>, Failure> {
    let rows: Vec<usize> = (0..truth.len()).filter(|&row| truth[row].is_some()).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let truth: Vec<u32> = truth.iter().flatten().copied().collect();
    let judged: Vec<Matrix> = entries.iter().map(|entry| entry.probabilities.select_rows(&rows)).collect();
    let resampling = Resampling { replicates: REPLICATES, level: 0.95, seed };
    let mut standings = Vec::new();
    for &metric in Metric::all(positive) {
        let of: Vec<_> = judged.iter().map(|table| |rows: &[usize]| metric.of(&truth, table, rows)).collect();
        let all: Vec<usize> = (0..truth.len()).collect();
        // A metric may be undefined, such as the area under the curve where all objects are of one class.
        if of.iter().any(|metric| metric(&all).is_nan()) {
            continue;
        }
        let of: Vec<&MetricOfRows<'_>> = of.iter().map(|metric| metric as _).collect();
        standings.push((metric, leaderboard(truth.len(), &of, metric.better(), resampling)?));
    }
    Ok(Some(Scores { rows, truth, standings }))
}

impl Scores {
    /// What a metric says of an entry.
    pub(crate) fn of(&self, metric: Metric, entry: usize) -> Option<&Standing> {
        self.standings.iter().find(|(known, _)| *known == metric).map(|(_, standings)| &standings[entry])
    }

    /// The entries, best first by a metric.
    pub(crate) fn order(&self, metric: Metric) -> Vec<usize> {
        let Some((_, standings)) = self.standings.iter().find(|(known, _)| *known == metric) else {
            return Vec::new();
        };
        let mut order: Vec<usize> = (0..standings.len()).collect();
        let sign = if metric.better() == Better::Higher { -1.0 } else { 1.0 };
        order.sort_by(|&a, &b| {
            (sign * standings[a].score.estimate)
                .total_cmp(&(sign * standings[b].score.estimate))
                .then(a.cmp(&b))
        });
        order
    }
}

/// A learner with what was done around it, for the record of a model.
struct Recorded<'a> {
    learner: &'a dyn Learner,
    name: &'static str,
    adaptation: Value,
}

impl Learner for Recorded<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn fit(&self, data: &TrainingSet<'_>, seed: u64) -> Result<Box<dyn Classifier>, hesper_learn::Error> {
        self.learner.fit(data, seed)
    }

    fn parameters(&self) -> Value {
        let mut parameters = match self.learner.parameters() {
            Value::Object(parameters) => parameters,
            other => serde_json::Map::from_iter([("learner".to_owned(), other)]),
        };
        parameters.insert("adaptation".to_owned(), self.adaptation.clone());
        parameters.into()
    }
}

/// The model of an adapted classifier; nothing if the classifier has no place in the model format.
pub(crate) fn model(
    adapted: Adapted,
    learner: &dyn Learner,
    domains: &Domains,
    adaptation: impl Serialize,
) -> Result<Option<Model>, Failure> {
    if adapted.classifier.tensors().is_none() {
        return Ok(None);
    }
    let adaptation = serde_json::to_value(adaptation).unwrap_or_default();
    let name = adapted.learner.unwrap_or(learner.name());
    let recorded = Recorded { learner, name, adaptation };
    let mut model =
        Model::new(&recorded, adapted.classifier, domains.source.names.clone(), domains.classes.clone())?;
    model.remember_objects(&domains.source.object_id, &domains.x)?;
    Ok(Some(model))
}
