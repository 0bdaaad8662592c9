//! Axes: the range of the data, ticks at round numbers, places on the figure.

use crate::labels::{decimals, fixed, superscript};
use crate::outline::Point;

/// Numbers beyond this are treated as missing: differences of two must stay finite.
const HUGE: f64 = 1e300;

/// The value, if it can be shown.
pub(crate) fn usable(value: f64) -> Option<f64> {
    (value.abs() <= HUGE).then_some(value)
}

/// The range of the numbers that can be shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extent {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Extent {
    /// The range of some numbers; nothing if none of them can be shown.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        values.into_iter().filter_map(usable).fold(None, |extent: Option<Self>, value| {
            Some(match extent {
                None => Self { low: value, high: value },
                Some(Self { low, high }) => Self { low: low.min(value), high: high.max(value) },
            })
        })
    }

    /// The range with a share of its length added on both sides, and a length that can be divided into ticks.
    /// A range that begins at or above zero does not reach below it, one that ends at or below 1 not beyond 1.
    pub(crate) fn padded(self, share: f64) -> Self {
        let wide = self.widened();
        let pad = share * (wide.high - wide.low);
        let mut low = wide.low - pad;
        let mut high = wide.high + pad;
        if self.low >= 0.0 && low < 0.0 && self.high > 0.0 {
            low = 0.0;
        }
        if self.high <= 1.0 && high > 1.0 && self.low < 1.0 && self.low >= 0.0 {
            high = 1.0;
        }
        Self { low, high }
    }

    /// The range, made longer where it is a point or too short for its numbers' precision.
    pub(crate) fn widened(self) -> Self {
        let least = (1e-6 * self.low.abs().max(self.high.abs())).max(1e-290);
        if self.high - self.low >= least {
            return self;
        }
        let middle = self.low / 2.0 + self.high / 2.0;
        let half = if middle == 0.0 { 0.5 } else { 0.1 * middle.abs().max(1e-289) };
        Self { low: middle - half, high: middle + half }
    }
}

/// Multiples of 1, 2 or 5 times a power of ten within a range, as near to `target` of them as these steps allow, and
/// their distance.
pub(crate) fn ticks(extent: Extent, target: usize) -> (Vec<f64>, f64) {
    let Extent { low, high } = extent.widened();
    let raw = (high - low) / target.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let off = |step: &f64| (step / raw).ln().abs();
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    let step = steps.into_iter().min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or(raw);
    let first = (low / step - 1e-9).ceil();
    let values = (0..200).map(|index| (first + f64::from(index)) * step);
    // Adding zero turns a negative zero into the plain one.
    (values.take_while(|value| *value <= high + 1e-9 * step).map(|value| value + 0.0).collect(), step)
}

/// How an axis writes its numbers. Where they would be long, a power of ten goes into the title.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Numbers {
    /// Thousands set apart.
    Plain,
    /// Days: all digits, nothing set apart, no offset.
    Days,
    /// Divided by the unit.
    In(f64),
}

/// An axis: a range of data laid onto a range of the figure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    pub(crate) title: String,
    pub(crate) extent: Extent,
    pub(crate) ticks: Vec<(f64, String)>,
    /// The room that was kept for labels and title, where it is more than they need: titles then stand in line.
    pub(crate) room: Option<f64>,
    from: f64,
    to: f64,
}

impl Axis {
    /// An axis over a range, with about `target` ticks; [`Axis::onto`] gives it its place.
    pub(crate) fn new(title: &str, extent: Extent, target: usize, numbers: Numbers) -> Self {
        let extent = extent.widened();
        let (values, step) = ticks(extent, target);
        let mut title = title.to_owned();
        let (mut unit, grouped, short) = match numbers {
            Numbers::Plain => (1.0, true, 1e-3..1e6),
            Numbers::Days => (1.0, false, 1e-3..1e6),
            Numbers::In(unit) => (unit, true, 1e-3..1e6),
        };
        let largest = extent.low.abs().max(extent.high.abs()) / unit;
        if !short.contains(&largest) {
            let exponent = ((largest.log10() / 3.0).floor() * 3.0).max(-291.0) as i32;
            title = format!("{title} (×10{})", superscript(exponent)).trim_start().to_owned();
            unit *= 10f64.powi(exponent);
        }
        let decimals = decimals(step / unit);
        let ticks = values.into_iter().map(|value| (value, fixed(value / unit, decimals, grouped))).collect();
        Self { title, extent, ticks, room: None, from: 0.0, to: 1.0 }
    }

    /// The axis laid onto the figure from `from` (its low end) to `to`.
    pub(crate) fn onto(mut self, from: f64, to: f64) -> Self {
        (self.from, self.to) = (from, to);
        self
    }

    /// The axis with a room kept for its labels and title.
    pub(crate) fn roomy(mut self, room: f64) -> Self {
        self.room = Some(room);
        self
    }

    /// The axis with ticks at given numbers.
    pub(crate) fn ticked(mut self, ticks: &[f64]) -> Self {
        let label = |value: &f64| (*value, fixed(*value, decimals(value.abs().max(1.0)), true));
        self.ticks = ticks.iter().map(label).collect();
        self
    }

