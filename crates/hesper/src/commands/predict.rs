//! `hesper predict`: class probabilities for objects.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use hesper_features::FeatureTable;
use hesper_learn::{Matrix, Model};
use serde::Serialize;
use serde_json::json;

use crate::columns::Kind;
use crate::plain_table::PlainOptions;
use crate::predictions::Predictions;
use crate::session::{Common, Session};
use crate::sets::{SetOptions, Sets};
use crate::shapley::{Explained, Explaining, kind};
use crate::{Failure, learning};

/// Predict the classes of objects with a trained model
///
/// Writes a row for each object: object_id, the probability p_CLASS of each class, and the most probable one; with --sets
/// also the classes that it may be of.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper predict model.safetensors features.parquet --out predictions.csv
  hesper predict run/models/uncertainty.safetensors blind.parquet --out blind_predictions.parquet
  hesper predict model.safetensors features.parquet --shapley why.parquet --out predictions.csv
  hesper predict model.safetensors blind.parquet --sets 0.9 --calibration model.safetensors.set_aside.parquet --out p.csv")]
pub(crate) struct Predict {
    /// A model that `train` or `loop` wrote
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// A table of features, as `features` writes it, or CSV; the model's columns are found by name
    #[arg(value_name = "FEATURES")]
    features: PathBuf,
    #[command(flatten)]
    plain: PlainOptions,
    /// The table to write: .csv or .parquet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    sets: SetOptions,
    #[command(flatten)]
    explaining: Explaining,
    #[command(flatten)]
    common: Common,
}

impl Predict {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut session = Session::start(&self.common, &self)?;
        session.input(&self.model)?;
        session.input(&self.features)?;
        for path in self.sets.calibration.iter().chain(&self.explaining.background) {
            session.input(path)?;
        }
        Kind::of_predictions(&self.out)?;
        session.output(&self.out)?;
        if let Some(path) = &self.explaining.shapley {
            kind(path)?;
            session.output(path)?;
        }
        let model = Model::load(&self.model)?;
        let (table, x) = model_features(&model, &self.features, &self.plain)?;
        let probabilities = model.predict_proba(&x)?;
        let sets = self.sets.of(&model, &table, &x, &probabilities, self.common.seed)?;
        let explained = match (&self.explaining.shapley, &self.explaining.background) {
            (None, _) => None,
            (Some(_), None) => Some(Explained::new(&model, &x, &probabilities, &x)?),
            (Some(_), Some(path)) => Some(Explained::new(
                &model,
                &x,
                &probabilities,
                &model_features(&model, path, &self.plain)?.1,
            )?),
        };
        let predictions = Predictions {
            object_id: &table.object_id,
            classes: &model.classes,
            probabilities: &probabilities,
            sets: sets.as_ref().map(Sets::sets),
        };
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for class in predictions.predicted() {
            *counts.entry(class).or_default() += 1;
        }
        let mut result = json!({ "objects": table.rows(), "predicted": counts, "out": self.out });
        session.say(format!("{} objects predicted: {}", table.rows(), self.out.display()));
        for (class, count) in &counts {
            session.say(format!("  {class:<12} {count:>8}"));
        }
        if let Some(sets) = &sets {
            sets.lines().iter().for_each(|line| session.say(line));
            result["sets"] = sets.result();
        }
        if let (Some(explained), Some(path)) = (&explained, &self.explaining.shapley) {
            session.say(format!("Shapley values: {}", path.display()));
            explained.lines().iter().for_each(|line| session.say(line));
            result["shapley"] = explained.result();
            explained.write(path, &table.object_id, &model)?;
        }
        predictions.write(&self.out)?;
        let finished = session.finish(&result)?;
        finished.write_record(&self.out)?;
        finished.print()?;
        Ok(())
    }
}

/// The model's features of the objects in a table, which must have them all.
pub(crate) fn model_features(
    model: &Model,
    path: &Path,
    plain: &PlainOptions,
) -> Result<(FeatureTable, Matrix), Failure> {
    let table = plain.read(path)?;
    let columns: Vec<Option<usize>> = model.features.iter().map(|name| table.column(name)).collect();
    let missing: Vec<&str> = model
        .features
        .iter()
        .zip(&columns)
        .filter(|(_, column)| column.is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    if !missing.is_empty() {
        return Err(Failure::work(format!(
            "{}: {} of the model's {} features are missing ({}): describe the objects with the same --set and bands \
             as those the model learned from",
            path.display(),
            missing.len(),
            model.features.len(),
            missing.join(", ")
        )));
    }
    let table = table.select_columns(&columns.into_iter().flatten().collect::<Vec<_>>());
    let x = learning::matrix(&table)?;
    Ok((table, x))
}
