//! Figures as PNG, drawn by tiny-skia with letters of the embedded font.

use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Mask, Paint as Brush, Path, PathBuilder, Pixmap, Rect, StrokeDash,
    Transform,
};
use ttf_parser::OutlineBuilder;

use crate::error::{Error, Result};
use crate::figure::Figure;
use crate::outline::{Anchor, Area, Fill, Mark, Outline, Paint, Point, Shape, Stroke, Words};
use crate::svg::FAR;

/// The limits of a picture's scale.
pub(crate) const MIN_SCALE: f64 = 0.1;
pub(crate) const MAX_SCALE: f64 = 20.0;
/// The largest number of pixels: 800 MB at four bytes each.
const MAX_PIXELS: u64 = 200_000_000;

/// Draws a figure on white.
pub(crate) fn png(figure: &Figure, scale: f64) -> Result<Vec<u8>> {
    if !(MIN_SCALE..=MAX_SCALE).contains(&scale) {
        return Err(Error::Scale { scale });
    }
    let pixels = |length: f64| (length * scale).ceil().clamp(1.0, f64::from(u32::MAX)) as u32;
    let (width, height) = (pixels(figure.width), pixels(figure.height));
    let too_large = || Error::TooLarge { width, height, limit: MAX_PIXELS };
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(too_large());
    }
    let mut map = Pixmap::new(width, height).ok_or_else(too_large)?;
    map.fill(Color::WHITE);
    let scaled = Transform::from_scale(scale as f32, scale as f32);
    let mut canvas = Canvas { map, scaled, clip: None };
    for mark in &figure.marks {
        match mark {
            Mark::Shape(shape) => canvas.shape(shape, &figure.clips),
            Mark::Words(words) => canvas.words(words),
        }
    }
    canvas.map.encode_png().map_err(|error| Error::Encode(error.to_string()))
}

struct Canvas {
    map: Pixmap,
    scaled: Transform,
    /// The last clip that was used: shapes of a panel follow one another.
    clip: Option<(usize, Mask)>,
}

impl Canvas {
    fn shape(&mut self, shape: &Shape, clips: &[Area]) {
        if let Some(index) = shape.clip
            && self.clip.as_ref().is_none_or(|(last, _)| *last != index)
        {
            self.clip = Mask::new(self.map.width(), self.map.height()).and_then(|mut mask| {
                let path = rectangles(&[*clips.get(index)?])?;
                mask.fill_path(&path, FillRule::Winding, true, self.scaled);
                Some((index, mask))
            });
        }
        let path = match &shape.outline {
            Outline::Lines(lines) => polylines(lines, false),
            Outline::Polygons(polygons) => polylines(polygons, true),
            Outline::Rectangles(areas) => rectangles(areas),
            Outline::Dots { centres, radius } => dots(centres, *radius),
        };
        let Some(path) = path else { return };
        let mask = shape.clip.and(self.clip.as_ref()).map(|(_, mask)| mask);
        if let Some(fill) = shape.fill {
            self.map.fill_path(&path, &brush(fill), FillRule::Winding, self.scaled, mask);
        }
        if let Some(stroke) = shape.stroke {
            let brush = brush(Fill { paint: stroke.paint, opacity: stroke.opacity });
            self.map.stroke_path(&path, &brush, &pen(&stroke), self.scaled, mask);
        }
    }

