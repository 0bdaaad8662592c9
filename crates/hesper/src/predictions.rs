//! The table of predictions: `object_id`, `p_<class>`, `predicted`; CSV or Parquet by its name.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use hesper_files::AtomicFile;
use hesper_learn::{Matrix, metrics};
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::Failure;
use crate::session::write_file;

/// The formats of predictions.
pub(crate) enum Kind {
    Csv,
    Parquet,
}

impl Kind {
    /// The format that the end of a name tells.
    pub(crate) fn of(path: &Path) -> Result<Self, Failure> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => Ok(Self::Csv),
            Some("parquet") => Ok(Self::Parquet),
            _ => Err(Failure::request(format!(
                "{}: predictions are written as .csv or .parquet: give --out one of these endings",
                path.display()
            ))),
        }
    }
}

/// Class probabilities of objects.
pub(crate) struct Predictions<'a> {
    pub(crate) object_id: &'a [String],
    pub(crate) classes: &'a [String],
    pub(crate) probabilities: &'a Matrix,
}

impl Predictions<'_> {
    /// The most probable class of each object.
    pub(crate) fn predicted(&self) -> Vec<&str> {
        let best = metrics::most_probable(self.probabilities);
        best.into_iter().map(|class| self.classes[class as usize].as_str()).collect()
    }

    /// Writes the table: Parquet where the name ends in `.parquet`, CSV where it ends in `.csv`.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        match Kind::of(path)? {
            Kind::Csv => self.write_csv(path),
            Kind::Parquet => self.write_parquet(path),
        }
    }

    fn write_csv(&self, path: &Path) -> Result<(), Failure> {
        let failed = |error: csv::Error| Failure::work(format!("{}: {error}", path.display()));
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut header = vec!["object_id".to_owned()];
        header.extend(self.classes.iter().map(|class| format!("p_{class}")));
        header.push("predicted".to_owned());
        writer.write_record(&header).map_err(failed)?;
        for (row, (id, predicted)) in self.object_id.iter().zip(self.predicted()).enumerate() {
            let mut record = vec![id.clone()];
            record.extend(self.probabilities.row(row).iter().map(ToString::to_string));
            record.push(predicted.to_owned());
            writer.write_record(&record).map_err(failed)?;
        }
        let bytes =
            writer.into_inner().map_err(|error| Failure::work(format!("{}: {error}", path.display())))?;
        write_file(path, bytes)
    }

    fn write_parquet(&self, path: &Path) -> Result<(), Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure::work(format!("{}: {error}", path.display()));
        let mut columns: Vec<(String, ArrayRef)> =
            vec![("object_id".into(), Arc::new(StringArray::from_iter_values(self.object_id)))];
        for (place, class) in self.classes.iter().enumerate() {
            let values = Float64Array::from(self.probabilities.column(place));
            columns.push((format!("p_{class}"), Arc::new(values)));
        }
        columns.push(("predicted".into(), Arc::new(StringArray::from_iter_values(self.predicted()))));
        let batch = RecordBatch::try_from_iter(columns).map_err(|error| failed(&error))?;
        let refused = |error: std::io::Error| {
            Failure::work(format!("{}: {error}{}", path.display(), hesper_files::remedy(&error)))
        };
        let mut file = AtomicFile::create(path).map_err(refused)?;
        let properties = WriterProperties::builder()
            .set_created_by(format!("hesper {}", env!("CARGO_PKG_VERSION")))
            .build();
        let unwritten = |error: ParquetError| match error {
            ParquetError::External(source) => match source.downcast::<std::io::Error>() {
                Ok(source) => refused(*source),
                Err(source) => failed(&source),
            },
            other => failed(&other),
        };
        let mut writer =
            ArrowWriter::try_new(&mut file, batch.schema(), Some(properties)).map_err(unwritten)?;
        writer.write(&batch).map_err(unwritten)?;
        writer.close().map_err(unwritten)?;
        file.commit().map_err(refused)
    }
}
