//! An observer's night: what each telescope looks at, and when.

use crate::axis::{Axis, Extent, Numbers, usable};
use crate::clock::{date, time_of_day};
use crate::figure::{Figure, PANEL_TITLE, TICK, WIDTH};
use crate::font::{self, Weight};
use crate::frame::{bottom_labels, bottom_room};
use crate::hatch::{PATTERNS, hatch};
use crate::labels::fixed;
use crate::legend::{Entry, Sign, legend};
use crate::outline::{Anchor, Area, Paint, Point, Stroke, Words};
use crate::palette::{GREY, ORDER, YELLOW, on};

/// The data of [`night_timeline`]. All times are modified Julian days in UTC; an interval with a missing end, or whose
/// end does not come after its beginning, is left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NightTimeline {
    /// The figure's title.
    pub title: String,
    /// The groups of the bars in the order in which they take their colours, so that a group keeps its colour from night
    /// to night. Groups that are not listed follow as they appear.
    pub groups: Vec<String>,
    /// One row each.
    pub telescopes: Vec<TelescopeNight>,
}

/// One telescope's night.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TelescopeNight {
    /// The telescope's name.
    pub name: String,
    /// When the sky is dark; outside of it the row is shaded.
    pub dark: (f64, f64),
    /// From sunset to sunrise; the shade is stronger outside of it.
    pub sun_down: (f64, f64),
    /// When the moon is up, as intervals.
    pub moon_up: Vec<(f64, f64)>,
    /// What is observed, in any order. Bars at the same time are set below one another.
    pub bars: Vec<NightBar>,
}

/// One target's time on a telescope.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NightBar {
    /// A short label for the bar, such as the rank in the plan.
    pub label: String,
    /// The object's name.
    pub name: String,
    /// What the colour tells, such as the most probable class.
    pub group: String,
    /// When the telescope turns to the object.
    pub start: f64,
    /// When the exposure ends.
    pub end: f64,
    /// How many of these days go by before the exposure begins; drawn paler.
    pub overhead: f64,
    /// When the object can be observed.
    pub window: (f64, f64),
}

const SIZE: f64 = 10.5;
const LANE: f64 = 26.0;
/// Up to this many bars on the figure, their names stand beside their windows.
const NAMED: usize = 24;
/// The distance of windows with names.
const NAME_ROW: f64 = 14.0;
const MOON: f64 = 5.0;
const LEFT: f64 = 16.0;
const RIGHT: f64 = WIDTH - 16.0;

/// An interval that can be drawn.
fn interval((start, end): (f64, f64)) -> Option<(f64, f64)> {
    (usable(start)? < usable(end)?).then_some((start, end))
}

/// The time axis: the figure's places of modified Julian days.
struct Clock {
    axis: Axis,
    base: f64,
    /// Units of the axis in a day.
    unit: f64,
}

impl Clock {
    fn at(&self, mjd: f64) -> f64 {
        self.axis.at((mjd - self.base) * self.unit).clamp(LEFT, RIGHT)
    }

    fn span(&self, (start, end): (f64, f64), top: f64, bottom: f64) -> Area {
        Area::new(self.at(start), top, self.at(end), bottom)
    }

    /// The nights and the bars, or else the windows, with a little room around them; nothing if there are no times.
    fn of(data: &NightTimeline) -> Option<Self> {
        let nights = data.telescopes.iter().flat_map(|telescope| {
            let bars = telescope.bars.iter().map(|bar| (bar.start, bar.end));
            bars.chain([telescope.dark, telescope.sun_down])
        });
        let windows = data.telescopes.iter().flat_map(|telescope| {
            telescope.bars.iter().map(|bar| bar.window).chain(telescope.moon_up.iter().copied())
        });
        let extent = |times: &mut dyn Iterator<Item = (f64, f64)>| {
            Extent::of(times.filter_map(interval).flat_map(|(start, end)| [start, end]))
        };
        let Extent { low, high } =
            extent(&mut nights.into_iter()).or_else(|| extent(&mut windows.into_iter()))?;
        let pad = 0.02 * (high - low).max(1.0 / 48.0);
        let (low, high) = (low - pad, high + pad);
        if high - low > 3.0 || date(low).is_none() || date(high).is_none() {
            let axis = Axis::new("MJD", Extent { low, high }, 8, Numbers::Days).onto(LEFT, RIGHT);
            return Some(Self { axis, base: 0.0, unit: 1.0 });
        }
        // Hours since midnight: an axis of days would not resolve minutes.
        let base = low.floor();
        let hours = Extent { low: 24.0 * (low - base), high: 24.0 * (high - base) };
        let (first, last) = (date(low)?, date(high)?);
        let title =
            if first == last { format!("UTC on {first}") } else { format!("UTC from {first} to {last}") };
        let mut axis = Axis::new(&title, hours, 9, Numbers::Plain).onto(LEFT, RIGHT);
        let steps = [0.25, 0.5, 1.0, 2.0, 3.0, 6.0];
        let wanted = (hours.high - hours.low) / 10.0;
        let step = steps.into_iter().find(|step| *step >= wanted).unwrap_or(12.0);
        let count = (hours.high / step).floor() as u32;
        axis.ticks = (0..=count)
            .map(|index| f64::from(index) * step)
            .filter(|hour| *hour >= hours.low)
            .filter_map(|hour| Some((hour, time_of_day(base + hour / 24.0)?)))
            .collect();
        Some(Self { axis, base, unit: 24.0 })
    }
}

