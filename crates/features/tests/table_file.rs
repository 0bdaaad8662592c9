//! The table of features as a file: what is written is read, and what is no table is refused in words that help.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, Int64Array, RecordBatch, StringArray,
};
use hesper_features::{Error, FeatureTable};
use hesper_photometry::Sample;
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;
use tempfile::TempDir;

fn place() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("features.parquet");
    (dir, path)
}

/// A table in which everything may be missing.
fn example() -> FeatureTable {
    FeatureTable {
        object_id: ["17", "", "naïve name with spaces", "SN 2011fe"].map(str::to_owned).into(),
        names: ["peak_flux_g", "peak_flux_r", ""].map(str::to_owned).into(),
        values: vec![
            1.5,
            f64::NAN,
            -0.0,
            f64::MIN_POSITIVE / 8.0,
            f64::MAX,
            -1e-300,
            0.1 + 0.2,
            56_230.123_456_789,
            f64::from_bits(0x7ff8_0000_0000_beef),
            f64::NAN,
            f64::NAN,
            f64::NAN,
        ],
        class: vec![Some("Ia".to_owned()), None, Some(String::new()), Some("90".to_owned())],
        sample: vec![Some(Sample::Spectroscopic), None, Some(Sample::Photometric), None],
        redshift: vec![Some(0.1), None, Some(1.2), Some(f64::NAN)],
        peak_mag: vec![None, Some(22.5), None, Some(-3.0)],
    }
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn option_bits(values: &[Option<f64>]) -> Vec<Option<u64>> {
    values.iter().map(|value| value.map(f64::to_bits)).collect()
}

#[track_caller]
fn assert_same(one: &FeatureTable, other: &FeatureTable) {
    assert_eq!((&one.object_id, &one.names), (&other.object_id, &other.names));
    assert_eq!(bits(&one.values), bits(&other.values));
    assert_eq!((&one.class, &one.sample), (&other.class, &other.sample));
    assert_eq!(option_bits(&one.redshift), option_bits(&other.redshift));
    assert_eq!(option_bits(&one.peak_mag), option_bits(&other.peak_mag));
}

fn round_trip(table: &FeatureTable) -> FeatureTable {
    let (_dir, path) = place();
    table.write_parquet(&path).unwrap();
    FeatureTable::read_parquet(&path).unwrap()
}

#[test]
fn what_is_written_is_read_bit_by_bit() {
    assert_same(&example(), &round_trip(&example()));
    assert_same(&FeatureTable::default(), &round_trip(&FeatureTable::default()));
    let columns_alone = FeatureTable { names: vec!["photoz".to_owned()], ..FeatureTable::default() };
    assert_same(&columns_alone, &round_trip(&columns_alone));
}

#[test]
fn the_same_table_is_the_same_file() {
    let (_dir, path) = place();
    example().write_parquet(&path).unwrap();
    let first = std::fs::read(&path).unwrap();
    example().write_parquet(&path).unwrap();
    assert_eq!(first, std::fs::read(&path).unwrap());
}

#[test]
fn tables_of_several_row_groups_keep_their_order() {
    let rows = 40_000;
    let table = FeatureTable {
        object_id: (0..rows).map(|row| row.to_string()).collect(),
        names: vec!["a".to_owned(), "b".to_owned()],
        values: (0..2 * rows).map(f64::from).collect(),
        class: (0..rows).map(|row| (row % 3 == 0).then(|| "II".to_owned())).collect(),
        sample: vec![Some(Sample::Photometric); rows as usize],
        redshift: (0..rows).map(|row| (row % 5 == 0).then(|| f64::from(row))).collect(),
        peak_mag: vec![None; rows as usize],
    };
    assert_same(&table, &round_trip(&table));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_table_is_read_as_it_was_written(
        rows in prop::collection::vec((any::<[u64; 3]>(), any::<Option<String>>(), any::<Option<bool>>()), 0..20)
    ) {
        // Any bits that are not infinite.
        let number = |bits: u64| Some(f64::from_bits(bits)).filter(|v| !v.is_infinite()).unwrap_or(0.0);
        let table = FeatureTable {
            object_id: (0..rows.len()).map(|row| format!("{row}")).collect(),
            names: vec!["a".to_owned(), "b".to_owned()],
            values: rows.iter().flat_map(|(bits, ..)| [number(bits[0]), number(bits[1])]).collect(),
            class: rows.iter().map(|(_, class, _)| class.clone()).collect(),
            sample: rows
                .iter()
                .map(|(.., sample)| sample.map(|s| if s { Sample::Spectroscopic } else { Sample::Photometric }))
                .collect(),
            redshift: rows.iter().map(|(bits, class, _)| class.as_ref().map(|_| number(bits[2]))).collect(),
            peak_mag: vec![None; rows.len()],
        };
        assert_same(&table, &round_trip(&table));
    }
}

fn write(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap();
    let mut writer =
        ArrowWriter::try_new(std::fs::File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn text(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn numbers(values: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

/// The message for a file of these columns; it names the file and each of the `parts`.
#[track_caller]
fn refused(columns: Vec<(&str, ArrayRef)>, parts: &[&str]) {
    let (_dir, path) = place();
    write(&path, columns);
    explained(&path, parts);
}

#[track_caller]
fn explained(path: &Path, parts: &[&str]) -> Error {
    let error = FeatureTable::read_parquet(path).unwrap_err();
    let message = error.to_string();
    assert!(message.contains(&path.display().to_string()), "{message}");
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
    error
}

#[test]
fn files_of_other_hands_are_read() {
    let (_dir, path) = place();
    write(
        &path,
        vec![
            ("object_id", Arc::new(Int64Array::from(vec![5, 7]))),
            ("count", Arc::new(Int64Array::from(vec![Some(3), None]))),
            ("single", Arc::new(Float32Array::from(vec![0.5, 1.5]))),
            ("seen", Arc::new(BooleanArray::from(vec![true, false]))),
            ("class", Arc::new(Int64Array::from(vec![90, 42]))),
        ],
    );
    let table = FeatureTable::read_parquet(&path).unwrap();
    assert_eq!(table.object_id, ["5", "7"]);
    assert_eq!(table.names, ["count", "single", "seen"]);
    assert_eq!(table.row(0), [3.0, 0.5, 1.0]);
    assert!(table.row(1)[0].is_nan());
    assert_eq!(table.class, [Some("90".to_owned()), Some("42".to_owned())]);
    assert_eq!((table.sample, table.redshift), (vec![None; 2], vec![None; 2]));
}

#[test]
fn files_that_are_no_parquet_are_refused() {
    let (dir, path) = place();
    assert!(matches!(explained(&path, &["check the path"]), Error::Io { .. }));
    std::fs::write(&path, "").unwrap();
    explained(&path, &["0 bytes", "hesper features"]);
    std::fs::write(&path, "object_id,peak_flux_g\n17,1.5\n").unwrap();
    explained(&path, &["Parquet", "hesper features"]);
    std::fs::write(&path, "PAR1 and nothing more PAR1").unwrap();
    explained(&path, &["Parquet"]);
    example().write_parquet(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 20]).unwrap();
    explained(&path, &["Parquet"]);
    explained(dir.path(), &[]);
}

#[test]
fn damaged_files_never_panic() {
    let (_dir, path) = place();
    example().write_parquet(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    for place in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0x55;
        std::fs::write(&path, damaged).unwrap();
        // Single wrong bits may go unnoticed where the format has no check sum; the table must then hold together.
        if let Ok(table) = FeatureTable::read_parquet(&path) {
            assert_eq!(table.values.len(), table.rows() * table.columns());
        }
    }
}

#[test]
fn columns_without_sense_are_refused() {
    refused(vec![("peak", numbers(&[1.0]))], &["object_id", "add one"]);
    refused(
        vec![("object_id", text(&["a"])), ("note", text(&["x"]))],
        &["\"note\"", "text", "drop the column"],
    );
    refused(
        vec![("object_id", text(&["a", "b"])), ("peak", numbers(&[1.0, f64::NEG_INFINITY]))],
        &["\"peak\"", "-inf", "row 1", "NaN"],
    );
    refused(
        vec![("object_id", text(&["a"])), ("redshift", numbers(&[f64::INFINITY]))],
        &["\"redshift\"", "inf", "row 0", "NaN"],
    );
    refused(
        vec![("object_id", text(&["a"])), ("redshift", text(&["high"]))],
        &["\"redshift\"", "numbers", "high"],
    );
    refused(
        vec![("object_id", text(&["a"])), ("sample", text(&["gold"]))],
        &["sample", "\"gold\"", "row 0", "\"spectroscopic\" or \"photometric\""],
    );
    refused(vec![("object_id", text(&["a", "b", "a"]))], &["object_id", "\"a\"", "twice", "one row"]);
    let nameless: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), Some("b"), None]));
    refused(vec![("object_id", nameless)], &["object_id", "null", "row 2"]);
    let two = vec![("object_id", text(&["a"])), ("peak", numbers(&[1.0])), ("peak", numbers(&[2.0]))];
    refused(two, &["\"peak\"", "twice"]);
}

#[test]
fn rows_are_counted_from_the_beginning_of_the_file() {
    let ids: Vec<String> = (0..40_000).map(|row| row.to_string()).collect();
    let mut values = vec![0.5; 40_000];
    values[30_000] = f64::INFINITY;
    let ids: ArrayRef = Arc::new(StringArray::from(ids));
    refused(vec![("object_id", ids), ("peak", numbers(&values))], &["row 30000"]);
}

#[test]
fn a_feature_cannot_have_the_name_of_another_column() {
    let (_dir, path) = place();
    for name in ["class", "peak_flux_g"] {
        let mut table = example();
        table.names[1] = name.to_owned();
        let message = table.write_parquet(&path).unwrap_err().to_string();
        assert!(message.contains(name) && message.contains("twice"), "{message}");
        assert!(!path.exists());
    }
}

#[test]
fn a_table_that_cannot_be_written_leaves_nothing() {
    let (dir, _) = place();
    assert!(matches!(example().write_parquet(dir.path()).unwrap_err(), Error::Io { .. }));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}
