//! Binary tables of FITS files, row after row.
//!
//! As much of the FITS standard 4.0 (Pence et al. 2010, A&A 524, A42, and its later editions) as tables of numbers and
//! text need: the first `BINTABLE` extension of a file; columns of the types `L`, `B`, `I`, `J`, `K`, `E`, `D` and `A`, with
//! `TSCAL`, `TZERO` and `TNULL`. Columns of other types keep their place and cannot be asked for. The file is read as a
//! stream, so that a table may be larger than the memory.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::Error;
use crate::decode::{Compression, Decoded, stream_error};
use crate::fault::{Fault, shown};
use crate::fits_head::{BLOCK, Cards, Problem};
use crate::nearest::missing_column;

/// The largest row, bytes.
const LARGEST_ROW: u64 = 1 << 24;
/// The most columns: the standard's limit.
const MOST_COLUMNS: usize = 999;

/// A table.
pub(crate) struct Table {
    path: PathBuf,
    compression: Compression,
    stream: Box<dyn Read + Send>,
    taken: Arc<AtomicU64>,
    /// The cards of the first head of the file.
    primary: Cards,
    columns: Vec<Column>,
    rows: u64,
    /// How many rows were taken from the stream.
    next: u64,
    row: Vec<u8>,
}

/// A column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    name: String,
    form: Form,
    /// In the row, bytes.
    offset: usize,
    width: usize,
    scale: f64,
    zero: f64,
    null: Option<i64>,
}

/// What a column must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Number,
    Text,
    /// Text, or a number that serves as such.
    Name,
}

/// What a column holds, after its `TFORM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Logical,
    Byte,
    Short,
    Int,
    Long,
    Float,
    Double,
    Text,
    /// Known by its size alone, or more than one value a row.
    Other,
}

impl Table {
    /// Reads the heads of a file up to its first binary table.
    pub(crate) fn open(path: &Path, compression: Compression, decoded: Decoded) -> Result<Self, Error> {
        let mut stream = decoded.bytes;
        let failed = |problem: Problem| problem.into_error(path, compression);
        let primary = Cards::read(&mut stream).map_err(failed)?;
        let Some(primary) = primary.filter(|cards| cards.has("SIMPLE")) else {
            let message =
                "the file does not begin with SIMPLE: it is no FITS file, or damaged; copy it again";
            return Err(Fault::new(message).into_error(path));
        };
        let mut cards = primary.clone();
        loop {
            if cards.text("XTENSION").is_some_and(|kind| kind == "BINTABLE") {
                break;
            }
            let size = cards.data_size().map_err(|message| Fault::new(message).into_error(path))?;
            let padded = size.div_ceil(BLOCK as u64).saturating_mul(BLOCK as u64);
            skip(&mut stream, padded).map_err(|source| failed(Problem::Io(source)))?;
            cards = match Cards::read(&mut stream).map_err(failed)? {
                Some(cards) => cards,
                None => {
                    let message =
                        "there is no binary table in the FITS file: check that it is the right file";
                    return Err(Fault::new(message).into_error(path));
                }
            };
        }
        let fault = |message: String| Fault::new(message).into_error(path);
        let (columns, row) = columns(&cards).map_err(fault)?;
        let rows = cards.count("NAXIS2").map_err(fault)?;
        Ok(Self {
            path: path.to_owned(),
            compression,
            stream,
            taken: decoded.taken,
            primary,
            columns,
            rows,
            next: 0,
            row: vec![0; row],
        })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes of the file were taken.
    pub(crate) fn taken(&self) -> &Arc<AtomicU64> {
        &self.taken
    }

    /// The number of rows.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// The number of the row that comes next, from 1.
    pub(crate) fn next(&self) -> u64 {
        self.next + 1
    }

    /// A text of the file's first head.
    pub(crate) fn keyword(&self, key: &str) -> Option<&str> {
        self.primary.text(key)
    }

    /// The column with one of these names, if there is one.
    pub(crate) fn find(&self, names: &[&str]) -> Option<Column> {
        let of = |name: &&str| self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
        names.iter().find_map(of).cloned()
    }

    /// The column with one of these names, which must hold what is wanted.
    pub(crate) fn column(&self, names: &[&str], wanted: Wanted) -> Result<Column, Error> {
        let fault = |message: String| Fault::new(message).into_error(&self.path);
        let Some(column) = self.find(names) else {
            let present = self.columns.iter().map(|column| column.name.as_str());
            return Err(fault(missing_column(
                names[0],
                present,
                "rename the column, or write the file again",
            )));
        };
        let is_number = !matches!(column.form, Form::Text | Form::Other);
        let is_text = column.form == Form::Text;
        let (fits, what) = match wanted {
            Wanted::Number => (is_number, "one number a row"),
            Wanted::Text => (is_text, "text"),
            Wanted::Name => (is_number || is_text, "text or one number a row"),
        };
        if !fits {
            return Err(fault(format!("the column {} does not hold {what}: write it so", column.name)));
        }
        Ok(column)
    }

    /// Passes over rows, so that `row` (from 1) comes next.
    pub(crate) fn seek(&mut self, row: u64) -> Result<(), Error> {
        while self.next() < row && self.read()?.is_some() {}
        Ok(())
    }

    /// The next row; `None` after the last.
    pub(crate) fn read(&mut self) -> Result<Option<&[u8]>, Error> {
        if self.next == self.rows {
            return Ok(None);
        }
        self.stream.read_exact(&mut self.row).map_err(|source| {
            if source.kind() == io::ErrorKind::UnexpectedEof && self.compression == Compression::None {
                let message = format!(
                    "the table should have {} rows, but the file ends in row {}: it is cut short; copy it again",
                    self.rows,
                    self.next + 1
                );
                return Fault::new(message).into_error(&self.path);
            }
            stream_error(&self.path, self.compression, source)
        })?;
        self.next += 1;
        Ok(Some(&self.row))
    }
}

impl Column {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn bytes<'a>(&self, row: &'a [u8]) -> &'a [u8] {
        row.get(self.offset..self.offset + self.width).unwrap_or_default()
    }

    /// The value as a whole number before scaling; `None` where the column is of none, or it is `TNULL`.
    fn integer(&self, row: &[u8]) -> Option<i64> {
        let bytes = self.bytes(row);
        let value = match self.form {
            Form::Byte => i64::from(*bytes.first()?),
            Form::Logical => i64::from(*bytes.first()? == b'T'),
            Form::Short => i64::from(i16::from_be_bytes(bytes.try_into().ok()?)),
            Form::Int => i64::from(i32::from_be_bytes(bytes.try_into().ok()?)),
            Form::Long => i64::from_be_bytes(bytes.try_into().ok()?),
            Form::Float | Form::Double | Form::Text | Form::Other => return None,
        };
        (self.null != Some(value)).then_some(value)
    }

    /// The value as a number; `None` where it is `TNULL` or NaN.
    pub(crate) fn number(&self, row: &[u8]) -> Option<f64> {
        let bytes = self.bytes(row);
        let value = match self.form {
            Form::Float => f64::from(f32::from_be_bytes(bytes.try_into().ok()?)),
            Form::Double => f64::from_be_bytes(bytes.try_into().ok()?),
            _ => self.integer(row)? as f64,
        };
        // Not `value * 1 + 0` where nothing is scaled: that would lose the sign of −0.
        let scaled =
            if (self.scale, self.zero) == (1.0, 0.0) { value } else { self.zero + self.scale * value };
        (!scaled.is_nan()).then_some(scaled)
    }

    /// The value as text, a number as its digits; `None` where it is empty, `TNULL` or no UTF-8.
    pub(crate) fn text(&self, row: &[u8]) -> Option<String> {
        if self.form != Form::Text {
            if self.scale == 1.0
                && self.zero.fract() == 0.0
                && let Some(value) = self.integer(row)
            {
                // The zero point of unsigned numbers, 2⁶³, is beyond i64.
                return Some((i128::from(value) + self.zero as i128).to_string());
            }
            return self.number(row).map(|number| number.to_string());
        }
        let bytes = self.bytes(row);
        let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
        let text = std::str::from_utf8(&bytes[..end]).ok()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The value of a column of text as bytes, without what fills it up.
    pub(crate) fn word<'a>(&self, row: &'a [u8]) -> &'a [u8] {
        let bytes = self.bytes(row);
        let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
        bytes[..end].trim_ascii()
    }
}

