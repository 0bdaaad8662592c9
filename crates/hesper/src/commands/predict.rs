//! `hesper predict`: class probabilities for objects.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use hesper_features::FeatureTable;
use hesper_learn::Model;
use serde::Serialize;
use serde_json::json;

use crate::predictions::{Kind, Predictions};
use crate::session::{Common, Session};
use crate::{Failure, learning};

/// Predict the classes of objects with a trained model
///
/// Writes a row for each object: object_id, the probability p_CLASS of each class, and the most probable one.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper predict model.safetensors features.parquet --out predictions.csv
  hesper predict run/models/uncertainty.safetensors blind.parquet --out blind_predictions.parquet")]
pub(crate) struct Predict {
    /// A model that `train` or `loop` wrote
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// A table of features; the model's columns are found by name
    #[arg(value_name = "FEATURES")]
    features: PathBuf,
    /// The table to write: .csv or .parquet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Predict {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut session = Session::start(&self.common, &self)?;
        session.input(&self.model)?;
        session.input(&self.features)?;
        Kind::of(&self.out)?;
        session.output(&self.out)?;
        let model = Model::load(&self.model)?;
        let table = FeatureTable::read_parquet(&self.features)?;
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
                self.features.display(),
                missing.len(),
                model.features.len(),
                missing.join(", ")
            )));
        }
        let table = table.select_columns(&columns.into_iter().flatten().collect::<Vec<_>>());
        let probabilities = model.predict_proba(&learning::matrix(&table)?)?;
        let predictions = Predictions {
            object_id: &table.object_id,
            classes: &model.classes,
            probabilities: &probabilities,
        };
        predictions.write(&self.out)?;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for class in predictions.predicted() {
            *counts.entry(class).or_default() += 1;
        }
        session.say(format!("{} objects predicted: {}", table.rows(), self.out.display()));
        for (class, count) in &counts {
            session.say(format!("  {class:<12} {count:>8}"));
        }
        let finished =
            session.finish(&json!({ "objects": table.rows(), "predicted": counts, "out": self.out }))?;
        finished.write_record(&self.out)?;
        finished.print()?;
        Ok(())
    }
}
