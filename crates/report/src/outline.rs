//! What a figure is made of: outlines, paints and words, in the figure's own units.

use crate::font::Weight;

/// A place in a figure: x to the right, y down.
pub(crate) type Point = (f64, f64);

/// A rectangle with sides along the axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Area {
    pub(crate) fn new(left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self { left, top, right: right.max(left), bottom: bottom.max(top) }
    }

    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub(crate) fn centre(&self) -> Point {
        ((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }

    pub(crate) fn contains(&self, (x, y): Point) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// The same area with every side moved outwards.
    pub(crate) fn grown(&self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }
}

/// What something is painted with. All but `Colour` follow the reader's light or dark theme in a report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Paint {
    /// Words and axes.
    Ink,
    /// Lesser words: tick labels, notes.
    Muted,
    /// Grid lines.
    Grid,
    /// The ground.
    Paper,
    /// The ground of a table's cells.
    Cell,
    /// Data.
    Colour(u8, u8, u8),
}

impl Paint {
    /// The colour on white.
    pub(crate) fn rgb(self) -> (u8, u8, u8) {
        match self {
            Self::Ink => (0x1b, 0x1f, 0x24),
            Self::Muted => (0x57, 0x60, 0x6a),
            Self::Grid => (0xe1, 0xe4, 0xe8),
            Self::Cell => (0xf3, 0xf5, 0xf7),
            Self::Paper => (0xff, 0xff, 0xff),
            Self::Colour(red, green, blue) => (red, green, blue),
        }
    }

    /// The style class by which a report's theme finds it, or nothing.
    pub(crate) fn class(self) -> Option<&'static str> {
        match self {
            Self::Ink => Some("ink"),
            Self::Muted => Some("muted"),
            Self::Grid => Some("grid"),
            Self::Paper => Some("paper"),
            Self::Cell => Some("cell"),
            Self::Colour(..) => None,
        }
    }
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stroke {
    pub(crate) paint: Paint,
    pub(crate) width: f64,
    pub(crate) dash: Dash,
    pub(crate) opacity: f64,
}

impl Stroke {
    pub(crate) fn solid(paint: Paint, width: f64) -> Self {
        Self { paint, width, dash: Dash::None, opacity: 1.0 }
    }

    pub(crate) fn dashed(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }
}

/// The gaps of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dash {
    None,
    Long,
    Dots,
    Mixed,
}

impl Dash {
    /// Lengths of dashes and gaps in the figure's units.
    pub(crate) fn lengths(self) -> &'static [f32] {
        match self {
            Self::None => &[],
            Self::Long => &[6.0, 3.5],
            Self::Dots => &[1.6, 2.8],
            Self::Mixed => &[8.0, 3.0, 1.6, 3.0],
        }
    }
}

/// How an area is filled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fill {
    pub(crate) paint: Paint,
    pub(crate) opacity: f64,
}

/// A shape without its paint.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outline {
    /// Open lines, one stroke for all.
    Lines(Vec<Vec<Point>>),
    /// Closed polygons, one fill for all.
    Polygons(Vec<Vec<Point>>),
    /// Rectangles, one fill for all.
    Rectangles(Vec<Area>),
    /// Discs of one radius.
    Dots { centres: Vec<Point>, radius: f64 },
}

/// A shape on the figure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    pub(crate) outline: Outline,
    pub(crate) fill: Option<Fill>,
    pub(crate) stroke: Option<Stroke>,
    pub(crate) clip: Option<usize>,
}

/// Which part of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Words on the figure; `at` is on the baseline.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Words {
    pub(crate) at: Point,
    pub(crate) text: String,
    pub(crate) size: f64,
    pub(crate) weight: Weight,
    pub(crate) anchor: Anchor,
    pub(crate) paint: Paint,
    /// Degrees clockwise about `at`.
    pub(crate) turn: f64,
    /// Whether a rim of paper sets the words off from what lies below.
    pub(crate) halo: bool,
}

impl Words {
    pub(crate) fn new(at: Point, text: impl Into<String>, size: f64) -> Self {
        Self {
            at,
            text: text.into(),
            size,
            weight: Weight::Regular,
            anchor: Anchor::Start,
            paint: Paint::Ink,
            turn: 0.0,
            halo: false,
        }
    }

    pub(crate) fn bold(mut self) -> Self {
        self.weight = Weight::Bold;
        self
    }

    pub(crate) fn anchor(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    pub(crate) fn paint(mut self, paint: Paint) -> Self {
        self.paint = paint;
        self
    }

    pub(crate) fn turn(mut self, degrees: f64) -> Self {
        self.turn = degrees;
        self
    }

    pub(crate) fn halo(mut self) -> Self {
        self.halo = true;
        self
    }
}

/// One thing on a figure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mark {
    Shape(Shape),
    Words(Words),
}