    fn words(&mut self, words: &Words) {
        let Some(face) = words.weight.face() else { return };
        let (letters, width) = words.weight.letters(&words.text, words.size);
        let shift = match words.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -width / 2.0,
            Anchor::End => -width,
        };
        let unit = (words.size / f64::from(face.units_per_em())) as f32;
        let mut pen = Glyphs { path: PathBuilder::new(), x: 0.0, unit };
        for (glyph, x) in letters {
            pen.x = (x + shift) as f32;
            let _ = face.outline_glyph(glyph, &mut pen);
        }
        let Some(path) = pen.path.finish() else { return };
        let place = Transform::from_rotate(words.turn as f32)
            .post_translate(words.at.0 as f32, words.at.1 as f32)
            .post_concat(self.scaled);
        if words.halo {
            let rim = Stroke::solid(Paint::Paper, 3.0);
            let brush = brush(Fill { paint: rim.paint, opacity: 1.0 });
            self.map.stroke_path(&path, &brush, &self::pen(&rim), place, None);
        }
        let brush = brush(Fill { paint: words.paint, opacity: 1.0 });
        self.map.fill_path(&path, &brush, FillRule::Winding, place, None);
    }
}

fn brush(fill: Fill) -> Brush<'static> {
    let (red, green, blue) = fill.paint.rgb();
    let mut brush = Brush { anti_alias: true, ..Brush::default() };
    brush.set_color_rgba8(red, green, blue, (fill.opacity.clamp(0.0, 1.0) * 255.0).round() as u8);
    brush
}

fn pen(stroke: &Stroke) -> tiny_skia::Stroke {
    tiny_skia::Stroke {
        width: stroke.width as f32,
        line_cap: LineCap::Butt,
        line_join: LineJoin::Round,
        dash: StrokeDash::new(stroke.dash.lengths().to_vec(), 0.0),
        ..tiny_skia::Stroke::default()
    }
}

fn near(value: f64) -> f32 {
    if value.is_finite() { value.clamp(-FAR, FAR) as f32 } else { 0.0 }
}

fn polylines(lines: &[Vec<Point>], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for line in lines {
        for (index, &(x, y)) in line.iter().enumerate() {
            if index == 0 { path.move_to(near(x), near(y)) } else { path.line_to(near(x), near(y)) }
        }
        if closed {
            path.close();
        }
    }
    path.finish()
}

fn rectangles(areas: &[Area]) -> Option<Path> {
    let mut path = PathBuilder::new();
    for area in areas {
        if let Some(rect) =
            Rect::from_ltrb(near(area.left), near(area.top), near(area.right), near(area.bottom))
        {
            path.push_rect(rect);
        }
    }
    path.finish()
}

fn dots(centres: &[Point], radius: f64) -> Option<Path> {
    let mut path = PathBuilder::new();
    for &(x, y) in centres {
        path.push_circle(near(x), near(y), near(radius));
    }
    path.finish()
}

/// Collects the outlines of letters, the font's y upwards turned into the figure's y downwards.
struct Glyphs {
    path: PathBuilder,
    x: f32,
    unit: f32,
}

impl OutlineBuilder for Glyphs {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.x + x * self.unit, -y * self.unit);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.x + x * self.unit, -y * self.unit);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (at, unit) = (self.x, self.unit);
        self.path.quad_to(at + x1 * unit, -y1 * unit, at + x * unit, -y * unit);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (at, unit) = (self.x, self.unit);
        self.path.cubic_to(at + x1 * unit, -y1 * unit, at + x2 * unit, -y2 * unit, at + x * unit, -y * unit);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_have_limits() {
        let (mut figure, _) = Figure::titled("t");
        figure.height = 30.0;
        for scale in [0.0, -1.0, f64::NAN, f64::INFINITY, 21.0] {
            assert!(matches!(png(&figure, scale), Err(Error::Scale { .. })), "{scale}");
        }
        figure.height = 1e9;
        assert!(matches!(png(&figure, 1.0), Err(Error::TooLarge { .. })));
    }

    #[test]
    fn the_words_leave_ink() {
        let (mut figure, _) = Figure::titled("Ink");
        figure.height = 40.0;
        let bytes = png(&figure, 1.0).unwrap();
        let map = Pixmap::decode_png(&bytes).unwrap();
        assert!(map.pixels().iter().any(|pixel| pixel.red() < 60));
        assert_eq!(bytes, png(&figure, 1.0).unwrap());
    }
}
