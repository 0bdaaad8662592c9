//! An observer's night: what each telescope looks at, and when.

use super::night_bars::{Groups, Placed, draw_bars, inside, labels_above, placed, windows_below};
use super::night_clock::{Clock, interval};
use crate::clock::time_of_day;
use crate::figure::{Figure, PANEL_TITLE, TICK, WIDTH};
use crate::font::{self, Weight};
use crate::frame::{bottom_labels, bottom_room};
use crate::labels::{fixed, general};
use crate::legend::{Entry, Sign, legend};
use crate::outline::{Anchor, Area, Paint, Stroke, Words};
use crate::palette::{GREY, YELLOW};

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

const LANE: f64 = 26.0;
/// Up to this many bars on the figure, their names stand beside their windows.
const NAMED: usize = 24;
/// The distance of windows with names.
const NAME_ROW: f64 = 14.0;
const MOON: f64 = 5.0;
/// How strong the shade of twilight is; that of the day is twice as strong.
const SHADE: f64 = 0.22;
pub(super) const LEFT: f64 = 16.0;
pub(super) const RIGHT: f64 = WIDTH - 16.0;

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
    add(bars().any(|bar| bar.overhead > 0.0), "overhead", Sign::Begun(GREY, 0.35));
    add(bars().any(|bar| interval(bar.window).is_some()), "can be observed", Sign::Thin(Paint::Muted));
    let moon = data.telescopes.iter().flat_map(|telescope| &telescope.moon_up);
    add(moon.copied().filter_map(interval).next().is_some(), "moon up", Sign::Strip(YELLOW));
    let dark = data.telescopes.iter().any(|telescope| interval(telescope.dark).is_some());
    add(dark, "not dark", Sign::Square(GREY, SHADE));
    entries
}

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
        figure.rectangles(shade, GREY, SHADE, None);
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
    let hours = |days: f64| {
        let hours = 24.0 * days;
        format!("{} h", if hours < 1e5 { fixed(hours, 1, true) } else { general(hours) })
    };
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
