//! Light curves as JSON: what DESC's FASTDB and its TOM answer to `gethottransients`, and the like.
//!
//! One document, or a document a line (`.jsonl`, `.ndjson`, and `.json` that goes on after its first value). What a
//! document may be, see [`crate::json_object`].

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use crate::context::Context;
use crate::decode::{self, Compression, Decoded, stream_error};
use crate::fault::Fault;
use crate::json_object::{self, Curve};
use crate::read::{Place, Progress, ProgressUnit, Source, Step};
use crate::{Error, Object};

/// A file of documents.
pub(crate) struct Documents {
    path: PathBuf,
    compression: Compression,
    /// The lines not yet read.
    lines: Option<Box<dyn BufRead + Send>>,
    /// Of the documents read so far, the objects not yet given.
    ready: std::vec::IntoIter<Result<Curve, String>>,
    /// The line of the document at hand, where there is one a line.
    line: u64,
    by_line: bool,
    context: Arc<Context>,
    taken: Arc<AtomicU64>,
    size: u64,
}

impl Documents {
    /// Opens a file.
    pub(crate) fn open(
        path: &Path,
        compression: Compression,
        decoded: Decoded,
        context: &Arc<Context>,
    ) -> Result<Self, Error> {
        let (taken, size) = (Arc::clone(&decoded.taken), decoded.size);
        let mut documents = Self {
            path: path.to_owned(),
            compression,
            lines: None,
            ready: Vec::new().into_iter(),
            line: 0,
            by_line: true,
            context: Arc::clone(context),
            taken,
            size,
        };
        let name = path.to_string_lossy().to_lowercase();
        if name.contains(".jsonl") || name.contains(".ndjson") {
            documents.lines = Some(Box::new(BufReader::new(decoded.bytes)));
            return Ok(documents);
        }
        let bytes = decode::whole(path, compression, decoded)?;
        match serde_json::from_slice::<Value>(&bytes) {
            Ok(document) => {
                documents.by_line = false;
                let curves =
                    json_object::curves(document).map_err(|message| Fault::new(message).into_error(path))?;
                documents.ready = curves.into_iter();
            }
            Err(error) if has_whole_first_line(&bytes) && !error.is_eof() => {
                documents.lines = Some(Box::new(std::io::Cursor::new(bytes)));
            }
            Err(error) => return Err(json_fault(error, 0).into_error(path)),
        }
        Ok(documents)
    }

    /// The next line that is not empty, and its objects.
    fn next_line(&mut self) -> Option<Result<(), Step>> {
        let lines = self.lines.as_mut()?;
        let mut text = Vec::new();
        loop {
            text.clear();
            match lines.read_until(b'\n', &mut text) {
                Ok(0) => return None,
                Ok(_) => self.line += 1,
                Err(source) => {
                    self.lines = None;
                    return Some(Err(Step::Fatal(stream_error(&self.path, self.compression, source))));
                }
            }
            if !text.trim_ascii().is_empty() {
                break;
            }
        }
        let curves = serde_json::from_slice::<Value>(&text)
            .map_err(|error| json_fault(error, self.line))
            .and_then(|value| json_object::curves(value).map_err(|message| Fault::at(self.line, message)));
        Some(match curves {
            Ok(curves) => {
                self.ready = curves.into_iter();
                Ok(())
            }
            Err(fault) => Err(Step::Bad(fault.into_error(&self.path))),
        })
    }

    fn object(&self, curve: Result<Curve, String>) -> Result<Object, String> {
        self.context.describe(curve?.object(&self.context)?)
    }
}

impl Source for Documents {
    fn next_step(&mut self) -> Option<Step> {
        loop {
            if let Some(curve) = self.ready.next() {
                let line = self.place().line;
                return Some(match self.object(curve) {
                    Ok(object) => Step::Object(object),
                    Err(message) => Step::Bad(Fault { line, message }.into_error(&self.path)),
                });
            }
            if let Err(step) = self.next_line()? {
                return Some(step);
            }
        }
    }

    fn place(&self) -> Place {
        Place { path: self.path.clone(), line: self.by_line.then_some(self.line) }
    }

    fn progress(&self) -> Progress {
        let done = self.taken.load(Ordering::Relaxed);
        Progress { done, total: Some(self.size), unit: ProgressUnit::Bytes }
    }

    fn metadata(&self) -> Option<&Path> {
        self.context.table_path()
    }
}

/// Whether the first line is a document, so that each line may be one.
fn has_whole_first_line(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    matches!(serde_json::from_slice(&text[..end]), Ok(Value::Object(_)))
}

/// The fault of a text that is no JSON; `line` is that of the document where there is one a line.
fn json_fault(error: serde_json::Error, line: u64) -> Fault {
    let (at, column) = (error.line() as u64, error.column());
    let at = if line > 0 { line } else { at.max(1) };
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    if error.is_eof() {
        return Fault::at(at, format!("the JSON ends too early, so it is cut short ({what}): copy it again"));
    }
    Fault::at(at, format!("this is no JSON at column {column} ({what}): correct it; NaN is written null"))
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
