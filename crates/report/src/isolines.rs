//! Outlines of a density on a grid.

use crate::axis::usable;
use crate::outline::Point;

/// A density on a grid whose coordinates increase; what is missing or negative is nothing. Scaled to a largest of 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grid {
    x: Vec<f64>,
    y: Vec<f64>,
    values: Vec<f64>,
}

/// The places of usable numbers in increasing order, each number once.
pub(crate) fn increasing(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).filter(|&index| usable(values[index]).is_some()).collect();
    order.sort_by(|&one, &other| values[one].total_cmp(&values[other]));
    // As numbers: −0 and 0 are the same place.
    order.dedup_by(|one, other| values[*one] == values[*other]);
    order
}

impl Grid {
    /// The grid of `density`, row by row (`density[row × x.len() + column]`). Nothing if it has fewer than two rows or
    /// columns, or nowhere a density.
    pub(crate) fn new(x: &[f64], y: &[f64], density: &[f64]) -> Option<Self> {
        let (columns, rows) = (increasing(x), increasing(y));
        if columns.len() < 2 || rows.len() < 2 {
            return None;
        }
        let value = |row: usize, column: usize| {
            let value = density.get(row * x.len() + column).copied().and_then(usable).unwrap_or(0.0);
            value.max(0.0)
        };
        let mut values: Vec<f64> =
            rows.iter().flat_map(|&row| columns.iter().map(move |&column| value(row, column))).collect();
        let most = values.iter().copied().fold(0.0, f64::max);
        if most <= 0.0 {
            return None;
        }
        values.iter_mut().for_each(|value| *value /= most);
        Some(Self {
            x: columns.iter().map(|&column| x[column]).collect(),
            y: rows.iter().map(|&row| y[row]).collect(),
            values,
        })
    }

    /// The density above which lies a share of the whole: the densities are sorted, their masses (density times the cell
    /// around the point) summed from the highest, and the density interpolated where the sum reaches the share.
    pub(crate) fn level(&self, probability: f64) -> f64 {
        let (across, down) = (widths(&self.x), widths(&self.y));
        let mass =
            |index: usize| self.values[index] * across[index % across.len()] * down[index / across.len()];
        let mut order: Vec<usize> = (0..self.values.len()).collect();
        order.sort_by(|&one, &other| self.values[other].total_cmp(&self.values[one]).then(one.cmp(&other)));
        let target = probability * order.iter().map(|&index| mass(index)).sum::<f64>();
        let mut sum = 0.0;
        for (place, &index) in order.iter().enumerate() {
            let next = sum + mass(index);
            if next >= target && next > 0.0 {
                let low = self.values[index];
                // A single point that holds all: half its height, so that there is something to see.
                let Some(before) = place.checked_sub(1) else {
                    let second = order.get(1).map_or(0.0, |&second| self.values[second]);
                    return if second == low { low } else { (low + second) / 2.0 };
                };
                let high = self.values[order[before]];
                return high + (low - high) * ((target - sum) / (next - sum)).clamp(0.0, 1.0);
            }
            sum = next;
        }
        self.values.iter().copied().filter(|value| *value > 0.0).fold(1.0, f64::min)
    }

