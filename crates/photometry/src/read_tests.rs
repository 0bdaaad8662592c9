use std::fs;
use std::io::Write;
use std::path::Path;

use super::*;
use crate::{ObjectWriter, Sample};

fn dat(name: &str, points: usize) -> String {
    let mut text = format!("SNID: {name}\nSNTYPE: 1\nNOBS: {points}\nVARLIST: MJD FLT FLUXCAL FLUXCALERR\n");
    for i in 0..points {
        text += &format!("OBS: {} g {} 1.0\n", 50000 + i, 10 * i);
    }
    text + "END:\n"
}

fn fill(dir: &Path, names: &[&str]) {
    fs::create_dir_all(dir).unwrap();
    for name in names {
        fs::write(dir.join(format!("{name}.DAT")), dat(name, 3)).unwrap();
    }
}

fn names(path: &Path) -> Vec<String> {
    let (objects, skipped) = read_all(path, &ReadOptions::default()).unwrap();
    assert!(skipped.is_empty());
    objects.into_iter().map(|object| object.object_id).collect()
}

fn refusal(path: &Path) -> String {
    read_all(path, &ReadOptions::default()).unwrap_err().to_string()
}

fn tar_of(names: &[&str]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for name in names {
        let text = dat(name, 3);
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append_data(&mut header, format!("set/{name}.DAT"), text.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn directories_are_read_below_and_in_order_whatever_the_threads() {
    let dir = tempfile::tempdir().unwrap();
    let many: Vec<String> = (0..1200).map(|i| format!("{:04}", (i * 7919) % 1200)).collect();
    fill(&dir.path().join("b"), &many.iter().map(String::as_str).collect::<Vec<_>>());
    fill(&dir.path().join("a"), &["z"]);
    fs::write(dir.path().join("README"), "not a light curve").unwrap();
    fs::write(dir.path().join("b/._0001.DAT"), "hidden").unwrap();
    let mut wanted = vec!["z".to_owned()];
    wanted.extend((0..1200).map(|i| format!("{i:04}")));
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| names(dir.path())), wanted);
    }
    let mut reader = read(dir.path(), &ReadOptions::default()).unwrap();
    assert_eq!(reader.format(), Format::Snana);
    assert_eq!(reader.by_ref().take(600).count(), 600);
    assert_eq!(reader.progress(), Progress { done: 600, total: Some(1201), unit: ProgressUnit::Files });
}

#[test]
fn one_file_and_archives_give_the_same_objects() {
    let dir = tempfile::tempdir().unwrap();
    let list = ["9", "3", "5"];
    fill(&dir.path().join("set"), &list);
    assert_eq!(names(&dir.path().join("set/5.DAT")), ["5"]);
    let tar = tar_of(&list);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&tar).unwrap();
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
    xz.write_all(&tar).unwrap();
    let archives = [("a.tar", tar), ("a.tar.gz", gzip.finish().unwrap()), ("a.tar.xz", xz.finish().unwrap())];
    let (mut wanted, _) = read_all(&dir.path().join("set"), &ReadOptions::default()).unwrap();
    wanted.sort_by_key(|object| list.iter().position(|name| *name == object.object_id));
    for (name, bytes) in archives {
        let path = dir.path().join(name);
        fs::write(&path, &bytes).unwrap();
        let mut reader = read(&path, &ReadOptions::default()).unwrap();
        let objects: Vec<Object> = reader.by_ref().map(Result::unwrap).collect();
        assert_eq!(objects, wanted, "{name}");
        let progress = reader.progress();
        assert_eq!(Some(progress.done), progress.total, "{name}");
        // However little is missing at the end, it is told.
        for lost in [1, 9, bytes.len() / 2] {
            fs::write(&path, &bytes[..bytes.len() - lost]).unwrap();
            let message = refusal(&path);
            assert!(message.contains("cut short"), "{name} without {lost} bytes: {message}");
        }
        let mut damaged = bytes.clone();
        let middle = bytes.len() / 2;
        damaged[middle..middle + 8].fill(0xa5);
        fs::write(&path, &damaged).unwrap();
        if name != "a.tar" {
            assert!(read_all(&path, &ReadOptions::default()).is_err(), "{name}");
        }
    }
}

#[test]
fn a_reader_may_be_dropped_early() {
    let dir = tempfile::tempdir().unwrap();
    let many: Vec<String> = (0..2000).map(|i| i.to_string()).collect();
    let path = dir.path().join("many.tar");
    fs::write(&path, tar_of(&many.iter().map(String::as_str).collect::<Vec<_>>())).unwrap();
    let mut reader = read(&path, &ReadOptions::default()).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().object_id, "0");
    drop(reader);
    assert_eq!(names(&path).len(), 2000);
}