/// The columns, and the width of a row.
fn columns(cards: &Cards) -> Result<(Vec<Column>, usize), String> {
    let row = cards.count("NAXIS1")?;
    if row > LARGEST_ROW {
        return Err(format!("NAXIS1 is {row} bytes a row, more than {LARGEST_ROW}: the file is damaged"));
    }
    let count = cards.count("TFIELDS")? as usize;
    if count > MOST_COLUMNS {
        return Err(format!("TFIELDS is {count}, but must be at most {MOST_COLUMNS}: the file is damaged"));
    }
    let mut columns: Vec<Column> = Vec::with_capacity(count);
    let mut offset = 0usize;
    for number in 1..=count {
        let key = format!("TFORM{number}");
        let text = cards.text(&key).ok_or_else(|| format!("the head has no {key}: write the file again"))?;
        let (form, width) = form(text)
            .ok_or_else(|| format!("{key} is {}, no type: write the file again", shown(text.as_bytes())))?;
        let null = cards.value(&format!("TNULL{number}")).and_then(|null| null.parse().ok());
        columns.push(Column {
            name: cards.text(&format!("TTYPE{number}")).unwrap_or_default().to_owned(),
            form,
            offset,
            width,
            scale: cards.number(&format!("TSCAL{number}"), 1.0)?,
            zero: cards.number(&format!("TZERO{number}"), 0.0)?,
            null,
        });
        offset = offset.saturating_add(width);
    }
    if offset as u64 != row {
        return Err(format!(
            "the columns take {offset} bytes a row, but NAXIS1 is {row}: write the file again"
        ));
    }
    Ok((columns, offset))
}

/// What a `TFORM` says: the type, and the bytes of its values.
fn form(text: &str) -> Option<(Form, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let repeat: usize = if digits == 0 { 1 } else { text[..digits].parse().ok()? };
    let letter = text[digits..].chars().next()?;
    let (form, size) = match letter {
        'L' => (Form::Logical, 1),
        'B' => (Form::Byte, 1),
        'I' => (Form::Short, 2),
        'J' => (Form::Int, 4),
        'K' => (Form::Long, 8),
        'E' => (Form::Float, 4),
        'D' => (Form::Double, 8),
        'A' => (Form::Text, 1),
        'X' => return Some((Form::Other, repeat.div_ceil(8))),
        'C' | 'P' => (Form::Other, 8),
        'M' | 'Q' => (Form::Other, 16),
        _ => return None,
    };
    let form = if repeat == 1 || form == Form::Text { form } else { Form::Other };
    Some((form, repeat.checked_mul(size)?))
}

fn skip(stream: &mut dyn Read, bytes: u64) -> io::Result<()> {
    let skipped = io::copy(&mut stream.take(bytes), &mut io::sink())?;
    if skipped == bytes { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
#[path = "fits_tests.rs"]
mod tests;
