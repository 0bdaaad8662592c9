//! Which objects to learn from, and the metrics that learners are judged by.

use std::collections::BTreeMap;
use std::path::Path;

use clap::{Args, ValueEnum};
use hesper_features::FeatureTable;
use hesper_learn::metrics::{self, Detection};
use hesper_learn::{Better, Error, Matrix, split};
use hesper_photometry::Sample;
use serde::Serialize;

use crate::Failure;
use crate::learning::ClassView;

/// The objects of a table to learn from.
#[derive(Args, Clone, Debug, Serialize)]
pub(crate) struct Which {
    /// Learn this class against all others [default: all classes]
    #[arg(long, value_name = "CLASS")]
    pub(crate) positive: Option<String>,
    /// The objects to learn from, among those with a known class
    #[arg(long, value_enum, default_value_t = SampleName::Spectroscopic)]
    sample: SampleName,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SampleName {
    /// Objects with a spectrum
    Spectroscopic,
    /// Objects without one
    Photometric,
    /// Both
    All,
}

impl SampleName {
    /// Whether an object belongs to the sample. One of a table that does not tell belongs to each.
    pub(crate) fn takes(self, sample: Option<Sample>) -> bool {
        match (self, sample) {
            (Self::All, _) | (_, None) => true,
            (Self::Spectroscopic, Some(sample)) => sample == Sample::Spectroscopic,
            (Self::Photometric, Some(sample)) => sample == Sample::Photometric,
        }
    }
}

/// Objects with known classes.
pub(crate) struct Labelled {
    /// The classes.
    pub(crate) view: ClassView,
    /// Their rows in the table.
    pub(crate) rows: Vec<usize>,
    /// The class of each of them.
    pub(crate) labels: Vec<u32>,
}

impl Labelled {
    /// Some of the objects, by their places among these.
    pub(crate) fn select(self, places: &[usize]) -> Self {
        Self {
            rows: places.iter().map(|&place| self.rows[place]).collect(),
            labels: places.iter().map(|&place| self.labels[place]).collect(),
            view: self.view,
        }
    }
}

impl Which {
    /// The objects asked for, of which there is at least one.
    pub(crate) fn labelled(&self, table: &FeatureTable, path: &Path) -> Result<Labelled, Failure> {
        let view = match &self.positive {
            Some(positive) => ClassView::binary(&table.class, positive)?,
            None => ClassView::all(&table.class)?,
        };
        let rows = self.rows(table);
        if rows.is_empty() {
            let problem = match table.class.iter().flatten().next() {
                None => "no object has a known class: give a table with the column `class`",
                Some(_) => "no object with a known class is in the sample asked for: see --sample",
            };
            return Err(Failure::work(format!("{}: {problem}", path.display())));
        }
        let labels = rows.iter().filter_map(|row| view.codes[*row]).collect();
        Ok(Labelled { view, rows, labels })
    }

    /// The rows of the sample asked for whose class is known. A table without samples is taken whole.
    fn rows(&self, table: &FeatureTable) -> Vec<usize> {
        let wanted = |row: &usize| table.class[*row].is_some() && self.sample.takes(table.sample[*row]);
        (0..table.rows()).filter(wanted).collect()
    }

    /// Folds stratified by class. A class with a single object cannot be both learned from and judged.
    pub(crate) fn folds(
        &self,
        labelled: &Labelled,
        table: &FeatureTable,
        path: &Path,
        folds: usize,
        seed: u64,
    ) -> Result<Vec<split::Fold>, Failure> {
        if self.positive.is_none() {
            let mut of_class: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
            for (&row, &label) in labelled.rows.iter().zip(&labelled.labels) {
                of_class.entry(label).or_default().push(row);
            }
            if let Some((class, rows)) = of_class.iter().find(|(_, rows)| rows.len() == 1) {
                return Err(Failure::work(format!(
                    "{}: {} is the only object of the class {:?} in the sample, so it cannot be both learned from and \
                     judged: give more of the class, leave it out, or learn one class against the rest with --positive",
                    path.display(),
                    table.object_id[rows[0]],
                    labelled.view.classes[*class as usize]
                )));
            }
        }
        Ok(split::stratified_k_fold(&labelled.labels, folds, seed)?)
    }
}

/// Reads a number of folds.
pub(crate) fn parse_folds(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|folds| *folds >= 2)
        .ok_or_else(|| "must be a whole number, 2 or more".to_owned())
}

/// What predictions are judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Metric {
    /// Share of right predictions
    Accuracy,
    /// The same, each class counting alike
    BalancedAccuracy,
    /// Mean of -ln p(true class)
    LogLoss,
    /// Mean squared distance of the probabilities from the truth
    Brier,
    /// Area under the ROC curve of the positive class
    Auc,
    /// Figure of merit of the positive class
    Fom,
}

impl Metric {
    /// The metrics that are defined with, or without, a positive class.
    pub(crate) fn all(positive: bool) -> &'static [Self] {
        const ALL: [Metric; 6] = [
            Metric::Accuracy,
            Metric::BalancedAccuracy,
            Metric::LogLoss,
            Metric::Brier,
            Metric::Auc,
            Metric::Fom,
        ];
        if positive { &ALL } else { &ALL[..4] }
    }

    /// How people write it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::BalancedAccuracy => "balanced accuracy",
            Self::LogLoss => "log-loss",
            Self::Brier => "Brier score",
            Self::Auc => "ROC AUC",
            Self::Fom => "figure of merit",
        }
    }

    /// How machines write it.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::BalancedAccuracy => "balanced_accuracy",
            Self::LogLoss => "log_loss",
            Self::Brier => "brier",
            Self::Auc => "auc",
            Self::Fom => "fom",
        }
    }

    /// Which way it is better.
    pub(crate) fn better(self) -> Better {
        match self {
            Self::LogLoss | Self::Brier => Better::Lower,
            _ => Better::Higher,
        }
    }

    /// The metric of some rows; NaN where it is not defined. The positive class is number 0.
    pub(crate) fn of(self, truth: &[u32], probabilities: &Matrix, rows: &[usize]) -> f64 {
        let truth: Vec<u32> = rows.iter().map(|row| truth[*row]).collect();
        let some = probabilities.select_rows(rows);
        let value = || -> Result<f64, Error> {
            match self {
                Self::Accuracy => metrics::accuracy(&truth, &metrics::most_probable(&some)),
                Self::BalancedAccuracy => metrics::balanced_accuracy(&truth, &metrics::most_probable(&some)),
                Self::LogLoss => metrics::log_loss(&truth, &some, metrics::CLIP),
                Self::Brier => metrics::brier(&truth, &some),
                Self::Auc => {
                    let positive: Vec<bool> = truth.iter().map(|class| *class == 0).collect();
                    metrics::roc_auc(&positive, &some.column(0))
                }
                Self::Fom => Ok(Detection::new(&truth, &metrics::most_probable(&some), 0)?
                    .figure_of_merit(metrics::FALSE_POSITIVE_WEIGHT)),
            }
        };
        value().unwrap_or(f64::NAN)
    }
}
