//! `hesper compare`: which learner, which features?

use std::path::PathBuf;
use std::sync::Mutex;

use clap::Args;
use hesper_learn::guard::Warning;
use hesper_learn::{
    Classifier, Learner, Matrix, MetricOfRows, Resampling, Standing, TrainingSet, cross_validate,
    leaderboard, split,
};
use serde::Serialize;

use crate::clock::Clock;
use crate::compare_report::CompareReport;
use crate::guards::examine_folds;
use crate::input::choose_columns;
use crate::judging::{Labelled, Metric, Which, parse_folds};
use crate::learners::{LearnerName, Tuning};
use crate::learning::matrix;
use crate::search_spaces::Searching;
use crate::session::{Common, Session, forget_record};
use crate::{Failure, progress};

/// Compare learners and features by cross-validation
///
/// Each pair of a learner and a choice of features predicts every object out of fold, on the same folds. Writes
/// compare.csv with all metrics, their intervals, times and what is significantly worse than the best, figures, and
/// report.html.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper compare features.parquet --out comparison
  hesper compare features.parquet --learners forest,boosted --positive Ia --metric fom --out comparison
  hesper compare features.parquet --features all='*' --features no-photoz='!photoz,!luminosity' --out comparison")]
pub(crate) struct Compare {
    /// A table of features with classes
    #[arg(value_name = "FEATURES")]
    table: PathBuf,
    /// Learners to compare; `hesper learners` tells what each is good for
    #[arg(long, value_enum, value_delimiter = ',', default_value = DEFAULT_LEARNERS, value_name = "NAMES")]
    learners: Vec<LearnerName>,
    /// Features to compare (repeatable): features, sets and patterns as --columns of `train` takes them, perhaps after a
    /// name and `=` [default: all features of the table]
    #[arg(long, value_name = "[NAME=]NAMES")]
    features: Vec<String>,
    /// What decides
    #[arg(long, value_enum, default_value_t = Metric::LogLoss)]
    metric: Metric,
    /// Folds, stratified by class
    #[arg(long, default_value = "5", value_name = "N", value_parser = parse_folds)]
    folds: usize,
    /// Bootstrap samples behind intervals and significance
    #[arg(long, default_value_t = 1000, value_name = "N")]
    replicates: usize,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    tuning: Tuning,
    #[command(flatten)]
    searching: Searching,
    /// Directory to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    common: Common,
}

/// All but the support vector machine, whose time grows with the square of the objects.
const DEFAULT_LEARNERS: &str = "forest,boosted,mlp,logistic,neighbours,naive-bayes";

/// A pair of features and a learner that was judged.
pub(crate) struct Entry {
    /// The name of the choice of features.
    pub(crate) features: String,
    /// How many they are.
    pub(crate) columns: usize,
    /// The learner.
    pub(crate) learner: String,
    /// Out-of-fold probabilities.
    pub(crate) probabilities: Matrix,
    /// Processor seconds of all fits (wall seconds where the system does not tell).
    pub(crate) fit_seconds: f64,
    /// The same of all predictions.
    pub(crate) predict_seconds: f64,
}

/// What was found.
pub(crate) struct Comparison {
    pub(crate) entries: Vec<Entry>,
    /// The metrics, the deciding one first, with the standing of each entry.
    pub(crate) standings: Vec<(Metric, Vec<Standing>)>,
    pub(crate) classes: Vec<String>,
    pub(crate) labels: Vec<u32>,
    pub(crate) folds: usize,
    /// What may make the scores worth less than they seem.
    pub(crate) warnings: Vec<Warning>,
}

impl Compare {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut session = Session::start(&self.common, &self)?;
        session.input(&self.table)?;
        session.output_directory(&self.out)?;
        let table = hesper_features::FeatureTable::read_parquet(&self.table)?;
        let metrics = Metric::all(self.which.positive.is_some());
        if !metrics.contains(&self.metric) {
            return Err(Failure::request(format!(
                "--metric {} is of one class: name it with --positive",
                self.metric.title()
            )));
        }
        let choices = self.choices(&table)?;
        let learners = self.tuning.build(&self.learners, self.searching.params())?;
        let labelled = self.which.labelled(&table, &self.table)?;
        let folds = self.which.folds(&labelled, &table, &self.table, self.folds, self.common.seed)?;
        forget_record(&self.out)?;
        let warnings = examine_folds(&table, &labelled, &folds)?;

