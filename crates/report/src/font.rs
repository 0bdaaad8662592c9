//! The embedded font: widths of words, line breaks, outlines of letters.

use std::sync::LazyLock;

use ttf_parser::{Face, GlyphId};

/// The families to look for when a figure is opened elsewhere: the embedded one, then those of the same widths.
pub(crate) const FAMILIES: &str = "Arimo, 'Liberation Sans', Arial, Helvetica, sans-serif";

static REGULAR: LazyLock<Option<Face<'static>>> =
    LazyLock::new(|| Face::parse(include_bytes!("../assets/Arimo-Regular.subset.ttf"), 0).ok());
static BOLD: LazyLock<Option<Face<'static>>> =
    LazyLock::new(|| Face::parse(include_bytes!("../assets/Arimo-Bold.subset.ttf"), 0).ok());

/// The two weights at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

impl Weight {
    /// The font file; the embedded ones are read without error, as a test makes sure.
    pub(crate) fn face(self) -> Option<&'static Face<'static>> {
        match self {
            Self::Regular => REGULAR.as_ref(),
            Self::Bold => BOLD.as_ref(),
        }
    }

    /// The letters of `text` with the x at which each begins, for a size of `size` units per em.
    pub(crate) fn letters(self, text: &str, size: f64) -> (Vec<(GlyphId, f64)>, f64) {
        let mut x = 0.0;
        let mut letters = Vec::with_capacity(text.len());
        let Some(face) = self.face() else { return (letters, 0.6 * size * text.chars().count() as f64) };
        let unit = size / f64::from(face.units_per_em());
        for letter in text.chars() {
            let glyph = face.glyph_index(letter).unwrap_or(GlyphId(0));
            letters.push((glyph, x));
            // A browser finds letters that the font lacks elsewhere; most scripts need more room than the empty box.
            let advance = if glyph.0 == 0 {
                1.0
            } else {
                f64::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * unit / size
            };
            x += advance * size;
        }
        (letters, x)
    }
}

/// The width of a line of text.
pub(crate) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    weight.letters(text, size).1
}

/// The text without characters that XML forbids or that would break a line; runs of white space become one space.
pub(crate) fn printable(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_whitespace() {
            if !clean.ends_with(' ') && !clean.is_empty() {
                clean.push(' ');
            }
        } else if !letter.is_control() && !is_unseen(letter) {
            clean.push(letter);
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// A figure's description: printable, and no longer than a listener bears.
pub(crate) fn described(text: &str) -> String {
    const LONGEST: usize = 1500;
    let text = printable(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text,
    }
}

/// Non-characters, and marks that reorder the text after them.
fn is_unseen(letter: char) -> bool {
    let code = letter as u32;
    code & 0xfffe == 0xfffe
        || matches!(code, 0xfdd0..=0xfdef | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069 | 0xfeff)
}

/// The text cut to a width, with an ellipsis where something is missing.
pub(crate) fn fit(text: &str, size: f64, weight: Weight, limit: f64) -> String {
    let text = printable(text);
    if width(&text, size, weight) <= limit {
        return text;
    }
    let room = limit - width("…", size, weight);
    let mut short = String::new();
    let mut used = 0.0;
    for letter in text.chars() {
        used += width(letter.encode_utf8(&mut [0; 4]), size, weight);
        if used > room {
            break;
        }
        short.push(letter);
    }
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// The text broken at spaces into at most `most` lines, the last cut to the width.
pub(crate) fn wrap(text: &str, size: f64, weight: Weight, limit: f64, most: usize) -> Vec<String> {
    let text = printable(text);
    let mut lines: Vec<String> = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        if lines.len() + 1 >= most || width(rest, size, weight) <= limit {
            lines.push(fit(rest, size, weight, limit));
            break;
        }
        let end = rest
            .match_indices(' ')
            .map(|(at, _)| at)
            .take_while(|&at| width(&rest[..at], size, weight) <= limit)
            .last()
            .unwrap_or_else(|| rest.find(' ').unwrap_or(rest.len()));
        lines.push(fit(&rest[..end], size, weight, limit));
        rest = rest[end..].trim_start();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_fonts_are_read_and_have_the_widths_of_arial() {
        assert!(Weight::Regular.face().is_some() && Weight::Bold.face().is_some());
        // Arial's advance widths: 1139 of 2048 for a digit, 1366 for A; 1479 for a bold A.
        let em = 2048.0;
        assert_eq!(width("0", em, Weight::Regular), 1139.0);
        assert_eq!(width("A", em, Weight::Regular), 1366.0);
        assert_eq!(width("A", em, Weight::Bold), 1479.0);
    }

    #[test]
    fn words_are_cleaned_cut_and_broken() {
        assert_eq!(printable(" a\n\t b\u{0}\u{202e}c\u{fffe} "), "a bc");
        let cut = fit("a rather long name", 12.0, Weight::Regular, 60.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0, Weight::Regular) <= 60.0);
        assert_eq!(described(&"é".repeat(2000)).chars().count(), 1501);
        assert_eq!(fit("", 12.0, Weight::Regular, 0.0), "");
        let lines = wrap("one two three four five six", 12.0, Weight::Regular, 60.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| width(line, 12.0, Weight::Regular) <= 60.0));
        assert_eq!(wrap("Donaudampfschifffahrt x", 12.0, Weight::Regular, 40.0, 3).len(), 2);
    }
}
