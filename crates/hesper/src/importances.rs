//! Permutation importances: how much worse held-out objects are predicted when a column, or all columns of a feature, are
//! shuffled among them.

use std::collections::BTreeMap;
use std::path::Path;

use hesper_learn::metrics::Interval;
use hesper_learn::{
    Classifier, Error, Matrix, Permutation, PermutationImportance, permutation_importances_by_row,
};
use hesper_report::{BarsWithIntervals, Figure, NamedInterval, Report, bars_with_intervals};
use serde::Serialize;

use crate::Failure;
use crate::input::owner;
use crate::session::write_csv;

/// So many bars a figure has at most.
const SHOWN: usize = 25;
/// So many features are told on the terminal.
const TOLD: usize = 8;

/// What columns and features are worth, most first.
pub(crate) struct Importances {
    /// Features of several columns as wholes, those of one, and columns of no known feature.
    features: Vec<Importance>,
    columns: Vec<Importance>,
}

struct Importance {
    name: String,
    columns: usize,
    rise: Interval,
}

impl Importance {
    fn row(&self, kind: &'static str) -> Row<'_> {
        let Self { name, columns, rise } = self;
        Row { kind, name, columns: *columns, rise: rise.estimate, low: rise.lower, high: rise.upper }
    }
}

/// A row of the table.
#[derive(Serialize)]
struct Row<'a> {
    kind: &'static str,
    name: &'a str,
    columns: usize,
    rise: f64,
    low: f64,
    high: f64,
}

impl Importances {
    /// Shuffles the rows of `x`, which the classifier did not learn from.
    pub(crate) fn of(
        classifier: &dyn Classifier,
        x: &Matrix,
        truth: &[u32],
        names: &[String],
        seed: u64,
    ) -> Result<Self, Failure> {
        let mut of_feature: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (column, name) in names.iter().enumerate() {
            of_feature.entry(owner(name).unwrap_or(name)).or_default().push(column);
        }
        let singly = names.len();
        let (wholes, groups): (Vec<&str>, Vec<Vec<usize>>) =
            of_feature.into_iter().filter(|(_, columns)| columns.len() > 1).unzip();
        let groups = (0..singly).map(|column| vec![column]).chain(groups).collect();
        let how = Permutation { groups: Some(groups), ..Permutation::default() };
        let found = permutation_importances_by_row(classifier, x, |p| scores(truth, p), &how, seed)?;
        let named = |name: &str, found: &PermutationImportance| Importance {
            name: name.to_owned(),
            columns: found.columns.len(),
            rise: found.drop,
        };
        let columns: Vec<Importance> =
            names.iter().zip(&found).map(|(name, found)| named(name, found)).collect();
        let lonely = |column: &usize| owner(&names[*column]).is_none_or(|feature| !wholes.contains(&feature));
        let features = (0..singly).filter(lonely).map(|column| named(&names[column], &found[column]));
        let features =
            features.chain(wholes.iter().zip(&found[singly..]).map(|(name, found)| named(name, found)));
        let sorted = |mut list: Vec<Importance>| {
            list.sort_by(|a, b| b.rise.estimate.total_cmp(&a.rise.estimate));
            list
        };
        Ok(Self { features: sorted(features.collect()), columns: sorted(columns) })
    }

    /// The most important features, for a terminal.
    pub(crate) fn lines(&self) -> Vec<String> {
        let wide = self.features.iter().take(TOLD).map(|one| one.name.chars().count()).max().unwrap_or(0);
        let mut lines = vec![
            "  rise of the Brier score where a feature is shuffled, 95 % intervals over objects:".to_owned(),
        ];
        lines.extend(self.features.iter().take(TOLD).map(|Importance { name, rise, .. }| {
            format!("    {name:<wide$}  {:>7.4} [{:.4}, {:.4}]", rise.estimate, rise.lower, rise.upper)
        }));
        if self.features.len() > TOLD {
            lines.push(format!("    and {} more", self.features.len() - TOLD));
        }
        lines
    }

    /// The result for a machine: the rise of each feature.
    pub(crate) fn result(&self) -> serde_json::Value {
        self.features
            .iter()
            .map(|one| (one.name.clone(), serde_json::json!(one.rise)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// Writes the table.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        let features = self.features.iter().map(|one| one.row("feature"));
        write_csv(path, features.chain(self.columns.iter().map(|one| one.row("column"))))
    }

    /// Adds the figures: of features, and of columns where these are others.
    pub(crate) fn report(&self, report: Report) -> Report {
        let wholes = "All columns of a feature are shuffled together, so that bands that tell the same cannot stand in for \
                      each other.";
        let singly = "Each column is shuffled alone: a column whose twin remains seems to be worth nothing.";
        let report = report.section(
            "What the model relies on",
            "How much the Brier score of held-out objects rises when values are shuffled among them (permutation \
             importance, 10 shuffles). Lines are 95 % intervals over objects; a bar whose line crosses 0 may be nothing.",
        );
        let report = report.figure(&figure("Features", &self.features), caption(wholes, &self.features));
        if self.features.len() == self.columns.len() {
            return report;
        }
        report.figure(&figure("Columns", &self.columns), caption(singly, &self.columns))
    }
}

fn figure(title: &str, list: &[Importance]) -> Figure {
    let bars = list.iter().take(SHOWN).map(|one| NamedInterval {
        name: one.name.clone(),
        value: one.rise.estimate,
        low: one.rise.lower,
        high: one.rise.upper,
    });
    bars_with_intervals(&BarsWithIntervals {
        title: title.to_owned(),
        x_label: "rise of the Brier score when shuffled".into(),
        bars: bars.collect(),
    })
}

fn caption(text: &str, list: &[Importance]) -> String {
    if list.len() > SHOWN { format!("{text} The first {SHOWN} of {}.", list.len()) } else { text.to_owned() }
}

/// Less the Brier score of each row: Σ (p_c − [c is true])². Unlike the log-loss no single row decides.
fn scores(truth: &[u32], probabilities: &Matrix) -> Result<Vec<f64>, Error> {
    let of_row = |(row, &class): (usize, &u32)| {
        let p = probabilities.row(row);
        2.0 * p[class as usize] - 1.0 - p.iter().map(|p| p * p).sum::<f64>()
    };
    Ok(truth.iter().enumerate().map(of_row).collect())
}
