//! Cards of targets: a few lines and a small figure each.

use std::fmt::Write;

use maud::{Markup, PreEscaped, html};

use crate::figure::Figure;
use crate::font::printable;
use crate::html::inline;
use crate::svg;

/// What to know of one target of many, on a card of [`Report::targets`](crate::Report::targets).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Target {
    /// The object's name, by which [`target_link`] finds the card. The first of several cards with one name is found.
    pub id: String,
    /// The card's heading, such as "1 · SN 1032".
    pub heading: String,
    /// Names and values, such as "start" and "01:24 UTC"; the values may have the signs of prose.
    pub lines: Vec<(String, String)>,
    /// A sentence below the lines, with the signs of prose; may be empty.
    pub note: String,
    /// A small figure, such as a [`light_curve_card`](crate::light_curve_card).
    pub figure: Option<Figure>,
}

/// Words for a table's cell or for prose that lead to the card of the target with this `id` on the same page.
pub fn target_link(words: &str, id: &str) -> String {
    format!("[{words}](#{})", anchor(id))
}

/// The name of a target's card inside the page. Different ids have different names.
pub(crate) fn anchor(id: &str) -> String {
    let mut name = String::from("target-");
    for letter in printable(id).chars() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.') {
            name.push(letter);
        } else {
            let _ = write!(name, "_{:x}_", u32::from(letter));
        }
    }
    name
}

/// A card made ready for the page; its name is empty where another card has it.
#[derive(Debug, Clone)]
pub(crate) struct TargetCard {
    pub(crate) anchor: String,
    target: Target,
    svg: Option<String>,
}

impl TargetCard {
    /// `prefix` keeps the names inside the figure apart from those of other figures.
    pub(crate) fn new(mut target: Target, anchor: String, prefix: &str) -> Self {
        let svg = target.figure.take().map(|figure| svg::inline(&figure, prefix));
        Self { anchor, target, svg }
    }

    fn markup(&self) -> Markup {
        let Target { heading, lines, note, .. } = &self.target;
        html! {
            article id=[Some(&self.anchor).filter(|anchor| !anchor.is_empty())] {
                h3 { (printable(heading)) }
                @if let Some(svg) = &self.svg { (PreEscaped(svg)) }
                @if !lines.is_empty() {
                    dl { @for (name, value) in lines { div { dt { (printable(name)) } dd { (inline(value)) } } } }
                }
                @if !note.is_empty() { p { (inline(note)) } }
            }
        }
    }
}

pub(crate) fn cards(cards: &[TargetCard]) -> Markup {
    html! { div.targets { @for card in cards { (card.markup()) } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_objects_have_different_anchors() {
        let ids = ["1", "a b", "a-b", "a_b", "a_20_b", "A", "a", "é", "#", "\"><script>"];
        let mut anchors: Vec<_> = ids.iter().map(|id| anchor(id)).collect();
        for anchor in &anchors {
            assert!(anchor.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._".contains(letter)));
        }
        anchors.sort();
        anchors.dedup();
        assert_eq!(anchors.len(), ids.len());
    }
}
