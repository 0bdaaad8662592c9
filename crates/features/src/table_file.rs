//! The table of features as a Parquet file: `object_id`, the features as f64, then `class`, `sample`, `redshift`,
//! `peak_mag`. NaN is written as NaN and null is read as NaN.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, Field, Schema};
use hesper_files::AtomicFile;
use hesper_photometry::Sample;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::Compression;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::WriterProperties;

use crate::{Error, FeatureTable};

/// Rows written at a time: bounds the memory of readers and writers.
const ROW_GROUP: usize = 16_384;

impl FeatureTable {
    /// Writes the table, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`] where the file cannot be written; [`Error::Malformed`] where two columns have one name.
    pub fn write_parquet(&self, path: &Path) -> Result<(), Error> {
        let io = |source| Error::Io { path: path.to_owned(), source };
        let malformed = |error: parquet::errors::ParquetError| into_error(path, error);
        let schema = self.schema();
        no_twins(&schema).map_err(|message| Error::Malformed { path: path.to_owned(), message })?;
        let mut file = AtomicFile::create(path).map_err(io)?;
        // The statistics and the bloom filters of single features help nobody; the data is what counts.
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_dictionary_enabled(false)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_created_by(format!("hesper {}", env!("CARGO_PKG_VERSION")))
            .build();
        let mut writer =
            ArrowWriter::try_new(&mut file, schema.clone(), Some(properties)).map_err(malformed)?;
        let mut start = 0;
        while start < self.rows() {
            let end = (start + ROW_GROUP).min(self.rows());
            let batch = RecordBatch::try_new(schema.clone(), self.arrays(start, end))
                .map_err(|error| Error::Malformed { path: path.to_owned(), message: error.to_string() })?;
            writer.write(&batch).map_err(malformed)?;
            start = end;
        }
        writer.close().map_err(malformed)?;
        file.commit().map_err(io)
    }

    fn schema(&self) -> Arc<Schema> {
        let mut fields = vec![Field::new("object_id", DataType::Utf8, false)];
        fields.extend(self.names.iter().map(|name| Field::new(name, DataType::Float64, true)));
        for name in ["class", "sample"] {
            fields.push(Field::new(name, DataType::Utf8, true));
        }
        for name in ["redshift", "peak_mag"] {
            fields.push(Field::new(name, DataType::Float64, true));
        }
        Arc::new(Schema::new(fields))
    }

