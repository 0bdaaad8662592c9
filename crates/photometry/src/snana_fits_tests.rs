use std::fs;
use std::io::Read;

use super::*;
use crate::{ReadOptions, read_all};

const HEAD: &[u8] = include_bytes!("../tests/data/SIM_FITS/SIM_HEAD.FITS");
const PHOT: &[u8] = include_bytes!("../tests/data/SIM_FITS/SIM_PHOT.FITS.gz");

fn phot() -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(PHOT).read_to_end(&mut bytes).unwrap();
    bytes
}

/// A directory with the two tables.
fn folder(head: &[u8], phot: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("SIM_HEAD.FITS");
    fs::write(&path, head).unwrap();
    fs::write(dir.path().join("SIM_PHOT.FITS"), phot).unwrap();
    (dir, path)
}

fn refusal(head: &[u8], phot: &[u8]) -> String {
    let (_dir, path) = folder(head, phot);
    read_all(&path, &ReadOptions::default()).unwrap_err().to_string()
}

/// Where the data of the table begin: in the block after the second END.
fn data_start(bytes: &[u8]) -> usize {
    let is_end = |card: &&[u8]| card.starts_with(b"END ") && card.iter().skip(3).all(|&byte| byte == b' ');
    let ends: Vec<usize> =
        (0..bytes.len() / 80).filter(|&card| is_end(&&bytes[80 * card..80 * card + 80])).collect();
    (80 * ends[1]).div_ceil(2880) * 2880
}

/// The table with one value replaced.
fn with_value(bytes: &[u8], column: &str, row: usize, value: &[u8]) -> Vec<u8> {
    let decoded = decode::of_bytes(bytes.to_vec());
    let mut table = Table::open(Path::new("t"), Compression::None, decoded).unwrap();
    let found = table.find(&[column]).unwrap();
    let (mut width, row_bytes) = (0, table.read().unwrap().unwrap().to_vec());
    // Where the column's bytes are in the row, by a mark that only they show.
    let mut start = None;
    let blank = vec![b' '; row_bytes.len()];
    for at in 0..row_bytes.len() {
        let mut marked = blank.clone();
        marked[at] = b'7';
        if found.word(&marked) != found.word(&blank) || found.number(&marked) != found.number(&blank) {
            start = start.or(Some(at));
            width += 1;
        }
    }
    assert!(value.len() <= width, "{width}");
    let place = data_start(bytes) + row * row_bytes.len() + start.unwrap();
    let mut changed = bytes.to_vec();
    changed[place..place + value.len()].copy_from_slice(value);
    changed
}

fn integer(bytes: &[u8], column: &str, row: usize, value: i32) -> Vec<u8> {
    with_value(bytes, column, row, &value.to_be_bytes())
}

#[test]
fn a_directory_a_list_and_a_table_are_the_same() {
    let data = Path::new("tests/data/SIM_FITS");
    let (objects, _) = read_all(data, &ReadOptions::default()).unwrap();
    assert_eq!(objects.len(), 3);
    for name in ["SIM.LIST", "SIM_HEAD.FITS"] {
        assert_eq!(read_all(&data.join(name), &ReadOptions::default()).unwrap().0, objects);
    }
    let (dir, path) = folder(HEAD, &phot());
    assert_eq!(read_all(&path, &ReadOptions::default()).unwrap().0, objects);
    let reader = crate::read(dir.path(), &ReadOptions::default()).unwrap();
    assert_eq!(reader.format(), crate::Format::SnanaFits);
    // Compressed or not, whatever the list or the head says.
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, HEAD).unwrap();
    fs::write(dir.path().join("SIM_HEAD.FITS.gz"), packed.finish().unwrap()).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(dir.path().join("SIM.LIST"), "# a comment\nSIM_HEAD.FITS\n\n").unwrap();
    let mut reader = crate::read(&dir.path().join("SIM.LIST"), &ReadOptions::default()).unwrap();
    assert_eq!(reader.by_ref().map(Result::unwrap).collect::<Vec<_>>(), objects);
    let progress = reader.progress();
    assert_eq!(Some(progress.done), progress.total);
}

#[test]
fn wrong_pointers_are_told() {
    let phot = phot();
    for (head, wanted) in [
        (
            integer(HEAD, "PTROBS_MAX", 1, 50),
            "row 2: SNID S000031: NOBS is 24, but PTROBS_MIN is 26 and PTROBS_MAX 50",
        ),
        (integer(HEAD, "PTROBS_MIN", 0, -1), "row 1: SNID S000004: PTROBS_MIN is -1, no number of a row"),
        (
            integer(&integer(&integer(HEAD, "PTROBS_MIN", 2, 976), "PTROBS_MAX", 2, 980), "NOBS", 2, 5),
            "row 3 (SNID S000034): PTROBS_MIN 976 and PTROBS_MAX 980 are wrong, for SIM_PHOT.FITS has 75 rows",
        ),
        (
            integer(&integer(HEAD, "PTROBS_MIN", 1, 25), "PTROBS_MAX", 1, 48),
            "row 2 (SNID S000031): row 25 of SIM_PHOT.FITS: MJD is -777, which ends an object",
        ),
        (
            integer(&integer(HEAD, "PTROBS_MIN", 1, 24), "PTROBS_MAX", 1, 47),
            "for the object before ends with row 24 of SIM_PHOT.FITS",
        ),
        (
            integer(&integer(HEAD, "PTROBS_MAX", 0, 23), "NOBS", 0, 23),
            "row 1 (SNID S000004): PTROBS_MIN 1 and PTROBS_MAX 23 are wrong, for row 24 of SIM_PHOT.FITS does not end",
        ),
    ] {
        let message = refusal(&head, &phot);
        assert!(message.contains(wanted), "{wanted}: {message}");
        assert!(message.contains("SIM_HEAD.FITS: "), "{message}");
        // The others can be read, whatever is wrong with one.
        let (_dir, path) = folder(&head, &phot);
        let skip_bad = ReadOptions { skip_bad: true, ..ReadOptions::default() };
        let (objects, skipped) = read_all(&path, &skip_bad).unwrap();
        assert_eq!((objects.len(), skipped.len()), (2, 1), "{wanted}: {skipped:?}");
    }
}

