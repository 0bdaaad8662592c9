//! Configuration files: TOML, checked as a whole before any work.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::Failure;

/// Reads a configuration.
///
/// # Errors
/// With the file and the line: text that is no TOML, a value of another type, or an unknown key, for which the nearest
/// known one is offered.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::request(format!("{}: {error}{}", path.display(), hesper_files::remedy(&error)))
    })?;
    toml::from_str(&text).map_err(|error| {
        let line = error.span().map(|span| 1 + text[..span.start].matches('\n').count());
        let line = line.map(|line| format!(":{line}")).unwrap_or_default();
        let message = unknown_key(error.message())
            .unwrap_or_else(|| format!("{}: correct the line", error.message().trim_end()));
        Failure::request(format!("{}{line}: {message}", path.display()))
    })
}

/// Serde's "unknown field `a`, expected one of `b`, `c`" with the nearest of the known keys.
pub(crate) fn unknown_key(message: &str) -> Option<String> {
    let mut quoted = message.strip_prefix("unknown field `")?.split('`').step_by(2);
    let wrong = quoted.next()?;
    let known: Vec<&str> = quoted.filter(|name| !name.is_empty()).collect();
    let nearest = hesper_photometry::nearest(wrong, known.iter().copied());
    let hint = nearest.map(|name| format!(" (did you mean '{name}'?)")).unwrap_or_default();
    Some(format!("there is no key '{wrong}' among {}{hint}: correct or remove it", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::unknown_key;

    #[test]
    fn the_nearest_known_key_is_offered() {
        assert_eq!(
            unknown_key("unknown field `sed`, expected one of `seed`, `objects`").unwrap(),
            "there is no key 'sed' among seed, objects (did you mean 'seed'?): correct or remove it"
        );
        assert_eq!(
            unknown_key("unknown field `other`, expected `a` or `b`").unwrap(),
            "there is no key 'other' among a, b: correct or remove it"
        );
        assert_eq!(unknown_key("invalid type: string \"x\", expected f64"), None);
    }
}