    /// The axis without its ticks' labels and title: another one beside it has them.
    pub(crate) fn bare(mut self) -> Self {
        self.ticks.iter_mut().for_each(|(_, label)| label.clear());
        self.title.clear();
        self
    }

    /// The place of a number.
    pub(crate) fn at(&self, value: f64) -> f64 {
        self.from + (value - self.extent.low) / (self.extent.high - self.extent.low) * (self.to - self.from)
    }
}

/// The place of a pair of numbers, if both can be shown.
pub(crate) fn place(x_axis: &Axis, y_axis: &Axis, x: f64, y: f64) -> Option<Point> {
    Some((x_axis.at(usable(x)?), y_axis.at(usable(y)?)))
}

/// Unbroken runs of places; what is missing breaks a line.
pub(crate) fn runs(places: impl IntoIterator<Item = Option<Point>>) -> Vec<Vec<Point>> {
    let mut runs = vec![Vec::new()];
    for place in places {
        match (place, runs.last_mut()) {
            (Some(point), Some(run)) => run.push(point),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// A line without the points that lie within `tolerance` of it (Ramer 1972; Douglas and Peucker 1973).
pub(crate) fn simplified(line: &[Point], tolerance: f64) -> Vec<Point> {
    if line.len() < 3 {
        return line.to_vec();
    }
    let mut keep = vec![false; line.len()];
    keep[0] = true;
    keep[line.len() - 1] = true;
    let mut open = vec![(0, line.len() - 1)];
    while let Some((first, last)) = open.pop() {
        let ((ax, ay), (bx, by)) = (line[first], line[last]);
        let (dx, dy) = (bx - ax, by - ay);
        let length = dx.hypot(dy);
        let far = |&(x, y): &Point| {
            if length > 0.0 { ((x - ax) * dy - (y - ay) * dx).abs() / length } else { (x - ax).hypot(y - ay) }
        };
        let farthest =
            (first + 1..last).map(|index| (index, far(&line[index]))).max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((index, distance)) = farthest
            && distance > tolerance
        {
            keep[index] = true;
            open.extend([(first, index), (index, last)]);
        }
    }
    line.iter().zip(keep).filter(|(_, keep)| *keep).map(|(point, _)| *point).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(low: f64, high: f64, numbers: Numbers) -> (String, Vec<String>) {
        let axis = Axis::new("x", Extent { low, high }, 5, numbers);
        (axis.title, axis.ticks.into_iter().map(|(_, label)| label).collect())
    }

    #[test]
    fn ticks_are_round_and_labels_short() {
        assert_eq!(labels(0.0, 1.0, Numbers::Plain).1, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(0.0, 1000.0, Numbers::Plain).1[5], "1,000");
        assert_eq!(labels(56171.0, 56352.0, Numbers::Days).1, ["56200", "56250", "56300", "56350"]);
        assert_eq!(
            labels(0.0, 2e9, Numbers::Plain),
            ("x (×10⁹)".into(), ["0.0", "0.5", "1.0", "1.5", "2.0"].map(String::from).to_vec())
        );
        assert_eq!(labels(-1e280, 1e280, Numbers::Days).0, "x (×10²⁷⁹)");
        assert_eq!(labels(-5e4, 1e5, Numbers::In(1e3)).1[0], "−40");
    }

    #[test]
    fn ranges_of_one_point_grow() {
        assert_eq!(Extent { low: 0.0, high: 0.0 }.widened(), Extent { low: -0.5, high: 0.5 });
        assert!(Extent::of([f64::NAN, f64::INFINITY, 2e300]).is_none());
        let padded = Extent { low: 0.02, high: 0.99 }.padded(0.05);
        assert_eq!((padded.low, padded.high), (0.0, 1.0));
    }

    proptest! {
        #[test]
        fn any_range_has_a_few_ticks_inside(a in any::<f64>(), b in any::<f64>(), target in 1..12usize) {
            let Some(extent) = Extent::of([a, b]) else { return Ok(()) };
            let axis = Axis::new("", extent.padded(0.05), target, Numbers::Plain).onto(0.0, 100.0);
            prop_assert!(axis.ticks.len() <= 2 * target + 2, "{:?}", axis.ticks);
            prop_assert!(axis.extent.high > axis.extent.low);
            for (value, label) in &axis.ticks {
                prop_assert!((-0.1..=100.1).contains(&axis.at(*value)));
                prop_assert!(label.len() < 24, "{label}");
            }
        }

        #[test]
        fn a_simplified_line_stays_near(ys in prop::collection::vec(-50.0..50.0, 0..60)) {
            let line: Vec<Point> = ys.iter().enumerate().map(|(x, y)| (x as f64, *y)).collect();
            let short = simplified(&line, 5.0);
            prop_assert_eq!(short.first(), line.first());
            prop_assert_eq!(short.last(), line.last());
            for pair in short.windows(2) {
                let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
                for (x, y) in line.iter().filter(|(x, _)| (ax..=bx).contains(x)) {
                    let on = ay + (x - ax) / (bx - ax) * (by - ay);
                    let slope = (by - ay) / (bx - ax);
                    prop_assert!((y - on).abs() / slope.hypot(1.0) <= 5.0 + 1e-9);
                }
            }
        }
    }
}
