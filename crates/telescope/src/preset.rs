//! Telescopes that come with the program.

use crate::{Error, Telescope};

/// Every preset, as a user would write it, with where each value is from.
const PRESETS: &str = include_str!("presets/telescopes.toml");

impl Telescope {
    /// All presets.
    ///
    /// # Errors
    /// None that can occur: a test reads them all.
    pub fn presets() -> Result<Vec<Self>, Error> {
        Self::parse(PRESETS, "the presets")
    }

    /// The TOML of all presets, with the sources of their values: a start for a file of one's own.
    pub fn presets_toml() -> &'static str {
        PRESETS
    }

    /// The preset of a name, such as `resspect-4m`.
    ///
    /// # Errors
    /// There is no such preset; the message lists them.
    pub fn preset(name: &str) -> Result<Self, Error> {
        let mut presets = Self::presets()?;
        match presets.iter().position(|telescope| telescope.name == name) {
            Some(index) => Ok(presets.swap_remove(index)),
            None => {
                let known: Vec<&str> = presets.iter().map(|telescope| telescope.name.as_str()).collect();
                Err(Error::Preset { name: name.to_owned(), known: known.join(", ") })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_can_be_read() {
        let names: Vec<String> = Telescope::presets().unwrap().into_iter().map(|t| t.name).collect();
        let expected =
            ["resspect-4m", "resspect-8m", "4most-lrs", "gemini-south-gmos", "soar-goodman", "ntt-efosc2"];
        assert_eq!(names, expected);
        assert_eq!(Telescope::preset("resspect-8m").unwrap().diameter, 8.0);
        let message = Telescope::preset("8m").unwrap_err().to_string();
        assert_eq!(
            message,
            format!("there is no preset telescope \"8m\"; there are {}", expected.join(", "))
        );
    }
}
