//! A finished figure.
//!
//! Figures are kept as shapes and words, which `svg.rs` writes and `raster.rs` paints with tiny-skia, so that both formats
//! show the same thing. Plotting libraries were looked at first: plotters 0.3 rounds every place to whole pixels; kuva 0.6
//! alone takes longer to compile than this crate with all that it needs.

use std::path::Path;

use crate::error::{Error, Result, write_file};
use crate::font;
use crate::outline::{Anchor, Area, Fill, Mark, Outline, Paint, Point, Shape, Stroke, Words};

/// The width of figures, but for those that fit a card, in units that are pixels at a scale of 1.
pub(crate) const WIDTH: f64 = 760.0;
/// Text sizes.
pub(crate) const TITLE: f64 = 16.0;
pub(crate) const PANEL_TITLE: f64 = 13.0;
pub(crate) const AXIS_TITLE: f64 = 12.5;
pub(crate) const TICK: f64 = 11.5;

/// A finished figure: shapes and words with their places, not yet ink.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) marks: Vec<Mark>,
    pub(crate) clips: Vec<Area>,
}

impl Figure {
    /// An empty figure with its title set at the top, over as many lines as it needs (three at most).
    /// The second value is the y below the title.
    pub(crate) fn titled(title: &str) -> (Self, f64) {
        let mut figure = Self::untitled(title, WIDTH);
        let mut y = 10.0;
        for line in font::wrap(&figure.title.clone(), TITLE, font::Weight::Bold, WIDTH - 32.0, 3) {
            y += 18.0;
            figure.words(Words::new((16.0, y), line, TITLE).bold());
            y += 2.0;
        }
        (figure, y + 8.0)
    }

    /// An empty figure of another width that does not show its title, since what stands around it does.
    pub(crate) fn untitled(title: &str, width: f64) -> Self {
        Self {
            title: font::printable(title),
            description: String::new(),
            width,
            height: 0.0,
            marks: Vec::new(),
            clips: Vec::new(),
        }
    }

    /// The figure's title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What the figure shows, in words, for those who cannot see it.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Width and height in units; at a scale of 1 a unit is a pixel.
    pub fn size(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    /// The figure as an SVG document on white, with title and description. The words stay words: they are set in Arial
    /// or a font of the same widths.
    pub fn svg(&self) -> String {
        crate::svg::document(self)
    }

    /// The figure as a PNG on white, `scale` pixels a unit (2 suits screens, 4 suits print).
    ///
    /// # Errors
    /// A scale that is not a number in 0.1..=20, or a picture too large.
    pub fn png(&self, scale: f64) -> Result<Vec<u8>> {
        crate::raster::png(self, scale)
    }

    /// Writes the figure in the format that the path's ending names (`.svg`, or `.png` at a scale of 2), whole or not at
    /// all.
    ///
    /// # Errors
    /// Another ending, or what the operating system says.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
        match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("svg") => write_file(path, self.svg()),
            Some("png") => write_file(path, self.png(2.0)?),
            _ => Err(Error::UnknownFormat { path: path.to_owned() }),
        }
    }

    pub(crate) fn words(&mut self, words: Words) {
        if !words.text.is_empty() {
            self.marks.push(Mark::Words(words));
        }
    }

    /// Adds an area outside which clipped shapes do not show; its number goes into their `clip`.
    pub(crate) fn clip(&mut self, area: Area) -> usize {
        self.clips.push(area);
        self.clips.len() - 1
    }

    pub(crate) fn lines(&mut self, lines: Vec<Vec<Point>>, stroke: Stroke, clip: Option<usize>) {
        let lines: Vec<_> = lines.into_iter().filter(|line| line.len() > 1).collect();
        if !lines.is_empty() {
            self.marks.push(Mark::Shape(Shape {
                outline: Outline::Lines(lines),
                fill: None,
                stroke: Some(stroke),
                clip,
            }));
        }
    }

    pub(crate) fn line(&mut self, from: Point, to: Point, stroke: Stroke) {
        self.lines(vec![vec![from, to]], stroke, None);
    }

    pub(crate) fn polygons(
        &mut self,
        polygons: Vec<Vec<Point>>,
        paint: Paint,
        opacity: f64,
        clip: Option<usize>,
    ) {
        let polygons: Vec<_> = polygons.into_iter().filter(|polygon| polygon.len() > 2).collect();
        if !polygons.is_empty() {
            self.marks.push(Mark::Shape(Shape {
                outline: Outline::Polygons(polygons),
                fill: Some(Fill { paint, opacity }),
                stroke: None,
                clip,
            }));
        }
    }

    pub(crate) fn rectangle(&mut self, area: Area, paint: Paint, opacity: f64) {
        self.rectangles(vec![area], paint, opacity, None);
    }

    pub(crate) fn rectangles(&mut self, areas: Vec<Area>, paint: Paint, opacity: f64, clip: Option<usize>) {
        let areas: Vec<_> =
            areas.into_iter().filter(|area| area.width() > 0.0 && area.height() > 0.0).collect();
        if !areas.is_empty() {
            self.marks.push(Mark::Shape(Shape {
                outline: Outline::Rectangles(areas),
                fill: Some(Fill { paint, opacity }),
                stroke: None,
                clip,
            }));
        }
    }

    pub(crate) fn dots(
        &mut self,
        centres: Vec<Point>,
        radius: f64,
        paint: Paint,
        opacity: f64,
        clip: Option<usize>,
    ) {
        if !centres.is_empty() {
            self.marks.push(Mark::Shape(Shape {
                outline: Outline::Dots { centres, radius },
                fill: Some(Fill { paint, opacity }),
                stroke: None,
                clip,
            }));
        }
    }

    /// Says that there is nothing to show in `area`.
    pub(crate) fn no_data(&mut self, area: Area) {
        let (x, y) = area.centre();
        self.words(
            Words::new((x, y + 4.0), "no data", AXIS_TITLE).anchor(Anchor::Middle).paint(Paint::Muted),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_chooses_the_format() {
        let (mut figure, _) = Figure::titled("t");
        figure.height = 40.0;
        let dir = tempfile::tempdir().unwrap();
        figure.save(dir.path().join("a.SVG")).unwrap();
        figure.save(dir.path().join("a.png")).unwrap();
        assert!(std::fs::read(dir.path().join("a.png")).unwrap().starts_with(b"\x89PNG"));
        for name in ["a.pdf", "a"] {
            assert!(matches!(figure.save(dir.path().join(name)), Err(Error::UnknownFormat { .. })));
        }
    }
}
