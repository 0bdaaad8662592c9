use proptest::prelude::*;

use super::*;
use crate::decode;

const TYPES: &[u8] = include_bytes!("../tests/data/types.fits");

fn table(bytes: &[u8]) -> Result<Table, Error> {
    Table::open(Path::new("t.fits"), Compression::None, decode::of_bytes(bytes.to_vec()))
}

fn refusal(bytes: &[u8]) -> String {
    let mut table = match table(bytes) {
        Ok(table) => table,
        Err(error) => return error.to_string(),
    };
    loop {
        match table.read() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the table was read"),
            Err(error) => return error.to_string(),
        }
    }
}

/// The file with a card's value replaced; cards are 80 bytes, values right-aligned up to byte 30.
fn with_card(key: &str, value: &str) -> Vec<u8> {
    let mut bytes = TYPES.to_vec();
    let card = format!("{key:<8}=");
    let mut places = bytes.chunks(80).enumerate().filter(|(_, chunk)| chunk.starts_with(card.as_bytes()));
    let place = 80 * places.next_back().unwrap().0;
    let card = format!("{:<80}", format!("{card} {value:>20}"));
    bytes[place..place + 80].copy_from_slice(card.as_bytes());
    bytes
}

/// The values are those that `make.py` gave astropy.
#[test]
fn all_types_are_read_as_they_were_written() {
    let mut table = table(TYPES).unwrap();
    assert_eq!(table.rows(), 3);
    let column = |name: &str| table.find(&[name]).unwrap();
    let numbers =
        ["LOGICAL", "BYTE", "SHORT", "INT", "LONG", "SCALED", "FLOAT", "DOUBLE", "LAST"].map(column);
    let texts = ["TEXT", "UNSIGNED", "LONG", "DOUBLE"].map(column);
    let (mut found, mut words) = (Vec::new(), Vec::new());
    while let Some(row) = table.read().unwrap() {
        found.push(numbers.each_ref().map(|column| column.number(row)));
        words.push(texts.each_ref().map(|column| column.text(row)));
    }
    assert_eq!(
        found[0],
        [
            Some(1.0),
            Some(0.0),
            Some(-32768.0),
            Some(-5.0),
            Some(2f64.powi(60)),
            Some(10.5),
            Some(f64::from(0.1f32)),
            Some(0.1),
            Some(1.0)
        ]
    );
    // SHORT has 0 for "not known"; a NaN is not known either.
    assert_eq!((found[1][2], found[1][6]), (None, None));
    assert!(found[1][7].unwrap().is_sign_negative());
    assert_eq!((found[1][1], found[1][3], found[1][5]), (Some(7.0), Some(2147483647.0), Some(11.0)));
    assert_eq!((found[2][1], found[2][5], found[2][7]), (Some(255.0), Some(-3.0), Some(1e300)));
    let text = |word: &str| Some(word.to_owned());
    assert_eq!(words[0], [text("ab"), text("9223372036854775813"), text("1152921504606846977"), text("0.1")]);
    assert_eq!(words[1][..2], [None, text("0")]);
    assert_eq!(words[2][..2], [text("abcdef"), text("18446744073709551615")]);
}

#[test]
fn columns_are_asked_for_by_name_and_kind() {
    let table = table(TYPES).unwrap();
    let refused = |names: &[&str], wanted| table.column(names, wanted).unwrap_err().to_string();
    assert!(refused(&["TEXTS"], Wanted::Text).contains("no column TEXTS among LOGICAL"));
    assert!(refused(&["TEXTS"], Wanted::Text).contains("did you mean 'TEXT'?"));
    assert!(refused(&["TEXT"], Wanted::Number).contains("does not hold one number a row"));
    assert!(refused(&["VECTOR"], Wanted::Number).contains("column VECTOR does not hold"));
    assert!(refused(&["INT"], Wanted::Text).contains("does not hold text"));
    assert_eq!(table.column(&["NONE", "text"], Wanted::Name).unwrap().name(), "TEXT");
}

#[test]
fn damage_is_told() {
    let head = 80 * TYPES.chunks(80).position(|card| card.starts_with(b"XTENSION= 'BINTABLE")).unwrap();
    let mut no_text = TYPES.to_vec();
    no_text[100] = 0xff;
    for (bytes, wanted) in [
        (b"text".to_vec(), "t.fits: the file ends within a head: it is cut short; copy it again"),
        (vec![b' '; 2880], "the file ends within a head"),
        (
            b"END".iter().copied().chain([b' '; 2877]).collect(),
            "does not begin with SIMPLE: it is no FITS file",
        ),
        (TYPES[..2880].to_vec(), "no binary table in the FITS file"),
        (TYPES[..head].to_vec(), "no binary table in the FITS file"),
        (TYPES[..head - 100].to_vec(), "ends too early, so it is cut short"),
        (TYPES[..head + 900].to_vec(), "the file ends within a head"),
        (
            TYPES[..TYPES.len() - 2880].to_vec(),
            "should have 3 rows, but the file ends in row 1: it is cut short",
        ),
        (no_text, "no text: the file is damaged"),
        (with_card("NAXIS1", "7"), "but NAXIS1 is 7: write the file again"),
        (with_card("NAXIS1", "99999999999"), "99999999999 bytes a row"),
        (with_card("NAXIS2", "9999"), "should have 9999 rows, but the file ends in row"),
        (with_card("NAXIS2", "-1"), "NAXIS2 is '-1', not a whole number from 0"),
        (with_card("TFIELDS", "1000"), "TFIELDS is 1000, but must be at most 999"),
        (with_card("TFIELDS", "14"), "the head has no TFORM14"),
        (with_card("TFORM1", "'Z'"), "TFORM1 is 'Z', no type"),
        (with_card("TFORM1", "'99999999999999999999E'"), "no type"),
        (with_card("TSCAL7", "x"), "TSCAL7 is 'x', not a number"),
    ] {
        let message = refusal(&bytes);
        assert!(message.contains(wanted), "{wanted}: {message}");
    }
}

/// Sizes that would fill the memory or overflow are refused.
#[test]
fn impossible_sizes_are_refused() {
    let mut bytes = TYPES.to_vec();
    let place = 80 * bytes.chunks(80).position(|card| card.starts_with(b"NAXIS1  =")).unwrap();
    bytes[place + 10..place + 30].copy_from_slice(format!("{:>20}", u64::MAX).as_bytes());
    assert!(refusal(&bytes).contains("tells of no possible size of data"));
    let mut endless = vec![b' '; 4_000_000];
    endless[..9].copy_from_slice(b"SIMPLE  =");
    assert!(refusal(&endless).contains("the head has no end"));
}

proptest! {
    #[test]
    fn damaged_bytes_never_panic(
        changes in prop::collection::vec((0..TYPES.len(), any::<u8>()), 1..30),
        digits in prop::collection::vec((0..TYPES.len(), b'0'..=b'9'), 0..30),
        cut in 0..TYPES.len(),
    ) {
        let mut bytes = TYPES.to_vec();
        for (at, byte) in changes.into_iter().chain(digits) {
            bytes[at] = byte;
        }
        for bytes in [&bytes[..], &bytes[..cut]] {
            if let Ok(mut table) = table(bytes) {
                let columns: Vec<Column> = table.columns.clone();
                while let Ok(Some(row)) = table.read() {
                    for column in &columns {
                        let _ = (column.number(row), column.text(row), column.word(row));
                    }
                }
            }
        }
    }
}
