//! Hatching, so that areas differ without colour as well.

use crate::figure::Figure;
use crate::outline::{Area, Paint, Point, Stroke};

/// The number of patterns; the first is plain.
pub(crate) const PATTERNS: usize = 6;
const APART: f64 = 5.0;

/// Draws the `pattern`-th hatching in the paper's colour over areas: none, rising, falling, level, crossed, upright.
/// Lines of neighbouring areas are in phase.
pub(crate) fn hatch(figure: &mut Figure, areas: &[Area], pattern: usize) {
    let mut lines: Vec<Vec<Point>> = Vec::new();
    for area in areas.iter().filter(|area| area.width() > 0.0 && area.height() > 0.0) {
        match pattern % PATTERNS {
            1 => lines.extend(rising(area)),
            2 => lines.extend(falling(area)),
            3 => lines.extend(level(area)),
            4 => lines.extend(rising(area).chain(falling(area))),
            5 => lines.extend(upright(area)),
            _ => {}
        }
    }
    figure.lines(lines, Stroke { opacity: 0.8, ..Stroke::solid(Paint::Paper, 1.2) }, None);
}

/// The multiples of the distance between lines that lie strictly between two places, a thousand at most.
fn steps(from: f64, to: f64) -> impl Iterator<Item = f64> {
    let first = (from / APART).floor() + 1.0;
    (0..1000).map(move |index| (first + f64::from(index)) * APART).take_while(move |at| *at < to)
}

fn rising(area: &Area) -> impl Iterator<Item = Vec<Point>> {
    let Area { left, top, right, bottom } = *area;
    steps(left + top, right + bottom).map(move |sum| {
        let (from, to) = (left.max(sum - bottom), right.min(sum - top));
        vec![(from, sum - from), (to, sum - to)]
    })
}

fn falling(area: &Area) -> impl Iterator<Item = Vec<Point>> {
    let Area { left, top, right, bottom } = *area;
    steps(left - bottom, right - top).map(move |rest| {
        let (from, to) = (left.max(rest + top), right.min(rest + bottom));
        vec![(from, from - rest), (to, to - rest)]
    })
}

fn level(area: &Area) -> impl Iterator<Item = Vec<Point>> {
    let Area { left, top, right, bottom } = *area;
    // In phase with the area rather than with the figure: all areas of a row look alike.
    steps(0.0, bottom - top).map(move |at| vec![(left, top + at), (right, top + at)])
}

fn upright(area: &Area) -> impl Iterator<Item = Vec<Point>> {
    let Area { left, top, right, bottom } = *area;
    steps(0.0, right - left).map(move |at| vec![(left + at, top), (left + at, bottom)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_inside_and_keep_their_slope() {
        let area = Area::new(3.0, 7.0, 21.0, 40.0);
        let inside = area.grown(1e-9);
        let slope = |line: &Vec<Point>| (line[1].1 - line[0].1) / (line[1].0 - line[0].0);
        let kinds: [(Vec<Vec<Point>>, f64); 3] =
            [(rising(&area).collect(), -1.0), (falling(&area).collect(), 1.0), (level(&area).collect(), 0.0)];
        for (lines, expected) in kinds {
            assert!(lines.len() > 4);
            for line in lines {
                assert!(line.iter().all(|point| inside.contains(*point)), "{line:?}");
                assert!((slope(&line) - expected).abs() < 1e-9, "{line:?}");
            }
        }
        assert_eq!(upright(&area).count(), 3);
    }
}
