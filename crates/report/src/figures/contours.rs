//! Confidence contours of densities on a grid.

use crate::axis::{Axis, Extent, Numbers, place, runs, simplified, usable};
use crate::figure::{Figure, TICK, WIDTH};
use crate::font::{self, Weight};
use crate::frame::{bottom_room, frame, left_room, markers, roomiest};
use crate::isolines::{Grid, increasing};
use crate::labels::{fixed, general};
use crate::legend::{Entry, Sign, legend};
use crate::outline::{Anchor, Area, Dash, Paint, Point, Stroke, Words};
use crate::palette::{GREY, Style, styles};

/// The data of [`contours`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contours {
    /// The figure's title.
    pub title: String,
    /// The x axis's title, such as "Ωm".
    pub x_label: String,
    /// The grid's columns, in any order and at any distances.
    pub x: Vec<f64>,
    /// The y axis's title, such as "w".
    pub y_label: String,
    /// The grid's rows.
    pub y: Vec<f64>,
    /// What is compared.
    pub sets: Vec<ContourSet>,
    /// Upright lines to compare with: a name and the x, such as ("Ωm = 0.3", 0.3).
    pub x_lines: Vec<(String, f64)>,
    /// Level lines to compare with: a name and the y.
    pub y_lines: Vec<(String, f64)>,
}

/// A named density on the grid of [`Contours`].
#[derive(Debug, Clone, PartialEq)]
pub struct ContourSet {
    /// The name in the legend.
    pub name: String,
    /// The density, not necessarily normalised, row by row: `density[row × x.len() + column]`. What is missing or
    /// negative counts as nothing.
    pub density: Vec<f64>,
    /// The probabilities inside the contours; 0.683 and 0.954 unless set.
    pub levels: Vec<f64>,
    /// The best point, if one is to be marked.
    pub best: Option<(f64, f64)>,
    /// The marginal density at each of the grid's columns, or nothing.
    pub x_marginal: Vec<f64>,
    /// The marginal density at each of the grid's rows, or nothing.
    pub y_marginal: Vec<f64>,
}

impl Default for ContourSet {
    fn default() -> Self {
        Self {
            name: String::new(),
            density: Vec::new(),
            levels: vec![0.683, 0.954],
            best: None,
            x_marginal: Vec::new(),
            y_marginal: Vec::new(),
        }
    }
}

impl ContourSet {
    /// The probabilities that can be drawn, the largest first.
    fn probabilities(&self) -> Vec<f64> {
        let mut levels: Vec<f64> =
            self.levels.iter().copied().filter(|level| *level > 0.0 && *level < 1.0).collect();
        levels.sort_by(|one, other| other.total_cmp(one));
        levels.dedup();
        levels
    }
}

const HEIGHT: f64 = 400.0;
const MARGINAL: f64 = 56.0;
const GAP: f64 = 8.0;
/// How strong the tints are, from the outermost to the innermost; they add up.
const TINTS: [f64; 2] = [0.2, 0.34];

/// A set made ready: its style, and for each level the probability and its outlines.
struct Drawn<'a> {
    set: &'a ContourSet,
    style: Style,
    grid: Option<Grid>,
    regions: Vec<(f64, Vec<Vec<Point>>)>,
}

