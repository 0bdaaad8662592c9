//! How metrics grow with the number of labels.

use crate::axis::{Axis, Extent, Numbers, place, runs, simplified, usable};
use crate::figure::{Figure, TICK, WIDTH};
use crate::font::{self, Weight};
use crate::frame::{bottom_room, frame, left_room, panel_title, roomiest};
use crate::labels::general;
use crate::legend::{Entry, Sign, legend};
use crate::outline::{Area, Dash, Paint, Point, Stroke, Words};
use crate::palette::{Style, styles};

/// The data of [`learning_curves`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LearningCurves {
    /// The figure's title.
    pub title: String,
    /// What the x axes count, such as "queries".
    pub x_label: String,
    /// One metric each, shown two in a row.
    pub panels: Vec<Panel>,
}

/// One metric.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Panel {
    /// The metric's name.
    pub title: String,
    /// The y axis's title; often empty, since the panel's title says it.
    pub y_label: String,
    /// One curve a strategy. The same name has the same colour in every panel and figure.
    pub series: Vec<Series>,
    /// Levels to compare with: a name and a value.
    pub reference_lines: Vec<(String, f64)>,
}

/// A curve with an interval about it. Where one of the numbers is missing, there is a gap.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// The strategy's name.
    pub name: String,
    /// Positions, ascending.
    pub x: Vec<f64>,
    /// Values at the positions.
    pub y: Vec<f64>,
    /// Lower ends of the intervals; empty for none.
    pub low: Vec<f64>,
    /// Upper ends of the intervals; empty for none.
    pub high: Vec<f64>,
}

/// Draws small multiples of curves with intervals: one panel a metric, one colour a strategy, one legend.
pub fn learning_curves(data: &LearningCurves) -> Figure {
    let (mut figure, top) = Figure::titled(&data.title);
    let mut names: Vec<&str> = Vec::new();
    for series in data.panels.iter().flat_map(|panel| &panel.series) {
        if !names.contains(&series.name.as_str()) {
            names.push(&series.name);
        }
    }
    let styles = styles(&names);
    let entries: Vec<_> = names
        .iter()
        .zip(&styles)
        .map(|(name, style)| Entry { name: (*name).into(), sign: Sign::Line(*style) })
        .collect();
    let top = legend(&mut figure, &entries, 16.0, top, WIDTH - 16.0);
    let columns = data.panels.len().clamp(1, 2);
    let height = if columns == 1 { 320.0 } else { 190.0 };
    let axes: Vec<_> = data.panels.iter().map(|panel| axes(panel, &data.x_label, columns)).collect();
    let room = axes.iter().map(|(_, y)| left_room(&[y])).fold(40.0, f64::max);
    let width = (WIDTH - 32.0 - 16.0 * (columns - 1) as f64) / columns as f64 - room;
    let below = axes.iter().map(|(x, _)| bottom_room(x)).fold(0.0, f64::max);
    let rows = data.panels.len().div_ceil(columns);
    let mut bottom = top;
    for (index, (panel, (x, y))) in data.panels.iter().zip(axes).enumerate() {
        let (row, column) = (index / columns, index % columns);
        // Only the lowest panel of a column names the axis that all share.
        let last = index + columns >= data.panels.len();
        let left = 8.0 + room + column as f64 * (width + room + 16.0);
        let above = top + 26.0 + row as f64 * (height + 26.0 + 34.0);
        let area = Area::new(left, above, left + width, above + height);
        let mut x = x.onto(area.left, area.right);
        if !last {
            x.title.clear();
        }
        let y = y.onto(area.bottom, area.top).roomy(room);
        draw(&mut figure, panel, area, (&x, &y), &|name| {
            names.iter().position(|known| *known == name).and_then(|index| styles.get(index)).copied()
        });
        bottom = f64::max(bottom, area.bottom + if row + 1 == rows { below } else { 20.0 });
    }
    if data.panels.is_empty() {
        figure.no_data(Area::new(0.0, top, WIDTH, top + 80.0));
        bottom = top + 80.0;
    }
    figure.height = bottom + 14.0;
    figure.description = description(data);
    figure
}

fn axes(panel: &Panel, x_label: &str, columns: usize) -> (Axis, Axis) {
    let xs = panel.series.iter().flat_map(|series| series.x.iter().copied());
    let shown = panel
        .series
        .iter()
        .flat_map(|series| series.y.iter().chain(&series.low).chain(&series.high).copied());
    let ys = shown.chain(panel.reference_lines.iter().map(|(_, value)| *value));
    let unit = Extent { low: 0.0, high: 1.0 };
    let x = Extent::of(xs).unwrap_or(unit).widened();
    let y = Extent::of(ys).unwrap_or(unit).padded(0.06);
    let target = if columns == 1 { 8 } else { 5 };
    (Axis::new(x_label, x, target, Numbers::Plain), Axis::new(&panel.y_label, y, 5, Numbers::Plain))
}