/// A bar that can be drawn, with its lane.
struct Placed<'a> {
    bar: &'a NightBar,
    lane: usize,
    /// The whole bar, and where the exposure begins.
    area: Area,
    exposure: f64,
}

/// The colours and hatchings of the groups.
struct Groups<'a>(Vec<&'a str>);

impl<'a> Groups<'a> {
    fn of(data: &'a NightTimeline) -> Self {
        let bars = data.telescopes.iter().flat_map(|telescope| &telescope.bars);
        let mut known: Vec<&str> = Vec::new();
        for group in data.groups.iter().chain(bars.map(|bar| &bar.group)) {
            if !known.contains(&group.as_str()) {
                known.push(group);
            }
        }
        Self(known)
    }

    fn style(&self, group: &str) -> (Paint, usize) {
        let index = self.0.iter().position(|known| *known == group).unwrap_or(0);
        (ORDER[index % ORDER.len()], (index + index / (ORDER.len() * PATTERNS)) % PATTERNS)
    }
}

/// Draws a row for each telescope: shaded where the sky is not dark, a bar for each target with its overhead paler, the
/// windows in which the targets can be observed as thin lines below, and the time with the moon up as a strip at the foot.
/// Labels that do not fit into their bars stand above them, as many as find room; with few bars the objects' names stand
/// beside their windows. Groups differ in colour and in hatching.
pub fn night_timeline(data: &NightTimeline) -> Figure {
    let (mut figure, top) = Figure::titled(&data.title);
    let Some(clock) = Clock::of(data) else {
        figure.no_data(Area::new(0.0, top, WIDTH, top + 80.0));
        figure.height = top + 94.0;
        figure.description = "No data.".into();
        return figure;
    };
    let groups = Groups::of(data);
    let mut bottom = legend(&mut figure, &entries(data, &groups), LEFT, top, RIGHT);
    let total: usize = data.telescopes.iter().map(|telescope| telescope.bars.len()).sum();
    for telescope in &data.telescopes {
        bottom = row(&mut figure, telescope, &clock, &groups, bottom + 6.0, total <= NAMED);
    }
    let foot = Area::new(LEFT, bottom, RIGHT, bottom);
    bottom_labels(&mut figure, foot, &clock.axis);
    figure.height = bottom + bottom_room(&clock.axis) + 12.0;
    figure.description = description(data);
    figure
}

fn entries(data: &NightTimeline, groups: &Groups<'_>) -> Vec<Entry> {
    let bars = || data.telescopes.iter().flat_map(|telescope| &telescope.bars);
    let shown = |group: &&&str| !group.is_empty() && bars().any(|bar| bar.group == ***group);
    let mut entries: Vec<Entry> = groups
        .0
        .iter()
        .filter(shown)
        .map(|group| {
            let (paint, pattern) = groups.style(group);
            Entry { name: (*group).into(), sign: Sign::Hatched(paint, pattern) }
        })
        .collect();
    let mut add = |present: bool, name: &str, sign: Sign| {
        if present {
            entries.push(Entry { name: name.into(), sign });
        }
    };
    add(bars().any(|bar| bar.overhead > 0.0), "overhead", Sign::Square(GREY, 0.35));
    add(bars().any(|bar| interval(bar.window).is_some()), "can be observed", Sign::Thin(Paint::Muted));
    let moon = data.telescopes.iter().flat_map(|telescope| &telescope.moon_up);
    add(moon.copied().filter_map(interval).next().is_some(), "moon up", Sign::Square(YELLOW, 1.0));
    let dark = data.telescopes.iter().any(|telescope| interval(telescope.dark).is_some());
    add(dark, "not dark", Sign::Square(GREY, TWILIGHT));
    entries
}

const TWILIGHT: f64 = 0.22;

