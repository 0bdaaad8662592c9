//! The bars of a night's timeline, their labels and their windows.

use super::night_clock::{Clock, interval};
use super::night_timeline::{LEFT, NightBar, NightTimeline, RIGHT, TelescopeNight};
use crate::axis::usable;
use crate::figure::Figure;
use crate::font::{self, Weight};
use crate::hatch::{PATTERNS, hatch};
use crate::outline::{Anchor, Area, Paint, Point, Stroke, Words};
use crate::palette::{ORDER, on};

/// The size of labels and names.
const SIZE: f64 = 10.5;

/// A bar that can be drawn, with its lane.
pub(super) struct Placed<'a> {
    pub(super) bar: &'a NightBar,
    pub(super) lane: usize,
    /// The whole bar, and where the exposure begins.
    pub(super) area: Area,
    pub(super) exposure: f64,
}

/// The colours and hatchings of the groups.
pub(super) struct Groups<'a>(pub(super) Vec<&'a str>);

impl<'a> Groups<'a> {
    pub(super) fn of(data: &'a NightTimeline) -> Self {
        let bars = data.telescopes.iter().flat_map(|telescope| &telescope.bars);
        let mut known: Vec<&str> = Vec::new();
        for group in data.groups.iter().chain(bars.map(|bar| &bar.group)) {
            if !known.contains(&group.as_str()) {
                known.push(group);
            }
        }
        Self(known)
    }

    pub(super) fn style(&self, group: &str) -> (Paint, usize) {
        let index = self.0.iter().position(|known| *known == group).unwrap_or(0);
        (ORDER[index % ORDER.len()], (index + index / (ORDER.len() * PATTERNS)) % PATTERNS)
    }
}

/// The bars that can be drawn in the order of their beginnings, and how many lanes they need.
pub(super) fn placed<'a>(telescope: &'a TelescopeNight, clock: &Clock) -> (Vec<Placed<'a>>, usize) {
    const MOST: usize = 24;
    // A second: planners add up days, and neighbours may touch.
    const TOUCH: f64 = 1.0 / 86_400.0;
    let mut bars: Vec<&NightBar> =
        telescope.bars.iter().filter(|bar| interval((bar.start, bar.end)).is_some()).collect();
    bars.sort_by(|one, other| one.start.total_cmp(&other.start).then(one.end.total_cmp(&other.end)));
    let mut ends: Vec<f64> = Vec::new();
    let placed = bars.into_iter().map(|bar| {
        let free = ends.iter().position(|end| *end <= bar.start + TOUCH);
        let lane = match free {
            Some(lane) => lane,
            None if ends.len() < MOST => ends.len(),
            // Too many at once: the lane that is free first.
            None => (0..MOST).min_by(|one, other| ends[*one].total_cmp(&ends[*other])).unwrap_or(0),
        };
        if lane == ends.len() {
            ends.push(bar.end);
        } else {
            ends[lane] = ends[lane].max(bar.end);
        }
        let mut area = clock.span((bar.start, bar.end), 0.0, 0.0);
        // A gap between neighbours, if there is room for one; nothing is too short to be seen.
        area.right = if area.width() > 4.0 { area.right - 1.0 } else { area.right.max(area.left + 0.8) };
        let overhead = usable(bar.overhead).unwrap_or(0.0).clamp(0.0, bar.end - bar.start);
        let exposure = clock.at(bar.start + overhead).min(area.right);
        Placed { bar, lane, area, exposure }
    });
    let placed = placed.collect();
    (placed, ends.len())
}

/// Where a label stands inside its bar: the middle of the exposure, or of the whole bar. Nothing if it does not fit.
pub(super) fn inside(placed: &Placed<'_>, lane: f64) -> Option<f64> {
    let label = font::printable(&placed.bar.label);
    let width = font::width(&label, SIZE, Weight::Bold) + 5.0;
    let Area { left, right, .. } = placed.area;
    if label.is_empty() || lane < 12.0 || width > right - left {
        return None;
    }
    let left = if width <= right - placed.exposure { placed.exposure } else { left };
    Some((left + right) / 2.0)
}

