//! Shapley values of predictions: how much each feature moved each object's output from that for no object in particular.

use std::path::{Path, PathBuf};

use clap::Args;
use hesper_learn::{Matrix, Model, Shapley};
use hesper_report::{BarsWithIntervals, Figure, NamedInterval, bars_with_intervals};
use serde::Serialize;
use serde_json::Value;

use crate::Failure;
use crate::columns::{self, Column, Columns, Kind};

/// Whether predictions are explained.
#[derive(Args, Clone, Debug, Serialize)]
pub(crate) struct Explaining {
    /// Write exact Shapley values of the predictions into this table, .csv or .parquet, and a figure of their mean absolute
    /// values beside it; for forests and boosted trees. A row for each object and class: its output, the base value, and
    /// what each feature adds to it
    #[arg(long, value_name = "FILE")]
    pub(crate) shapley: Option<PathBuf>,
    /// Objects whose mean output is the base value of a forest [default: those to predict]; boosted trees keep
    /// that of the objects they learned from
    #[arg(long, value_name = "FEATURES", requires = "shapley")]
    pub(crate) background: Option<PathBuf>,
}

/// So many bars the figure has at most.
const SHOWN: usize = 25;
/// So many features are told on the terminal.
const TOLD: usize = 8;

/// Values, and of what.
pub(crate) struct Explained {
    shapley: Shapley,
    /// Whether they add up to probabilities; margins otherwise.
    of_probabilities: bool,
    /// Features with their mean absolute values, largest first.
    means: Vec<(String, f64)>,
}

impl Explained {
    /// Explains what `probabilities` says of `x`.
    pub(crate) fn new(
        model: &Model,
        x: &Matrix,
        probabilities: &Matrix,
        background: &Matrix,
    ) -> Result<Self, Failure> {
        let Some(shapley) = model.classifier().shapley(x, background)? else {
            return Err(Failure::request(format!(
                "--shapley is for forests and boosted trees without committee and calibration, and the model is of the \
                 learner `{}`: train such a model, or see what this one relies on with `hesper train --importances`",
                model.learner
            )));
        };
        let mean = shapley.mean_absolute()?;
        let output = |class| output(&shapley, 0, class);
        let close = |class: usize| (output(class) - probabilities.row(0)[class]).abs() < 1e-6;
        let of_probabilities = (0..shapley.n_classes()).all(close);
        // Of two classes the second only mirrors the first.
        let classes = if shapley.n_classes() == 2 { 1 } else { shapley.n_classes() };
        let of_feature =
            |(row, name): (usize, &String)| (name.clone(), mean.row(row)[..classes].iter().sum());
        let mut means: Vec<(String, f64)> = model.features.iter().enumerate().map(of_feature).collect();
        means.sort_by(|a, b| b.1.total_cmp(&a.1));
        Ok(Self { shapley, of_probabilities, means })
    }

    /// What the values are, for people.
    fn unit(&self) -> &'static str {
        match (self.of_probabilities, self.shapley.n_classes() > 2) {
            (true, true) => "mean |Shapley value| of the probabilities, summed over classes",
            (true, false) => "mean |Shapley value| of the probability",
            (false, true) => "mean |Shapley value| of the margins (log-odds), summed over classes",
            (false, false) => "mean |Shapley value| of the margin (log-odds)",
        }
    }

    /// The features that matter most, for a terminal.
    pub(crate) fn lines(&self) -> Vec<String> {
        let wide = self.means.iter().take(TOLD).map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let mut lines = vec![format!("  {}:", self.unit())];
        lines
            .extend(self.means.iter().take(TOLD).map(|(name, mean)| format!("    {name:<wide$}  {mean:.4}")));
        if self.means.len() > TOLD {
            lines.push(format!("    and {} more", self.means.len() - TOLD));
        }
        lines
    }

    /// The result for a machine.
    pub(crate) fn result(&self) -> Value {
        let means = self.means.iter().map(|(name, mean)| (name.clone(), (*mean).into()));
        serde_json::json!({
            "of": if self.of_probabilities { "probabilities" } else { "margins" },
            "mean_absolute": means.collect::<serde_json::Map<_, _>>(),
        })
    }

    /// Writes the table, and the figure beside it.
    pub(crate) fn write(&self, path: &Path, ids: &[String], model: &Model) -> Result<(), Failure> {
        let pairs = || {
            (0..self.shapley.rows())
                .flat_map(|row| (0..self.shapley.n_classes()).map(move |class| (row, class)))
        };
        let base = self.shapley.base();
        let mut columns: Columns<'_> = vec![
            ("object_id".into(), Column::Text(pairs().map(|(row, _)| ids[row].as_str()).collect())),
            ("class".into(), Column::Text(pairs().map(|(_, class)| model.classes[class].as_str()).collect())),
            (
                "output".into(),
                Column::Numbers(pairs().map(|(row, class)| output(&self.shapley, row, class)).collect()),
            ),
            ("base".into(), Column::Numbers(pairs().map(|(_, class)| base[class]).collect())),
        ];
        for (feature, name) in model.features.iter().enumerate() {
            let value = |(row, class)| self.shapley.get(row, feature, class).unwrap_or(f64::NAN);
            columns.push((name.clone(), Column::Numbers(pairs().map(value).collect())));
        }
        columns::write(path, &kind(path)?, &columns)?;
        for ending in ["svg", "png"] {
            let mut name = path.as_os_str().to_owned();
            name.push(format!(".summary.{ending}"));
            self.figure().save(PathBuf::from(name))?;
        }
        Ok(())
    }

    fn figure(&self) -> Figure {
        let bars = self.means.iter().take(SHOWN).map(|(name, mean)| NamedInterval {
            name: name.clone(),
            value: *mean,
            low: f64::NAN,
            high: f64::NAN,
        });
        bars_with_intervals(&BarsWithIntervals {
            title: "What moves the predictions".into(),
            x_label: self.unit().into(),
            bars: bars.collect(),
        })
    }
}

/// What the values of an object and class add up to.
fn output(shapley: &Shapley, row: usize, class: usize) -> f64 {
    let features = 0..shapley.n_features();
    let moved: f64 = features.filter_map(|feature| shapley.get(row, feature, class)).sum();
    shapley.base()[class] + moved
}

/// The format of the table.
pub(crate) fn kind(path: &Path) -> Result<Kind, Failure> {
    Kind::of(path, "Shapley values", "--shapley")
}
