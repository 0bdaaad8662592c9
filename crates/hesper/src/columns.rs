//! Tables that commands write column by column: CSV or Parquet by their names.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt64Array};
use hesper_files::AtomicFile;
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::Failure;
use crate::session::write_file;

/// The formats of tables.
pub(crate) enum Kind {
    Csv,
    Parquet,
}

impl Kind {
    /// The format of predictions.
    pub(crate) fn of_predictions(path: &Path) -> Result<Self, Failure> {
        Self::of(path, "predictions", "--out")
    }

    /// The format that the end of a name tells; `option` is what named it.
    pub(crate) fn of(path: &Path, what: &str, option: &str) -> Result<Self, Failure> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => Ok(Self::Csv),
            Some("parquet") => Ok(Self::Parquet),
            _ => Err(Failure::request(format!(
                "{}: {what} are written as .csv or .parquet: give {option} one of these endings",
                path.display()
            ))),
        }
    }
}

/// The values of a column.
pub(crate) enum Column<'a> {
    Text(Vec<&'a str>),
    Owned(Vec<String>),
    Numbers(Vec<f64>),
    Counts(Vec<u64>),
}

impl Column<'_> {
    fn text(&self, row: usize) -> String {
        match self {
            Self::Text(values) => values[row].to_owned(),
            Self::Owned(values) => values[row].clone(),
            Self::Numbers(values) => values[row].to_string(),
            Self::Counts(values) => values[row].to_string(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Owned(values) => values.len(),
            Self::Numbers(values) => values.len(),
            Self::Counts(values) => values.len(),
        }
    }

    fn array(&self) -> ArrayRef {
        match self {
            Self::Text(values) => Arc::new(StringArray::from_iter_values(values)),
            Self::Owned(values) => Arc::new(StringArray::from_iter_values(values)),
            Self::Numbers(values) => Arc::new(Float64Array::from_iter_values(values.iter().copied())),
            Self::Counts(values) => Arc::new(UInt64Array::from_iter_values(values.iter().copied())),
        }
    }
}

/// Columns with their names, all of one length.
pub(crate) type Columns<'a> = Vec<(String, Column<'a>)>;

/// Writes a table, whole or not at all.
pub(crate) fn write(path: &Path, kind: &Kind, columns: &Columns<'_>) -> Result<(), Failure> {
    match kind {
        Kind::Csv => write_csv(path, columns),
        Kind::Parquet => write_parquet(path, columns),
    }
}

fn write_csv(path: &Path, columns: &Columns<'_>) -> Result<(), Failure> {
    let failed = |error: csv::Error| Failure::work(format!("{}: {error}", path.display()));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|(name, _)| name)).map_err(failed)?;
    for row in 0..columns.first().map_or(0, |(_, column)| column.len()) {
        writer.write_record(columns.iter().map(|(_, column)| column.text(row))).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| Failure::work(format!("{}: {error}", path.display())))?;
    write_file(path, bytes)
}

fn write_parquet(path: &Path, columns: &Columns<'_>) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::work(format!("{}: {error}", path.display()));
    let arrays = columns.iter().map(|(name, column)| (name.clone(), column.array()));
    let batch = RecordBatch::try_from_iter(arrays).map_err(|error| failed(&error))?;
    let refused = |error: std::io::Error| {
        Failure::work(format!("{}: {error}{}", path.display(), hesper_files::remedy(&error)))
    };
    let mut file = AtomicFile::create(path).map_err(refused)?;
    let properties =
        WriterProperties::builder().set_created_by(format!("hesper {}", env!("CARGO_PKG_VERSION"))).build();
    let unwritten = |error: ParquetError| match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => refused(*source),
            Err(source) => failed(&source),
        },
        other => failed(&other),
    };
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), Some(properties)).map_err(unwritten)?;
    writer.write(&batch).map_err(unwritten)?;
    writer.close().map_err(unwritten)?;
    file.commit().map_err(refused)
}
