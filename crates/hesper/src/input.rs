//! Reading light curves and tables of features for commands.

use std::path::{Path, PathBuf};

use clap::Args;
use hesper_features::FeatureTable;
use hesper_photometry::{Band, Object, ReadOptions, Skipped, read, write_skipped};
use serde::Serialize;

use crate::session::remove_if_there;
use crate::{Failure, print, progress};

/// How to read light curves.
#[derive(Args, Clone, Debug, Serialize)]
pub(crate) struct Reading {
    /// Go on past objects that cannot be read; they are counted and listed in FILE.skipped.csv
    #[arg(long)]
    pub(crate) skip_bad: bool,
    /// What is known of the objects: PLAsTiCC's metadata [default: the *metadata*.csv beside them], or a table of
    /// objects for CSV, ECSV and JSON [default: the one in the same directory or archive]
    #[arg(long, value_name = "FILE")]
    pub(crate) metadata: Option<PathBuf>,
    /// What to add to Vega magnitudes of a band for AB, for light curves in the Vega system; may be repeated
    #[arg(long = "vega-offset", value_name = "BAND=MAG", value_parser = vega_offset, allow_negative_numbers = true)]
    pub(crate) vega_offsets: Vec<(Band, f64)>,
}

/// Parses `g=-0.08`.
fn vega_offset(text: &str) -> Result<(Band, f64), String> {
    let (band, offset) = text.split_once('=').ok_or("wanted is BAND=MAG, such as g=-0.08")?;
    let offset: f64 = offset.parse().map_err(|_| format!("{offset:?} is not a number"))?;
    if !offset.is_finite() {
        return Err(format!("{offset} is not finite"));
    }
    Ok((Band::new(band).map_err(|error| error.to_string())?, offset))
}

impl Reading {
    /// Hands each object to `take`; what was skipped is listed beside `out`, and returned.
    pub(crate) fn each(
        &self,
        path: &Path,
        out: &Path,
        mut take: impl FnMut(Object) -> Result<(), Failure>,
    ) -> Result<Vec<Skipped>, Failure> {
        let options = ReadOptions {
            skip_bad: self.skip_bad,
            metadata: self.metadata.clone(),
            vega_offsets: self.vega_offsets.iter().copied().collect(),
        };
        let mut reader = read(path, &options)?;
        let bar = progress::bar("reading", reader.progress().total);
        let mut outcome = Ok(());
        while let Some(object) = reader.next() {
            let single = !self.skip_bad && !reader.is_spoilt();
            outcome = object.map_err(|error| hint(error, single)).and_then(&mut take);
            if outcome.is_err() {
                break;
            }
            bar.set_position(reader.progress().done);
        }
        bar.finish_and_clear();
        let skipped = reader.skipped().to_vec();
        let mut list = out.as_os_str().to_owned();
        list.push(".skipped.csv");
        let list = PathBuf::from(list);
        if !skipped.is_empty() {
            write_skipped(&list, &skipped)?;
            print::note(format_args!(
                "skipped {} bad objects; they are listed in {}",
                skipped.len(),
                list.display()
            ));
        } else if outcome.is_ok() {
            // A list of an earlier run would speak of this one.
            remove_if_there(&list)?;
        }
        if outcome.is_ok()
            && reader.format() == hesper_photometry::Format::Plasticc
            && reader.metadata().is_none()
        {
            print::note(format_args!(
                "note: no metadata was found beside {}, so no classes, places and redshifts are known; name the file \
                 with --metadata",
                path.display()
            ));
        }
        outcome.map(|()| skipped)
    }

    /// All objects.
    pub(crate) fn all(&self, path: &Path, out: &Path) -> Result<(Vec<Object>, Vec<Skipped>), Failure> {
        let mut objects = Vec::new();
        let skipped = self.each(path, out, |object| {
            objects.push(object);
            Ok(())
        })?;
        Ok((objects, skipped))
    }
}

/// A single bad object has a remedy that the reader does not know of.
fn hint(error: hesper_photometry::Error, single: bool) -> Failure {
    let place = matches!(error, hesper_photometry::Error::Malformed { .. });
    let more = if place && single { "\n  or go on without such objects: --skip-bad" } else { "" };
    Failure::work(format!("{error}{more}"))
}

/// Which columns of a table of features to use.
#[derive(Args, Clone, Debug, Serialize)]
pub(crate) struct Columns {
    /// Feature columns to learn from, as patterns with `*`; a leading `!` leaves columns out
    /// [default: all features of the table]
    #[arg(long, value_delimiter = ',', value_name = "PATTERNS")]
    pub(crate) columns: Vec<String>,
}

impl Columns {
    /// Reads a table and keeps the columns asked for.
    pub(crate) fn read(&self, path: &Path) -> Result<FeatureTable, Failure> {
        let table = FeatureTable::read_parquet(path)?;
        if self.columns.is_empty() {
            return Ok(table);
        }
        let (without, with): (Vec<&str>, Vec<&str>) =
            self.columns.iter().map(String::as_str).partition(|pattern| pattern.starts_with('!'));
        let wanted = |name: &str| {
            (with.is_empty() || with.iter().any(|pattern| matches(pattern, name)))
                && !without.iter().any(|pattern| matches(&pattern[1..], name))
        };
        let chosen: Vec<usize> =
            (0..table.columns()).filter(|&column| wanted(&table.names[column])).collect();
        for pattern in with.iter().copied().chain(without.iter().map(|pattern| &pattern[1..])) {
            if !table.names.iter().any(|name| matches(pattern, name)) {
                return Err(Failure::request(format!(
                    "no feature of {} is named like {pattern:?}; there are {}",
                    path.display(),
                    table.names.join(", ")
                )));
            }
        }
        if chosen.is_empty() {
            return Err(Failure::request("--columns leaves no feature to learn from"));
        }
        Ok(table.select_columns(&chosen))
    }
}

/// Whether a name is like a pattern in which `*` stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_in_a_shell() {
        for (pattern, name, like) in [
            ("bazin_*", "bazin_rise_g", true),
            ("*_g", "bazin_rise_g", true),
            ("*rise*", "bazin_rise_g", true),
            ("bazin_*_r", "bazin_rise_g", false),
            ("bazin", "bazin_rise_g", false),
            ("*", "photoz", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, name), like, "{pattern} {name}");
        }
    }
}
