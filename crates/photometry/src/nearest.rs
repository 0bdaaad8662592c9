//! The known name nearest to one that is missing.

/// The name that needs the fewest edits (letters inserted, removed or replaced) to become `wanted`, if those are at most
/// half its letters; large and small letters count alike. Messages offer it where a name is not known.
///
/// ```
/// assert_eq!(hesper_photometry::nearest("flux_er", ["mjd", "flux_err"]), Some("flux_err"));
/// ```
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (edits(&wanted.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(edits, _)| 2 * edits <= wanted.len())
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, name)| name)
}

/// The message for a missing column: its name, those present, the nearest, and `remedy`.
pub(crate) fn missing_column<'a>(
    wanted: &str,
    present: impl IntoIterator<Item = &'a str> + Clone,
    remedy: &str,
) -> String {
    // Of a nested column, its last name is what there may be another spelling of.
    let last = wanted.rsplit('.').next().unwrap_or(wanted);
    let hint =
        nearest(last, present.clone()).map(|name| format!(" (did you mean '{name}'?)")).unwrap_or_default();
    let present: Vec<&str> = present.into_iter().collect();
    format!("there is no column {wanted} among {}{hint}: {remedy}", present.join(", "))
}

/// Levenshtein's distance: how many letters to insert, remove or replace.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for j in 0..b.len() {
            let replaced = diagonal + usize::from(letter != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_and_far_ones_are_not() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(nearest("flux_err", ["mjd", "fluxerr", "flux"]), Some("fluxerr"));
        assert_eq!(nearest("passband", ["mjd", "flux"]), None);
        let message = missing_column("FLUXCAL", ["MJD", "FLUXCALL"], "rename it");
        assert_eq!(
            message,
            "there is no column FLUXCAL among MJD, FLUXCALL (did you mean 'FLUXCALL'?): rename it"
        );
    }
}