fn draw(
    figure: &mut Figure,
    panel: &Panel,
    area: Area,
    (x, y): (&Axis, &Axis),
    style: &dyn Fn(&str) -> Option<Style>,
) {
    panel_title(figure, area, &panel.title);
    frame(figure, area, x, y);
    let clip = Some(figure.clip(area.grown(1.5)));
    for (_, value) in panel.reference_lines.iter().filter(|(_, value)| usable(*value).is_some()) {
        let at = y.at(*value);
        figure.lines(
            vec![vec![(area.left, at), (area.right, at)]],
            Stroke::solid(Paint::Muted, 1.2).dashed(Dash::Long),
            clip,
        );
    }
    let mut crowd: Vec<Point> = Vec::new();
    for series in &panel.series {
        let Some((paint, _)) = style(&series.name) else { continue };
        figure.polygons(band(series, x, y), paint, 0.16, clip);
    }
    // In reverse, so that the first strategy lies on top.
    for series in panel.series.iter().rev() {
        let Some((paint, dash)) = style(&series.name) else { continue };
        let lines = runs(series.x.iter().zip(&series.y).map(|(&at, &value)| place(x, y, at, value)));
        let alone: Vec<_> = lines.iter().filter(|line| line.len() == 1).flatten().copied().collect();
        let lines: Vec<_> = lines.iter().map(|line| simplified(line, 0.15)).collect();
        for (from, to) in lines.iter().flat_map(|line| line.windows(2).map(|pair| (pair[0], pair[1]))) {
            crowd.extend(
                (0..8)
                    .map(|step| f64::from(step) / 8.0)
                    .map(|t| (from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1))),
            );
        }
        figure.dots(alone, 2.6, paint, 1.0, clip);
        figure.lines(lines, Stroke::solid(paint, 2.0).dashed(dash), clip);
    }
    if crowd.is_empty()
        && panel.series.iter().all(|series| {
            series.x.iter().zip(&series.y).all(|(&at, &value)| place(x, y, at, value).is_none())
        })
    {
        figure.no_data(area);
    }
    reference_names(figure, panel, area, y, &crowd);
}

/// The polygons between the lower and upper ends.
fn band(series: &Series, x: &Axis, y: &Axis) -> Vec<Vec<Point>> {
    let ends = series.x.iter().zip(series.low.iter().zip(&series.high));
    let mut polygons: Vec<(Vec<Point>, Vec<Point>)> = vec![Default::default()];
    for (&at, (&low, &high)) in ends {
        match (place(x, y, at, low), place(x, y, at, high)) {
            (Some(low), Some(high)) => {
                if let Some((lower, upper)) = polygons.last_mut() {
                    lower.push(low);
                    upper.push(high);
                }
            }
            _ => polygons.push(Default::default()),
        }
    }
    let closed = |(lower, upper): (Vec<Point>, Vec<Point>)| {
        let mut polygon = simplified(&upper, 0.15);
        polygon.extend(simplified(&lower, 0.15).into_iter().rev());
        polygon
    };
    polygons.into_iter().map(closed).collect()
}

/// Names the reference lines where the curves leave room.
fn reference_names(figure: &mut Figure, panel: &Panel, area: Area, y: &Axis, crowd: &[Point]) {
    let mut taken: Vec<Area> = Vec::new();
    for (name, value) in &panel.reference_lines {
        let Some(at) = usable(*value).map(|value| y.at(value)) else { continue };
        let size = TICK - 0.5;
        let name = font::fit(name, size, Weight::Regular, area.width() - 12.0);
        let width = font::width(&name, size, Weight::Regular);
        let lefts = [area.right - 4.0 - width, area.left + 6.0, area.centre().0 - width / 2.0];
        let places: Vec<Area> = lefts
            .iter()
            .flat_map(|&left| [at - 15.0, at + 3.0].map(|top| Area::new(left, top, left + width, top + 12.0)))
            .collect();
        let Some(place) = roomiest(&places, area, &taken, crowd).and_then(|index| places.get(index)) else {
            continue;
        };
        figure.words(Words::new((place.left, place.bottom - 2.5), name, size).paint(Paint::Muted).halo());
        taken.push(*place);
    }
}

fn description(data: &LearningCurves) -> String {
    let mut text = format!("Curves over {}, one panel a metric.", data.x_label);
    for panel in &data.panels {
        let ends: Vec<_> = panel
            .series
            .iter()
            .filter_map(|series| {
                let last =
                    series.x.iter().zip(&series.y).rposition(|(x, y)| x.is_finite() && y.is_finite())?;
                let interval = match (series.low.get(last), series.high.get(last)) {
                    (Some(low), Some(high)) => format!(" ({} to {})", general(*low), general(*high)),
                    _ => String::new(),
                };
                Some(format!("{} ends at {}{interval}", series.name, general(series.y[last])))
            })
            .collect();
        let ends = if ends.is_empty() { "no data".into() } else { ends.join("; ") };
        text.push_str(&format!(" {}: {ends}.", panel.title));
    }
    font::described(&text)
}