/// Draws, for each set, the regions of highest density that hold the given probabilities, tinted and outlined, over
/// reference lines; marginal densities at the top and at the right, where they are given, each scaled to its own peak.
/// The axes show the contours with some room around them, not the whole grid. Sets differ in colour, in the kind of
/// their lines and in the marker of their best point.
pub fn contours(data: &Contours) -> Figure {
    let (mut figure, top) = Figure::titled(&data.title);
    let sets = drawn(data);
    let top = legend(&mut figure, &entries(&sets), 16.0, top, WIDTH - 16.0) + 4.0;
    let above = data.sets.iter().any(|set| Extent::of(set.x_marginal.iter().copied()).is_some());
    let beside = data.sets.iter().any(|set| Extent::of(set.y_marginal.iter().copied()).is_some());
    let (x, y) = extents(data, &sets);
    let x = Axis::new(&data.x_label, x, 7, Numbers::Plain);
    let y = Axis::new(&data.y_label, y, 7, Numbers::Plain);
    let head = top + if above { MARGINAL + GAP } else { 4.0 };
    let end = WIDTH - 24.0 - if beside { MARGINAL + GAP } else { 0.0 };
    let area = Area::new(8.0 + left_room(&[&y]), head, end, head + HEIGHT);
    let (x, y) = (x.onto(area.left, area.right), y.onto(area.bottom, area.top));
    frame(&mut figure, area, &x, &y);
    let clip = Some(figure.clip(area));
    for drawn in &sets {
        for (index, (_, outlines)) in drawn.regions.iter().enumerate() {
            let places: Vec<Vec<Point>> = outlines
                .iter()
                .map(|outline| outline.iter().map(|point| (x.at(point.0), y.at(point.1))).collect())
                .map(|outline: Vec<Point>| simplified(&outline, 0.05))
                .collect();
            figure.polygons(places, drawn.style.0, TINTS[index.min(1)], clip);
        }
    }
    let mut crowd = Vec::new();
    for drawn in &sets {
        for (_, outlines) in &drawn.regions {
            let lines: Vec<_> =
                outlines.iter().flat_map(|outline| inner(outline, drawn.grid.as_ref(), &x, &y)).collect();
            crowd.extend(lines.iter().flatten().copied());
            figure.lines(lines, Stroke::solid(drawn.style.0, 1.7).dashed(drawn.style.1), clip);
        }
    }
    references(&mut figure, data, area, (&x, &y), &crowd);
    for (index, drawn) in sets.iter().enumerate() {
        let best = drawn.set.best.and_then(|(at, value)| place(&x, &y, at, value));
        let best: Vec<Point> = best.into_iter().filter(|point| area.contains(*point)).collect();
        markers(&mut figure, &best, index, 5.0, Paint::Paper, None);
        markers(&mut figure, &best, index, 4.2, drawn.style.0, None);
    }
    if sets.iter().all(|drawn| drawn.regions.is_empty()) {
        figure.no_data(area);
    }
    marginals(&mut figure, data, &sets, area, (&x, &y));
    figure.height = area.bottom + bottom_room(&x) + 12.0;
    figure.description = description(data, &sets);
    figure
}

fn drawn(data: &Contours) -> Vec<Drawn<'_>> {
    const DASHES: [Dash; 4] = [Dash::None, Dash::Long, Dash::Dots, Dash::Mixed];
    let names: Vec<&str> = data.sets.iter().map(|set| set.name.as_str()).collect();
    let paints = styles(&names).into_iter().map(|(paint, _)| paint);
    let styled = data.sets.iter().zip(paints).enumerate();
    styled
        .map(|(index, (set, paint))| {
            let grid = Grid::new(&data.x, &data.y, &set.density);
            let region = |probability: f64| {
                let outlines = grid.as_ref().map(|grid| grid.outlines(grid.level(probability)));
                (probability, outlines.unwrap_or_default())
            };
            let regions = set.probabilities().into_iter().map(region);
            let regions = regions.filter(|(_, outlines)| !outlines.is_empty()).collect();
            Drawn { set, style: (paint, DASHES[index % DASHES.len()]), grid, regions }
        })
        .collect()
}