        let bar = progress::bar("comparing", Some((choices.len() * learners.len()) as u64));
        let mut entries = Vec::new();
        for (features, columns) in &choices {
            let x = matrix(&table.select_columns(columns))?.select_rows(&labelled.rows);
            for (name, learner) in &learners {
                let judged = judge(learner.as_ref(), &x, &labelled, &folds, self.common.seed)?;
                entries.push(Entry { features: features.clone(), learner: name.clone(), ..judged });
                bar.inc(1);
            }
        }
        bar.finish_and_clear();
        let comparison = self.compare(entries, labelled, metrics, warnings)?;
        let report = CompareReport::new(&comparison, session.command_line());
        for line in report.lines() {
            session.say(line);
        }
        report.write(&self.out)?;
        session.finish(&report.result())?.end(report.page(), &self.out)
    }

    /// The choices of features: names and columns.
    fn choices(&self, table: &hesper_features::FeatureTable) -> Result<Vec<(String, Vec<usize>)>, Failure> {
        if self.features.is_empty() {
            return Ok(vec![("all".to_owned(), (0..table.columns()).collect())]);
        }
        let mut choices: Vec<(String, Vec<usize>)> = Vec::new();
        for text in &self.features {
            let (name, names) = text.split_once('=').unwrap_or((text, text));
            let names: Vec<&str> = names.split(',').map(str::trim).collect();
            if choices.iter().any(|(known, _)| known == name) {
                return Err(Failure::request(format!("--features names {name:?} twice: name it once")));
            }
            choices.push((name.to_owned(), choose_columns(table, &self.table, &names)?));
        }
        Ok(choices)
    }

    fn compare(
        &self,
        entries: Vec<Entry>,
        labelled: Labelled,
        metrics: &[Metric],
        warnings: Vec<Warning>,
    ) -> Result<Comparison, Failure> {
        let others = metrics.iter().copied().filter(|metric| *metric != self.metric);
        let mut standings = Vec::new();
        let resampling = Resampling { replicates: self.replicates, level: 0.95, seed: self.common.seed };
        for metric in std::iter::once(self.metric).chain(others) {
            let scores: Vec<_> = entries
                .iter()
                .map(|entry| |rows: &[usize]| metric.of(&labelled.labels, &entry.probabilities, rows))
                .collect();
            let scores: Vec<&MetricOfRows<'_>> = scores.iter().map(|score| score as _).collect();
            let standing = leaderboard(labelled.labels.len(), &scores, metric.better(), resampling)?;
            standings.push((metric, standing));
        }
        Ok(Comparison {
            entries,
            standings,
            classes: labelled.view.classes,
            labels: labelled.labels,
            folds: self.folds,
            warnings,
        })
    }
}

fn judge(
    learner: &dyn Learner,
    x: &Matrix,
    labelled: &Labelled,
    folds: &[split::Fold],
    seed: u64,
) -> Result<Entry, Failure> {
    let data = TrainingSet { x, y: &labelled.labels, weights: None, n_classes: labelled.view.classes.len() };
    let clocked = Clocked { learner, spent: Mutex::new(0.0) };
    let clock = Clock::start();
    let probabilities = cross_validate(&clocked, &data, folds, seed)?.probabilities;
    let all = clock.seconds();
    let fit_seconds = clocked.spent.into_inner().unwrap_or_default();
    Ok(Entry {
        features: String::new(),
        columns: x.cols(),
        learner: String::new(),
        probabilities,
        fit_seconds,
        predict_seconds: (all - fit_seconds).max(0.0),
    })
}

/// A learner whose fits are timed. One fit runs at a time, so the process's seconds are the fit's.
struct Clocked<'a> {
    learner: &'a dyn Learner,
    spent: Mutex<f64>,
}

impl Learner for Clocked<'_> {
    fn name(&self) -> &'static str {
        self.learner.name()
    }

    fn fit(&self, data: &TrainingSet<'_>, seed: u64) -> Result<Box<dyn Classifier>, hesper_learn::Error> {
        let clock = Clock::start();
        let classifier = self.learner.fit(data, seed);
        if let Ok(mut spent) = self.spent.lock() {
            *spent += clock.seconds();
        }
        classifier
    }
}