/// Draws one telescope's row; the y below it.
fn row(
    figure: &mut Figure,
    telescope: &TelescopeNight,
    clock: &Clock,
    groups: &Groups<'_>,
    top: f64,
    named: bool,
) -> f64 {
    let (mut bars, lanes) = placed(telescope, clock);
    let lane = (72.0 / lanes.max(1) as f64).clamp(3.0, LANE);
    let moons: Vec<_> = telescope.moon_up.iter().copied().filter_map(interval).collect();
    let narrow = lanes == 1
        && bars.iter().any(|placed| inside(placed, lane).is_none() && !placed.bar.label.is_empty());
    let windows = bars.iter().any(|placed| interval(placed.bar.window).is_some());
    let names = named && bars.iter().any(|placed| !placed.bar.name.is_empty());
    let pitch = match bars.len() {
        0 => 0.0,
        _ if names => NAME_ROW,
        _ if !windows => 0.0,
        count => (72.0 / count as f64).clamp(0.8, 5.0),
    };
    let lane_top = top + 22.0 + if narrow { 19.0 } else { 5.0 };
    let lanes_bottom = if bars.is_empty() { lane_top + LANE } else { lane_top + lane * lanes as f64 };
    let strip_top = lanes_bottom + 5.0;
    let strip_bottom = strip_top + pitch * bars.len() as f64;
    let moon_top = strip_bottom + if pitch > 0.0 { 5.0 } else { 0.0 };
    let bottom = moon_top + if moons.is_empty() { 0.0 } else { MOON + 3.0 };
    let area = Area::new(LEFT, top + 22.0, RIGHT, bottom);
    ground(figure, telescope, clock, area);
    heading(figure, telescope, &bars, area);
    let moons: Vec<_> = moons.iter().map(|moon| clock.span(*moon, moon_top, moon_top + MOON)).collect();
    let rims =
        moons.iter().flat_map(|moon| [moon.top, moon.bottom].map(|y| vec![(moon.left, y), (moon.right, y)]));
    let rims = rims.collect();
    figure.rectangles(moons, YELLOW, 1.0, None);
    figure.lines(rims, Stroke::solid(Paint::Muted, 0.8), None);
    if bars.is_empty() {
        let (x, y) = (area.centre().0, (lane_top + lanes_bottom) / 2.0 + 4.0);
        let words = Words::new((x, y), "nothing planned", TICK);
        figure.words(words.anchor(Anchor::Middle).paint(Paint::Muted).halo());
        return bottom;
    }
    for placed in &mut bars {
        placed.area.top = lane_top + lane * placed.lane as f64;
        placed.area.bottom = placed.area.top + lane - if lanes > 1 { (0.15 * lane).min(2.0) } else { 0.0 };
    }
    if pitch > 0.0 {
        windows_below(figure, &bars, clock, groups, (strip_top, pitch), names);
    }
    draw_bars(figure, &bars, groups, lane);
    if narrow {
        labels_above(figure, &bars, lane);
    }
    bottom
}