    /// The closed outlines of the region where the density reaches a positive level (marching squares, linear along the
    /// cells' sides; saddles are decided by the mean of the corners). The region lies to the left with y upwards, so that
    /// outlines of holes run the other way round. At the grid's edge the outline follows the edge.
    pub(crate) fn outlines(&self, level: f64) -> Vec<Vec<Point>> {
        // A rim below all levels closes the outlines.
        let (width, height) = (self.x.len() + 2, self.y.len() + 2);
        let value = |column: usize, row: usize| {
            let inside = (1..width - 1).contains(&column) && (1..height - 1).contains(&row);
            if inside { self.values[(row - 1) * self.x.len() + column - 1] } else { -1.0 }
        };
        const NONE: usize = usize::MAX;
        let mut next = vec![NONE; 2 * width * height];
        for row in 0..height - 1 {
            for column in 0..width - 1 {
                let corners = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)];
                let here = corners.map(|(column, row)| value(column, row));
                let side = 2 * (row * width + column);
                let sides = [side, side + 3, side + 2 * width, side + 1];
                let high = here.map(|value| value >= level);
                let leaves: Vec<usize> = (0..4).filter(|&at| high[at] && !high[(at + 1) % 4]).collect();
                let enters = |at: usize| !high[at] && high[(at + 1) % 4];
                let joined = leaves.len() == 1 || here.iter().sum::<f64>() / 4.0 >= level;
                for leave in leaves {
                    let steps = if joined { [1, 2, 3] } else { [3, 2, 1] };
                    if let Some(enter) = steps.iter().map(|step| (leave + step) % 4).find(|&at| enters(at)) {
                        next[sides[leave]] = sides[enter];
                    }
                }
            }
        }
        let coordinate = |values: &[f64], at: usize| values[at.clamp(1, values.len()) - 1];
        let point = |side: usize| {
            let (column, row) = (side / 2 % width, side / 2 / width);
            let (to_column, to_row) =
                if side.is_multiple_of(2) { (column + 1, row) } else { (column, row + 1) };
            let (from, to) = (value(column, row), value(to_column, to_row));
            let share = ((level - from) / (to - from)).clamp(0.0, 1.0);
            let between = |one: f64, other: f64| one + share * (other - one);
            (
                between(coordinate(&self.x, column), coordinate(&self.x, to_column)),
                between(coordinate(&self.y, row), coordinate(&self.y, to_row)),
            )
        };
        let mut outlines = Vec::new();
        for first in 0..next.len() {
            let mut outline = Vec::new();
            let mut side = first;
            while next[side] != NONE {
                outline.push(point(side));
                side = std::mem::replace(&mut next[side], NONE);
            }
            if outline.len() > 2 {
                outlines.push(outline);
            }
        }
        outlines
    }

    /// Whether the line between two places runs along the grid's edge.
    pub(crate) fn on_edge(&self, one: Point, other: Point) -> bool {
        let ends = |values: &[f64]| [values.first().copied(), values.last().copied()];
        ends(&self.x).iter().any(|end| *end == Some(one.0) && *end == Some(other.0))
            || ends(&self.y).iter().any(|end| *end == Some(one.1) && *end == Some(other.1))
    }
}

