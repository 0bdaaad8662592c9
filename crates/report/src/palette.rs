//! Colours that colour-blind readers can tell apart (M. Okabe and K. Ito, "Color Universal Design", 2002), and who gets
//! which.

use crate::outline::{Dash, Paint};

pub(crate) const BLUE: Paint = Paint::Colour(0x00, 0x72, 0xb2);
pub(crate) const VERMILION: Paint = Paint::Colour(0xd5, 0x5e, 0x00);
pub(crate) const GREEN: Paint = Paint::Colour(0x00, 0x9e, 0x73);
pub(crate) const PURPLE: Paint = Paint::Colour(0xcc, 0x79, 0xa7);
pub(crate) const ORANGE: Paint = Paint::Colour(0xe6, 0x9f, 0x00);
pub(crate) const SKY: Paint = Paint::Colour(0x56, 0xb4, 0xe9);
pub(crate) const YELLOW: Paint = Paint::Colour(0xf0, 0xe4, 0x42);
/// Not of the eight: the palette's black would vanish on a dark ground, and grey says "the one to compare with".
pub(crate) const GREY: Paint = Paint::Colour(0x80, 0x86, 0x8e);

/// In the order in which they are handed out.
pub(crate) const ORDER: [Paint; 8] = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, GREY, YELLOW];

/// A colour and a kind of line, enough to know a series again.
pub(crate) type Style = (Paint, Dash);

/// The strategies' colours in every figure; a committee's score has the colour of the single learner's, dashed.
const STRATEGIES: [(&str, Style); 24] = [
    ("random", (GREY, Dash::None)),
    ("uncertainty", (BLUE, Dash::None)),
    ("canonical", (VERMILION, Dash::None)),
    ("entropy", (GREEN, Dash::None)),
    ("margin", (PURPLE, Dash::None)),
    ("least-confident", (SKY, Dash::None)),
    ("certainty", (ORANGE, Dash::None)),
    ("committee-entropy", (GREEN, Dash::Long)),
    ("committee-mutual-information", (BLUE, Dash::Long)),
    ("mutual-information", (BLUE, Dash::Long)),
    ("bald", (BLUE, Dash::Long)),
    ("batch-bald", (VERMILION, Dash::Dots)),
    ("batchbald", (VERMILION, Dash::Dots)),
    ("cosmology", (PURPLE, Dash::Long)),
    ("vote-entropy", (GREEN, Dash::Dots)),
    ("consensus-entropy", (GREEN, Dash::Long)),
    // Ranks as bald does.
    ("committee-kl", (BLUE, Dash::Dots)),
    ("density", (GREEN, Dash::Mixed)),
    ("core-set", (ORANGE, Dash::Long)),
    ("badge", (VERMILION, Dash::Long)),
    ("clustered", (PURPLE, Dash::Dots)),
    ("expected-error", (SKY, Dash::Long)),
    ("expected-error-bayes", (SKY, Dash::Dots)),
    ("label-propagation", (ORANGE, Dash::Dots)),
];

/// The `index`-th style: eight colours, then the same with other lines.
fn style(index: usize) -> Style {
    let dash = [Dash::None, Dash::Long, Dash::Dots, Dash::Mixed][index / ORDER.len() % 4];
    (ORDER[index % ORDER.len()], dash)
}

/// One style a name: known strategies have their own, the others take what is free in their order.
pub(crate) fn styles(names: &[&str]) -> Vec<Style> {
    let known = |name: &str| {
        let name = name.trim().to_lowercase().replace(['_', ' '], "-");
        STRATEGIES.iter().find(|(known, _)| *known == name).map(|(_, style)| *style)
    };
    let mut taken: Vec<Style> = names.iter().filter_map(|name| known(name)).collect();
    let mut next = 0;
    names
        .iter()
        .map(|name| {
            known(name).unwrap_or_else(|| {
                while next < 32 && taken.contains(&style(next)) {
                    next += 1;
                }
                let free = style(next);
                next += 1;
                taken.push(free);
                free
            })
        })
        .collect()
}

/// A colour for each of many kinds that are shown as areas: eight, then the same paler.
pub(crate) fn area(index: usize) -> (Paint, f64) {
    (ORDER[index % ORDER.len()], [1.0, 0.6, 0.35][index / ORDER.len() % 3])
}

/// The colours of the bands, from short waves to long; a survey's prefix (`ztfg`, `lsst_r`) does not matter.
/// The number chooses the marker, so that the bands differ without colour as well.
pub(crate) fn band(name: &str) -> Option<(Paint, usize)> {
    Some(match name.trim().chars().last()?.to_ascii_lowercase() {
        'u' => (BLUE, 0),
        'g' => (GREEN, 1),
        'r' => (VERMILION, 2),
        'i' => (ORANGE, 3),
        'z' => (PURPLE, 4),
        'y' => (GREY, 5),
        _ => return None,
    })
}

/// White where it stands out from a colour on white, else black. The limit of the contrast (as in WCAG 2.2) lies lower than
/// for long texts: on blue and green, white figures read better than the formula says.
pub(crate) fn on(paint: Paint, opacity: f64) -> Paint {
    let linear = |channel: u8| {
        let value = (f64::from(channel) * opacity + 255.0 * (1.0 - opacity)) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let (red, green, blue) = paint.rgb();
    let light = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    if 1.05 / (light + 0.05) >= 3.3 { Paint::Colour(255, 255, 255) } else { Paint::Colour(0x12, 0x14, 0x18) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strategy_keeps_its_colour_and_no_two_share_one() {
        let few = styles(&["random", "uncertainty"]);
        let many =
            styles(&["mine", "Uncertainty", "yours", "random", "a", "b", "c", "d", "e", "f", "g", "h"]);
        assert_eq!(few[0], many[3]);
        assert_eq!(few[1], many[1]);
        for (i, one) in many.iter().enumerate() {
            assert!(!many[i + 1..].contains(one));
        }
        assert_eq!(styles(&vec!["x"; 100]).len(), 100);
    }

    #[test]
    fn bands_with_prefixes_are_known() {
        assert_eq!(band("ztfg"), band("g"));
        assert_eq!(band("Y"), band("lsst_y"));
        assert_eq!(band(""), None);
        assert_eq!(band("H"), None);
    }
}