#[test]
fn inputs_that_hold_nothing_are_refused_with_a_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    assert!(refusal(dir.path()).contains("the directory is empty: give one that holds light curves"));
    fs::write(at("note.txt"), "x").unwrap();
    assert!(refusal(dir.path()).contains("no light curves, but 1 other entries such as 'note.txt'"));
    assert!(refusal(&at("note.txt")).contains("the end of the name tells no format: give"));
    fs::write(at("table.parquet"), "").unwrap();
    assert!(refusal(dir.path()).contains("table.parquet?"));
    for name in ["table.parquet", "a.tar.xz", "b.tar", "c.csv.gz", "d.csv", "e.DAT"] {
        fs::write(at(name), "").unwrap();
        let message = refusal(&at(name));
        assert!(message.contains("the file is empty"), "{message}");
        fs::write(at(name), "no such thing").unwrap();
        let message = refusal(&at(name));
        assert!(message.contains(name) && message.matches(": ").count() >= 2, "{message}");
    }
    assert!(refusal(&at("nowhere")).contains("check the path"));
    fs::write(at("empty.tar"), vec![0; 1024]).unwrap();
    assert!(refusal(&at("empty.tar")).contains("among its 0 members: give"));
    fs::write(at("head.csv"), "object_id,mjd,passband,flux,flux_err\n").unwrap();
    assert!(refusal(&at("head.csv")).contains("there is no object in it"));
}

#[cfg(unix)]
#[test]
fn a_directory_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let closed = dir.path().join("closed");
    fill(&closed, &["1"]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let readable = fs::read_dir(&closed).is_ok();
    let result = read_all(dir.path(), &ReadOptions::default());
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    if readable {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let message = result.unwrap_err().to_string();
    assert!(message.contains("closed") && message.contains("check who may read"), "{message}");
}

#[cfg(unix)]
#[test]
fn links_are_followed_but_not_in_circles() {
    let dir = tempfile::tempdir().unwrap();
    let (inside, outside) = (dir.path().join("in"), dir.path().join("out"));
    fill(&inside, &["1"]);
    fill(&outside, &["2"]);
    std::os::unix::fs::symlink(&outside, inside.join("more")).unwrap();
    std::os::unix::fs::symlink(&inside, inside.join("circle")).unwrap();
    assert_eq!(names(&inside), ["1", "2"]);
    // A link to nothing is a file that cannot be read: one that may be skipped.
    std::os::unix::fs::symlink("nowhere", inside.join("0.DAT")).unwrap();
    assert!(refusal(&inside).contains("0.DAT"));
    let (objects, skipped) =
        read_all(&inside, &ReadOptions { skip_bad: true, ..ReadOptions::default() }).unwrap();
    assert_eq!((objects.len(), skipped.len()), (2, 1));
    assert!(
        skipped[0].source.ends_with("0.DAT") && skipped[0].reason.contains("check the path"),
        "{skipped:?}"
    );
}

#[test]
fn bad_objects_end_the_reading_or_are_kept_aside() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path(), &["1", "2", "3", "4"]);
    fs::write(dir.path().join("2.DAT"), dat("2", 3).replace("OBS: 50001", "OBS: ?")).unwrap();
    fs::write(dir.path().join("4.DAT"), dat("1", 3)).unwrap();

    let mut strict = read(dir.path(), &ReadOptions::default()).unwrap();
    assert_eq!(strict.next().unwrap().unwrap().object_id, "1");
    assert!(strict.next().unwrap().unwrap_err().to_string().contains("2.DAT:6: MJD is '?'"));
    assert!(strict.next().is_none());

    let skip_bad = ReadOptions { skip_bad: true, ..ReadOptions::default() };
    let (objects, skipped) = read_all(dir.path(), &skip_bad).unwrap();
    assert_eq!(objects.iter().map(|object| object.object_id.as_str()).collect::<Vec<_>>(), ["1", "3"]);
    assert_eq!(skipped.len(), 2);
    assert_eq!(skipped[0].line, Some(6));
    assert!(skipped[1].source.ends_with("4.DAT"));
    assert!(skipped[1].reason.contains("object 1 was read before: names must be unique"));

    for name in ["1", "3", "4"] {
        fs::write(dir.path().join(format!("{name}.DAT")), "").unwrap();
    }
    let mut reader = read(dir.path(), &skip_bad).unwrap();
    let message = reader.next().unwrap().unwrap_err().to_string();
    assert!(message.contains("every one of the 4 objects is bad; the first: "), "{message}");
    assert!(message.contains("1.DAT: the file is empty"), "{message}");
    assert_eq!(reader.skipped().len(), 4);
    assert!(reader.next().is_none());
}

/// The project's real files, where they are.
fn data(name: &str) -> Option<PathBuf> {
    let root =
        std::env::var_os("HESPER_DATA").map_or_else(|| PathBuf::from("../../../shared/data"), PathBuf::from);
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: no data at {}", path.display());
    None
}