/// The bars that can be drawn in the order of their beginnings, and how many lanes they need.
fn placed<'a>(telescope: &'a TelescopeNight, clock: &Clock) -> (Vec<Placed<'a>>, usize) {
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

/// The shades of day and twilight, and the hours.
fn ground(figure: &mut Figure, telescope: &TelescopeNight, clock: &Clock, area: Area) {
    let outside = |times: (f64, f64)| {
        interval(times).map(|times| {
            let inner = clock.span(times, area.top, area.bottom);
            vec![
                Area::new(area.left, area.top, inner.left, area.bottom),
                Area::new(inner.right, area.top, area.right, area.bottom),
            ]
        })
    };
    for shade in [outside(telescope.dark), outside(telescope.sun_down)].into_iter().flatten() {
        figure.rectangles(shade, GREY, TWILIGHT, None);
    }
    let ticks = clock.axis.ticks.iter().map(|(value, _)| clock.axis.at(*value));
    let hours = ticks.map(|at| vec![(at, area.top), (at, area.bottom)]).collect();
    figure.lines(hours, Stroke { opacity: 0.22, ..Stroke::solid(Paint::Muted, 1.0) }, None);
    let rims = vec![
        vec![(area.left, area.top), (area.right, area.top)],
        vec![(area.left, area.bottom), (area.right, area.bottom)],
    ];
    figure.lines(rims, Stroke::solid(Paint::Muted, 0.8), None);
}

/// The telescope's name, and at the right how much of its night is used.
fn heading(figure: &mut Figure, telescope: &TelescopeNight, bars: &[Placed<'_>], area: Area) {
    let note = used(telescope, bars.iter().map(|placed| placed.bar));
    let room = area.width() - font::width(&note, TICK, Weight::Regular) - 20.0;
    let name = font::fit(&telescope.name, PANEL_TITLE, Weight::Bold, room);
    figure.words(Words::new((area.left, area.top - 7.0), name, PANEL_TITLE).bold());
    let at = (area.right, area.top - 7.0);
    figure.words(Words::new(at, note, TICK).anchor(Anchor::End).paint(Paint::Muted));
}

/// How many targets there are and how long they take; `bars` come in the order of their beginnings.
fn used<'a>(telescope: &TelescopeNight, bars: impl Iterator<Item = &'a NightBar>) -> String {
    let hours = |days: f64| format!("{} h", fixed(24.0 * days, 1, true));
    let (mut count, mut busy, mut until) = (0, 0.0, f64::NEG_INFINITY);
    for bar in bars {
        count += 1;
        busy += (bar.end - bar.start.max(until)).max(0.0);
        until = until.max(bar.end);
    }
    let dark = interval(telescope.dark).map(|(start, end)| format!("{} dark", hours(end - start)));
    let targets = match count {
        0 => None,
        1 => Some(format!("1 target, {} planned", hours(busy))),
        _ => Some(format!("{count} targets, {} planned", hours(busy))),
    };
    [targets, dark].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Where a label stands inside its bar: the middle of the exposure, or of the whole bar. Nothing if it does not fit.
fn inside(placed: &Placed<'_>, lane: f64) -> Option<f64> {
    let label = font::printable(&placed.bar.label);
    let width = font::width(&label, SIZE, Weight::Bold) + 5.0;
    let Area { left, right, .. } = placed.area;
    if label.is_empty() || lane < 12.0 || width > right - left {
        return None;
    }
    let left = if width <= right - placed.exposure { placed.exposure } else { left };
    Some((left + right) / 2.0)
}

fn draw_bars(figure: &mut Figure, bars: &[Placed<'_>], groups: &Groups<'_>, lane: f64) {
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
fn labels_above(figure: &mut Figure, bars: &[Placed<'_>], lane: f64) {
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
fn windows_below(
    figure: &mut Figure,
    bars: &[Placed<'_>],
    clock: &Clock,
    groups: &Groups<'_>,
    (top, pitch): (f64, f64),
    names: bool,
) {
    let middle = |index: usize| top + pitch * (index as f64 + 0.5);
    let lines = bars.iter().enumerate().filter_map(|(index, placed)| {
        let (start, end) = interval(placed.bar.window)?;
        Some(vec![(clock.at(start), middle(index)), (clock.at(end), middle(index))])
    });
    let lines = lines.filter(|line: &Vec<Point>| line[0].0 < line[1].0).collect();
    figure.lines(lines, Stroke::solid(Paint::Muted, (0.5 * pitch).min(1.0)), None);
    for (index, placed) in bars.iter().enumerate() {
        let half = (0.35 * pitch).min(2.5);
        let Area { left, right, .. } = placed.area;
        let area = Area::new(left, middle(index) - half, right, middle(index) + half);
        figure.rectangle(area, groups.style(&placed.bar.group).0, 1.0);
        if names {
            let (before, after) = (left - LEFT - 10.0, RIGHT - right - 10.0);
            let limit = before.max(after).min(260.0);
            let name = font::fit(&placed.bar.name, SIZE, Weight::Regular, limit);
            let after = font::width(&name, SIZE, Weight::Regular) <= after;
            let (x, anchor) = if after { (right + 5.0, Anchor::Start) } else { (left - 5.0, Anchor::End) };
            figure.words(Words::new((x, middle(index) + 3.8), name, SIZE).anchor(anchor).halo());
        }
    }
}

fn description(data: &NightTimeline) -> String {
    let times = |(start, end)| match (time_of_day(start), time_of_day(end)) {
        (Some(start), Some(end)) => format!("{start} to {end}"),
        _ => "an unknown time".into(),
    };
    let row = |telescope: &TelescopeNight| {
        let mut bars: Vec<_> =
            telescope.bars.iter().filter(|bar| interval((bar.start, bar.end)).is_some()).collect();
        bars.sort_by(|one, other| one.start.total_cmp(&other.start).then(one.end.total_cmp(&other.end)));
        let note = used(telescope, bars.iter().copied());
        let listed = bars.iter().map(|bar| {
            let group = if bar.group.is_empty() { String::new() } else { format!(" ({})", bar.group) };
            format!("{} {}{group} {}", bar.label, bar.name, times((bar.start, bar.end)))
        });
        let listed = listed.collect::<Vec<_>>().join("; ");
        let listed = if listed.is_empty() { "nothing planned".into() } else { listed };
        let note = if note.is_empty() { note } else { format!(" ({note})") };
        format!("{}{note}: {listed}.", telescope.name)
    };
    let rows = data.telescopes.iter().map(row).collect::<Vec<_>>().join(" ");
    font::described(&format!("Timeline of a night, times in UTC. {rows}"))
}
