//! Where sets of objects lie in redshift and magnitude, or in any other plane.

use crate::axis::{Axis, Extent, Numbers, place};
use crate::figure::{Figure, WIDTH};
use crate::font;
use crate::frame::{bottom_room, frame, histogram, left_room, markers};
use crate::labels::count;
use crate::legend::{Entry, Sign, legend};
use crate::outline::{Area, Paint, Point, Stroke};
use crate::palette::{GREY, styles};

/// The data of [`redshift_magnitude`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RedshiftMagnitude {
    /// The figure's title.
    pub title: String,
    /// The x axis's title, such as "redshift".
    pub x_label: String,
    /// The y axis's title, such as "peak r magnitude".
    pub y_label: String,
    /// Whether small y are at the top, as bright objects are.
    pub y_downwards: bool,
    /// The many objects behind the others.
    pub background: PointSet,
    /// The few to look at.
    pub sets: Vec<PointSet>,
}

/// A named set of points. Those with a missing coordinate are left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PointSet {
    /// The set's name.
    pub name: String,
    /// x of each point.
    pub x: Vec<f64>,
    /// y of each point.
    pub y: Vec<f64>,
}

impl PointSet {
    fn pairs(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let known =
            |(x, y): &(f64, f64)| crate::axis::usable(*x).is_some() && crate::axis::usable(*y).is_some();
        self.x.iter().copied().zip(self.y.iter().copied()).filter(known)
    }
}

/// Beyond this many background points, their density is shown in place of the points.
const CLOUD: usize = 1500;
const BINS: usize = 36;
const MARGINAL: f64 = 62.0;

/// Draws the sets over the background, with histograms of both coordinates at the edges (each set's own shares).
/// A large background is shown as the density of its points in hexagons, on a logarithmic scale.
pub fn redshift_magnitude(data: &RedshiftMagnitude) -> Figure {
    let (mut figure, top) = Figure::titled(&data.title);
    let entry = |set: &PointSet, sign| Entry {
        name: format!("{} ({})", set.name, count(set.pairs().count() as f64)),
        sign,
    };
    let crowded = data.background.pairs().count() > CLOUD;
    let behind = if crowded { Sign::Square(GREY, 0.5) } else { Sign::Marker(GREY, 0) };
    let mut entries = Vec::new();
    if !(data.background.x.is_empty() && data.background.name.is_empty()) {
        entries.push(entry(&data.background, behind));
    }
    let names: Vec<&str> = data.sets.iter().map(|set| set.name.as_str()).collect();
    let styles = styles(&names);
    let paint = |index: usize| styles[index].0;
    entries.extend(
        data.sets.iter().enumerate().map(|(index, set)| entry(set, Sign::Marker(paint(index), index))),
    );
    let top = legend(&mut figure, &entries, 16.0, top, WIDTH - 16.0) + 4.0;

    let all = || std::iter::once(&data.background).chain(&data.sets).flat_map(PointSet::pairs);
    let unit = Extent { low: 0.0, high: 1.0 };
    let x = Extent::of(all().map(|(x, _)| x)).map_or(unit, |extent| extent.padded(0.03));
    let y = Extent::of(all().map(|(_, y)| y)).map_or(unit, |extent| extent.padded(0.03));
    let x = Axis::new(&data.x_label, x, 7, Numbers::Plain);
    let y = Axis::new(&data.y_label, y, 7, Numbers::Plain);
    let left = 8.0 + left_room(&[&y]);
    let area =
        Area::new(left, top + MARGINAL + 8.0, WIDTH - 24.0 - MARGINAL - 8.0, top + MARGINAL + 8.0 + 360.0);
    let x = x.onto(area.left, area.right);
    let y = if data.y_downwards { y.onto(area.top, area.bottom) } else { y.onto(area.bottom, area.top) };
    frame(&mut figure, area, &x, &y);
    let clip = Some(figure.clip(area));
    let places =
        |set: &PointSet| set.pairs().filter_map(|(at, value)| place(&x, &y, at, value)).collect::<Vec<_>>();
    let background = places(&data.background);
    if crowded {
        density(&mut figure, &background, clip);
    } else {
        figure.dots(background, 1.8, GREY, 0.55, clip);
    }
    for (index, set) in data.sets.iter().enumerate() {
        let places = places(set);
        let radius = if places.len() > 400 { 2.4 } else { 3.2 };
        markers(&mut figure, &places, index, radius, paint(index), clip);
    }
    if all().next().is_none() {
        figure.no_data(area);
    }
    let sets = std::iter::once((&data.background, None))
        .chain(data.sets.iter().enumerate().map(|(index, set)| (set, Some(paint(index)))));
    marginals(&mut figure, sets, area, (&x, &y));
    figure.height = area.bottom + bottom_room(&x) + 12.0;
    let listed: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
    figure.description = font::described(&format!(
        "Points in the plane of {} and {}, with histograms of both: {}.",
        data.x_label,
        data.y_label,
        listed.join(", ")
    ));
    figure
}

