//! The canonical table of objects: Parquet with nested light curves.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Builder, ListArray, RecordBatch, StringBuilder, StructArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Fields, Schema};
use hesper_files::AtomicFile;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::{Error, LightCurve, Object};

/// A batch is encoded when it has this many points or objects; it is what the writer holds beside the row group.
const BATCH_POINTS: usize = 1 << 17;
const BATCH_OBJECTS: usize = 1 << 13;
/// A row group ends when it has this many points or objects.
const GROUP_POINTS: usize = 1 << 20;
const GROUP_OBJECTS: usize = 1 << 16;

/// The columns of numbers, in order, and where an object has them.
type Number = (&'static str, fn(&Object) -> Option<f64>);
const NUMBERS: [Number; 7] = [
    ("ra", |object| object.ra),
    ("dec", |object| object.dec),
    ("redshift", |object| object.redshift),
    ("redshift_err", |object| object.redshift_err),
    ("host_photoz", |object| object.host_photoz),
    ("host_photoz_err", |object| object.host_photoz_err),
    ("mwebv", |object| object.mwebv),
];

/// Writes objects as the canonical Parquet table: `object_id` (text), `ra`, `dec` (degrees), `redshift`,
/// `redshift_err`, `host_photoz`, `host_photoz_err`, `mwebv` (magnitudes), `class`, `sample` (text), and `lightcurve`, a
/// list of structs of `mjd` (days), `band` (text), `flux` and `flux_err` (nJy). What is not known is null.
///
/// The file appears whole when [`ObjectWriter::finish`] returns, or not at all. The same objects make the same bytes,
/// and [`crate::read`] gives back the same objects.
pub struct ObjectWriter {
    path: PathBuf,
    writer: ArrowWriter<AtomicFile>,
    schema: Arc<Schema>,
    batch: Batch,
    group_points: usize,
    group_objects: usize,
}

/// Columns under construction.
#[derive(Default)]
struct Batch {
    object_id: StringBuilder,
    numbers: [Float64Builder; NUMBERS.len()],
    class: StringBuilder,
    sample: StringBuilder,
    lengths: Vec<usize>,
    mjd: Vec<f64>,
    band: StringBuilder,
    flux: Vec<f64>,
    flux_err: Vec<f64>,
}

impl ObjectWriter {
    /// Opens the table to be.
    ///
    /// # Errors
    /// [`Error::Io`] where the file cannot be made.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let file = AtomicFile::create(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
        let schema = Arc::new(schema());
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties()))
            .map_err(|error| write_error(path, error))?;
        Ok(Self {
            path: path.to_owned(),
            writer,
            schema,
            batch: Batch::default(),
            group_points: 0,
            group_objects: 0,
        })
    }

    /// Adds an object.
    ///
    /// # Errors
    /// [`Error::Malformed`] where the object could not be read back: no name, a point that
    /// [`LightCurve::check_point`] refuses, arrays of different lengths, points out of order. [`Error::Io`] where the
    /// system refuses to write.
    pub fn write(&mut self, object: &Object) -> Result<(), Error> {
        if let Err(problem) = check(object) {
            let message = format!("object '{}' cannot be written: {problem}", object.object_id);
            return Err(Error::Malformed { path: self.path.clone(), line: None, message });
        }
        self.batch.push(object);
        if self.batch.mjd.len() >= BATCH_POINTS || self.batch.lengths.len() >= BATCH_OBJECTS {
            self.write_batch().map_err(|error| write_error(&self.path, error))?;
        }
        Ok(())
    }

    /// Writes what is left and gives the file its name.
    ///
    /// # Errors
    /// [`Error::Io`] where the system refuses to write; then there is no new file.
    pub fn finish(mut self) -> Result<(), Error> {
        self.write_batch().map_err(|error| write_error(&self.path, error))?;
        let file = self.writer.into_inner().map_err(|error| write_error(&self.path, error))?;
        file.commit().map_err(|source| Error::Io { path: self.path, source })
    }

    fn write_batch(&mut self) -> Result<(), ParquetError> {
        let batch = std::mem::take(&mut self.batch);
        if batch.lengths.is_empty() {
            return Ok(());
        }
        self.group_points += batch.mjd.len();
        self.group_objects += batch.lengths.len();
        self.writer.write(&batch.finish(&self.schema)?)?;
        if self.group_points >= GROUP_POINTS || self.group_objects >= GROUP_OBJECTS {
            self.writer.flush()?;
            (self.group_points, self.group_objects) = (0, 0);
        }
        Ok(())
    }
}

