//! Work that can be interrupted: a directory of finished pieces, each a file that is there whole or not at all.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Failure;
use crate::session::write_file;

/// The pieces of one work.
pub(crate) struct Pieces {
    directory: PathBuf,
}

/// What the pieces were made from.
const ORIGIN: &str = "origin.json";

impl Pieces {
    /// Opens the directory `pieces` of `out`. `origin` is all that the pieces depend on; where those that are there come of
    /// another origin, they are refused, or removed where `restart` says so.
    pub(crate) fn open(out: &Path, origin: &Value, restart: bool) -> Result<Self, Failure> {
        let directory = out.join("pieces");
        let path = directory.join(ORIGIN);
        let read = |error: std::io::Error| {
            Failure::work(format!("{}: {error}{}", directory.display(), hesper_files::remedy(&error)))
        };
        if directory.exists() {
            let known =
                std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
            let same = known.as_ref() == Some(origin);
            if !same && !restart && known.is_some() {
                let differs = known.as_ref().and_then(|known| first_difference(known, origin, ""));
                return Err(Failure::request(format!(
                    "{} holds pieces of another run{}: give another --out, or --restart to begin anew",
                    directory.display(),
                    differs.map(|what| format!(" ({what})")).unwrap_or_default()
                )));
            }
            if !same || restart {
                std::fs::remove_dir_all(&directory).map_err(read)?;
            }
        }
        let pieces = Self { directory };
        write_file(&path, serde_json::to_vec_pretty(origin).map_err(Failure::work)?)?;
        Ok(pieces)
    }

    /// The bytes of a piece; `None` where it is not finished.
    pub(crate) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.directory.join(name)).ok()
    }

    /// Keeps a finished piece.
    pub(crate) fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        write_file(&self.directory.join(name), bytes)
    }

    /// A piece that is a value; `None` where it is not finished or cannot be understood.
    pub(crate) fn value<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&self.bytes(name)?).ok()
    }

    /// Keeps a value.
    pub(crate) fn keep_value(&self, name: &str, value: &impl Serialize) -> Result<(), Failure> {
        self.keep(name, &serde_json::to_vec(value).map_err(Failure::work)?)
    }
}

/// Where two values differ first, in words.
fn first_difference(a: &Value, b: &Value, place: &str) -> Option<String> {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            keys.into_iter().find_map(|key| {
                let place = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
                let none = Value::Null;
                first_difference(a.get(key).unwrap_or(&none), b.get(key).unwrap_or(&none), &place)
            })
        }
        _ if a == b => None,
        _ => {
            let short = |value: &Value| {
                let text = value.to_string();
                if text.chars().count() > 60 { text.chars().take(60).chain(['…']).collect() } else { text }
            };
            Some(format!("{place} was {}, now {}", short(a), short(b)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_difference_is_named() {
        let a = json!({ "campaign": { "seed": 1, "last_day": 180 }, "features": ["default"] });
        let mut b = a.clone();
        assert_eq!(first_difference(&a, &b, ""), None);
        b["campaign"]["last_day"] = json!(60);
        assert_eq!(first_difference(&a, &b, "").unwrap(), "campaign.last_day was 180, now 60");
        assert_eq!(first_difference(&json!({}), &json!({ "x": 1 }), "").unwrap(), "x was null, now 1");
    }
}
