//! Legends: one for a figure, set in rows.

use crate::figure::Figure;
use crate::font::{self, Weight};
use crate::frame::markers;
use crate::hatch::hatch;
use crate::outline::{Area, Paint, Stroke, Words};
use crate::palette::Style;

/// The size of a legend's words.
const SIZE: f64 = 12.5;
const ROW: f64 = 20.0;

/// The sign before a name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Sign {
    /// A line as in the figure.
    Line(Style),
    /// A filled square.
    Square(Paint, f64),
    /// A filled square with a hatching.
    Hatched(Paint, usize),
    /// A bar whose beginning is paler.
    Begun(Paint, f64),
    /// A low strip between two lines.
    Strip(Paint),
    /// A thin line.
    Thin(Paint),
    /// A marker.
    Marker(Paint, usize),
    /// A line and the marker on it.
    Both(Style, usize),
}

impl Sign {
    fn width(self) -> f64 {
        match self {
            Self::Line(_) | Self::Both(..) => 26.0,
            Self::Square(..) => 12.0,
            Self::Hatched(..) | Self::Begun(..) | Self::Strip(_) | Self::Thin(_) => 18.0,
            Self::Marker(..) => 9.0,
        }
    }
}

/// A name with its sign.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) sign: Sign,
}

/// Draws a legend from `left` to `right` below `top`, in as many rows as it needs; the y below it.
/// Names too long for a row are cut.
pub(crate) fn legend(figure: &mut Figure, entries: &[Entry], left: f64, top: f64, right: f64) -> f64 {
    if entries.is_empty() {
        return top;
    }
    let (mut x, mut y) = (left, top);
    for entry in entries {
        let sign = entry.sign.width();
        let name = font::fit(&entry.name, SIZE, Weight::Regular, right - left - sign - 7.0);
        let width = sign + 7.0 + font::width(&name, SIZE, Weight::Regular);
        if x > left && x + width > right {
            (x, y) = (left, y + ROW);
        }
        let middle = y + ROW / 2.0;
        draw(figure, entry.sign, x, middle);
        figure.words(Words::new((x + sign + 7.0, middle + 4.3), name, SIZE));
        x += width + 20.0;
    }
    y + ROW + 4.0
}

fn draw(figure: &mut Figure, sign: Sign, x: f64, y: f64) {
    let end = x + sign.width();
    if let Sign::Line((paint, dash)) | Sign::Both((paint, dash), _) = sign {
        figure.line((x, y), (end, y), Stroke::solid(paint, 2.2).dashed(dash));
    }
    match sign {
        Sign::Line(_) => {}
        Sign::Square(paint, opacity) => {
            figure.rectangle(Area::new(x, y - 6.0, x + 12.0, y + 6.0), Paint::Paper, 1.0);
            figure.rectangle(Area::new(x, y - 6.0, x + 12.0, y + 6.0), paint, opacity);
        }
        Sign::Hatched(paint, pattern) => {
            let area = Area::new(x, y - 6.0, end, y + 6.0);
            figure.rectangle(area, paint, 1.0);
            hatch(figure, &[area], pattern);
        }
        Sign::Begun(paint, opacity) => {
            figure.rectangle(Area::new(x, y - 6.0, x + 11.0, y + 6.0), paint, opacity);
            figure.rectangle(Area::new(x + 11.0, y - 6.0, end, y + 6.0), paint, 1.0);
        }
        Sign::Strip(paint) => {
            figure.rectangle(Area::new(x, y - 2.5, end, y + 2.5), paint, 1.0);
            let rims = [y - 2.5, y + 2.5].map(|y| vec![(x, y), (end, y)]);
            figure.lines(rims.to_vec(), Stroke::solid(Paint::Muted, 0.8), None);
        }
        Sign::Thin(paint) => figure.line((x, y), (end, y), Stroke::solid(paint, 1.0)),
        Sign::Marker(paint, shape) | Sign::Both((paint, _), shape) => {
            markers(figure, &[((x + end) / 2.0, y)], shape, 4.0, paint, None);
        }
    }
}