impl std::fmt::Debug for ObjectWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectWriter").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Batch {
    fn push(&mut self, object: &Object) {
        self.object_id.append_value(&object.object_id);
        for (builder, (_, number)) in self.numbers.iter_mut().zip(NUMBERS) {
            builder.append_option(number(object));
        }
        self.class.append_option(object.class.as_deref());
        self.sample.append_value(object.sample.as_str());
        let curve = &object.lightcurve;
        self.lengths.push(curve.len());
        self.mjd.extend_from_slice(&curve.mjd);
        self.flux.extend_from_slice(&curve.flux);
        self.flux_err.extend_from_slice(&curve.flux_err);
        for band in &curve.band {
            self.band.append_value(band.as_str());
        }
    }

    fn finish(mut self, schema: &Arc<Schema>) -> Result<RecordBatch, ParquetError> {
        let points: Vec<ArrayRef> = vec![
            Arc::new(arrow::array::Float64Array::from(self.mjd)),
            Arc::new(self.band.finish()),
            Arc::new(arrow::array::Float64Array::from(self.flux)),
            Arc::new(arrow::array::Float64Array::from(self.flux_err)),
        ];
        let points = StructArray::try_new(point_fields(), points, None)?;
        let offsets = OffsetBuffer::from_lengths(self.lengths);
        let lightcurve = ListArray::try_new(Arc::new(element()), offsets, Arc::new(points), None)?;
        let mut columns: Vec<ArrayRef> = vec![Arc::new(self.object_id.finish())];
        columns.extend(self.numbers.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef));
        columns.push(Arc::new(self.class.finish()));
        columns.push(Arc::new(self.sample.finish()));
        columns.push(Arc::new(lightcurve));
        Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
    }
}

fn check(object: &Object) -> Result<(), String> {
    let curve = &object.lightcurve;
    let points = curve.len();
    if object.object_id.is_empty() {
        return Err("it has no name".to_owned());
    }
    if curve.band.len() != points || curve.flux.len() != points || curve.flux_err.len() != points {
        return Err("the arrays of its light curve have different lengths".to_owned());
    }
    if !curve.mjd.is_sorted() {
        return Err("its points are not in order of time: sort them first".to_owned());
    }
    (0..points)
        .try_for_each(|i| LightCurve::check_point(curve.mjd[i], curve.flux[i], curve.flux_err[i]))
        .map_err(|error| error.to_string())
}

fn point_fields() -> Fields {
    let number = |name| Field::new(name, DataType::Float64, false);
    Fields::from(vec![
        number("mjd"),
        Field::new("band", DataType::Utf8, false),
        number("flux"),
        number("flux_err"),
    ])
}

/// The list's element; Parquet's specification wants this name.
fn element() -> Field {
    Field::new("element", DataType::Struct(point_fields()), false)
}

fn schema() -> Schema {
    let mut fields = vec![Field::new("object_id", DataType::Utf8, false)];
    fields.extend(NUMBERS.iter().map(|(name, _)| Field::new(*name, DataType::Float64, true)));
    fields.push(Field::new("class", DataType::Utf8, true));
    fields.push(Field::new("sample", DataType::Utf8, false));
    fields.push(Field::new("lightcurve", DataType::List(Arc::new(element())), false));
    Schema::new(fields)
}

fn properties() -> WriterProperties {
    let point =
        |name: &str| ColumnPath::from(["lightcurve", "list", "element", name].map(str::to_owned).to_vec());
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by(concat!("hesper ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_dictionary_enabled(false)
        // Rows are bounded by points, not by their number: see GROUP_POINTS.
        .set_max_row_group_row_count(None);
    // Text repeats; fluxes hardly do, and looking for repetitions costs more time than it saves space.
    for column in [ColumnPath::from("class"), ColumnPath::from("sample"), point("band")] {
        properties = properties.set_column_dictionary_enabled(column, true);
    }
    properties.build()
}

/// What the operating system said, where it said something.
fn write_error(path: &Path, error: ParquetError) -> Error {
    let source = match error {
        ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
            Ok(source) => *source,
            Err(other) => std::io::Error::other(other.to_string()),
        },
        other => std::io::Error::other(other.to_string()),
    };
    Error::Io { path: path.to_owned(), source }
}
