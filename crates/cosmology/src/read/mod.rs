//! Readers of distances.

mod binned;
mod salt2;
mod table;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::Error;

pub use binned::read_binned;
pub use salt2::{Salt2Params, Salt2Sample, read_salt2};
pub use table::read_table;

/// The text of a file, unpacked where it is packed by gzip.
fn text(path: &Path) -> Result<String, Error> {
    let io = |source| Error::io(path, source);
    let mut bytes = Vec::new();
    File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)).map_err(io)?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let packed = std::mem::take(&mut bytes);
        MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).map_err(|error| {
            Error::malformed(path, None, format!("the gzip stream is broken ({error}): fetch the file again"))
        })?;
    }
    String::from_utf8(bytes).map_err(|_| Error::malformed(path, None, "is not UTF-8 text: give a text file"))
}

/// A finite number.
fn number(path: &Path, line: u64, name: &str, field: &str) -> Result<f64, Error> {
    let value = field.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    value.ok_or_else(|| {
        Error::malformed(
            path,
            Some(line),
            format!("{name} is {field:?}, but must be a finite number: correct it"),
        )
    })
}

/// The rows of a CSV with a header.
struct Table<'a> {
    path: &'a Path,
    header: Vec<String>,
    rows: Vec<(u64, csv::StringRecord)>,
}

impl<'a> Table<'a> {
    fn read(path: &'a Path) -> Result<Self, Error> {
        let text = text(path)?;
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).comment(Some(b'#')).from_reader(text.as_bytes());
        // The reader's positions are before the lines that it passes over.
        let line_of = |position: &csv::Position| {
            let from = text.get(position.byte() as usize..).unwrap_or("");
            let passed = from.lines().take_while(|line| line.is_empty() || line.starts_with('#'));
            position.line() + passed.count() as u64
        };
        let malformed = |error: csv::Error| match error.kind() {
            csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
                let message =
                    format!("{len} fields, but the header has {expected_len}: complete or remove the line");
                Error::malformed(path, pos.as_ref().map(line_of), message)
            }
            _ => Error::malformed(path, None, format!("{error}: give a CSV with a header")),
        };
        let header = reader.headers().map_err(malformed)?.iter().map(str::to_owned).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(malformed)?;
            let line = record.position().map_or(0, line_of);
            rows.push((line, record));
        }
        if rows.is_empty() {
            return Err(Error::malformed(
                path,
                None,
                "has no row below the header: give at least one object",
            ));
        }
        Ok(Self { path, header, rows })
    }

    /// Where the first of these columns is that there is.
    fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.header.iter().position(|header| header == name))
    }

    fn column(&self, names: &[&str]) -> Result<usize, Error> {
        self.find(names).ok_or_else(|| {
            let message = format!(
                "there is no column {}; there are {}: name the columns in the first line",
                names.join(" or "),
                self.header.join(", ")
            );
            Error::malformed(self.path, Some(1), message)
        })
    }

    fn values(&self, column: usize) -> Result<Vec<f64>, Error> {
        let name = &self.header[column];
        self.rows
            .iter()
            .map(|(line, row)| number(self.path, *line, name, row.get(column).unwrap_or("")))
            .collect()
    }
}
