//! Parquet tables of objects with nested light curves: see [`crate::ObjectWriter`] for the columns.
//!
//! `object_id` and `lightcurve` are required; what is missing of the rest is not known. Text may be plain, large, a
//! view or a dictionary, numbers of any width, names whole numbers; a light curve a list of structs or, as nested-pandas
//! and LSDB write it, a struct of lists.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::nearest::missing_column;
use crate::parquet_points::{Points, check_type, is_text};
use crate::read::{Place, Progress, ProgressUnit, Source, Step};
use crate::{Error, Object, Sample};

/// Rows decoded at once.
const BATCH: usize = 1024;

const TEXT: [&str; 3] = ["object_id", "class", "sample"];
const NUMBERS: [&str; 7] =
    ["ra", "dec", "redshift", "redshift_err", "host_photoz", "host_photoz_err", "mwebv"];

/// A table that is read batch by batch.
pub(crate) struct ParquetTable {
    path: PathBuf,
    batches: ParquetRecordBatchReader,
    batch: Option<Batch>,
    row: usize,
    done: u64,
    total: u64,
}

/// The columns of one batch; those that the table lacks are `None`.
struct Batch {
    rows: usize,
    text: [Option<StringArray>; TEXT.len()],
    numbers: [Option<Float64Array>; NUMBERS.len()],
    points: Points,
}

impl ParquetTable {
    /// Opens a table and checks its columns.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
        let malformed = |message: String| Error::Malformed { path: path.to_owned(), line: None, message };
        let builder =
            ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| malformed(damaged(&error)))?;
        check_columns(builder.schema()).map_err(malformed)?;
        let wanted: Vec<usize> = builder
            .schema()
            .fields()
            .iter()
            .enumerate()
            .filter(|(_, field)| {
                let name = field.name().as_str();
                TEXT.contains(&name) || NUMBERS.contains(&name) || name == "lightcurve"
            })
            .map(|(place, _)| place)
            .collect();
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
        let total = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
        let batches = builder
            .with_projection(mask)
            .with_batch_size(BATCH)
            .build()
            .map_err(|error| malformed(damaged(&error)))?;
        Ok(Self { path: path.to_owned(), batches, batch: None, row: 0, done: 0, total })
    }

    fn malformed(&self, message: String) -> Error {
        Error::Malformed { path: self.path.clone(), line: None, message }
    }
}

fn damaged(error: &dyn std::fmt::Display) -> String {
    format!("the file is cut short, damaged or no Parquet ({error}): copy or write it again")
}

impl Source for ParquetTable {
    fn next_step(&mut self) -> Option<Step> {
        loop {
            if let Some(batch) = &self.batch
                && self.row < batch.rows
            {
                let object = batch.object(self.row);
                self.row += 1;
                self.done += 1;
                return Some(match object {
                    Ok(object) => Step::Object(object),
                    Err(message) => Step::Bad(self.malformed(format!("row {}{message}", self.done))),
                });
            }
            self.row = 0;
            self.batch = match self.batches.next()? {
                Ok(columns) => match Batch::new(&columns) {
                    Ok(batch) => Some(batch),
                    Err(message) => return Some(Step::Fatal(self.malformed(message))),
                },
                Err(error) => return Some(Step::Fatal(self.malformed(damaged(&error)))),
            };
        }
    }

    fn place(&self) -> Place {
        Place { path: self.path.clone(), line: None }
    }

    fn progress(&self) -> Progress {
        Progress { done: self.done, total: Some(self.total), unit: ProgressUnit::Objects }
    }
}

/// Says which column is missing or of an unusable type.
fn check_columns(schema: &Schema) -> Result<(), String> {
    let column = |name: &str| schema.column_with_name(name).map(|(_, field)| field.data_type());
    for name in ["object_id", "lightcurve"] {
        if column(name).is_none() {
            let present = schema.fields().iter().map(|field| field.name().as_str());
            return Err(missing_column(name, present, "rename it, or give a table of light curves"));
        }
    }
    for name in TEXT {
        if let Some(found) = column(name)
            && !(is_text(found) || found.is_integer() || *found == DataType::Null)
        {
            return Err(format!("{name} is {found}, neither text nor a whole number: write it as text"));
        }
    }
    for name in NUMBERS {
        if let Some(found) = column(name)
            && !(found.is_numeric() || *found == DataType::Null)
        {
            return Err(format!(
                "{name} is {found}, not a number: write it as a number, null where it is not known"
            ));
        }
    }
    column("lightcurve").map_or(Ok(()), check_type)
}

impl Batch {
    fn new(columns: &RecordBatch) -> Result<Self, String> {
        let cast_to = |name: &str, wanted: &DataType| -> Result<Option<ArrayRef>, String> {
            let Some(column) = columns.column_by_name(name) else { return Ok(None) };
            cast(column, wanted).map(Some).map_err(|error| format!("{name}: {error}"))
        };
        let mut text = [const { None }; TEXT.len()];
        for (slot, name) in text.iter_mut().zip(TEXT) {
            *slot = cast_to(name, &DataType::Utf8)?.map(|column| column.as_string::<i32>().clone());
        }
        let mut numbers = [const { None }; NUMBERS.len()];
        for (slot, name) in numbers.iter_mut().zip(NUMBERS) {
            *slot =
                cast_to(name, &DataType::Float64)?.map(|column| column.as_primitive::<Float64Type>().clone());
        }
        let lightcurve = columns.column_by_name("lightcurve").ok_or("there is no column lightcurve")?;
        Ok(Self { rows: columns.num_rows(), text, numbers, points: Points::new(lightcurve)? })
    }

    /// The object of a row; messages begin with what tells the object.
    fn object(&self, row: usize) -> Result<Object, String> {
        let [object_id, class, sample] = [0, 1, 2].map(|column| {
            self.text[column].as_ref().filter(|values| values.is_valid(row)).map(|values| values.value(row))
        });
        let object_id = object_id.ok_or(": object_id is null: give the object a name")?;
        let mut object = Object::new(object_id);
        // NaN is what pandas writes for "not known".
        [
            object.ra,
            object.dec,
            object.redshift,
            object.redshift_err,
            object.host_photoz,
            object.host_photoz_err,
            object.mwebv,
        ] = [0, 1, 2, 3, 4, 5, 6].map(|column| {
            let values = self.numbers[column].as_ref().filter(|values| values.is_valid(row))?;
            Some(values.value(row)).filter(|value| value.is_finite())
        });
        object.class = class.filter(|class| !class.is_empty()).map(str::to_owned);
        if let Some(name) = sample {
            object.sample = Sample::parse(name).ok_or_else(|| {
                format!(" ({object_id}): sample is '{name}', but must be 'spectroscopic' or 'photometric': correct it")
            })?;
        }
        object.lightcurve =
            self.points.light_curve(row).map_err(|problem| format!(" ({object_id}): {problem}"))?;
        Ok(object)
    }
}