#[test]
fn unusable_values_are_told_by_row() {
    let phot = phot();
    for (table, wanted) in [
        (with_value(&phot, "FLUXCAL", 2, &f32::NAN.to_be_bytes()), "row 3 of SIM_PHOT.FITS: FLUXCAL is NaN"),
        (
            with_value(&phot, "FLUXCALERR", 2, &(-2f32).to_be_bytes()),
            "FLUXCALERR is -2, but must be finite and positive",
        ),
        (
            with_value(&phot, "MJD", 26, &f64::INFINITY.to_be_bytes()),
            "row 2 (SNID S000031): row 27 of SIM_PHOT.FITS: MJD is inf",
        ),
        (with_value(&phot, "BAND", 0, b"  "), "band name"),
        (with_value(&phot, "BAND", 0, b"\xff\xff"), "the band is"),
    ] {
        let message = refusal(HEAD, &table);
        assert!(message.contains(wanted), "{wanted}: {message}");
    }
    for (head, wanted) in [
        (
            with_value(HEAD, "DEC", 1, &100f64.to_be_bytes()),
            "row 2: SNID S000031: DEC is 100, but must be between",
        ),
        (with_value(HEAD, "SNID", 0, &[b' '; 16]), "row 1: SNID is empty"),
        (with_value(HEAD, "SNID", 1, b"S000004"), "object S000004 was read before"),
    ] {
        let message = refusal(&head, &phot);
        assert!(message.contains(wanted), "{wanted}: {message}");
    }
    // A point that was not measured is no point; codes for "not known" become nothing.
    let minus = (-9f32).to_be_bytes();
    let table = with_value(&with_value(&phot, "FLUXCAL", 2, &minus), "FLUXCALERR", 2, &minus);
    let mut head = with_value(HEAD, "REDSHIFT_FINAL", 0, &minus);
    head = with_value(&head, "SIM_TYPE_NAME", 0, b"        ");
    head = with_value(&head, "MWEBV", 0, &minus);
    let (_dir, path) = folder(&head, &table);
    let (objects, _) = read_all(&path, &ReadOptions::default()).unwrap();
    assert_eq!((objects[0].lightcurve.len(), objects[0].mwebv), (23, None));
    // Without the final redshift there is the heliocentric one; without the name of the type its number.
    assert!(objects[0].redshift.is_some_and(|z| (z - 0.887).abs() < 0.01), "{:?}", objects[0].redshift);
    assert_eq!(objects[0].class.as_deref(), Some("IIL"));
}

#[test]
fn missing_columns_files_and_lengths_are_told() {
    let phot = phot();
    let renamed = |bytes: &[u8], from: &str, to: &str| {
        let from = format!("'{from:<8}'");
        let to = format!("'{to:<8}'");
        let place = memchr::memmem::find(bytes, from.as_bytes()).unwrap();
        let mut bytes = bytes.to_vec();
        bytes[place..place + to.len()].copy_from_slice(to.as_bytes());
        bytes
    };
    let message = refusal(&renamed(HEAD, "SNID", "NAME"), &phot);
    assert!(message.contains("SIM_HEAD.FITS: there is no column SNID among NAME, IAUC"), "{message}");
    let message = refusal(HEAD, &renamed(&phot, "FLUXCAL", "FLUX"));
    assert!(message.contains("SIM_PHOT.FITS: there is no column FLUXCAL among MJD"), "{message}");
    let message = refusal(HEAD, &phot[..phot.len() - 2880]);
    assert!(
        message.contains("SIM_PHOT.FITS: the table should have 75 rows, but the file ends in row"),
        "{message}"
    );
    let message = refusal(&HEAD[..HEAD.len() - 2880], &phot);
    assert!(message.contains("SIM_HEAD.FITS: the table should have 3 rows"), "{message}");
    let message = refusal(HEAD, HEAD);
    assert!(message.contains("SIM_PHOT.FITS: there is no column MJD"), "{message}");
    let (dir, path) = folder(HEAD, &phot);
    let read = |path: &Path| read_all(path, &ReadOptions::default()).unwrap_err().to_string();
    assert!(
        read(&dir.path().join("SIM_PHOT.FITS")).contains("these are the points alone: give the _HEAD.FITS")
    );
    fs::write(dir.path().join("A.LIST"), "B_HEAD.FITS\n").unwrap();
    assert!(
        read(&dir.path().join("A.LIST")).contains("A.LIST:1: there is no "),
        "{}",
        read(&dir.path().join("A.LIST"))
    );
    fs::write(dir.path().join("A.LIST"), "1.DAT\n").unwrap();
    assert!(
        read(&dir.path().join("A.LIST")).contains("give the directory, if the light curves are .DAT files")
    );
    fs::remove_file(dir.path().join("SIM_PHOT.FITS")).unwrap();
    assert!(read(&path).contains("its points are missing: SIM_PHOT.FITS is not beside it; copy it, too"));
    let damaged = &PHOT[..PHOT.len() - 30];
    fs::write(dir.path().join("SIM_PHOT.FITS.gz"), damaged).unwrap();
    assert!(read(&path).contains("cut short"), "{}", read(&path));
}