/// Draws the density of many points in hexagons of equal area, in steps of its logarithm.
fn density(figure: &mut Figure, points: &[Point], clip: Option<usize>) {
    const SIZE: f64 = 5.5;
    const STEPS: usize = 8;
    let (across, down) = (SIZE * 3f64.sqrt(), SIZE * 1.5);
    // Sorted keys, so that the same points give the same bytes.
    let mut cells: std::collections::BTreeMap<(i64, i64), u32> = std::collections::BTreeMap::new();
    for &(x, y) in points {
        // The nearest of the centres in the two closest rows.
        let row = (y / down).floor();
        let centre = |row: f64| {
            let shift = if (row as i64).rem_euclid(2) == 1 { across / 2.0 } else { 0.0 };
            let column = ((x - shift) / across).round();
            let distance = (x - shift - column * across).hypot(y - row * down);
            (distance, (row as i64, column as i64))
        };
        let (first, second) = (centre(row), centre(row + 1.0));
        let cell = if first.0 <= second.0 { first.1 } else { second.1 };
        *cells.entry(cell).or_default() += 1;
    }
    let most = cells.values().copied().max().unwrap_or(1);
    let mut steps: Vec<Vec<Vec<Point>>> = vec![Vec::new(); STEPS];
    for ((row, column), number) in cells {
        let share = f64::from(number).ln_1p() / f64::from(most).ln_1p();
        let step = ((share * STEPS as f64) as usize).min(STEPS - 1);
        let shift = if row.rem_euclid(2) == 1 { across / 2.0 } else { 0.0 };
        let (x, y) = (column as f64 * across + shift, row as f64 * down);
        let corner = |index: u32| {
            let angle = (30.0 + 60.0 * f64::from(index)).to_radians();
            (x + SIZE * angle.cos(), y + SIZE * angle.sin())
        };
        steps[step].push((0..6).map(corner).collect());
    }
    for (step, hexagons) in steps.into_iter().enumerate() {
        figure.polygons(hexagons, GREY, 0.1 + 0.7 * step as f64 / (STEPS - 1) as f64, clip);
    }
}

/// Draws the histograms above and beside the area.
fn marginals<'a>(
    figure: &mut Figure,
    sets: impl Iterator<Item = (&'a PointSet, Option<Paint>)>,
    area: Area,
    (x, y): (&Axis, &Axis),
) {
    let sets: Vec<_> = sets.collect();
    let along_x = |set: &PointSet| histogram(set.pairs().map(|(x, _)| x), x, BINS);
    let along_y = |set: &PointSet| histogram(set.pairs().map(|(_, y)| y), y, BINS);
    let most = |shares: &dyn Fn(&PointSet) -> Vec<f64>| {
        sets.iter().flat_map(|(set, _)| shares(set)).fold(0.0, f64::max).max(1e-9)
    };
    let (most_x, most_y) = (most(&along_x), most(&along_y));
    let at = |axis: &Axis, index: usize| {
        axis.at(axis.extent.low + (axis.extent.high - axis.extent.low) * index as f64 / BINS as f64)
    };
    for (set, paint) in &sets {
        let above = |share: f64| area.top - 8.0 - share / most_x * MARGINAL;
        let beside = |share: f64| area.right + 8.0 + share / most_y * MARGINAL;
        let upper = steps(&along_x(set), &|index, share| (at(x, index), above(share)));
        let right = steps(&along_y(set), &|index, share| (beside(share), at(y, index)));
        let both = upper.into_iter().chain(right).collect();
        match paint {
            None => figure.polygons(both, GREY, 0.35, None),
            Some(paint) => figure.lines(both, Stroke::solid(*paint, 1.6), None),
        }
    }
}

/// The outlines of a histogram's parts that are not empty; `place` gives the place of an edge and a height.
fn steps(shares: &[f64], place: &dyn Fn(usize, f64) -> Point) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = Vec::new();
    for (index, &share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        if index == 0 || shares[index - 1] <= 0.0 {
            parts.push(vec![place(index, 0.0)]);
        }
        let Some(part) = parts.last_mut() else { continue };
        part.extend([place(index, share), place(index + 1, share)]);
        if shares.get(index + 1).is_none_or(|next| *next <= 0.0) {
            part.push(place(index + 1, 0.0));
        }
    }
    parts
}
