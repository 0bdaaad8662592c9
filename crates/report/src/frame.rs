//! Panels: their frames, markers, histograms, and where words find room.

use crate::axis::Axis;
use crate::figure::{AXIS_TITLE, Figure, PANEL_TITLE, TICK};
use crate::font::{self, Weight};
use crate::outline::{Anchor, Area, Paint, Point, Stroke, Words};

/// The room that an axis on the left needs for its labels and title.
pub(crate) fn left_room(axes: &[&Axis]) -> f64 {
    let labels =
        axes.iter().flat_map(|axis| &axis.ticks).map(|(_, label)| font::width(label, TICK, Weight::Regular));
    let title = if axes.iter().any(|axis| !axis.title.is_empty()) { 20.0 } else { 0.0 };
    labels.fold(0.0, f64::max) + 12.0 + title
}

/// The room that an axis at the bottom needs.
pub(crate) fn bottom_room(axis: &Axis) -> f64 {
    let labels = if axis.ticks.iter().any(|(_, label)| !label.is_empty()) { 20.0 } else { 6.0 };
    labels + if axis.title.is_empty() { 0.0 } else { 20.0 }
}

/// Draws grid lines, axis lines, ticks, labels and titles around the area over which the axes lie.
pub(crate) fn frame(figure: &mut Figure, area: Area, x: &Axis, y: &Axis) {
    let grid = Stroke::solid(Paint::Grid, 1.0);
    let line = Stroke::solid(Paint::Muted, 1.0);
    let across: Vec<_> = y
        .ticks
        .iter()
        .map(|(value, _)| y.at(*value))
        .map(|at| vec![(area.left, at), (area.right, at)])
        .collect();
    let upright: Vec<_> = x
        .ticks
        .iter()
        .map(|(value, _)| x.at(*value))
        .map(|at| vec![(at, area.top), (at, area.bottom)])
        .collect();
    figure.lines(across, grid, None);
    figure.lines(upright, grid, None);
    figure.lines(
        vec![vec![(area.left, area.top), (area.left, area.bottom), (area.right, area.bottom)]],
        line,
        None,
    );
    let ticks = x
        .ticks
        .iter()
        .map(|(value, _)| x.at(*value))
        .map(|at| vec![(at, area.bottom), (at, area.bottom + 4.0)]);
    figure.lines(ticks.collect(), line, None);
    left_labels(figure, area, y);
    bottom_labels(figure, area, x);
}

/// Draws the labels and the title of an axis on the left.
pub(crate) fn left_labels(figure: &mut Figure, area: Area, y: &Axis) {
    for (value, label) in &y.ticks {
        let at = (area.left - 7.0, y.at(*value) + 4.0);
        figure.words(Words::new(at, label.as_str(), TICK).anchor(Anchor::End).paint(Paint::Muted));
    }
    let x = area.left - y.room.unwrap_or_else(|| left_room(&[y])) + 12.0;
    let title = font::fit(&y.title, AXIS_TITLE, Weight::Regular, area.height() + 30.0);
    figure.words(Words::new((x, area.centre().1), title, AXIS_TITLE).anchor(Anchor::Middle).turn(-90.0));
}

/// Draws the labels and the title of an axis at the bottom, leaving out labels that would touch.
pub(crate) fn bottom_labels(figure: &mut Figure, area: Area, x: &Axis) {
    let widest =
        x.ticks.iter().map(|(_, label)| font::width(label, TICK, Weight::Regular)).fold(0.0, f64::max);
    let apart = match x.ticks.as_slice() {
        [(first, _), (second, _), ..] => (x.at(*second) - x.at(*first)).abs(),
        _ => area.width(),
    };
    let every = ((widest + 8.0) / apart.max(1e-3)).ceil().clamp(1.0, 100.0) as usize;
    for (value, label) in x.ticks.iter().step_by(every) {
        let at = (x.at(*value), area.bottom + 17.0);
        figure.words(Words::new(at, label.as_str(), TICK).anchor(Anchor::Middle).paint(Paint::Muted));
    }
    let title = font::fit(&x.title, AXIS_TITLE, Weight::Regular, area.width() + 40.0);
    let at = (area.centre().0, area.bottom + 37.0);
    figure.words(Words::new(at, title, AXIS_TITLE).anchor(Anchor::Middle));
}

