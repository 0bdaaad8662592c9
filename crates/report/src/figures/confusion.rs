//! The confusion matrix.

use crate::figure::{AXIS_TITLE, Figure, TICK, WIDTH};
use crate::font::{self, Weight};
use crate::labels::count;
use crate::outline::{Anchor, Area, Paint, Words};
use crate::palette::{self, BLUE};

/// The data of [`confusion`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Confusion {
    /// The figure's title.
    pub title: String,
    /// The classes' names.
    pub classes: Vec<String>,
    /// How many objects of each true class (row) were given each class (column). Missing or negative numbers count as none.
    pub counts: Vec<Vec<f64>>,
}

/// The widest name.
const NAMES: f64 = 150.0;
/// The smallest cell with two numbers.
const NUMBERED: f64 = 40.0;

/// Draws a matrix whose cells show the share of the true class, in per cent, and where there is room the number of
/// objects.
pub fn confusion(data: &Confusion) -> Figure {
    let (mut figure, top) = Figure::titled(&data.title);
    let classes = data.classes.len();
    if classes == 0 {
        figure.no_data(Area::new(0.0, top, WIDTH, top + 80.0));
        figure.height = top + 94.0;
        figure.description = "No data.".into();
        return figure;
    }
    let count_of = |row: usize, column: usize| {
        let count = data.counts.get(row).and_then(|row| row.get(column)).copied();
        count.filter(|count| *count > 0.0 && *count < 1e290).unwrap_or(0.0)
    };
    let totals: Vec<f64> =
        (0..classes).map(|row| (0..classes).map(|column| count_of(row, column)).sum()).collect();
    let names: Vec<_> =
        data.classes.iter().map(|name| font::fit(name, AXIS_TITLE, Weight::Regular, NAMES)).collect();
    let widest = names.iter().map(|name| font::width(name, AXIS_TITLE, Weight::Regular)).fold(0.0, f64::max);
    let sums: Vec<_> = totals.iter().map(|total| format!("n = {}", count(*total))).collect();
    let sum_room =
        sums.iter().map(|text| font::width(text, TICK, Weight::Regular)).fold(0.0, f64::max) + 14.0;
    let left = 16.0 + 22.0 + widest + 10.0;
    let cell =
        ((WIDTH - left - sum_room - 16.0) / classes as f64).min(if classes <= 4 { 96.0 } else { 64.0 });
    let side = cell * classes as f64;
    // A small matrix stands in the middle.
    let left = left + ((WIDTH - left - side - sum_room - 16.0) / 2.0).clamp(0.0, 160.0);
    let above = top + 22.0;
    let note = if cell >= NUMBERED {
        "per cent of the true class; below it the number of objects"
    } else {
        "per cent of the true class"
    };
    figure.words(Words::new((left, above - 10.0), note, TICK).paint(Paint::Muted));
    let mut kept = Vec::new();
    for (row, &total) in totals.iter().enumerate() {
        let y = above + cell * row as f64;
        let middle = y + cell / 2.0;
        let name = names.get(row).cloned().unwrap_or_default();
        figure.words(Words::new((left - 10.0, middle + 4.3), name.as_str(), AXIS_TITLE).anchor(Anchor::End));
        let sum = sums.get(row).cloned().unwrap_or_default();
        figure.words(Words::new((left + side + 12.0, middle + 4.0), sum, TICK).paint(Paint::Muted));
        for column in 0..classes {
            let number = count_of(row, column);
            let share = if total > 0.0 { number / total } else { 0.0 };
            let x = left + cell * column as f64;
            let area = Area::new(x + 0.5, y + 0.5, x + cell - 0.5, y + cell - 0.5);
            draw_cell(&mut figure, area, share, number);
            if row == column && total > 0.0 {
                kept.push(format!("{name} {:.0} %", 100.0 * share));
            }
        }
    }
    let bottom = column_names(&mut figure, &names, left, above + side, cell);
    let middle = left + side / 2.0;
    figure.words(Words::new((middle, bottom + 16.0), "predicted class", AXIS_TITLE).anchor(Anchor::Middle));
    let beside = (left - widest - 24.0, above + side / 2.0);
    figure.words(Words::new(beside, "true class", AXIS_TITLE).anchor(Anchor::Middle).turn(-90.0));
    figure.height = bottom + 32.0;
    let kept = if kept.is_empty() { "no data".into() } else { kept.join(", ") };
    figure.description = format!("Confusion matrix. Correctly classified: {kept}.");
    figure
}

fn draw_cell(figure: &mut Figure, area: Area, share: f64, number: f64) {
    figure.rectangle(area, Paint::Cell, 1.0);
    let strength = share.powf(0.8) * 0.95;
    if share > 0.0 {
        figure.rectangle(area, BLUE, strength);
    }
    let (x, y) = area.centre();
    let size = if area.width() < 40.0 { 10.0 } else { 12.5 };
    let text = if number <= 0.0 {
        "·".to_owned()
    } else if share < 0.005 {
        "<1".to_owned()
    } else {
        format!("{:.0}", 100.0 * share)
    };
    if area.width() < font::width(&text, size, Weight::Regular) + 3.0 || area.height() < size {
        return;
    }
    // What is not white must follow the theme: pale cells are dark on a dark ground.
    let paint = match palette::on(BLUE, strength) {
        white @ Paint::Colour(255, 255, 255) => white,
        _ => Paint::Ink,
    };
    let below = count(number);
    let two = number > 0.0
        && area.width() >= NUMBERED - 1.0
        && font::width(&below, 10.0, Weight::Regular) + 4.0 < area.width();
    let y = if two { y } else { y + 4.3 };
    figure.words(Words::new((x, y), text, size).anchor(Anchor::Middle).paint(paint));
    if two {
        figure.words(Words::new((x, y + 14.0), below, 10.0).anchor(Anchor::Middle).paint(paint));
    }
}

/// Writes the names below the columns, slanted where they are wider than a cell; the y below them.
fn column_names(figure: &mut Figure, names: &[String], left: f64, top: f64, cell: f64) -> f64 {
    let widest = names.iter().map(|name| font::width(name, AXIS_TITLE, Weight::Regular)).fold(0.0, f64::max);
    let level = widest + 6.0 <= cell;
    for (index, name) in names.iter().enumerate() {
        let x = left + cell * (index as f64 + 0.5);
        let words = Words::new((x, top + 18.0), name.as_str(), AXIS_TITLE);
        figure.words(if level {
            words.anchor(Anchor::Middle)
        } else {
            Words { at: (x + 4.0, top + 14.0), ..words }.anchor(Anchor::End).turn(-45.0)
        });
    }
    if level { top + 24.0 } else { top + 20.0 + widest * std::f64::consts::FRAC_1_SQRT_2 }
}
