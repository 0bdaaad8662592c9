//! `hesper train`: a model from labelled objects, and how far to trust it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use hesper_features::FeatureTable;
use hesper_learn::metrics::{self, Interval};
use hesper_learn::{Model, TrainingSet, cross_validate, split};
use hesper_photometry::Sample;
use hesper_report::{BarsWithIntervals, Card, NamedInterval, Report, bars_with_intervals, confusion};
use serde::Serialize;
use serde_json::{Value, json};

use crate::input::Columns;
use crate::learning::{ClassView, LearnerOptions, matrix};
use crate::session::{Common, Session};
use crate::{Failure, print};

/// Train a model on objects with known classes
///
/// With --cross-validate the model is also judged: each object is predicted by a model that did not learn from it, and
/// MODEL.report.html shows the confusion matrix.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper train features.parquet --out model.safetensors
  hesper train features.parquet --positive Ia --out ia.safetensors
  hesper train plasticc.parquet --cross-validate 5 --out plasticc.safetensors")]
pub(crate) struct Train {
    /// A table of features with classes
    #[arg(value_name = "FEATURES")]
    features: PathBuf,
    /// The model to write (safetensors)
    #[arg(long, value_name = "MODEL")]
    out: PathBuf,
    /// Learn this class against all others [default: all classes]
    #[arg(long, value_name = "CLASS")]
    positive: Option<String>,
    /// The objects to learn from, among those with a known class
    #[arg(long, value_enum, default_value_t = Which::Spectroscopic)]
    sample: Which,
    /// Also judge the learner by cross-validation with so many folds, stratified by class
    #[arg(long, value_name = "FOLDS", value_parser = parse_folds)]
    cross_validate: Option<usize>,
    #[command(flatten)]
    learner: LearnerOptions,
    #[command(flatten)]
    columns: Columns,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, PartialEq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Which {
    /// Objects with a spectrum
    Spectroscopic,
    /// Objects without one
    Photometric,
    /// Both
    All,
}

fn parse_folds(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|folds| *folds >= 2)
        .ok_or_else(|| "must be a whole number, 2 or more".to_owned())
}

impl Train {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut session = Session::start(&self.common, &self)?;
        session.input(&self.features)?;
        session.output(&self.out)?;
        let table = self.columns.read(&self.features)?;
        let view = match &self.positive {
            Some(positive) => ClassView::binary(&table, positive)?,
            None => ClassView::all(&table)?,
        };
        let rows = self.rows(&table);
        let labels: Vec<u32> = rows.iter().filter_map(|row| view.codes[*row]).collect();
        let x = matrix(&table)?.select_rows(&rows);
        let data = TrainingSet { x: &x, y: &labels, weights: None, n_classes: view.classes.len() };
        if rows.is_empty() {
            let problem = match table.class.iter().flatten().next() {
                None => "no object has a known class: give a table with the column `class`",
                Some(_) => "no object with a known class is in the sample asked for: see --sample",
            };
            return Err(Failure::work(format!("{}: {problem}", self.features.display())));
        }
        if self.cross_validate.is_some() {
            self.check_judgeable(&table, &rows)?;
        }
        let learner = self.learner.build()?;
        let model = Model::train(
            learner.as_ref(),
            &data,
            table.names.clone(),
            view.classes.clone(),
            self.common.seed,
        )?;
        let mut result = json!({
            "objects": rows.len(),
            "features": table.columns(),
            "classes": view.classes,
            "out": self.out,
        });
        session.say(format!(
            "{} learned {} classes from {} objects and {} features in {:.1} s: {}",
            learner.name(),
            view.classes.len(),
            rows.len(),
            table.columns(),
            session.seconds(),
            self.out.display()
        ));
        let report = match self.cross_validate {
            None => None,
            Some(folds) => {
                let judged = self.judge(&data, folds, learner.as_ref())?;
                for (name, value) in &judged.scores {
                    session.say(format!(
                        "  {name:<18} {:.4} [{:.4}, {:.4}]",
                        value.estimate, value.lower, value.upper
                    ));
                }
                result["cross_validation"] = json!({
                    "folds": folds,
                    "scores": judged.scores.iter().map(|(n, i)| ((*n).to_owned(), json!(i))).collect::<serde_json::Map<String, Value>>(),
                    "confusion": judged.confusion,
                });
                Some(judged)
            }
        };
        // The model comes last: where it stands, all of the work was done.
        let command_line = session.command_line();
        let finished = session.finish(&result)?;
        if let Some(judged) = report {
            let mut path = self.out.clone().into_os_string();
            path.push(".report.html");
            let path = PathBuf::from(path);
            judged.report(&view.classes, &model, &command_line).manifest(&finished.manifest).write(&path)?;
            print::note(format_args!("report: {}", path.display()));
        }
        model.save(&self.out)?;
        finished.write_record(&self.out)?;
        finished.print()?;
        Ok(())
    }

    /// The rows of the sample asked for whose class is known. A table without samples is taken whole.
    fn rows(&self, table: &FeatureTable) -> Vec<usize> {
        let wanted = |sample: Option<Sample>| match (self.sample, sample) {
            (Which::All, _) | (_, None) => true,
            (Which::Spectroscopic, Some(sample)) => sample == Sample::Spectroscopic,
            (Which::Photometric, Some(sample)) => sample == Sample::Photometric,
        };
        (0..table.rows()).filter(|&row| table.class[row].is_some() && wanted(table.sample[row])).collect()
    }

    /// A class with a single object cannot be both learned from and judged.
    fn check_judgeable(&self, table: &FeatureTable, rows: &[usize]) -> Result<(), Failure> {
        if self.positive.is_some() {
            return Ok(());
        }
        let mut of_class: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for &row in rows {
            of_class.entry(table.class[row].as_deref().unwrap_or_default()).or_default().push(row);
        }
        match of_class.iter().find(|(_, rows)| rows.len() == 1) {
            None => Ok(()),
            Some((class, rows)) => Err(Failure::work(format!(
                "{}: {} is the only object of the class {class:?} in the sample, so it cannot be both learned from and \
                 judged: give more of the class, leave it out, or learn one class against the rest with --positive",
                self.features.display(),
                table.object_id[rows[0]]
            ))),
        }
    }

    fn judge(
        &self,
        data: &TrainingSet<'_>,
        folds: usize,
        learner: &dyn hesper_learn::Learner,
    ) -> Result<Judged, Failure> {
        let seed = self.common.seed;
        let folds = split::stratified_k_fold(data.y, folds, seed)?;
        let probabilities = cross_validate(learner, data, &folds, seed)?.probabilities;
        let predicted = metrics::most_probable(&probabilities);
        let (truth, n) = (data.y, data.y.len());
        let at =
            |rows: &[usize], values: &[u32]| -> Vec<u32> { rows.iter().map(|row| values[*row]).collect() };
        let interval = |metric: &(dyn Fn(&[usize]) -> Result<f64, hesper_learn::Error> + Sync)| {
            metrics::bootstrap_interval(n, 500, 0.95, seed, |rows| metric(rows).unwrap_or(f64::NAN))
        };
        let scores = vec![
            ("accuracy", interval(&|rows| metrics::accuracy(&at(rows, truth), &at(rows, &predicted)))?),
            (
                "balanced accuracy",
                interval(&|rows| metrics::balanced_accuracy(&at(rows, truth), &at(rows, &predicted)))?,
            ),
            (
                "log-loss",
                interval(&|rows| {
                    metrics::log_loss(&at(rows, truth), &probabilities.select_rows(rows), metrics::CLIP)
                })?,
            ),
            (
                "Brier score",
                interval(&|rows| metrics::brier(&at(rows, truth), &probabilities.select_rows(rows)))?,
            ),
        ];
        let confusion = metrics::Confusion::new(truth, &predicted, data.n_classes)?;
        Ok(Judged { scores, confusion: confusion.rows().map(<[usize]>::to_vec).collect() })
    }
}