/// Sets a panel's title above its area, flush with its left edge, and leaves `right` for something else.
pub(crate) fn panel_title(figure: &mut Figure, area: Area, title: &str) {
    let title = font::fit(title, PANEL_TITLE, Weight::Bold, area.width());
    figure.words(Words::new((area.left, area.top - 8.0), title, PANEL_TITLE).bold());
}

/// The number of marker shapes.
const SHAPES: usize = 6;

/// Draws markers of the `shape`-th kind (disc, triangle, square, inverted triangle, diamond, hexagon), `radius` the
/// disc's, all of about the same area, with a thin rim of paper that keeps neighbours apart.
pub(crate) fn markers(
    figure: &mut Figure,
    centres: &[Point],
    shape: usize,
    radius: f64,
    paint: Paint,
    clip: Option<usize>,
) {
    if shape.is_multiple_of(SHAPES) {
        figure.dots(centres.to_vec(), radius + 0.6, Paint::Paper, 1.0, clip);
        figure.dots(centres.to_vec(), radius, paint, 1.0, clip);
        return;
    }
    let (corners, first, size): (u32, f64, f64) = match shape % SHAPES {
        1 => (3, -90.0, 1.4),
        2 => (4, -45.0, 1.25),
        3 => (3, 90.0, 1.4),
        4 => (4, -90.0, 1.3),
        _ => (6, 0.0, 1.1),
    };
    let polygons = |radius: f64| {
        let corner = move |(x, y): Point, index: u32| {
            let angle = (first + 360.0 * f64::from(index) / f64::from(corners)).to_radians();
            (x + radius * angle.cos(), y + radius * angle.sin())
        };
        centres
            .iter()
            .map(|&centre| (0..corners).map(|index| corner(centre, index)).collect())
            .collect::<Vec<_>>()
    };
    figure.polygons(polygons(size * radius + 0.8), Paint::Paper, 1.0, clip);
    figure.polygons(polygons(size * radius), paint, 1.0, clip);
}

/// The counts of numbers in equal bins over a range, as shares of all numbers that can be counted.
pub(crate) fn histogram(values: impl IntoIterator<Item = f64>, axis: &Axis, bins: usize) -> Vec<f64> {
    let mut shares = vec![0.0; bins];
    let mut total = 0.0;
    for value in values.into_iter().filter_map(crate::axis::usable) {
        let share = (value - axis.extent.low) / (axis.extent.high - axis.extent.low);
        if (0.0..=1.0).contains(&share) {
            shares[((share * bins as f64) as usize).min(bins - 1)] += 1.0;
        }
        total += 1.0;
    }
    if total > 0.0 {
        shares.iter_mut().for_each(|share| *share /= total);
    }
    shares
}

/// Where words of a size would stand with the fewest of `crowd` below them: the candidates are tried in order, those
/// that leave the area or touch what is taken are passed over unless nothing else is left.
pub(crate) fn roomiest(candidates: &[Area], within: Area, taken: &[Area], crowd: &[Point]) -> Option<usize> {
    let cost = |place: &Area| {
        let outside = place.left < within.left
            || place.right > within.right
            || place.top < within.top
            || place.bottom > within.bottom;
        let touching = taken.iter().filter(|other| other.overlaps(place)).count();
        let covered = crowd.iter().filter(|point| place.grown(2.0).contains(**point)).count();
        usize::from(outside) * 1_000_000 + touching * 10_000 + covered
    };
    (0..candidates.len()).min_by_key(|&index| cost(&candidates[index]))
}
