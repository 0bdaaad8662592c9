//! Heads of FITS files: cards of a key and a value.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::Path;

use crate::Error;
use crate::decode::{Compression, stream_error};
use crate::fault::{Fault, shown};

/// Files are made of blocks.
pub(crate) const BLOCK: usize = 2880;
/// Blocks are made of cards, where they are heads.
const CARD: usize = 80;
/// The largest head: 36,000 cards.
const LARGEST_HEAD: usize = 1000;

/// What a head may fail of.
pub(crate) enum Problem {
    Io(io::Error),
    Fault(Fault),
}

impl Problem {
    pub(crate) fn into_error(self, path: &Path, compression: Compression) -> Error {
        match self {
            Self::Io(source) => stream_error(path, compression, source),
            Self::Fault(fault) => fault.into_error(path),
        }
    }
}

/// The cards of a head: keys and what stands after `= `.
#[derive(Clone, Default)]
pub(crate) struct Cards(HashMap<String, String>);

impl Cards {
    /// Reads a head; `None` where the file ends before it.
    pub(crate) fn read(stream: &mut dyn Read) -> Result<Option<Self>, Problem> {
        let mut cards = HashMap::new();
        let mut block = [0; BLOCK];
        for number in 0..LARGEST_HEAD {
            let length = fill(stream, &mut block).map_err(Problem::Io)?;
            // What follows the last table may be zeros that fill a tape.
            if number == 0 && block[..length].iter().all(|&byte| byte == 0) {
                return Ok(None);
            }
            if length < BLOCK {
                let message = "the file ends within a head: it is cut short; copy it again";
                return Err(Problem::Fault(Fault::new(message)));
            }
            for card in block.chunks_exact(CARD) {
                let Ok(card) = std::str::from_utf8(card).map(str::trim_end) else {
                    let message = format!("the head holds {}, no text: the file is damaged", shown(card));
                    return Err(Problem::Fault(Fault::new(format!("{message}; copy it again"))));
                };
                if card == "END" {
                    return Ok(Some(Self(cards)));
                }
                if let Some((key, value)) =
                    card.split_at_checked(8).filter(|(_, value)| value.starts_with('='))
                {
                    cards.insert(key.trim_end().to_owned(), value[1..].trim().to_owned());
                }
            }
        }
        Err(Problem::Fault(Fault::new("the head has no end: the file is damaged; copy it again")))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// The value without its comment.
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|value| value.split('/').next().unwrap_or_default().trim())
    }

    /// A text, out of its quotes.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        let value = self.0.get(key)?.strip_prefix('\'')?;
        value.split_once('\'').map(|(text, _)| text.trim_end())
    }

    /// A whole number from 0.
    pub(crate) fn count(&self, key: &str) -> Result<u64, String> {
        let value = self.value(key).ok_or_else(|| format!("the head has no {key}: write the file again"))?;
        value.parse().map_err(|_| {
            format!("{key} is {}, not a whole number from 0: write the file again", shown(value.as_bytes()))
        })
    }

    pub(crate) fn number(&self, key: &str, default: f64) -> Result<f64, String> {
        let Some(value) = self.value(key) else { return Ok(default) };
        // FORTRAN's exponents are allowed.
        let number: Option<f64> = fast_float2::parse(value.replace(['D', 'd'], "E")).ok();
        number.filter(|number| number.is_finite()).ok_or_else(|| {
            format!("{key} is {}, not a number: write the file again", shown(value.as_bytes()))
        })
    }

    /// How many bytes of data follow the head, without what fills the last block.
    pub(crate) fn data_size(&self) -> Result<u64, String> {
        let axes = self.count("NAXIS")?;
        if axes == 0 {
            return Ok(0);
        }
        let bits = self.value("BITPIX").and_then(|bits| bits.parse::<i64>().ok()).map(i64::unsigned_abs);
        let mut elements: Option<u64> = Some(1);
        for axis in 1..=axes.min(999) {
            let length = self.count(&format!("NAXIS{axis}"))?;
            elements = elements.and_then(|elements| elements.checked_mul(length));
        }
        let count = |key| if self.has(key) { self.count(key).map(Some) } else { Ok(None) };
        let (groups, heap) = (count("GCOUNT")?.unwrap_or(1), count("PCOUNT")?.unwrap_or(0));
        elements
            .and_then(|elements| elements.checked_add(heap)?.checked_mul(groups)?.checked_mul(bits? / 8))
            .ok_or_else(|| "the head tells of no possible size of data: the file is damaged".to_owned())
    }
}

/// Reads until the buffer is full or the stream ends; gives how much there was.
fn fill(stream: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match stream.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}
