//! Telescopes from TOML.

use std::{collections::BTreeSet, path::Path};

use serde::Deserialize;
use toml::{Table, Value};

use crate::{Error, Site, Telescope};

/// A file of telescopes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    telescope: Vec<Telescope>,
}

impl Telescope {
    /// The telescopes of a TOML file, in its order: one for each `[[telescope]]`.
    ///
    /// # Errors
    /// The file cannot be read, and as [`Telescope::parse`].
    pub fn read(path: &Path) -> Result<Vec<Self>, Error> {
        let text =
            std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Self::parse(&text, &path.display().to_string())
    }

    /// The telescopes of a TOML text, in its order; `origin` says in messages where the text came from.
    ///
    /// # Errors
    /// The text is not TOML, holds no telescope, two of the same name, or an unknown key; a telescope lacks name, diameter
    /// or site, or has a value out of its range.
    pub fn parse(text: &str, origin: &str) -> Result<Vec<Self>, Error> {
        let syntax = |source| Error::Syntax { origin: origin.to_owned(), source: Box::new(source) };
        let table: Table = toml::from_str(text).map_err(syntax)?;
        check_keys(&table, origin)?;
        let telescopes = toml::from_str::<File>(text).map_err(syntax)?.telescope;
        if telescopes.is_empty() {
            return Err(Error::Empty { origin: origin.to_owned() });
        }
        let mut names = BTreeSet::new();
        for telescope in &telescopes {
            telescope.check()?;
            if !names.insert(&telescope.name) {
                let name = telescope.name.clone();
                return Err(Error::Duplicate { origin: origin.to_owned(), name });
            }
        }
        Ok(telescopes)
    }
}

/// Refuses the first key that no telescope has.
fn check_keys(table: &Table, origin: &str) -> Result<(), Error> {
    let error = |telescope: String, key: &str, nearest: &str| Error::Key {
        origin: origin.to_owned(),
        telescope,
        key: key.to_owned(),
        nearest: nearest.to_owned(),
    };
    if let Some(key) = table.keys().find(|key| *key != "telescope") {
        return Err(error("the file".to_owned(), key, "[[telescope]]"));
    }
    let template = Telescope::new("", 1.0, Site { longitude: 0.0, latitude: 0.0, height: 0.0 });
    let Ok(Value::Table(template)) = Value::try_from(template) else { return Ok(()) };
    let mut known = Vec::new();
    paths("", &template, &mut known);
    let telescopes = table.get("telescope").and_then(Value::as_array);
    for (number, telescope) in telescopes.into_iter().flatten().enumerate() {
        let Value::Table(telescope) = telescope else { continue };
        let mut keys = Vec::new();
        paths("", telescope, &mut keys);
        for key in keys {
            // A table where a value belongs, or the reverse, is told better by the parser itself.
            let of_kin = |path: &&String| {
                **path == key || path.starts_with(&format!("{key}.")) || key.starts_with(&format!("{path}."))
            };
            if known.iter().any(|path| of_kin(&path)) {
                continue;
            }
            let name = telescope.get("name").and_then(Value::as_str);
            let name = name.map_or(format!("telescope {}", number + 1), |name| format!("telescope {name:?}"));
            let nearest = known.iter().min_by_key(|path| distance(path, &key));
            return Err(error(name, &key, nearest.map_or("", String::as_str)));
        }
    }
    Ok(())
}

/// The keys of a table and of those in it, with dots between. What is in `aperture` has a choice of keys and is left out.
fn paths(prefix: &str, table: &Table, into: &mut Vec<String>) {
    for (key, value) in table {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Table(inner) if key != "aperture" && !inner.is_empty() => paths(&path, inner, into),
            _ => into.push(path),
        }
    }
}

/// How unlike two paths are: by their last keys, and by the whole where those tie.
fn distance(known: &str, key: &str) -> (usize, usize) {
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    (edits(&last(known), &last(key)), edits(known, key))
}

/// The number of letters to insert, delete or replace to make one word of the other (Levenshtein's distance).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: &str =
        "[[telescope]]\nname = \"a\"\ndiameter = 2.0\nsite = { longitude = 0.0, latitude = 50 }\n";

    fn message(text: &str) -> String {
        Telescope::parse(text, "t.toml").unwrap_err().to_string()
    }

    #[test]
    fn the_least_that_can_be_said() {
        let telescopes = Telescope::parse(SHORT, "t.toml").unwrap();
        assert_eq!(
            telescopes,
            [Telescope::new("a", 2.0, Site { longitude: 0.0, latitude: 50.0, height: 0.0 })]
        );
    }

    #[test]
    fn what_is_written_is_read() {
        let mut telescope = Telescope::parse(SHORT, "t.toml").unwrap().remove(0);
        telescope.instrument.aperture = crate::Aperture::Fibre(1.4);
        telescope.mode = crate::Mode::Resspect;
        let mut file = Table::new();
        file.insert("telescope".to_owned(), Value::Array(vec![Value::try_from(&telescope).unwrap()]));
        let text = toml::to_string(&file).unwrap();
        assert_eq!(Telescope::parse(&text, "t.toml").unwrap(), [telescope]);
    }

    #[test]
    fn unknown_keys_name_the_nearest() {
        let with = |line: &str| message(&format!("{SHORT}{line}\n"));
        assert_eq!(
            with("instrument = { read_nois = 4 }"),
            "t.toml: telescope \"a\" has the key `instrument.read_nois`, which is not known: did you mean `instrument.read_noise`?"
        );
        assert!(with("seeing = 1.0").contains("did you mean `sky.seeing`?"), "{}", with("seeing = 1.0"));
        assert!(with("diametre = 1.0").contains("did you mean `diameter`?"));
        assert!(with("instruments = { gain = 1 }").contains("did you mean `instrument.gain`?"));
        assert!(message("[[telescopes]]\nname = \"a\"").contains("did you mean `[[telescope]]`?"));
        assert!(with("instrument = { aperture = { slitt = 4 } }").contains("unknown variant `slitt`"));
        assert!(with("instrument = 4").contains("invalid type"));
    }

    #[test]
    fn values_are_checked_with_units() {
        let with = |line: &str| message(&format!("{SHORT}{line}\n"));
        let text = with("instrument = { aperture = { slit = 0 } }");
        assert_eq!(
            text,
            "telescope \"a\": instrument.aperture.slit is 0, but must be in (0, 1000] arcseconds"
        );
        assert!(with("observing = { snr = nan }").contains("observing.snr is NaN"));
        assert!(with("limits = { airmass = 0.9 }").contains("in [1.01, 30]"));
        assert!(with("limits = { brightest = 22, faintest = 18 }").contains("limits.faintest is 18"));
        assert!(with("observing = { weather_loss = 1.5 }").contains("a probability"));
        assert!(message("").contains("holds no telescope"));
        assert!(message("[[telescope]]\nname = \"a\"").contains("missing field `diameter`"));
        assert!(message(&format!("{SHORT}{SHORT}")).contains("two telescopes named \"a\""));
        assert!(message(&SHORT.replace("\"a\"", "\" \"")).contains("at least one letter"));
        assert!(message("telescope = 3").contains("t.toml"));
        assert!(message("][").contains("t.toml"));
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Telescope::read(Path::new("/nowhere/telescopes.toml")).unwrap_err();
        assert!(error.to_string().starts_with("/nowhere/telescopes.toml: "));
    }

    #[test]
    fn words_are_compared() {
        assert_eq!((edits("", "abc"), edits("kitten", "sitting"), edits("same", "same")), (3, 3, 0));
    }
}
