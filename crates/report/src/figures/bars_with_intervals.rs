//! Named values with intervals.

use crate::axis::{Axis, Extent, Numbers, usable};
use crate::figure::{AXIS_TITLE, Figure, TICK, WIDTH};
use crate::font::{self, Weight};
use crate::frame::{bottom_labels, bottom_room};
use crate::labels::{fixed, general};
use crate::outline::{Anchor, Area, Paint, Stroke, Words};
use crate::palette::BLUE;

/// The data of [`bars_with_intervals`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BarsWithIntervals {
    /// The figure's title.
    pub title: String,
    /// What the values are.
    pub x_label: String,
    /// The bars from top to bottom.
    pub bars: Vec<NamedInterval>,
}

/// A named value with its interval.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedInterval {
    /// The name beside the bar.
    pub name: String,
    /// The bar's length; NaN if it is missing.
    pub value: f64,
    /// The interval's lower end; NaN for none.
    pub low: f64,
    /// The interval's upper end; NaN for none.
    pub high: f64,
}

const ROW: f64 = 24.0;

/// Draws one bar a name, from zero to its value, with the interval as a line across its end.
pub fn bars_with_intervals(data: &BarsWithIntervals) -> Figure {
    let (mut figure, top) = Figure::titled(&data.title);
    if data.bars.is_empty() {
        figure.no_data(Area::new(0.0, top, WIDTH, top + 80.0));
        figure.height = top + 94.0;
        figure.description = "No data.".into();
        return figure;
    }
    let names: Vec<_> =
        data.bars.iter().map(|bar| font::fit(&bar.name, AXIS_TITLE, Weight::Regular, 0.4 * WIDTH)).collect();
    let room = names.iter().map(|name| font::width(name, AXIS_TITLE, Weight::Regular)).fold(0.0, f64::max);
    let numbers = data.bars.iter().flat_map(|bar| [bar.value, bar.low, bar.high]);
    let mut extent = Extent::of(numbers.chain([0.0])).unwrap_or(Extent { low: 0.0, high: 1.0 }).widened();
    if extent.low < 0.0 {
        extent.low -= 0.04 * (extent.high - extent.low);
    }
    if extent.high > 0.0 {
        extent.high += 0.04 * (extent.high - extent.low);
    }
    let x = Axis::new(&data.x_label, extent, 6, Numbers::Plain);
    let largest = Extent::of(data.bars.iter().map(|bar| bar.value.abs())).map_or(0.0, |extent| extent.high);
    let values: Vec<_> = data.bars.iter().map(|bar| written(bar.value, largest)).collect();
    let value_room = values.iter().map(|text| font::width(text, TICK, Weight::Regular)).fold(0.0, f64::max);
    let left = 16.0 + room + 10.0;
    let right = WIDTH - 16.0 - value_room - 14.0;
    let area = Area::new(left, top + 4.0, right, top + 4.0 + ROW * data.bars.len() as f64);
    let x = x.onto(area.left, area.right);
    let grid = x
        .ticks
        .iter()
        .map(|(value, _)| x.at(*value))
        .map(|at| vec![(at, area.top), (at, area.bottom)])
        .collect();
    figure.lines(grid, Stroke::solid(Paint::Grid, 1.0), None);
    let zero = x.at(0.0);
    for (index, (bar, name)) in data.bars.iter().zip(names).enumerate() {
        let middle = area.top + ROW * (index as f64 + 0.5);
        figure.words(Words::new((area.left - 10.0, middle + 4.3), name, AXIS_TITLE).anchor(Anchor::End));
        let value = values.get(index).map_or("–", String::as_str);
        figure.words(
            Words::new((WIDTH - 16.0, middle + 4.0), value, TICK).anchor(Anchor::End).paint(Paint::Muted),
        );
        let Some(end) = usable(bar.value).map(|value| x.at(value)) else { continue };
        let area = Area::new(zero.min(end), middle - 7.5, zero.max(end), middle + 7.5);
        figure.rectangle(area, Paint::Paper, 1.0);
        figure.rectangle(area, BLUE, 0.75);
        if let (Some(low), Some(high)) = (usable(bar.low), usable(bar.high)) {
            let (low, high) = (x.at(low), x.at(high));
            let whisker = vec![
                vec![(low, middle), (high, middle)],
                vec![(low, middle - 3.5), (low, middle + 3.5)],
                vec![(high, middle - 3.5), (high, middle + 3.5)],
            ];
            figure.lines(whisker, Stroke::solid(Paint::Ink, 1.4), None);
        }
    }
    figure.line((zero, area.top), (zero, area.bottom), Stroke::solid(Paint::Muted, 1.0));
    bottom_labels(&mut figure, area, &x);
    figure.height = area.bottom + bottom_room(&x) + 14.0;
    let listed: Vec<_> =
        data.bars.iter().zip(&values).map(|(bar, value)| format!("{} {value}", bar.name)).collect();
    figure.description = font::described(&format!("Bars of {}: {}.", data.x_label, listed.join(", ")));
    figure
}

/// A value with as many decimals as leave three digits to the largest.
fn written(value: f64, largest: f64) -> String {
    let exponent = largest.max(f64::MIN_POSITIVE).log10().floor();
    if usable(value).is_some() && (-4.0..6.0).contains(&exponent) {
        fixed(value, (2.0 - exponent).clamp(0.0, 6.0) as usize, true)
    } else {
        general(value)
    }
}
