//! `hesper train`: a model from labelled objects, and how far to trust it.

use std::path::{Path, PathBuf};

use clap::Args;
use hesper_learn::metrics::{self, Interval};
use hesper_learn::{Classifier, FoldClassifiers, Model, TrainingSet, split};
use hesper_report::{BarsWithIntervals, Card, NamedInterval, Report, bars_with_intervals, confusion};
use serde::Serialize;
use serde_json::{Value, json};

use crate::guards::{examine_folds, examine_split};
use crate::importances::Importances;
use crate::input::Columns;
use crate::judging::{Labelled, Metric, Which, parse_folds};
use crate::learners::LearnerOptions;
use crate::learning::matrix;
use crate::search_spaces::{Searching, written_params};
use crate::session::{Common, Session};
use crate::{Failure, print};

/// Train a model on objects with known classes
///
/// With --cross-validate the model is also judged: each object is predicted by a model that did not learn from it, and
/// MODEL.report.html shows the confusion matrix, and with --importances what the model relies on.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper train features.parquet --out model.safetensors
  hesper train features.parquet --positive Ia --out ia.safetensors
  hesper train plasticc.parquet --cross-validate 5 --importances --out plasticc.safetensors
  hesper train features.parquet --learner boosted --search 30 --cross-validate 5 --out best.safetensors")]
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
    /// Shuffle each feature, and each column, among the objects that cross-validation holds out, and tell how much worse
    /// they are predicted, in MODEL.importances.csv and the report
    #[arg(long, requires = "cross_validate")]
    importances: bool,
    /// Keep this share of the objects back, of each class alike, and write them to MODEL.set_aside.parquet: the model does
    /// not learn from them, so that `hesper predict --sets` can be calibrated by them
    #[arg(long, value_name = "SHARE", value_parser = share)]
    set_aside: Option<f64>,
    #[command(flatten)]
    searching: Searching,
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
        let all = self.which.labelled(&table, &self.features)?;
        let (labelled, aside) = match self.set_aside {
            None => (all, None),
            Some(share) => {
                let fold = split::stratified_hold_out(&all.labels, share, self.common.seed)?;
                let aside: Vec<usize> = fold.test.iter().map(|&place| all.rows[place]).collect();
                (all.select(&fold.train), Some(table.select_rows(&aside)))
            }
        };
        let Labelled { view, rows, labels } = &labelled;
        let x = matrix(&table)?.select_rows(rows);
        let data = TrainingSet { x: &x, y: labels, weights: None, n_classes: view.classes.len() };
        let folds = self
            .cross_validate
            .map(|folds| self.which.folds(&labelled, &table, &self.features, folds, self.common.seed));
        let folds = folds.transpose()?;
        let searching = self.searching.search;
        let learner = self.learner.build(self.searching.params())?;
        let train = (rows.as_slice(), labels.as_slice());
        let warnings = match &folds {
            Some(folds) => examine_folds(&table, &labelled, folds)?,
            None => examine_split(&table, &view.classes, train, None)?,
        };
        let mut model = Model::train(
            learner.as_ref(),
            &data,
            table.names.clone(),
            view.classes.clone(),
            self.common.seed,
        )?;
        let ids: Vec<String> = rows.iter().map(|&row| table.object_id[row].clone()).collect();
        model.remember_objects(&ids, &x)?;
        let mut result = json!({
            "objects": rows.len(),
            "features": table.columns(),
            "classes": view.classes,
            "warnings": warnings,
            "out": self.out,
        });
        session.say(format!(
            "{}{} learned {} classes from {} objects and {} features in {:.1} s: {}",
            if searching.is_some() { self.learner.name() } else { learner.name().to_owned() },
            searching.map(|search| format!(", of {search} choices of its parameters,")).unwrap_or_default(),
            view.classes.len(),
            rows.len(),
            table.columns(),
            session.seconds(),
            self.out.display()
        ));
        if let Some(chosen) = chosen(&model.params["chosen"]) {
            session.say(format!("  chosen by the search: {}", written_params(chosen)));
            result["chosen"] = model.params["chosen"].clone();
        }
        let judged = match folds {
            None => None,
            Some(folds) => {
                let judged = self.judge(&data, &folds, learner.as_ref(), &model.features)?;
                judged.lines().iter().for_each(|line| session.say(line));
                result["cross_validation"] = judged.result();
                Some(judged)
            }
        };
        if let Some(aside) = &aside {
            let path = beside(&self.out, "set_aside.parquet");
            aside.write_parquet(&path)?;
            session.say(format!("  {} objects were set aside: {}", aside.rows(), path.display()));
            result["set_aside"] = json!({ "objects": aside.rows(), "out": path });
        }
        // The model comes last: where it stands, all of the work was done.
        let command_line = session.command_line();
        let finished = session.finish(&result)?;
        if let Some(judged) = judged {
            if let Some(importances) = &judged.importances {
                importances.write(&beside(&self.out, "importances.csv"))?;
            }
            let path = beside(&self.out, "report.html");
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
        names: &[String],
    ) -> Result<Judged, Failure> {
        let seed = self.common.seed;
        let classifiers = FoldClassifiers::fit(learner, data, folds, seed)?;
        let probabilities = classifiers.predict_proba(data.x)?;
        let scores = Metric::all(self.which.positive.is_some()).iter().map(|&metric| {
            let of = |rows: &[usize]| metric.of(data.y, &probabilities, rows);
            Ok((metric, metrics::bootstrap_interval(data.y.len(), REPLICATES, 0.95, seed, of)?))
        });
        let scores = scores.collect::<Result<Vec<_>, hesper_learn::Error>>()?;
        let predicted = metrics::most_probable(&probabilities);
        let confusion = metrics::Confusion::new(data.y, &predicted, data.n_classes)?;
        let chosen = classifiers.folds().filter_map(|fold| chosen(&fold.choice()?).cloned()).collect();
        let importances = self
            .importances
            .then(|| Importances::of(&classifiers, data.x, data.y, names, seed))
            .transpose()?;
        Ok(Judged {
            folds: folds.len(),
            scores,
            confusion: confusion.rows().map(<[usize]>::to_vec).collect(),
            chosen,
            importances,
        })
    }
}

