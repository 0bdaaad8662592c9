//! The same simulated objects in every format: see `data/make.py`.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use hesper_photometry::{Format, LightCurve, Object, ReadOptions, Sample, read, read_all};
use proptest::prelude::*;

fn data(name: &str) -> PathBuf {
    Path::new("tests/data").join(name)
}

fn objects(name: &str, options: &ReadOptions) -> Vec<Object> {
    let (mut objects, skipped) = read_all(&data(name), options).unwrap();
    assert!(skipped.is_empty());
    objects.sort_by(|a, b| a.object_id.cmp(&b.object_id));
    objects
}

/// What formats other than SNANA's do not hold: the host's redshift, and who has a spectrum.
fn without_host(objects: &[Object]) -> Vec<Object> {
    let mut objects = objects.to_vec();
    for object in &mut objects {
        (object.host_photoz, object.host_photoz_err) = (None, None);
        object.sample = Sample::Spectroscopic;
    }
    objects
}

#[test]
fn all_formats_give_the_same_objects_to_the_last_bit() {
    let text = objects("text", &ReadOptions::default());
    assert_eq!(text.len(), 3);
    assert_eq!(
        text.iter().map(|object| object.sample == Sample::Spectroscopic).collect::<Vec<_>>(),
        [false, false, true]
    );
    assert_eq!(
        text.iter().filter_map(|object| object.class.as_deref()).collect::<Vec<_>>(),
        ["IIL", "Ib", "Ia"]
    );
    assert!(text.iter().all(|object| object.lightcurve.len() >= 18 && object.host_photoz_err.is_some()));
    assert_eq!(objects("SIM_FITS", &ReadOptions::default()), text);
    let known = without_host(&text);
    assert_eq!(objects("ecsv", &ReadOptions::default()), known);
    for name in ["rows.json", "list.json", "columns.json", "lines.jsonl"] {
        assert_eq!(objects(&format!("json/{name}"), &ReadOptions::default()), known, "{name}");
    }
    let with_table = ReadOptions { metadata: Some(data("objects.csv")), ..ReadOptions::default() };
    assert_eq!(objects("points.csv", &with_table), known);
    // Alone, a table of points tells the light curves and nothing else.
    let alone = objects("points.csv", &ReadOptions::default());
    assert!(alone.iter().zip(&known).all(|(a, b)| a.lightcurve == b.lightcurve && a.class.is_none()));
}

#[test]
fn formats_are_told() {
    for (name, format) in [
        ("text", Format::Snana),
        ("SIM_FITS", Format::SnanaFits),
        ("ecsv", Format::Ecsv),
        ("points.csv", Format::Csv),
        ("json/lines.jsonl", Format::Json),
    ] {
        assert_eq!(read(&data(name), &ReadOptions::default()).unwrap().format(), format, "{name}");
    }
    let message = read(&data("objects.csv"), &ReadOptions::default()).unwrap_err().to_string();
    assert!(message.contains("a table of objects without light curves"), "{message}");
    for name in ["text", "SIM_FITS"] {
        let options = ReadOptions { metadata: Some(data("objects.csv")), ..ReadOptions::default() };
        let message = read(&data(name), &options).unwrap_err().to_string();
        assert!(message.contains("leave it out"), "{message}");
    }
}