pub(super) fn draw_bars(figure: &mut Figure, bars: &[Placed<'_>], groups: &Groups<'_>, lane: f64) {
    for placed in bars {
        let (paint, pattern) = groups.style(&placed.bar.group);
        let whole = placed.area;
        let exposure = Area::new(placed.exposure, whole.top, whole.right, whole.bottom);
        figure.rectangle(whole, Paint::Paper, 1.0);
        figure.rectangle(Area { right: placed.exposure, ..whole }, paint, 0.35);
        figure.rectangle(exposure, paint, 1.0);
        hatch(figure, &[exposure], pattern);
        if let Some(x) = inside(placed, lane) {
            let label = font::printable(&placed.bar.label);
            let half = font::width(&label, SIZE, Weight::Bold) / 2.0 + 2.0;
            let y = (whole.top + whole.bottom) / 2.0;
            // A plate keeps hatchings from crossing the letters.
            figure.rectangle(Area::new(x - half, y - 7.0, x + half, y + 7.0), paint, 1.0);
            figure.words(
                Words::new((x, y + 3.8), label, SIZE).bold().anchor(Anchor::Middle).paint(on(paint, 1.0)),
            );
        }
    }
}

/// Draws labels that do not fit into their bars above them, in the order of time, each where the one before has left
/// room; the others are left out.
pub(super) fn labels_above(figure: &mut Figure, bars: &[Placed<'_>], lane: f64) {
    const SHIFT: f64 = 12.0;
    let mut free = LEFT;
    let mut leaders: Vec<Vec<Point>> = Vec::new();
    for placed in bars.iter().filter(|placed| inside(placed, lane).is_none()) {
        let label = font::fit(&placed.bar.label, SIZE, Weight::Regular, 70.0);
        let width = font::width(&label, SIZE, Weight::Regular);
        let middle = (placed.area.left + placed.area.right) / 2.0;
        let best = (middle - width / 2.0).min(RIGHT - width);
        let left = best.max(free);
        if label.is_empty() || left - best > SHIFT || left + width > RIGHT + 0.1 {
            continue;
        }
        free = left + width + 4.0;
        let foot = placed.area.top - 6.0;
        leaders.push(vec![(left + width / 2.0, foot + 1.0), (middle, placed.area.top - 1.0)]);
        figure.words(Words::new((left, foot - 1.0), label, SIZE));
    }
    figure.lines(leaders, Stroke::solid(Paint::Muted, 0.8), None);
}

/// Draws a line for each bar: when its object can be observed, thicker while it is; and its name.
pub(super) fn windows_below(
    figure: &mut Figure,
    bars: &[Placed<'_>],
    clock: &Clock,
    groups: &Groups<'_>,
    (top, pitch): (f64, f64),
    names: bool,
) {
    let mut lines: Vec<Vec<Point>> = Vec::new();
    let mut words = Vec::new();
    for (index, placed) in bars.iter().enumerate() {
        let y = top + pitch * (index as f64 + 0.5);
        let Area { left, right, .. } = placed.area;
        // The line leaves room for the name: between letters it would look like a hyphen.
        let mut gap = (left, right);
        if names {
            let (before, after) = (left - LEFT - 10.0, RIGHT - right - 10.0);
            let name = font::fit(&placed.bar.name, SIZE, Weight::Regular, before.max(after).min(260.0));
            let width = font::width(&name, SIZE, Weight::Regular);
            let (x, anchor) =
                if width <= after { (right + 5.0, Anchor::Start) } else { (left - 5.0, Anchor::End) };
            gap = if width <= after { (left, x + width + 3.0) } else { (x - width - 3.0, right) };
            words.push(Words::new((x, y + 3.8), name, SIZE).anchor(anchor).halo());
        }
        if let Some((start, end)) = interval(placed.bar.window) {
            let (start, end) = (clock.at(start), clock.at(end));
            lines.push(vec![(start, y), (gap.0.min(end), y)]);
            lines.push(vec![(gap.1.max(start), y), (end, y)]);
        }
        let half = (0.35 * pitch).min(2.5);
        let area = Area::new(left, y - half, right, y + half);
        figure.rectangle(area, groups.style(&placed.bar.group).0, 1.0);
    }
    lines.retain(|line| line[0].0 < line[1].0);
    figure.lines(lines, Stroke::solid(Paint::Muted, (0.5 * pitch).min(1.0)), None);
    words.into_iter().for_each(|words| figure.words(words));
}