/// What cross-validation found.
struct Judged {
    scores: Vec<(&'static str, Interval)>,
    /// Rows: true class, columns: predicted.
    confusion: Vec<Vec<usize>>,
}

/// So many of the most important features are drawn.
const SHOWN_FEATURES: usize = 25;

impl Judged {
    fn report(&self, classes: &[String], model: &Model, command_line: &str) -> Report {
        let cards = self.scores.iter().map(|(name, value)| {
            Card::new(
                *name,
                format!("{:.3}", value.estimate),
                format!("95 % of bootstraps: {:.3} to {:.3}", value.lower, value.upper),
            )
        });
        let objects: usize = self.confusion.iter().flatten().sum();
        let mut report = Report::new("How good is the model?", command_line)
            .summary(format!(
                "{objects} objects of {} classes, each predicted by a model that did not learn from it.",
                classes.len()
            ))
            .cards(cards)
            .section("What is taken for what", "Rows are true classes, columns what they are taken for.")
            .figure(
                &confusion(&hesper_report::Confusion {
                    title: "Confusion".into(),
                    classes: classes.to_vec(),
                    counts: self
                        .confusion
                        .iter()
                        .map(|row| row.iter().map(|n| *n as f64).collect())
                        .collect(),
                }),
                "Shares of each true class; every object was predicted out of fold.",
            );
        if let Some(importances) = model.classifier().importances() {
            let mut bars: Vec<(f64, &String)> = importances.into_iter().zip(&model.features).collect();
            bars.sort_by(|a, b| b.0.total_cmp(&a.0));
            let bars = bars.into_iter().take(SHOWN_FEATURES).map(|(value, name)| NamedInterval {
                name: name.clone(),
                value,
                low: f64::NAN,
                high: f64::NAN,
            });
            report = report.section("What the model looks at", "").figure(
                &bars_with_intervals(&BarsWithIntervals {
                    title: "Importance of features".into(),
                    x_label: "share of the impurity removed".into(),
                    bars: bars.collect(),
                }),
                format!("The {SHOWN_FEATURES} most important features of the model trained on all objects."),
            );
        }
        report
    }
}
