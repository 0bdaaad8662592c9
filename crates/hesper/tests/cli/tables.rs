//! Parquet tables, read and changed as another program would.

use std::fs::File;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{Float64Type, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::bench::Bench;

/// All rows of a table.
pub(crate) fn read(bench: &Bench, name: &str) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(bench.path(name)).unwrap()).unwrap();
    let schema = Arc::clone(reader.schema());
    let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
    concat_batches(&schema, &batches).unwrap()
}

fn write(bench: &Bench, name: &str, table: &RecordBatch) {
    let mut writer =
        ArrowWriter::try_new(File::create(bench.path(name)).unwrap(), table.schema(), None).unwrap();
    writer.write(table).unwrap();
    writer.close().unwrap();
}

/// The names of the columns.
pub(crate) fn columns(table: &RecordBatch) -> Vec<String> {
    table.schema().fields().iter().map(|field| field.name().clone()).collect()
}

/// The numbers of a column; NaN where null.
pub(crate) fn numbers(table: &RecordBatch, name: &str) -> Vec<f64> {
    let values = table.column_by_name(name).unwrap().as_primitive::<Float64Type>();
    values.iter().map(|value| value.unwrap_or(f64::NAN)).collect()
}

/// The texts of a column; empty where null.
pub(crate) fn texts(table: &RecordBatch, name: &str) -> Vec<String> {
    let values = table.column_by_name(name).unwrap().as_string::<i32>();
    values.iter().map(|value| value.unwrap_or_default().to_owned()).collect()
}

/// Copies a table without some columns.
pub(crate) fn drop_columns(bench: &Bench, from: &str, to: &str, names: &[&str]) {
    let table = read(bench, from);
    for name in names {
        assert!(table.column_by_name(name).is_some(), "{name}");
    }
    let kept: Vec<usize> = (0..table.num_columns())
        .filter(|place| !names.contains(&table.schema().field(*place).name().as_str()))
        .collect();
    write(bench, to, &table.project(&kept).unwrap());
}

/// Copies a table with one more column of the same number in every row.
pub(crate) fn add_column(bench: &Bench, from: &str, to: &str, name: &str, value: f64) {
    let table = read(bench, from);
    let values: ArrayRef = Arc::new(Float64Array::from(vec![value; table.num_rows()]));
    let columns = columns(&table).into_iter().zip(table.columns().iter().map(Arc::clone));
    let columns = columns.chain(std::iter::once((name.to_owned(), values)));
    write(bench, to, &RecordBatch::try_from_iter_with_nullable(columns.map(|(n, c)| (n, c, true))).unwrap());
}

/// Copies a table with other classes: `class` tells each row's from its old one; null where `None`.
pub(crate) fn change_classes(
    bench: &Bench,
    from: &str,
    to: &str,
    class: impl Fn(usize, &str) -> Option<String>,
) {
    let table = read(bench, from);
    let old = texts(&table, "class");
    let new: arrow::array::StringArray = old.iter().enumerate().map(|(row, old)| class(row, old)).collect();
    let place = table.schema().index_of("class").unwrap();
    let mut columns = table.columns().to_vec();
    columns[place] = Arc::new(new);
    let schema: Arc<Schema> = table.schema();
    write(bench, to, &RecordBatch::try_new(schema, columns).unwrap());
    assert_eq!(read(bench, to).column(place).len(), old.len());
}

/// Chosen objects are drawn with their fits.
#[test]
fn light_curves_are_drawn_on_request() {
    let bench = Bench::with_survey(20);
    for (set, title) in [("bazin", "free fits"), ("default", "smooth fits")] {
        bench.run(&format!("features survey.parquet --set {set} --draw S000003,S000001 --out f.parquet"));
        let svg = bench.text("f.parquet.light_curves.svg");
        assert!(svg.contains(title) && svg.contains("S000003") && svg.contains("S000001"), "{set}");
        assert!(bench.bytes("f.parquet.light_curves.png").starts_with(b"\x89PNG"));
    }
}