    fn arrays(&self, start: usize, end: usize) -> Vec<ArrayRef> {
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.columns() + 5);
        arrays.push(Arc::new(StringArray::from_iter_values(&self.object_id[start..end])));
        for column in 0..self.columns() {
            let values = (start..end).map(|row| self.values[row * self.columns() + column]);
            arrays.push(Arc::new(Float64Array::from_iter_values(values)));
        }
        arrays.push(Arc::new(StringArray::from_iter(self.class[start..end].iter().map(Option::as_deref))));
        let samples = self.sample[start..end].iter().map(|sample| sample.map(Sample::as_str));
        arrays.push(Arc::new(StringArray::from_iter(samples)));
        arrays.push(Arc::new(Float64Array::from_iter(self.redshift[start..end].iter().copied())));
        arrays.push(Arc::new(Float64Array::from_iter(self.peak_mag[start..end].iter().copied())));
        arrays
    }

    /// Reads a table; each numeric column that is not one of [`FeatureTable::META`] is a feature.
    ///
    /// # Errors
    /// [`Error::Io`] where the file cannot be opened; [`Error::Malformed`] where it is not Parquet, has no
    /// `object_id`, a column that is neither numeric nor known, two columns of one name, an infinite value, an unknown
    /// sample, or the same object twice.
    pub fn read_parquet(path: &Path) -> Result<Self, Error> {
        let wrong = |message: String| Error::Malformed { path: path.to_owned(), message };
        let file = File::open(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
        let length = file.metadata().map_or(u64::MAX, |meta| meta.len());
        if length == 0 {
            return Err(wrong("the file is empty (0 bytes): write it again with `hesper features`".into()));
        }
        // Parquet's own types say all that a table of features needs; Arrow's copy of them only adds what may be damaged.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)
            .map_err(|error| into_error(path, error))?;
        in_file(builder.metadata(), length).map_err(wrong)?;
        no_twins(builder.schema()).map_err(wrong)?;
        let mut names = Vec::new();
        for field in builder.schema().fields() {
            let name = field.name().as_str();
            if Self::META.contains(&name) {
                continue;
            }
            if !field.data_type().is_numeric() && field.data_type() != &DataType::Boolean {
                return Err(wrong(format!(
                    "column {name:?} is {}, but features are numbers: this may be a table of objects, which \
                     `hesper features` describes first; else drop the column",
                    kind(field.data_type())
                )));
            }
            names.push(name.to_owned());
        }
        if builder.schema().column_with_name("object_id").is_none() {
            return Err(wrong("there is no column \"object_id\": add one that names each row".into()));
        }
        let mut table = Self { names, ..Self::default() };
        let reader = builder.with_batch_size(ROW_GROUP).build().map_err(|error| into_error(path, error))?;
        for batch in reader {
            table.append(&batch.map_err(|error| wrong(error.to_string()))?).map_err(wrong)?;
        }
        let mut seen = std::collections::HashSet::with_capacity(table.rows());
        if let Some(twice) = table.object_id.iter().find(|id| !seen.insert(id.as_str())) {
            return Err(wrong(format!(
                "object_id {twice:?} stands there twice: keep one row for each object"
            )));
        }
        Ok(table)
    }

    fn append(&mut self, batch: &RecordBatch) -> Result<(), String> {
        let text = |name: &str| -> Result<Vec<Option<String>>, String> {
            let Some(column) = batch.column_by_name(name) else { return Ok(vec![None; batch.num_rows()]) };
            let column =
                cast(column, &DataType::Utf8).map_err(|error| format!("column {name:?}: {error}"))?;
            let strings =
                column.as_any().downcast_ref::<StringArray>().ok_or(format!("column {name:?} is no text"))?;
            Ok(strings.iter().map(|value| value.map(str::to_owned)).collect())
        };
        let start = self.rows();
        let number = |name: &str| -> Result<Vec<Option<f64>>, String> {
            let Some(column) = batch.column_by_name(name) else { return Ok(vec![None; batch.num_rows()]) };
            // Text that is no number is an error, not a missing value.
            let strict = CastOptions { safe: false, ..CastOptions::default() };
            let column = cast_with_options(column, &DataType::Float64, &strict)
                .map_err(|error| format!("column {name:?} must hold numbers: {error}"))?;
            let numbers = column
                .as_any()
                .downcast_ref::<Float64Array>()
                .ok_or(format!("column {name:?} is no number"))?;
            if let Some(row) = numbers.iter().position(|value| value.is_some_and(f64::is_infinite)) {
                return Err(format!(
                    "column {name:?} is {} in row {}: write NaN where it is unknown",
                    numbers.value(row),
                    start + row
                ));
            }
            Ok(numbers.iter().collect())
        };
        for (row, id) in text("object_id")?.into_iter().enumerate() {
            self.object_id
                .push(id.ok_or_else(|| format!("object_id is null in row {}: name each row", start + row))?);
        }
        self.class.extend(text("class")?);
        for (row, sample) in text("sample")?.into_iter().enumerate() {
            let known = sample.as_deref().map(|name| {
                Sample::parse(name).ok_or_else(|| {
                    format!(
                        "sample is {name:?} in row {}, but must be \"spectroscopic\" or \"photometric\": correct it",
                        start + row
                    )
                })
            });
            self.sample.push(known.transpose()?);
        }
        self.redshift.extend(number("redshift")?);
        self.peak_mag.extend(number("peak_mag")?);
        let columns: Vec<Vec<Option<f64>>> =
            self.names.iter().map(|name| number(name)).collect::<Result<_, _>>()?;
        self.values.reserve(batch.num_rows() * columns.len());
        for row in 0..batch.num_rows() {
            self.values.extend(columns.iter().map(|column| column[row].unwrap_or(f64::NAN)));
        }
        Ok(())
    }
}

/// That all columns lie within the file: where its footer is damaged, the library would panic.
fn in_file(metadata: &ParquetMetaData, length: u64) -> Result<(), String> {
    let columns = metadata.row_groups().iter().flat_map(|group| group.columns());
    for column in columns {
        let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
        let end = start.checked_add(column.compressed_size()).and_then(|end| u64::try_from(end).ok());
        if start < 0 || column.compressed_size() < 0 || end.is_none_or(|end| end > length) {
            return Err(format!(
                "column {:?} lies beyond the file's end, so the file is damaged: write it again",
                column.column_path().string()
            ));
        }
    }
    Ok(())
}

/// That no name stands for two columns.
fn no_twins(schema: &Schema) -> Result<(), String> {
    let mut seen = std::collections::HashSet::new();
    match schema.fields().iter().find(|field| !seen.insert(field.name())) {
        Some(twin) => Err(format!("column {:?} stands there twice: drop or rename one", twin.name())),
        None => Ok(()),
    }
}

/// A name for a type that people know.
fn kind(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text",
        DataType::List(_) | DataType::LargeList(_) => "a list",
        DataType::Struct(_) => "a struct",
        _ => "not numeric",
    }
}

/// Tells a full disk from a file that is not Parquet.
fn into_error(path: &Path, error: parquet::errors::ParquetError) -> Error {
    let path = path.to_owned();
    match error {
        parquet::errors::ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => Error::Io { path, source: *source },
            Err(source) => Error::Malformed { path, message: source.to_string() },
        },
        other => Error::Malformed {
            path,
            message: format!(
                "{other}: a table of features is a Parquet file, as `hesper features` writes it"
            ),
        },
    }
}
