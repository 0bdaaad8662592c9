//! Figures as SVG.

use std::fmt::Write;

use crate::figure::Figure;
use crate::font::{FAMILIES, Weight};
use crate::outline::{Anchor, Area, Mark, Outline, Paint, Point, Shape, Words};

/// A document of its own, on white.
pub(crate) fn document(figure: &Figure) -> String {
    render(figure, "", true)
}

/// An element for an HTML page; `prefix` keeps its names apart from those of other figures.
pub(crate) fn inline(figure: &Figure, prefix: &str) -> String {
    render(figure, prefix, false)
}

fn render(figure: &Figure, prefix: &str, standalone: bool) -> String {
    let mut out = String::with_capacity(1 << 16);
    let (width, height) = (number(figure.width), number(figure.height));
    out.push_str("<svg");
    if standalone {
        let _ = write!(out, " xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\"");
    }
    let _ = write!(
        out,
        " viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{prefix}t {prefix}d\" \
         font-family=\"{FAMILIES}\" stroke-linejoin=\"round\"><title id=\"{prefix}t\">{}</title><desc id=\"{prefix}d\">{}</desc>",
        escape(&figure.title),
        escape(&figure.description)
    );
    if !figure.clips.is_empty() {
        out.push_str("<defs>");
        for (index, clip) in figure.clips.iter().enumerate() {
            let _ = write!(out, "<clipPath id=\"{prefix}c{index}\"><path d=\"");
            rectangle(&mut out, clip);
            out.push_str("\"/></clipPath>");
        }
        out.push_str("</defs>");
    }
    if standalone {
        let _ = write!(out, "<path fill=\"#fff\" d=\"M0 0H{width}V{height}H0Z\"/>");
    }
    out.push('\n');
    for mark in &figure.marks {
        match mark {
            Mark::Shape(shape) => self::shape(&mut out, shape, prefix),
            Mark::Words(words) => self::words(&mut out, words),
        }
        out.push('\n');
    }
    out.push_str("</svg>\n");
    out
}

fn shape(out: &mut String, shape: &Shape, prefix: &str) {
    let dot = match &shape.outline {
        Outline::Dots { radius, .. } => Some(*radius),
        _ => None,
    };
    out.push_str("<path");
    let mut classes: Vec<String> = Vec::new();
    // Discs are lines of no length with round ends: many times shorter than as many circles.
    let (fill, stroke) = if dot.is_some() {
        (None, shape.fill.map(|fill| fill.paint))
    } else {
        (shape.fill.map(|fill| fill.paint), shape.stroke.map(|stroke| stroke.paint))
    };
    classes.extend(fill.and_then(Paint::class).map(|class| format!("f-{class}")));
    classes.extend(stroke.and_then(Paint::class).map(|class| format!("s-{class}")));
    if !classes.is_empty() {
        let _ = write!(out, " class=\"{}\"", classes.join(" "));
    }
    let _ = write!(out, " fill=\"{}\"", fill.map_or_else(|| "none".into(), hex));
    if let Some(stroke) = stroke {
        let _ = write!(out, " stroke=\"{}\"", hex(stroke));
    }
    if let (Some(radius), Some(fill)) = (dot, shape.fill) {
        let _ = write!(out, " stroke-width=\"{}\" stroke-linecap=\"round\"", number(2.0 * radius));
        opacity(out, "stroke-opacity", fill.opacity);
    } else {
        if let Some(fill) = shape.fill {
            opacity(out, "fill-opacity", fill.opacity);
        }
        if let Some(stroke) = shape.stroke {
            let _ = write!(out, " stroke-width=\"{}\"", number(stroke.width));
            opacity(out, "stroke-opacity", stroke.opacity);
            let lengths: Vec<_> =
                stroke.dash.lengths().iter().map(|&length| number(f64::from(length))).collect();
            if !lengths.is_empty() {
                let _ = write!(out, " stroke-dasharray=\"{}\"", lengths.join(" "));
            }
        }
    }
    if let Some(clip) = shape.clip {
        let _ = write!(out, " clip-path=\"url(#{prefix}c{clip})\"");
    }
    out.push_str(" d=\"");
    match &shape.outline {
        Outline::Lines(lines) => lines.iter().for_each(|line| path(out, line, false)),
        Outline::Polygons(polygons) => polygons.iter().for_each(|polygon| path(out, polygon, true)),
        Outline::Rectangles(areas) => areas.iter().for_each(|area| rectangle(out, area)),
        Outline::Dots { centres, .. } => {
            for &(x, y) in centres {
                let _ = write!(out, "M{} {}h0", number(x), number(y));
            }
        }
    }
    out.push_str("\"/>");
}

fn path(out: &mut String, points: &[Point], closed: bool) {
    for (index, &(x, y)) in points.iter().enumerate() {
        let _ = write!(out, "{}{} {}", if index == 0 { 'M' } else { 'L' }, number(x), number(y));
    }
    if closed {
        out.push('Z');
    }
}

fn rectangle(out: &mut String, area: &Area) {
    let _ = write!(
        out,
        "M{} {}H{}V{}H{}Z",
        number(area.left),
        number(area.top),
        number(area.right),
        number(area.bottom),
        number(area.left)
    );
}

fn words(out: &mut String, words: &Words) {
    let (x, y) = (number(words.at.0), number(words.at.1));
    let _ = write!(out, "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\"", number(words.size));
    if words.weight == Weight::Bold {
        out.push_str(" font-weight=\"700\"");
    }
    match words.anchor {
        Anchor::Start => {}
        Anchor::Middle => out.push_str(" text-anchor=\"middle\""),
        Anchor::End => out.push_str(" text-anchor=\"end\""),
    }
    if words.turn != 0.0 {
        let _ = write!(out, " transform=\"rotate({} {x} {y})\"", number(words.turn));
    }
    if words.halo {
        out.push_str(" stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\"");
    }
    let halo = if words.halo { " s-paper" } else { "" };
    match words.paint.class() {
        Some(class) => {
            let _ = write!(out, " class=\"f-{class}{halo}\"");
        }
        None if words.halo => out.push_str(" class=\"s-paper\""),
        None => {}
    }
    let _ = write!(out, " fill=\"{}\">{}</text>", hex(words.paint), escape(&words.text));
}

fn opacity(out: &mut String, name: &str, value: f64) {
    if value < 1.0 {
        let _ = write!(out, " {name}=\"{}\"", number(value));
    }
}

fn hex(paint: Paint) -> String {
    let (red, green, blue) = paint.rgb();
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// At most two digits after the point, none that say nothing. Places far outside any figure are drawn nearer, since
/// viewers compute in single precision.
fn number(value: f64) -> String {
    let value = if value.is_finite() { value.clamp(-FAR, FAR) } else { 0.0 };
    let mut text = format!("{value:.2}");
    text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    if text == "-0" { "0".into() } else { text }
}

/// Where "far outside" begins.
pub(crate) const FAR: f64 = 20_000.0;

/// The text as XML character data or attribute value.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(letter),
            letter if letter.is_control() || (letter as u32) & 0xfffe == 0xfffe => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0"),
            (-0.001, "0"),
            (1.5, "1.5"),
            (2.0, "2"),
            (1.0 / 3.0, "0.33"),
            (f64::NAN, "0"),
            (1e300, "20000"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn hostile_text_is_escaped() {
        assert_eq!(escape("<&\"'>\u{0}"), "&lt;&amp;&quot;&#39;&gt;\u{fffd}");
    }
}
