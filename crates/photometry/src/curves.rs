//! Files of light curves in the formats that many surveys share: CSV, ECSV and JSON.

use std::path::Path;
use std::sync::Arc;

use crate::context::Context;
use crate::curve_table::{CurveTable, Head};
use crate::decode::{Compression, Decoded};
use crate::json::Documents;
use crate::read::{Source, Step};
use crate::{Error, Format, ecsv};

/// The format of a file, told by the end of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CurveFormat {
    Csv,
    Ecsv,
    Json,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Light curves.
    Curves,
    /// A table of objects, without light curves.
    Objects,
    /// Anything else.
    Other,
}

impl From<CurveFormat> for Format {
    fn from(format: CurveFormat) -> Self {
        match format {
            CurveFormat::Csv => Self::Csv,
            CurveFormat::Ecsv => Self::Ecsv,
            CurveFormat::Json => Self::Json,
        }
    }
}

impl CurveFormat {
    /// The format that a file's name tells, compressed or not; hidden files and records of runs have none.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let name = name.strip_suffix(".gz").or(name.strip_suffix(".xz")).unwrap_or(&name);
        if name.starts_with('.') || name.ends_with("run.json") {
            return None;
        }
        match Path::new(name).extension()?.to_str()? {
            "csv" => Some(Self::Csv),
            "ecsv" => Some(Self::Ecsv),
            "json" | "jsonl" | "ndjson" => Some(Self::Json),
            _ => None,
        }
    }

    /// What the first bytes of a file say of it.
    pub(crate) fn looks_like(self, head: &[u8]) -> Content {
        match self {
            Self::Csv => match Head::of(head) {
                Head::Curves => Content::Curves,
                Head::Objects => Content::Objects,
                Head::Plasticc | Head::Other => Content::Other,
            },
            Self::Ecsv => Content::Curves,
            Self::Json => {
                let words: [&[u8]; 4] = [b"\"mjd\"", b"\"photometry\"", b"\"ltcvs\"", b"\"magpsf\""];
                let found = words.iter().any(|word| memchr::memmem::find(head, word).is_some());
                if found { Content::Curves } else { Content::Other }
            }
        }
    }

    /// Opens a file.
    pub(crate) fn open(
        self,
        path: &Path,
        compression: Compression,
        decoded: Decoded,
        context: &Arc<Context>,
    ) -> Result<Box<dyn Source>, Error> {
        Ok(match self {
            Self::Csv => Box::new(CurveTable::open(path, compression, decoded, context)?),
            Self::Ecsv => Box::new(ecsv::open(path, compression, decoded, context)?),
            Self::Json => Box::new(Documents::open(path, compression, decoded, context)?),
        })
    }

    /// All that a file among others gives: what spoils it does not spoil the others.
    pub(crate) fn steps(
        self,
        path: &Path,
        compression: Compression,
        decoded: Decoded,
        context: &Arc<Context>,
    ) -> Vec<Step> {
        let mut source = match self.open(path, compression, decoded, context) {
            Ok(source) => source,
            Err(error) => return vec![Step::Bad(error)],
        };
        let mut steps = Vec::new();
        while let Some(step) = source.next_step() {
            steps.push(match step {
                Step::Fatal(error) => Step::Bad(error),
                other => other,
            });
        }
        steps
    }
}
