use std::fs;
use std::io::Write;

use proptest::prelude::*;

use super::*;
use crate::{ReadOptions, Sample, Skipped, read, read_all};

const CURVES: &str = "\
object_id,mjd,passband,flux,flux_err,detected_bool
615,59752.5,2,-544.810303,3.622952,1
615,59750.5,1,-816.434326,5.553370,1
713,59750.5,5,1.5,0.5,0
730,59751.5,0,-2.5,0.25,1
";
const METADATA: &str = "\
object_id,ra,decl,ddf_bool,hostgal_specz,hostgal_photoz,hostgal_photoz_err,distmod,mwebv,target,true_target
       615, 349.0461, -61.9438,1, 0.000, 0.000, 0.000,-9.000, 0.017,92, 92
       713,  53.0859,      -9,1, 1.818, 1.627, 0.255,45.406, 0.007,88, 88
       730,  33.5742,  -6.5796,1,     , 0.226, 0.016,40.256, 0.021,  , 42
";

fn folder(curves: &str, metadata: Option<&str>) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("set_lightcurves.csv");
    fs::write(&path, curves).unwrap();
    if let Some(metadata) = metadata {
        fs::write(dir.path().join("set_metadata.csv"), metadata).unwrap();
    }
    (dir, path)
}

fn objects(path: &Path) -> Result<Vec<Object>, Error> {
    read_all(path, &ReadOptions::default()).map(|(objects, _)| objects)
}

#[test]
fn curves_and_metadata_are_read_as_they_stand() {
    let (_dir, path) = folder(CURVES, Some(METADATA));
    let objects = objects(&path).unwrap();
    let [galactic, agn, ia] = &objects[..] else { panic!("{} objects", objects.len()) };
    assert_eq!(galactic.object_id, "615");
    assert_eq!((galactic.ra, galactic.dec, galactic.mwebv), (Some(349.0461), Some(-61.9438), Some(0.017)));
    // Zero tells a Galactic object.
    assert_eq!((galactic.redshift, galactic.host_photoz), (Some(0.0), Some(0.0)));
    assert_eq!((galactic.class.as_deref(), galactic.sample), (Some("92"), Sample::Spectroscopic));
    let curve = &galactic.lightcurve;
    assert_eq!(curve.mjd, [59750.5, 59752.5]);
    assert_eq!(curve.flux, [-816.434326 * fluxcal_to_njy(), -544.810303 * fluxcal_to_njy()]);
    assert_eq!(curve.band.iter().map(Band::as_str).collect::<String>(), "gr");
    assert_eq!((agn.redshift, agn.redshift_err), (Some(1.818), None));
    assert_eq!((agn.host_photoz, agn.host_photoz_err, agn.dec), (Some(1.627), Some(0.255), Some(-9.0)));
    assert_eq!(agn.lightcurve.band[0].as_str(), "Y");
    // Without a spectrum of the host the photometric redshift is the best there is.
    assert_eq!((ia.redshift, ia.redshift_err), (Some(0.226), Some(0.016)));
    assert_eq!((ia.class.as_deref(), ia.sample), (Some("42"), Sample::Photometric));
}

#[test]
fn compression_and_missing_metadata_change_no_light_curve() {
    let (dir, path) = folder(CURVES, None);
    let plain = objects(&path).unwrap();
    assert!(plain.iter().all(|object| object.class.is_none() && object.ra.is_none()));
    let gzip = dir.path().join("c.csv.gz");
    let mut writer =
        flate2::write::GzEncoder::new(fs::File::create(&gzip).unwrap(), flate2::Compression::fast());
    writer.write_all(CURVES.as_bytes()).unwrap();
    writer.finish().unwrap();
    let xz = dir.path().join("c.csv.xz");
    let mut writer = liblzma::write::XzEncoder::new(fs::File::create(&xz).unwrap(), 1);
    writer.write_all(CURVES.as_bytes()).unwrap();
    writer.finish().unwrap();
    for path in [gzip, xz] {
        assert_eq!(objects(&path).unwrap(), plain);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 6]).unwrap();
        let message = objects(&path).unwrap_err().to_string();
        assert!(message.contains("cut short") && message.contains("download it again"), "{message}");
        fs::write(&path, CURVES).unwrap();
        let message = objects(&path).unwrap_err().to_string();
        assert!(message.contains("damaged or of another kind"), "{message}");
    }
}

