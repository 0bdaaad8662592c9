//! When what a command printed is what a page quotes.
//!
//! Spaces may be more or fewer. A line `...` stands for any lines, `...` in a line for any text. Whole numbers are
//! counts and must be the same, but that in `near` output they may differ by 3 or a fifth, whichever is more. Numbers
//! with a decimal point may differ by 0.1 or a tenth, for they depend a little on the machine's arithmetic; times (` s`
//! behind them) may differ at will.

/// Whether two numbers differ by no more than `least`, or `share` of the first.
fn close(a: f64, b: f64, least: f64, share: f64) -> bool {
    (a - b).abs() <= least.max(share * a.abs())
}

/// Whether `found` is what is quoted.
pub(crate) fn same(quoted: &[String], found: &[&str], near: bool) -> bool {
    match quoted.split_first() {
        None => found.is_empty(),
        Some((line, rest)) if line.trim() == "..." => {
            (0..=found.len()).any(|skipped| same(rest, &found[skipped..], near))
        }
        Some((line, rest)) => match found.split_first() {
            Some((first, others)) => same_line(line.trim(), first.trim(), near) && same(rest, others, near),
            None => false,
        },
    }
}

fn same_line(quoted: &str, found: &str, near: bool) -> bool {
    if let Some(rest) = quoted.strip_prefix("...") {
        let ends = found.char_indices().map(|(place, _)| place).chain([found.len()]);
        return ends.into_iter().any(|place| same_line(rest, &found[place..], near));
    }
    if let (Some((a, quoted)), Some((b, found))) = (number(quoted), number(found)) {
        return same_number(a, b, quoted.starts_with(" s"), near) && same_line(quoted, found, near);
    }
    let blank = |text: &str| text.starts_with(char::is_whitespace);
    if blank(quoted) && blank(found) {
        return same_line(quoted.trim_start(), found.trim_start(), near);
    }
    match (quoted.chars().next(), found.chars().next()) {
        (None, None) => true,
        (Some(a), Some(b)) => a == b && same_line(&quoted[a.len_utf8()..], &found[b.len_utf8()..], near),
        _ => false,
    }
}

/// A number at the start of a text, and what comes behind it.
fn number(text: &str) -> Option<(&str, &str)> {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let mut end = digits(text);
    if end == 0 {
        return None;
    }
    if let Some(fraction) = text[end..].strip_prefix('.') {
        let more = digits(fraction);
        end += if more > 0 { 1 + more } else { 0 };
    }
    Some((&text[..end], &text[end..]))
}

fn same_number(quoted: &str, found: &str, is_time: bool, near: bool) -> bool {
    let (Ok(a), Ok(b)) = (quoted.parse::<f64>(), found.parse::<f64>()) else { return false };
    match (quoted.contains('.'), found.contains('.')) {
        (true, true) => is_time || close(a, b, 0.1, 0.1),
        (false, false) => quoted == found || (near && close(a, b, 3.0, 0.2)),
        _ => false,
    }
}

#[test]
fn quotes_are_compared_as_told() {
    for (quoted, found, alike) in [
        ("12 objects in 0.3 s: a.parquet", "12 objects in 14.9 s: a.parquet", true),
        ("12 objects", "13 objects", false),
        ("fom  0.372 ± 0.034", "fom 0.41 ± 0.02", true),
        ("fom 0.372", "fom 0.6", false),
        ("fom 0.372", "fom 1", false),
        ("a\n...\nz", "a\nb\nc\nz", true),
        ("a\n...\nz", "a\nz", true),
        ("a\n...\nz", "a\ny", false),
        ("hash ...,", "hash 12ab,", true),
        ("a b", "ab", false),
        ("", "a", false),
    ] {
        let quoted_lines: Vec<String> = quoted.lines().map(str::to_owned).collect();
        let found_lines: Vec<&str> = found.lines().collect();
        assert_eq!(same(&quoted_lines, &found_lines, false), alike, "{quoted:?} {found:?}");
    }
    let (quoted, near, far) = (["Ia  242".to_owned()], ["Ia  230"], ["Ia  142"]);
    assert!(same(&quoted, &near, true) && !same(&quoted, &near, false) && !same(&quoted, &far, true));
}