/// The sets, then what the tints hold, if it is the same for all.
fn entries(sets: &[Drawn<'_>]) -> Vec<Entry> {
    let mut entries: Vec<_> = sets
        .iter()
        .enumerate()
        .filter(|(_, drawn)| !drawn.set.name.is_empty())
        .map(|(index, drawn)| Entry { name: drawn.set.name.clone(), sign: Sign::Both(drawn.style, index) })
        .collect();
    let levels = |drawn: &Drawn<'_>| drawn.regions.iter().map(|(level, _)| *level).collect::<Vec<_>>();
    if let Some(first) = sets.first()
        && sets.iter().all(|drawn| levels(drawn) == levels(first))
    {
        let paint = if sets.len() == 1 { first.style.0 } else { GREY };
        let mut opacity = 0.0;
        for (index, level) in levels(first).into_iter().enumerate() {
            let tint = TINTS[index.min(1)];
            opacity = opacity + tint - opacity * tint;
            entries.push(Entry { name: percent(level), sign: Sign::Square(paint, opacity) });
        }
    }
    entries
}

/// A probability as a percentage with as many decimals as it needs, three at most.
fn percent(probability: f64) -> String {
    let text = fixed(100.0 * probability, 3, false);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// The range of both axes: the contours and best points with room around them and the reference lines that are not far,
/// but nothing beyond the grid.
fn extents(data: &Contours, sets: &[Drawn<'_>]) -> (Extent, Extent) {
    let points = || {
        let outlines = sets.iter().flat_map(|drawn| &drawn.regions).flat_map(|(_, outlines)| outlines);
        outlines.flatten().copied().chain(sets.iter().filter_map(|drawn| drawn.set.best))
    };
    let one = |shown: Option<Extent>, grid: &[f64], lines: &[(String, f64)]| {
        let grid = Extent::of(grid.iter().copied()).unwrap_or(Extent { low: 0.0, high: 1.0 }).widened();
        let Some(shown) = shown.map(Extent::widened) else { return grid };
        let reach = shown.high - shown.low;
        let near = |at: &f64| {
            (grid.low..=grid.high).contains(at) && *at > shown.low - reach && *at < shown.high + reach
        };
        let lines = lines.iter().map(|(_, at)| *at).filter(near);
        let all = Extent::of(lines.chain([shown.low, shown.high])).unwrap_or(shown);
        let pad = 0.12 * (all.high - all.low);
        let (low, high) = ((all.low - pad).max(grid.low), (all.high + pad).min(grid.high));
        if high > low { Extent { low, high } } else { grid }
    };
    (
        one(Extent::of(points().map(|point| point.0)), &data.x, &data.x_lines),
        one(Extent::of(points().map(|point| point.1)), &data.y, &data.y_lines),
    )
}

/// An outline's parts that do not run along the grid's edge, on the figure.
fn inner(outline: &[Point], grid: Option<&Grid>, x: &Axis, y: &Axis) -> Vec<Vec<Point>> {
    let place = |point: Point| Some((x.at(point.0), y.at(point.1)));
    let mut places = Vec::with_capacity(outline.len() + 1);
    places.extend(outline.first().map(|first| place(*first)));
    for (from, to) in outline.iter().zip(outline.iter().cycle().skip(1)) {
        if grid.is_some_and(|grid| grid.on_edge(*from, *to)) {
            places.push(None);
        }
        places.push(place(*to));
    }
    runs(places).iter().map(|line| simplified(line, 0.05)).collect()
}

fn references(figure: &mut Figure, data: &Contours, area: Area, (x, y): (&Axis, &Axis), crowd: &[Point]) {
    let mut taken: Vec<Area> = Vec::new();
    let upright = data.x_lines.iter().map(|(name, at)| (name, usable(*at).map(|at| x.at(at)), true));
    let level = data.y_lines.iter().map(|(name, at)| (name, usable(*at).map(|at| y.at(at)), false));
    for (name, at, upright) in upright.chain(level) {
        let Some(at) = at else { continue };
        let (from, to, inside) = if upright {
            ((at, area.top), (at, area.bottom), (area.left..=area.right).contains(&at))
        } else {
            ((area.left, at), (area.right, at), (area.top..=area.bottom).contains(&at))
        };
        if !inside {
            continue;
        }
        figure.line(from, to, Stroke::solid(Paint::Ink, 1.1).dashed(Dash::Long));
        let name = font::fit(name, TICK, Weight::Regular, area.width() / 2.0);
        let width = font::width(&name, TICK, Weight::Regular);
        let boxed = |left: f64, top: f64| Area::new(left, top, left + width, top + 14.0);
        let places = if upright {
            let rows = [area.top + 4.0, area.bottom - 18.0];
            rows.map(|row| [boxed(at + 5.0, row), boxed(at - 5.0 - width, row)]).concat()
        } else {
            let columns = [area.right - width - 5.0, area.left + 5.0];
            columns.map(|left| [boxed(left, at - 17.0), boxed(left, at + 3.0)]).concat()
        };
        let Some(index) = roomiest(&places, area, &taken, crowd) else { continue };
        let spot = places[index];
        taken.push(spot);
        figure.words(
            Words::new((spot.left.max(0.0), spot.bottom - 3.0), name, TICK).anchor(Anchor::Start).halo(),
        );
    }
}

fn marginals(figure: &mut Figure, data: &Contours, sets: &[Drawn<'_>], area: Area, (x, y): (&Axis, &Axis)) {
    let (columns, rows) = (increasing(&data.x), increasing(&data.y));
    let strip_above = Area::new(area.left, area.top - GAP - MARGINAL - 2.0, area.right, area.top - GAP);
    let strip_beside = Area::new(area.right + GAP, area.top, area.right + GAP + MARGINAL + 2.0, area.bottom);
    let clips = [figure.clip(strip_above), figure.clip(strip_beside)];
    for drawn in sets {
        let along_x = curve(&data.x, &columns, &drawn.set.x_marginal, &|at, height| {
            (x.at(at), area.top - GAP - height * MARGINAL)
        });
        let along_y = curve(&data.y, &rows, &drawn.set.y_marginal, &|at, height| {
            (area.right + GAP + height * MARGINAL, y.at(at))
        });
        for ((lines, clip), upper) in [along_x, along_y].into_iter().zip(clips).zip([true, false]) {
            let foot = |&(across, down): &Point| {
                if upper { (across, area.top - GAP) } else { (area.right + GAP, down) }
            };
            let filled = lines.iter().map(|line| {
                let ends = [line.last().map(foot), line.first().map(foot)];
                line.iter().copied().chain(ends.into_iter().flatten()).collect()
            });
            figure.polygons(filled.collect(), drawn.style.0, TINTS[0], Some(clip));
            figure.lines(lines, Stroke::solid(drawn.style.0, 1.6).dashed(drawn.style.1), Some(clip));
        }
    }
}

/// A marginal density's unbroken lines, scaled to a peak of 1.
fn curve(
    grid: &[f64],
    order: &[usize],
    density: &[f64],
    place: &dyn Fn(f64, f64) -> Point,
) -> Vec<Vec<Point>> {
    let most = Extent::of(density.iter().copied()).map_or(0.0, |extent| extent.high);
    if most <= 0.0 {
        return Vec::new();
    }
    let point = |&index: &usize| {
        let height = density.get(index).copied().and_then(usable)?.max(0.0) / most;
        Some(place(grid[index], height))
    };
    runs(order.iter().map(point)).iter().map(|line| simplified(line, 0.05)).collect()
}

fn description(data: &Contours, sets: &[Drawn<'_>]) -> String {
    let set = |drawn: &Drawn<'_>| {
        let best = drawn.set.best.map(|(x, y)| format!(", best at {} and {}", general(x), general(y)));
        let regions = drawn.regions.iter().rev().filter_map(|(level, outlines)| {
            let x = Extent::of(outlines.iter().flatten().map(|point| point.0))?;
            let y = Extent::of(outlines.iter().flatten().map(|point| point.1))?;
            let range = |extent: Extent| format!("{} to {}", general(extent.low), general(extent.high));
            Some(format!(", {} within {} and {}", percent(*level), range(x), range(y)))
        });
        let regions = regions.collect::<String>();
        let regions = if regions.is_empty() { ", no data".into() } else { regions };
        format!("{}{}{regions}.", drawn.set.name, best.unwrap_or_default())
    };
    let listed: Vec<_> = sets.iter().map(set).collect();
    let listed = if listed.is_empty() { "No data.".into() } else { listed.join(" ") };
    font::described(&format!("Confidence contours in {} and {}. {listed}", data.x_label, data.y_label))
}