#[test]
fn metadata_are_found_by_the_name_most_like() {
    let (dir, path) = folder(CURVES, Some(METADATA));
    fs::write(dir.path().join("other_metadata.csv"), "nothing").unwrap();
    let reader = read(&path, &ReadOptions::default()).unwrap();
    assert_eq!(reader.metadata().unwrap().file_name().unwrap(), "set_metadata.csv");
    fs::rename(dir.path().join("set_metadata.csv"), dir.path().join("author_metadata.csv")).unwrap();
    let message = read(&path, &ReadOptions::default()).unwrap_err().to_string();
    assert!(message.contains("say which with --metadata"), "{message}");
    let options =
        ReadOptions { metadata: Some(dir.path().join("author_metadata.csv")), ..ReadOptions::default() };
    assert_eq!(read_all(&path, &options).unwrap().0.len(), 3);
    let message = read(dir.path(), &options).unwrap_err().to_string();
    assert!(message.contains("did you mean") && message.contains("set_lightcurves.csv"), "{message}");
}

#[test]
fn faults_name_line_column_value_and_remedy() {
    for (from, to, wanted) in [
        ("-816.434326", "nan", "set_lightcurves.csv:3: object 615: flux is NaN, but must be finite"),
        ("5.553370", "-1", "flux_err is -1, but must be finite and positive: correct or remove the point"),
        ("1,-816", "6,-816", "passband is 6, but must be one of 0 to 5"),
        ("1,-816", "1.5,-816", "passband is 1.5"),
        ("1,-816", "-1,-816", "passband is -1"),
        ("59750.5,1", "x,1", "mjd is 'x', not a number"),
        (",5.553370,1", "", ":3: object 615: there are 4 values in 6 columns: the row is cut short"),
        ("615,59750.5", ",59750.5", "object_id is empty"),
        ("flux_err", "error", ":1: there is no column flux_err among object_id, mjd, passband, flux, error"),
        ("730", "615", ":5: object 615 comes again after another object: sort the rows by object_id"),
        ("730", "731", ":5: object 731 has no row in the metadata"),
    ] {
        let (_dir, path) = folder(&CURVES.replacen(from, to, 1), Some(METADATA));
        let message = objects(&path).unwrap_err().to_string();
        assert!(message.contains(wanted), "{from} → {to}: {message}");
    }
    for (from, to, wanted) in [
        ("object_id", "id", "set_metadata.csv:1: there is no column object_id among id, ra"),
        ("0.017", "x", "set_metadata.csv:2: mwebv is 'x', not a number"),
        ("713", "615", "set_metadata.csv:3: object 615 has a row already"),
        (",88, 88", "", "set_metadata.csv:3: the row ends before target"),
    ] {
        let (_dir, path) = folder(CURVES, Some(&METADATA.replacen(from, to, 1)));
        let message = objects(&path).unwrap_err().to_string();
        assert!(message.contains(wanted), "{from} → {to}: {message}");
    }
    let (_dir, path) = folder(METADATA, None);
    assert!(objects(&path).unwrap_err().to_string().contains("table of objects without light curves"));
}

#[test]
fn bad_objects_are_kept_aside_whole() {
    // The first row of 615 is bad: its second must not come out as an object.
    let (_dir, path) = folder(&CURVES.replacen("3.622952", "0", 1), Some(METADATA));
    let (objects, skipped) =
        read_all(&path, &ReadOptions { skip_bad: true, ..ReadOptions::default() }).unwrap();
    assert_eq!(objects.iter().map(|object| object.object_id.as_str()).collect::<Vec<_>>(), ["713", "730"]);
    let [Skipped { line: Some(2), reason, .. }] = &skipped[..] else { panic!("{skipped:?}") };
    assert!(reason.contains("object 615: flux_err is 0"), "{reason}");
}

proptest! {
    #[test]
    fn damaged_bytes_never_panic(changes in prop::collection::vec((0..CURVES.len(), any::<u8>()), 1..12)) {
        let mut bytes = CURVES.as_bytes().to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.csv");
        fs::write(&path, bytes).unwrap();
        if let Ok((objects, skipped)) = read_all(&path, &ReadOptions { skip_bad: true, ..ReadOptions::default() }) {
            prop_assert!(!objects.is_empty() && objects.len() + skipped.len() <= 8);
        }
    }
}
