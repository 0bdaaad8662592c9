//! The table of predictions: `object_id`, `p_<class>`, `predicted`, and with sets `set` and `set_size`.

use std::path::Path;

use hesper_learn::conformal::PredictionSets;
use hesper_learn::{Matrix, metrics};

use crate::Failure;
use crate::columns::{self, Column, Columns, Kind};

/// Class probabilities of objects.
pub(crate) struct Predictions<'a> {
    pub(crate) object_id: &'a [String],
    pub(crate) classes: &'a [String],
    pub(crate) probabilities: &'a Matrix,
    pub(crate) sets: Option<&'a PredictionSets>,
}

impl Predictions<'_> {
    /// The most probable class of each object.
    pub(crate) fn predicted(&self) -> Vec<&str> {
        let best = metrics::most_probable(self.probabilities);
        best.into_iter().map(|class| self.classes[class as usize].as_str()).collect()
    }

    /// Writes the table: Parquet where the name ends in `.parquet`, CSV where it ends in `.csv`.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        let ids = self.object_id.iter().map(String::as_str).collect();
        let mut columns: Columns<'_> = vec![("object_id".into(), Column::Text(ids))];
        for (place, class) in self.classes.iter().enumerate() {
            columns.push((format!("p_{class}"), Column::Numbers(self.probabilities.column(place))));
        }
        columns.push(("predicted".into(), Column::Text(self.predicted())));
        if let Some(sets) = self.sets {
            let named = |row| -> Vec<&str> {
                sets.classes(row).into_iter().map(|class| self.classes[class as usize].as_str()).collect()
            };
            let rows = 0..sets.rows();
            columns
                .push(("set".into(), Column::Owned(rows.clone().map(|row| named(row).join("|")).collect())));
            columns
                .push(("set_size".into(), Column::Counts(rows.map(|row| sets.size(row) as u64).collect())));
        }
        columns::write(path, &Kind::of_predictions(path)?, &columns)
    }
}
