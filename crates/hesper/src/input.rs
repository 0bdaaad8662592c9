//! Reading light curves and tables of features for commands.

use std::path::{Path, PathBuf};

use clap::Args;
use hesper_features::{FEATURES, Feature, FeatureTable, select};
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
    /// Feature columns to learn from: features and sets by name, and patterns with `*`; a leading `!` leaves out
    /// [default: all features of the table]
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub(crate) columns: Vec<String>,
}

impl Columns {
    /// Reads a table and keeps the columns asked for.
    pub(crate) fn read(&self, path: &Path) -> Result<FeatureTable, Failure> {
        let table = FeatureTable::read_parquet(path)?;
        if self.columns.is_empty() {
            return Ok(table);
        }
        let names: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        let chosen = choose_columns(&table, path, &names)?;
        Ok(table.select_columns(&chosen))
    }
}

/// The columns of a table that names of features and sets, patterns, and those after a `!` choose.
pub(crate) fn choose_columns(
    table: &FeatureTable,
    path: &Path,
    names: &[&str],
) -> Result<Vec<usize>, Failure> {
    let (without, with): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| name.starts_with('!'));
    let without: Vec<&str> = without.iter().map(|name| &name[1..]).collect();
    for name in with.iter().chain(&without) {
        if !table.names.iter().any(|column| is_of(column, name)) {
            return Err(Failure::request(format!(
                "no feature of {} is named like {name:?}; there are {}",
                path.display(),
                table.names.join(", ")
            )));
        }
    }
    let wanted = |column: &str| {
        (with.is_empty() || with.iter().any(|name| is_of(column, name)))
            && !without.iter().any(|name| is_of(column, name))
    };
    let chosen: Vec<usize> = (0..table.columns()).filter(|&column| wanted(&table.names[column])).collect();
    if chosen.is_empty() {
        return Err(Failure::request(format!("{} leaves no feature to learn from", names.join(","))));
    }
    Ok(chosen)
}

/// The feature that a column is of: columns begin with their feature's name, and the longest name that fits is it.
pub(crate) fn owner(column: &str) -> Option<&'static str> {
    let fits = |feature: &&&Feature| {
        column.strip_prefix(feature.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    FEATURES.iter().filter(fits).max_by_key(|feature| feature.name.len()).map(|feature| feature.name)
}

/// Whether a column is of the feature or the set of that name, or like the pattern.
fn is_of(column: &str, name: &str) -> bool {
    matches(name, column)
        || select(&[name])
            .is_ok_and(|features| owner(column).is_some_and(|owner| features.iter().any(|f| f.name == owner)))
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
    use super::{is_of, matches};

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

    #[test]
    fn features_and_sets_are_known_by_name() {
        for (column, name, of) in [
            ("bazin_rise_g", "bazin", true),
            ("bazin_rise_g", "peak", false),
            ("photoz", "photoz", true),
            ("photoz", "default", true),
            ("mine_g", "default", false),
            ("mine_g", "mine", false),
            ("mine_g", "mine_*", true),
        ] {
            assert_eq!(is_of(column, name), of, "{column} {name}");
        }
    }
}
