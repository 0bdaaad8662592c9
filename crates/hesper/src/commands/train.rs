//! `hesper train`: a model from labelled objects, and how far to trust it.

use std::path::PathBuf;

use clap::Args;
use hesper_learn::metrics::{self, Interval};
use hesper_learn::{Model, TrainingSet, cross_validate, split};
use hesper_report::{BarsWithIntervals, Card, NamedInterval, Report, bars_with_intervals, confusion};
use serde::Serialize;
use serde_json::{Value, json};

use crate::guards::{examine_folds, examine_split};
use crate::input::Columns;
use crate::judging::{Labelled, Metric, Which, parse_folds};
use crate::learners::LearnerOptions;
use crate::learning::matrix;
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
    #[command(flatten)]
    which: Which,
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

impl Train {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut session = Session::start(&self.common, &self)?;
        session.input(&self.features)?;
        session.output(&self.out)?;
        let table = self.columns.read(&self.features)?;
        let labelled = self.which.labelled(&table, &self.features)?;
        let Labelled { view, rows, labels } = &labelled;
        let x = matrix(&table)?.select_rows(rows);
        let data = TrainingSet { x: &x, y: labels, weights: None, n_classes: view.classes.len() };
        let folds = self
            .cross_validate
            .map(|folds| self.which.folds(&labelled, &table, &self.features, folds, self.common.seed));
        let folds = folds.transpose()?;
        let learner = self.learner.build()?;
        let train = (rows.as_slice(), labels.as_slice());
        let warnings = match &folds {
            Some(folds) => examine_folds(&table, &labelled, folds)?,
            None => examine_split(&table, &view.classes, train, None)?,
        };
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
            "warnings": warnings,
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
        let report = match folds {
            None => None,
            Some(folds) => {
                let judged = self.judge(&data, &folds, learner.as_ref())?;
                for (metric, value) in &judged.scores {
                    session.say(format!(
                        "  {:<18} {:.4} [{:.4}, {:.4}]",
                        metric.title(),
                        value.estimate,
                        value.lower,
                        value.upper
                    ));
                }
                result["cross_validation"] = json!({
                    "folds": folds.len(),
                    "scores": judged.scores.iter().map(|(metric, value)| (metric.title().to_owned(), json!(value))).collect::<serde_json::Map<String, Value>>(),
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
            judged
                .report(&view.classes, &model, &command_line)
                .warnings(warnings.iter().map(ToString::to_string))
                .manifest(&finished.manifest)
                .write(&path)?;
            print::note(format_args!("report: {}", path.display()));
        }
        model.save(&self.out)?;
        finished.write_record(&self.out)?;
        finished.print()?;
        Ok(())
    }

    fn judge(
        &self,
        data: &TrainingSet<'_>,
        folds: &[split::Fold],
        learner: &dyn hesper_learn::Learner,
    ) -> Result<Judged, Failure> {
        let seed = self.common.seed;
        let probabilities = cross_validate(learner, data, folds, seed)?.probabilities;
        let scores = Metric::all(self.which.positive.is_some()).iter().map(|&metric| {
            let of = |rows: &[usize]| metric.of(data.y, &probabilities, rows);
            Ok((metric, metrics::bootstrap_interval(data.y.len(), REPLICATES, 0.95, seed, of)?))
        });
        let scores = scores.collect::<Result<Vec<_>, hesper_learn::Error>>()?;
        let predicted = metrics::most_probable(&probabilities);
        let confusion = metrics::Confusion::new(data.y, &predicted, data.n_classes)?;
        Ok(Judged { scores, confusion: confusion.rows().map(<[usize]>::to_vec).collect() })
    }
}

/// What cross-validation found.
struct Judged {
    scores: Vec<(Metric, Interval)>,
    /// Rows: true class, columns: predicted.
    confusion: Vec<Vec<usize>>,
}

/// Bootstrap samples behind an interval.
const REPLICATES: usize = 500;
/// So many of the most important features are drawn.
const SHOWN_FEATURES: usize = 25;

impl Judged {
    fn report(&self, classes: &[String], model: &Model, command_line: &str) -> Report {
        let cards = self.scores.iter().map(|(metric, value)| {
            Card::new(
                metric.title(),
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