#[test]
fn the_classification_challenge_is_read_whole_and_written_again() {
    let Some(path) = data("snpcc/snpcc_open.tar.xz") else { return };
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("open.parquet");
    let mut writer = ObjectWriter::create(&table).unwrap();
    let (mut spectroscopic, mut ia, mut spectroscopic_ia, mut points) = (0, 0, 0, 0);
    let (mut redshifts, mut last) = (0, None);
    for object in read(&path, &ReadOptions::default()).unwrap() {
        let object = object.unwrap();
        writer.write(&object).unwrap();
        let is_ia = object.class.as_deref() == Some("Ia");
        ia += u32::from(is_ia);
        if object.sample == Sample::Spectroscopic {
            spectroscopic += 1;
            spectroscopic_ia += u32::from(is_ia);
        }
        redshifts += u32::from(object.host_photoz.is_some() && object.redshift_err.is_some());
        points += object.lightcurve.len();
        last = Some(object);
    }
    writer.finish().unwrap();
    // 20 of the 1,415,586 points, all of object 396420, were not measured.
    assert_eq!((spectroscopic, ia, spectroscopic_ia, points), (1_103, 3_712, 559, 1_415_566));
    assert_eq!(redshifts, 14_964);
    let (objects, _) = read_all(&table, &ReadOptions::default()).unwrap();
    assert_eq!(objects.len(), 14_964);
    assert_eq!(objects.last(), last.as_ref());
}

#[test]
fn the_blind_challenge_has_no_classes() {
    let Some(path) = data("snpcc/snpcc_blind.tar.xz") else { return };
    let (objects, _) = read_all(&path, &ReadOptions::default()).unwrap();
    assert_eq!(objects.len(), 6_355);
    assert!(objects.iter().all(|object| object.class.is_none() && object.sample == Sample::Photometric));
}

#[test]
fn plasticc_is_read_whole() {
    let Some(path) = data("plasticc/plasticc_train_lightcurves.csv.xz") else { return };
    let mut classes = std::collections::BTreeMap::new();
    let (mut objects, mut points) = (0, 0);
    for object in read(&path, &ReadOptions::default()).unwrap() {
        let object = object.unwrap();
        assert_eq!(object.sample, Sample::Spectroscopic);
        *classes.entry(object.class.unwrap()).or_insert(0) += 1;
        objects += 1;
        points += object.lightcurve.len();
    }
    assert_eq!((objects, points, classes.len()), (7_848, 1_421_705, 14));
    assert_eq!(classes["90"], 2_313);
}

/// The Bright Transient Survey, in a directory with an archive and the table of its objects.
#[test]
fn the_bright_transient_survey_is_read_whole() {
    let Some(path) = data("ztf_bts") else { return };
    let (objects, skipped) = read_all(&path, &ReadOptions::default()).unwrap();
    assert!(skipped.is_empty());
    let points: usize = objects.iter().map(|object| object.lightcurve.len()).sum();
    assert_eq!((objects.len(), points), (2_289, 44_339));
    let mut classes = std::collections::BTreeMap::new();
    let (mut redshifts, mut bands) = (0, std::collections::BTreeMap::new());
    for object in &objects {
        assert_eq!(object.sample, Sample::Spectroscopic);
        assert!(object.ra.is_some() && object.dec.is_some() && object.mwebv.is_some());
        *classes.entry(object.class.clone().unwrap()).or_insert(0) += 1;
        redshifts += u32::from(object.redshift.is_some());
        for band in &object.lightcurve.band {
            *bands.entry(band.to_string()).or_insert(0) += 1;
        }
    }
    assert_eq!(
        classes.keys().map(String::as_str).collect::<Vec<_>>(),
        ["Ia", "Ia-91T", "Ia-91bg", "Ia-CSM", "Ia-pec", "Iax"]
    );
    assert_eq!(classes.values().sum::<i32>(), 2_289);
    assert_eq!(redshifts, 2_287);
    assert_eq!((bands["g"], bands["r"], bands["i"]), (21_798, 22_540, 1));
    let one = objects.iter().find(|object| object.object_id == "ZTF20aadvunl").unwrap();
    let (mag, error) = crate::measured_magnitude(one.lightcurve.flux[0], one.lightcurve.flux_err[0]).unwrap();
    assert!((mag - 20.519_300_460_815_43).abs() < 1e-11 && (error - 0.245_883_002_877_235_4).abs() < 1e-12);
    // The archive alone holds the table, too; another may be named.
    let (alone, _) = read_all(&path.join("SNIa_light_curves.tar.xz"), &ReadOptions::default()).unwrap();
    assert_eq!(alone, objects);
    let options = ReadOptions { metadata: Some(path.join("bts.csv")), ..ReadOptions::default() };
    let mut reader = read(&path.join("SNIa_light_curves.tar.xz"), &options).unwrap();
    assert_eq!((reader.format(), reader.metadata()), (Format::Csv, options.metadata.as_deref()));
    assert_eq!(reader.by_ref().map(Result::unwrap).collect::<Vec<_>>(), objects);
}