/// A directory, or an archive, of light curves and the table of their objects, and files that are neither.
#[test]
fn tables_of_objects_are_found_in_directories_and_archives() {
    let dir = tempfile::tempdir().unwrap();
    let set = dir.path().join("set");
    fs::create_dir_all(set.join("curves")).unwrap();
    let table =
        "name,ra,dec,type,redshift\na,1.5,2.5,SN Ia,0.1\nb,00:10:00,-01:30:00,SN II,-\nunseen,0,0,-,-\n";
    let curve = "mjd,band,mag,magerr\n60000.5,g,20.0,0.1\n";
    let write = |name: &str, text: &str| fs::write(set.join(name), text).unwrap();
    write("curves/b.csv", curve);
    write("curves/a.csv", curve);
    write("list.csv", "a\nb\n");
    write("out.run.json", "{\"mjd\": 1}");
    write("notes.json", "{\"author\": 1}");
    write("z_objects.csv", table);
    let (found, _) = read_all(&set, &ReadOptions::default()).unwrap();
    let known: Vec<_> =
        found.iter().map(|o| (o.object_id.as_str(), o.class.as_deref(), o.ra, o.redshift)).collect();
    assert_eq!(known, [("a", Some("Ia"), Some(1.5), Some(0.1)), ("b", Some("II"), Some(2.5), None)]);
    assert_eq!(found[1].dec, Some(-1.5));
    let archive = dir.path().join("set.tar");
    let mut builder = tar::Builder::new(fs::File::create(&archive).unwrap());
    builder.append_dir_all("set", &set).unwrap();
    builder.finish().unwrap();
    let reader = read(&archive, &ReadOptions::default()).unwrap();
    assert_eq!(reader.format(), Format::Csv);
    let mut again: Vec<Object> = reader.map(Result::unwrap).collect();
    again.sort_by(|a, b| a.object_id.cmp(&b.object_id));
    assert_eq!(again, found);
    // An archive alone in a directory is read, too; without a row in the table, an object is bad.
    fs::rename(&set, dir.path().join("elsewhere")).unwrap();
    fs::create_dir(&set).unwrap();
    fs::rename(&archive, set.join("set.tar")).unwrap();
    assert_eq!(read_all(&set, &ReadOptions::default()).unwrap().0.len(), 2);
    let one = dir.path().join("one.csv");
    fs::write(&one, table.replace("\na,", "\nc,")).unwrap();
    let options = ReadOptions { skip_bad: true, metadata: Some(one), ..ReadOptions::default() };
    let (objects, skipped) = read_all(&set, &options).unwrap();
    assert_eq!((objects.len(), skipped.len()), (1, 1));
    assert!(skipped[0].source.ends_with("set.tar!set/curves/a.csv"), "{skipped:?}");
    assert!(skipped[0].reason.contains("object a has no row in the table of objects"), "{skipped:?}");
    // Two tables are one too many.
    let set = dir.path().join("elsewhere");
    fs::write(set.join("more.csv"), table).unwrap();
    let message = read(&set, &ReadOptions::default()).unwrap_err().to_string();
    assert!(message.contains("say which with --metadata"), "{message}");
}

/// Files small enough to be damaged in many ways.
fn victims() -> Vec<(&'static str, Vec<u8>)> {
    let bytes = |name: &str| fs::read(data(name)).unwrap();
    let mut phot = Vec::new();
    flate2::read::GzDecoder::new(&bytes("SIM_FITS/SIM_PHOT.FITS.gz")[..]).read_to_end(&mut phot).unwrap();
    vec![
        ("SIM_HEAD.FITS", bytes("SIM_FITS/SIM_HEAD.FITS")),
        ("SIM_PHOT.FITS", phot),
        ("points.csv", bytes("points.csv")),
        ("objects.csv", bytes("objects.csv")),
        ("curve.ecsv", bytes("ecsv/curve0.ecsv")),
        ("rows.json", bytes("json/rows.json")),
        ("columns.json", bytes("json/columns.json")),
        ("lines.jsonl", bytes("json/lines.jsonl")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// No damage makes a reader panic, and what it gives can be used.
    #[test]
    fn damaged_files_never_panic(
        which in 0..8usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        words in prop::collection::vec((any::<prop::sample::Index>(), "[0-9.,eE{}\\[\\]\": \n-]{1,6}"), 0..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let dir = tempfile::tempdir().unwrap();
        for (place, (name, mut bytes)) in victims().into_iter().enumerate() {
            if place == which {
                for (at, byte) in &changes {
                    let at = at.index(bytes.len());
                    bytes[at] = *byte;
                }
                for (at, word) in &words {
                    let at = at.index(bytes.len() - word.len());
                    bytes[at..at + word.len()].copy_from_slice(word.as_bytes());
                }
                if let Some(cut) = cut {
                    bytes.truncate(cut.index(bytes.len()));
                }
            }
            fs::write(dir.path().join(name), bytes).unwrap();
        }
        let name = ["SIM_HEAD.FITS", "SIM_HEAD.FITS", "points.csv", "points.csv", "curve.ecsv", "rows.json", "columns.json", "lines.jsonl"][which];
        let metadata = (which == 2 || which == 3).then(|| dir.path().join("objects.csv"));
        let options = ReadOptions { skip_bad: true, metadata, ..ReadOptions::default() };
        if let Ok((objects, _)) = read_all(&dir.path().join(name), &options) {
            for curve in objects.iter().map(|object| &object.lightcurve) {
                prop_assert!(curve.mjd.is_sorted());
                for i in 0..curve.len() {
                    prop_assert!(LightCurve::check_point(curve.mjd[i], curve.flux[i], curve.flux_err[i]).is_ok());
                }
            }
        }
    }
}
