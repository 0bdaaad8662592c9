use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, DictionaryArray, FixedSizeListArray, Float32Array, Float64Array, Int64Array,
    LargeListArray, LargeStringArray, ListArray, RecordBatch, StringArray, StringViewArray, StructArray,
};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{Field, Fields, Int32Type};
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;

use crate::{Band, Error, LightCurve, Object, ObjectWriter, ReadOptions, Sample, read_all};

fn objects_of(path: &Path) -> Result<Vec<Object>, Error> {
    read_all(path, &ReadOptions::default()).map(|(objects, _)| objects)
}

fn write_all(path: &Path, objects: &[Object]) {
    let mut writer = ObjectWriter::create(path).unwrap();
    for object in objects {
        writer.write(object).unwrap();
    }
    assert!(!path.exists());
    writer.finish().unwrap();
}

/// Writes a table of the given columns; returns the folder that keeps it, and its path.
fn table(columns: Vec<(&str, ArrayRef)>) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.parquet");
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap();
    let mut writer = ArrowWriter::try_new(fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    (dir, path)
}

fn arc(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

/// Four points: three of the first object, not in order of time, one of the second.
fn points(band: ArrayRef, flux: ArrayRef) -> Vec<(&'static str, ArrayRef)> {
    vec![
        ("mjd", arc(Float64Array::from(vec![3.0, 1.0, 2.0, 4.0]))),
        ("band", band),
        ("flux", flux),
        ("flux_err", arc(Float64Array::from(vec![0.5; 4]))),
    ]
}

fn plain_points() -> Vec<(&'static str, ArrayRef)> {
    points(
        arc(StringArray::from(vec!["g", "r", "i", "z"])),
        arc(Float64Array::from(vec![30.0, 10.0, 20.0, 40.0])),
    )
}

fn structs(columns: Vec<(&'static str, ArrayRef)>) -> StructArray {
    let fields: Fields = columns.iter().map(|(n, c)| Field::new(*n, c.data_type().clone(), true)).collect();
    StructArray::new(fields, columns.into_iter().map(|(_, column)| column).collect(), None)
}

fn list(values: ArrayRef, lengths: [usize; 2]) -> ArrayRef {
    let field = Arc::new(Field::new("item", values.data_type().clone(), true));
    arc(ListArray::new(field, OffsetBuffer::from_lengths(lengths), values, None))
}

fn large_list(values: ArrayRef, lengths: [usize; 2]) -> ArrayRef {
    let field = Arc::new(Field::new("item", values.data_type().clone(), true));
    arc(LargeListArray::new(field, OffsetBuffer::from_lengths(lengths), values, None))
}

fn ids() -> (&'static str, ArrayRef) {
    ("object_id", arc(StringArray::from(vec!["a", "b"])))
}

fn check(path: &Path) {
    let objects = objects_of(path).unwrap();
    assert_eq!(objects.len(), 2);
    let curve = &objects[0].lightcurve;
    assert_eq!(
        (curve.mjd.as_slice(), curve.flux.as_slice()),
        (&[1.0, 2.0, 3.0][..], &[10.0, 20.0, 30.0][..])
    );
    assert_eq!(curve.band.iter().map(Band::as_str).collect::<String>(), "rig");
    assert_eq!(objects[1].lightcurve.flux, [40.0]);
    assert_eq!(objects[0].sample, Sample::Photometric);
    assert_eq!((objects[0].ra, objects[0].class.as_ref(), objects[0].host_photoz), (None, None, None));
}

#[test]
fn nestings_of_other_programs_are_read() {
    check(&table(vec![ids(), ("lightcurve", list(arc(structs(plain_points())), [3, 1]))]).1);
    check(&table(vec![ids(), ("lightcurve", large_list(arc(structs(plain_points())), [3, 1]))]).1);
    let lists = |make: fn(ArrayRef, [usize; 2]) -> ArrayRef| {
        structs(plain_points().into_iter().map(|(name, values)| (name, make(values, [3, 1]))).collect())
    };
    check(&table(vec![ids(), ("lightcurve", arc(lists(list)))]).1);
    check(&table(vec![ids(), ("lightcurve", arc(lists(large_list)))]).1);
    // Other text, narrower numbers, columns in between.
    let band: DictionaryArray<Int32Type> = ["g", "r", "i", "z"].into_iter().collect();
    let flux = Float32Array::from(vec![30.0, 10.0, 20.0, 40.0]);
    let mut columns = points(arc(band), arc(flux));
    columns.insert(1, ("detected", arc(Int64Array::from(vec![1; 4]))));
    let names = ("object_id", arc(LargeStringArray::from(vec!["a", "b"])));
    check(
        &table(vec![
            ("n", arc(Int64Array::from(vec![1, 2]))),
            ("lightcurve", list(arc(structs(columns)), [3, 1])),
            names,
        ])
        .1,
    );
    let columns = points(
        arc(StringViewArray::from(vec!["g", "r", "i", "z"])),
        arc(Int64Array::from(vec![30, 10, 20, 40])),
    );
    let (_dir, path) = table(vec![
        ("object_id", arc(Int64Array::from(vec![-7, 1 << 60]))),
        ("class", arc(Int64Array::from(vec![Some(90), None]))),
        ("ra", arc(Float64Array::from(vec![f64::NAN, 2.0]))),
        ("redshift", arc(Float32Array::from(vec![Some(0.5), None]))),
        ("sample", arc(StringArray::from(vec![Some("spectroscopic"), None]))),
        ("lightcurve", list(arc(structs(columns)), [3, 1])),
    ]);
    let objects = objects_of(&path).unwrap();
    assert_eq!((objects[0].object_id.as_str(), objects[1].object_id.as_str()), ("-7", "1152921504606846976"));
    assert_eq!((objects[0].class.as_deref(), objects[1].class.as_deref()), (Some("90"), None));
    assert_eq!((objects[0].ra, objects[1].ra, objects[0].redshift), (None, Some(2.0), Some(0.5)));
    assert_eq!((objects[0].sample, objects[1].sample), (Sample::Spectroscopic, Sample::Photometric));
    assert_eq!(objects[0].lightcurve.flux, [10.0, 20.0, 30.0]);
}

#[test]
fn lists_of_one_length_and_nulls_are_read() {
    let values = structs(plain_points());
    let field = Arc::new(Field::new("item", values.data_type().clone(), true));
    let fixed = FixedSizeListArray::new(field, 2, arc(values.clone()), None);
    let objects = objects_of(&table(vec![ids(), ("lightcurve", arc(fixed))]).1).unwrap();
    assert_eq!(objects[1].lightcurve.mjd, [2.0, 4.0]);
    // A null light curve is one without points, even where values lie behind it.
    let field = Arc::new(Field::new("item", values.data_type().clone(), true));
    let nulls = NullBuffer::from(vec![false, true]);
    let nullable =
        ListArray::new(field, OffsetBuffer::from_lengths([3, 1]), arc(values), Some(nulls.clone()));
    let objects = objects_of(&table(vec![ids(), ("lightcurve", arc(nullable))]).1).unwrap();
    assert_eq!((objects[0].lightcurve.len(), objects[1].lightcurve.len()), (0, 1));
    let lists: Vec<_> =
        plain_points().into_iter().map(|(name, values)| (name, list(values, [3, 1]))).collect();
    let (fields, arrays, _) = structs(lists).into_parts();
    let nullable = StructArray::new(fields, arrays, Some(nulls));
    let objects = objects_of(&table(vec![ids(), ("lightcurve", arc(nullable))]).1).unwrap();
    assert_eq!((objects[0].lightcurve.len(), objects[1].lightcurve.len()), (0, 1));
    // A null point is a fault.
    let (fields, arrays, _) = structs(plain_points()).into_parts();
    let holed = StructArray::new(fields, arrays, Some(NullBuffer::from(vec![true, false, true, true])));
    let message =
        objects_of(&table(vec![ids(), ("lightcurve", list(arc(holed), [3, 1]))]).1).unwrap_err().to_string();
    assert!(message.contains("row 1 (a): mjd of point 2 is null"), "{message}");
}

#[test]
fn columns_missing_or_of_a_wrong_type_are_named() {
    let good = || ("lightcurve", list(arc(structs(plain_points())), [3, 1]));
    let refused = |columns| objects_of(&table(columns).1).unwrap_err().to_string();
    let names = arc(StringArray::from(vec!["a", "b"]));
    let message = refused(vec![("objectid", names.clone()), good()]);
    assert!(
        message.contains("no column object_id among objectid, lightcurve (did you mean 'objectid'?)"),
        "{message}"
    );
    let message = refused(vec![ids()]);
    assert!(message.contains("no column lightcurve among object_id"), "{message}");
    let message = refused(vec![ids(), ("lightcurve", names.clone())]);
    assert!(message.contains("neither a list of structs nor a struct of lists"), "{message}");
    let mut columns = plain_points();
    columns[3].0 = "fluxerr";
    let message = refused(vec![ids(), ("lightcurve", list(arc(structs(columns)), [3, 1]))]);
    assert!(message.contains("no column lightcurve.flux_err among mjd, band, flux, fluxerr"), "{message}");
    assert!(message.contains("did you mean 'fluxerr'?"), "{message}");
    let columns = points(arc(Float64Array::from(vec![1.0; 4])), arc(Float64Array::from(vec![1.0; 4])));
    let message = refused(vec![ids(), ("lightcurve", list(arc(structs(columns)), [3, 1]))]);
    assert!(message.contains("lightcurve.band is Float64, not text"), "{message}");
    let message = refused(vec![ids(), ("redshift", names.clone()), good()]);
    assert!(message.contains("redshift is Utf8, not a number"), "{message}");
    let message = refused(vec![("object_id", arc(Float64Array::from(vec![1.0, 2.0]))), good()]);
    assert!(message.contains("object_id is Float64, neither text nor a whole number"), "{message}");
    let message = refused(vec![ids(), ("sample", names), good()]);
    assert!(
        message.contains("row 1 (a): sample is 'a', but must be 'spectroscopic' or 'photometric'"),
        "{message}"
    );
    let message = refused(vec![("object_id", arc(StringArray::from(vec!["a", "a"]))), good()]);
    assert!(message.contains("object a was read before"), "{message}");
    let mut columns: Vec<_> =
        plain_points().into_iter().map(|(name, values)| (name, list(values, [3, 1]))).collect();
    columns[2].1 = list(arc(Float64Array::from(vec![1.0; 4])), [2, 2]);
    let message = refused(vec![ids(), ("lightcurve", arc(structs(columns)))]);
    assert!(message.contains("row 1 (a): lightcurve.mjd has 3 values, but lightcurve.flux 2"), "{message}");
}

#[test]
fn bad_rows_are_kept_aside() {
    let columns = points(
        arc(StringArray::from(vec!["g", "r", "i", "z"])),
        arc(Float64Array::from(vec![1.0, f64::NAN, 1.0, 1.0])),
    );
    let (_dir, path) = table(vec![ids(), ("lightcurve", list(arc(structs(columns)), [3, 1]))]);
    let (objects, skipped) =
        read_all(&path, &ReadOptions { skip_bad: true, ..ReadOptions::default() }).unwrap();
    assert_eq!((objects.len(), objects[0].object_id.as_str()), (1, "b"));
    assert!(skipped[0].reason.contains("row 1 (a): point 2: flux is NaN, but must be finite"), "{skipped:?}");
}

fn band() -> impl Strategy<Value = Band> {
    prop::sample::select(vec!["u", "g", "ztf_r", "exactly15bytes_"]).prop_map(|name| Band::new(name).unwrap())
}

fn object() -> impl Strategy<Value = Object> {
    let number = || prop::option::of(-1e9..1e9_f64);
    let point = (0.0..1e5_f64, band(), any::<f64>(), 1e-300..1e300_f64)
        .prop_map(|(mjd, band, flux, err)| (mjd, band, if flux.is_finite() { flux } else { -0.0 }, err));
    (
        prop::array::uniform7(number()),
        prop::option::of("[A-Z][a-z]{0,5}"),
        any::<bool>(),
        prop::collection::vec(point, 0..20),
    )
        .prop_map(|(numbers, class, spectroscopic, points)| {
            let mut object = Object::new("");
            [object.ra, object.dec, object.redshift, object.redshift_err, ..] = numbers;
            [.., object.host_photoz, object.host_photoz_err, object.mwebv] = numbers;
            object.class = class;
            object.sample = if spectroscopic { Sample::Spectroscopic } else { Sample::Photometric };
            for (mjd, band, flux, flux_err) in points {
                object.lightcurve.push(mjd, band, flux, flux_err);
            }
            object.lightcurve.sort_by_time();
            object
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_is_written_is_read_and_the_bytes_are_the_same(mut objects in prop::collection::vec(object(), 1..12)) {
        for (i, object) in objects.iter_mut().enumerate() {
            object.object_id = format!("é{i}");
        }
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (dir.path().join("1.parquet"), dir.path().join("2.parquet"));
        write_all(&first, &objects);
        let back = objects_of(&first).unwrap();
        prop_assert_eq!(&back, &objects);
        write_all(&second, &back);
        prop_assert_eq!(fs::read(first).unwrap(), fs::read(second).unwrap());
    }
}

#[test]
fn row_groups_are_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.parquet");
    let mut curve = LightCurve::default();
    (0..100_000).for_each(|i| curve.push(f64::from(i), Band::new("g").unwrap(), 1.0, 1.0));
    let objects: Vec<Object> = (0..25)
        .map(|i| {
            let mut object = Object::new(i.to_string());
            object.lightcurve = curve.clone();
            object
        })
        .collect();
    write_all(&path, &objects);
    let file = fs::File::open(&path).unwrap();
    let builder = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    assert!(builder.metadata().num_row_groups() >= 2);
    let column =
        builder.parquet_schema().columns().iter().map(|column| column.path().string()).collect::<Vec<_>>();
    assert!(column.contains(&"lightcurve.list.element.flux_err".to_owned()), "{column:?}");
    assert_eq!(objects_of(&path).unwrap(), objects);
}

#[test]
fn a_table_without_objects_and_objects_that_cannot_be_read_back_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.parquet");
    write_all(&path, &[]);
    assert!(objects_of(&path).unwrap_err().to_string().contains("there is no object in it"));
    let g = Band::new("g").unwrap();
    let mut unsorted = Object::new("1");
    unsorted.lightcurve.push(2.0, g, 1.0, 1.0);
    unsorted.lightcurve.push(1.0, g, 1.0, 1.0);
    let mut uneven = Object::new("1");
    uneven.lightcurve.mjd.push(2.0);
    let mut negative = Object::new("1");
    negative.lightcurve.push(2.0, g, 1.0, -1.0);
    let old = fs::read(&path).unwrap();
    for (object, wanted) in [
        (unsorted, "not in order of time"),
        (uneven, "different lengths"),
        (negative, "flux_err is -1"),
        (Object::new(""), "no name"),
    ] {
        let mut writer = ObjectWriter::create(&path).unwrap();
        let message = writer.write(&object).unwrap_err().to_string();
        assert!(message.contains(wanted), "{message}");
    }
    // The old table still stands, and nothing lies beside it.
    assert_eq!(fs::read(&path).unwrap(), old);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn damaged_tables_are_told_of_and_never_panic() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.parquet");
    let mut object = Object::new("name");
    object.class = Some("Ia".to_owned());
    object.lightcurve.push(1.0, Band::new("g").unwrap(), 2.0, 3.0);
    write_all(&path, std::slice::from_ref(&object));
    let whole = fs::read(&path).unwrap();
    // Some file systems flush a file that is written over, so each is a new one.
    let renew = |bytes: &[u8]| {
        fs::remove_file(&path).unwrap();
        fs::write(&path, bytes).unwrap();
    };
    for length in (1..whole.len()).step_by(7) {
        renew(&whole[..length]);
        let message = objects_of(&path).unwrap_err().to_string();
        assert!(message.contains("cut short, damaged"), "{message}");
    }
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x5a;
        renew(&bytes);
        // Without check sums a changed value may pass; a panic may not.
        let _ = objects_of(&path);
    }
}