/// Reads a share of the objects.
fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| *share > 0.0 && *share < 1.0);
    share.ok_or_else(|| "must be between 0 and 1, such as 0.2".to_owned())
}

/// The parameters that a search chose.
fn chosen(choice: &Value) -> Option<&Value> {
    choice.get("searched")
}

/// A file named for another one.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// What cross-validation found.
struct Judged {
    folds: usize,
    scores: Vec<(Metric, Interval)>,
    /// Rows: true class, columns: predicted.
    confusion: Vec<Vec<usize>>,
    /// What the search chose in each fold, if there was one.
    chosen: Vec<Value>,
    importances: Option<Importances>,
}

/// Bootstrap samples behind an interval.
const REPLICATES: usize = 500;
/// So many of the most important features are drawn.
const SHOWN_FEATURES: usize = 25;

impl Judged {
    /// What it tells a person on the terminal.
    fn lines(&self) -> Vec<String> {
        let score = |(metric, value): &(Metric, Interval)| {
            let title = metric.title();
            format!("  {title:<18} {:.4} [{:.4}, {:.4}]", value.estimate, value.lower, value.upper)
        };
        let mut lines: Vec<String> = self.scores.iter().map(score).collect();
        lines.extend(self.importances.iter().flat_map(Importances::lines));
        lines
    }

    /// The same for a machine.
    fn result(&self) -> Value {
        let scores = self.scores.iter().map(|(metric, value)| (metric.title().to_owned(), json!(value)));
        let mut result = json!({
            "folds": self.folds,
            "scores": scores.collect::<serde_json::Map<String, Value>>(),
            "confusion": self.confusion,
        });
        if !self.chosen.is_empty() {
            result["chosen"] = json!(self.chosen);
        }
        if let Some(importances) = &self.importances {
            result["importances"] = importances.result();
        }
        result
    }

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
        if !self.chosen.is_empty() {
            let of_folds = self.chosen.iter().enumerate();
            let rows = of_folds.map(|(fold, params)| [format!("fold {}", fold + 1), written_params(params)]);
            let of_model =
                chosen(&model.params["chosen"]).map(|params| ["the model".into(), written_params(params)]);
            report = report
                .section(
                    "What the search chose",
                    "Each fold searched within the objects that it learned from, so that the scores above are honest. Where \
                     the choices differ much, they matter little or there are too few objects to tell.",
                )
                .table(["learned from", "parameters"], of_model.into_iter().chain(rows));
        }
        match &self.importances {
            Some(importances) => importances.report(report),
            None => impurity(report, model),
        }
    }
}

/// Adds what a forest tells of itself.
fn impurity(report: Report, model: &Model) -> Report {
    let Some(importances) = model.classifier().importances() else { return report };
    let mut bars: Vec<(f64, &String)> = importances.into_iter().zip(&model.features).collect();
    bars.sort_by(|a, b| b.0.total_cmp(&a.0));
    let bars = bars.into_iter().take(SHOWN_FEATURES).map(|(value, name)| NamedInterval {
        name: name.clone(),
        value,
        low: f64::NAN,
        high: f64::NAN,
    });
    report.section("What the model looks at", "").figure(
        &bars_with_intervals(&BarsWithIntervals {
            title: "Importance of features".into(),
            x_label: "share of the impurity removed".into(),
            bars: bars.collect(),
        }),
        format!("The {SHOWN_FEATURES} most important features of the model trained on all objects."),
    )
}