/// The width of the cell around each coordinate, as a share of the whole.
fn widths(values: &[f64]) -> Vec<f64> {
    let whole = values[values.len() - 1] - values[0];
    (0..values.len())
        .map(|at| (values[(at + 1).min(values.len() - 1)] - values[at.saturating_sub(1)]) / 2.0 / whole)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Twice the signed area, positive with the inside to the left.
    fn area(outline: &[Point]) -> f64 {
        let ends = outline.iter().zip(outline.iter().cycle().skip(1));
        ends.map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>() / 2.0
    }

    fn line(from: f64, to: f64, count: u32) -> Vec<f64> {
        (0..count).map(|at| from + (to - from) * f64::from(at) / f64::from(count - 1)).collect()
    }

    fn on(x: &[f64], y: &[f64], density: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        y.iter().flat_map(|y| x.iter().map(|x| density(*x, *y)).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn a_gaussian_has_the_ellipses_of_its_probabilities() {
        let (x, y) = (line(-6.0, 6.0, 161), line(-12.0, 12.0, 141));
        let grid = Grid::new(&x, &y, &on(&x, &y, |x, y| (-0.5 * (x * x + y * y / 4.0)).exp())).unwrap();
        for probability in [0.393_469, 0.683, 0.954] {
            // The density is exp(−r²/2), the mass within r is 1 − exp(−r²/2).
            let level = grid.level(probability);
            assert!((level - (1.0 - probability)).abs() < 2e-3, "{probability} {level}");
            let outlines = grid.outlines(level);
            assert_eq!(outlines.len(), 1);
            let expected = std::f64::consts::PI * 2.0 * -2.0 * (1.0 - probability).ln();
            // Points are inside or outside as wholes: the masses have the noise of counting them.
            assert!((area(&outlines[0]) / expected - 1.0).abs() < 1e-2, "{probability}");
        }
    }

    #[test]
    fn holes_run_backwards_and_edges_close() {
        let axis = line(-2.0, 2.0, 81);
        let ring =
            Grid::new(&axis, &axis, &on(&axis, &axis, |x, y| (-8.0 * (x.hypot(y) - 1.0).powi(2)).exp()));
        let mut areas: Vec<f64> = ring.unwrap().outlines(0.5).iter().map(|outline| area(outline)).collect();
        areas.sort_by(f64::total_cmp);
        assert_eq!(areas.len(), 2);
        assert!(areas[0] < 0.0 && areas[1] > 0.0);
        let flat = Grid::new(&[0.0, 1.0, 3.0], &[0.0, 2.0], &[1.0; 6]).unwrap();
        let outlines = flat.outlines(flat.level(0.683));
        assert_eq!(outlines.len(), 1);
        assert!((area(&outlines[0]) - 6.0).abs() < 1e-12);
        assert!(
            outlines[0].iter().zip(outlines[0].iter().cycle().skip(1)).all(|(a, b)| flat.on_edge(*a, *b))
        );
    }

    #[test]
    fn the_mean_decides_a_saddle() {
        let saddle = |low: f64| Grid::new(&[0.0, 1.0], &[0.0, 1.0], &[1.0, low, low, 1.0]).unwrap();
        assert_eq!(saddle(0.4).outlines(0.5).len(), 1);
        assert_eq!(saddle(0.0).outlines(0.6).len(), 2);
    }

    #[test]
    fn turned_axes_and_gaps_are_borne() {
        let up = Grid::new(&[0.0, 1.0, 2.0], &[0.0, 1.0], &[1.0, 2.0, 3.0, 4.0, f64::NAN, -1.0]).unwrap();
        let down = Grid::new(
            &[2.0, 1.0, 0.0, f64::NAN],
            &[1.0, 0.0],
            &[-1.0, f64::NAN, 4.0, 9.0, 3.0, 2.0, 1.0, 9.0],
        );
        assert_eq!(Some(up), down);
        assert!(Grid::new(&[0.0, 0.0], &[0.0, 1.0], &[1.0; 4]).is_none());
        assert!(Grid::new(&[0.0, 1.0], &[0.0, 1.0], &[f64::NAN; 4]).is_none());
    }

    proptest! {
        #[test]
        fn outlines_enclose_what_is_above(values in prop::collection::vec(0.0..1.0f64, 30), level in 0.05..0.95f64) {
            let (x, y) = (line(0.0, 5.0, 6), line(0.0, 4.0, 5));
            let grid = Grid::new(&x, &y, &values).unwrap();
            let outlines = grid.outlines(level);
            // Winding numbers: 1 around every point above the level, 0 around the others.
            for (index, value) in grid.values.iter().enumerate().filter(|(_, value)| (*value - level).abs() > 1e-3) {
                let (px, py) = ((index % 6) as f64, (index / 6) as f64);
                // Points on the rim lie on outlines: look a little inside.
                let (px, py) = (px + 1e-5 * (2.5 - px), py + 1e-5 * (2.0 - py));
                let turns: f64 = outlines.iter().flat_map(|outline| {
                    outline.iter().zip(outline.iter().cycle().skip(1)).map(|(a, b)| {
                        let (ax, ay, bx, by) = (a.0 - px, a.1 - py, b.0 - px, b.1 - py);
                        (ax * by - ay * bx).atan2(ax * bx + ay * by)
                    }).collect::<Vec<_>>()
                }).sum();
                let expected = if *value >= level { std::f64::consts::TAU } else { 0.0 };
                prop_assert!((turns - expected).abs() < 1e-3, "{index} {value} {level} {turns}");
            }
        }
    }
}
