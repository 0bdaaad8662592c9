//! The classes' shares in several groups of objects.

use crate::figure::{AXIS_TITLE, Figure, TICK, WIDTH};
use crate::font::{self, Weight};
use crate::labels::count;
use crate::legend::{Entry, Sign, legend};
use crate::outline::{Anchor, Area, Paint, Stroke, Words};
use crate::palette;

/// The data of [`class_distribution`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClassDistribution {
    /// The figure's title.
    pub title: String,
    /// The classes, in the order in which they are stacked.
    pub classes: Vec<String>,
    /// The groups from top to bottom.
    pub groups: Vec<ClassGroup>,
}

/// A group of objects, such as "spectroscopic", "photometric" or "queried".
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClassGroup {
    /// The group's name.
    pub name: String,
    /// The number of objects in each class, in the order of the classes. Missing or negative numbers count as none.
    pub counts: Vec<f64>,
}

impl ClassGroup {
    /// The counts of the first `classes` classes, nothing missing, and their shares.
    fn shares(&self, classes: usize) -> (f64, Vec<f64>) {
        let count =
            |index| self.counts.get(index).copied().filter(|count: &f64| *count > 0.0 && *count < 1e300);
        let counts: Vec<f64> = (0..classes).map(|index| count(index).unwrap_or(0.0)).collect();
        // Largest first, so that the sum of huge counts stays finite.
        let largest = counts.iter().copied().fold(0.0, f64::max);
        let total: f64 = counts.iter().map(|count| if largest > 0.0 { count / largest } else { 0.0 }).sum();
        let shares =
            counts.iter().map(|count| if largest > 0.0 { count / largest / total } else { 0.0 }).collect();
        (total * largest, shares)
    }
}

const ROW: f64 = 40.0;

/// Draws one bar a group, all of the same length, divided among the classes.
pub fn class_distribution(data: &ClassDistribution) -> Figure {
    let (mut figure, top) = Figure::titled(&data.title);
    let colour = |index: usize| palette::area(index);
    let entries: Vec<_> = data
        .classes
        .iter()
        .enumerate()
        .map(|(index, name)| Entry {
            name: name.clone(),
            sign: Sign::Square(colour(index).0, colour(index).1),
        })
        .collect();
    let top = legend(&mut figure, &entries, 16.0, top, WIDTH - 16.0) + 4.0;
    let groups: Vec<_> = data.groups.iter().map(|group| (group, group.shares(data.classes.len()))).collect();
    if groups.is_empty() {
        figure.no_data(Area::new(0.0, top, WIDTH, top + 60.0));
        figure.height = top + 74.0;
        figure.description = "No data.".into();
        return figure;
    }
    let cut = |name: &str| font::fit(name, AXIS_TITLE, Weight::Regular, 0.3 * WIDTH);
    let names = groups.iter().map(|(group, _)| font::width(&cut(&group.name), AXIS_TITLE, Weight::Regular));
    let left = 16.0 + names.fold(0.0, f64::max) + 12.0;
    let totals: Vec<_> = groups.iter().map(|(_, (total, _))| format!("n = {}", count(*total))).collect();
    let right =
        WIDTH - 30.0 - totals.iter().map(|text| font::width(text, TICK, Weight::Regular)).fold(0.0, f64::max);
    let mut described = Vec::new();
    for (index, ((group, (total, shares)), text)) in groups.iter().zip(&totals).enumerate() {
        let middle = top + ROW * (index as f64 + 0.5);
        let bar = Area::new(left, middle - 14.0, right, middle + 14.0);
        figure
            .words(Words::new((left - 12.0, middle + 4.3), cut(&group.name), AXIS_TITLE).anchor(Anchor::End));
        figure.words(Words::new((right + 14.0, middle + 4.0), text.as_str(), TICK).paint(Paint::Muted));
        if *total > 0.0 {
            bars(&mut figure, bar, shares);
            let listed = data.classes.iter().zip(shares).filter(|(_, share)| **share > 0.0);
            let listed: Vec<_> =
                listed.map(|(class, share)| format!("{class} {}", percent(*share))).collect();
            described.push(format!("{} ({text}): {}", group.name, listed.join(", ")));
        } else {
            figure.rectangle(bar, Paint::Grid, 0.6);
            figure.no_data(bar);
            described.push(format!("{}: no data", group.name));
        }
    }
    let bottom = top + ROW * groups.len() as f64 + 2.0;
    for quarter in 0..=4 {
        let x = left + (right - left) * f64::from(quarter) / 4.0;
        figure.line((x, bottom), (x, bottom + 4.0), Stroke::solid(Paint::Muted, 1.0));
        let label = format!("{} %", quarter * 25);
        figure.words(Words::new((x, bottom + 18.0), label, TICK).anchor(Anchor::Middle).paint(Paint::Muted));
    }
    figure.line((left, bottom), (right, bottom), Stroke::solid(Paint::Muted, 1.0));
    figure.height = bottom + 32.0;
    figure.description = font::described(&format!("Shares of the classes. {}.", described.join(". ")));
    figure
}

/// Draws one group's bar, with the shares written where they fit.
fn bars(figure: &mut Figure, bar: Area, shares: &[f64]) {
    let mut x = bar.left;
    for (index, &share) in shares.iter().enumerate() {
        let end = x + share * bar.width();
        let (paint, opacity) = palette::area(index);
        // A hair of paper between neighbours.
        let part = Area::new(x, bar.top, (end - 1.0).max(x + 0.3), bar.bottom);
        figure.rectangle(part, Paint::Colour(255, 255, 255), 1.0);
        figure.rectangle(part, paint, opacity);
        let text = percent(share);
        if font::width(&text, TICK, Weight::Regular) + 6.0 <= part.width() {
            let at = (part.centre().0, bar.centre().1 + 4.0);
            figure
                .words(Words::new(at, text, TICK).anchor(Anchor::Middle).paint(palette::on(paint, opacity)));
        }
        x = end;
    }
}

fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent > 0.0 && percent < 1.0 { "<1 %".into() } else { format!("{percent:.0} %") }
}
