//! All rows against all queries.
//!
//! Most rows are far away, and single precision suffices to see it: |a − b|² = |a|² + |b|² − 2 a·b, with its rounding
//! errors bounded, is computed for sixteen rows at a time; only rows that may be near enough have their distance
//! computed in double precision from the differences. So the result is exact.

use super::nearest::Nearest;
use crate::Matrix;
use crate::distance::squared_distance;

/// Rows side by side.
const LANES: usize = 16;
/// Panels of [`LANES`] rows hold at most so many numbers together before the next queries come: they stay in the
/// innermost cache.
const TILE_VALUES: usize = 5000;
/// Differences smaller than this (the largest is about 1) may be lost in single precision.
const LEAST: f64 = 1e-30;
/// Queries further out than this, squared, are compared in double precision.
const FURTHEST: f64 = 1e30;

/// Rows prepared for many queries.
pub(super) struct Scan {
    cols: usize,
    centre: Vec<f64>,
    /// A power of two that brings the values into ±1.
    unit: f64,
    /// How far a computed square may be off, in shares of |a|² + |b|².
    slack: f64,
    /// −2 b, panel after panel; in each column after column.
    panels: Vec<[f32; LANES]>,
    /// |b|² (1 − slack); NaN, which is never near, where a panel has no row.
    squares: Vec<[f32; LANES]>,
}

impl Scan {
    pub(super) fn new(x: &Matrix) -> Self {
        let (rows, cols) = (x.rows(), x.cols());
        let mut centre = vec![0.0; cols];
        for row in 0..rows {
            centre.iter_mut().zip(x.row(row)).for_each(|(sum, value)| *sum += value / rows as f64);
        }
        let largest = (0..rows)
            .flat_map(|row| x.row(row).iter().zip(&centre))
            .fold(0.0, |largest: f64, (a, b)| largest.max((a - b).abs()));
        let unit = (-largest.log2().ceil().clamp(-400.0, 400.0)).exp2();
        let slack = 2.0 * (cols + 8) as f64 * f64::from(f32::EPSILON);
        let count = rows.div_ceil(LANES);
        let mut scan = Self {
            cols,
            centre,
            unit,
            slack,
            panels: vec![[0.0; LANES]; count * cols],
            squares: vec![[f32::NAN; LANES]; count],
        };
        let mut own = vec![0.0; cols];
        for row in 0..rows {
            let square = scan.place(x.row(row), &mut own);
            let (panel, lane) = (row / LANES, row % LANES);
            for (column, value) in scan.panels[panel * cols..][..cols].iter_mut().zip(&own) {
                column[lane] = -2.0 * *value as f32;
            }
            scan.squares[panel][lane] = (square * (1.0 - slack)) as f32;
        }
        scan
    }

    /// The row in this scan's units, and its squared length.
    fn place(&self, row: &[f64], own: &mut [f64]) -> f64 {
        let mut square = 0.0;
        for ((own, value), centre) in own.iter_mut().zip(row).zip(&self.centre) {
            *own = (value - centre) * self.unit;
            square += *own * *own;
        }
        square
    }

    /// The nearest rows of `x`, from which the scan was made, to each of the queries.
    pub(super) fn search(&self, x: &Matrix, queries: &[f64], nearest: &mut [Nearest]) {
        let cols = self.cols;
        let mut own = vec![0.0; cols];
        let mut small = Vec::with_capacity(queries.len());
        let mut squares = Vec::with_capacity(nearest.len());
        for query in queries.chunks_exact(cols) {
            squares.push(self.place(query, &mut own));
            small.extend(own.iter().map(|value| *value as f32));
        }
        let tile = (TILE_VALUES / (LANES * cols)).max(1);
        for (number, (panels, own_squares)) in
            self.panels.chunks(tile * cols).zip(self.squares.chunks(tile)).enumerate()
        {
            let first = number * tile;
            for pair in (0..nearest.len()).step_by(2) {
                let count = (nearest.len() - pair).min(2);
                if squares[pair..pair + count].iter().any(|square| *square >= FURTHEST) {
                    for query in pair..pair + count {
                        let rows = first * LANES..((first + own_squares.len()) * LANES).min(x.rows());
                        search_exactly(x, rows, &queries[query * cols..][..cols], &mut nearest[query]);
                    }
                    continue;
                }
                // The last query of an odd number is its own companion.
                let at = [pair, pair + count - 1];
                let small = at.map(|query| &small[query * cols..][..cols]);
                let mut limits = at.map(|query| self.limit(squares[query], nearest[query].limit()));
                for (panel, (columns, squares_here)) in panels.chunks_exact(cols).zip(own_squares).enumerate()
                {
                    let values = bounds(columns, squares_here, small);
                    for lane in 0..count {
                        let limit = limits[lane];
                        if !values[lane].iter().fold(false, |any, value| any | (*value <= limit)) {
                            continue;
                        }
                        let (query, first_row) = (pair + lane, (first + panel) * LANES);
                        for (row, value) in (first_row..).zip(values[lane]) {
                            if value <= limit {
                                let square = squared_distance(&queries[query * cols..][..cols], x.row(row));
                                nearest[query].offer(square, row as u32);
                            }
                        }
                        limits[lane] = self.limit(squares[query], nearest[query].limit());
                    }
                }
            }
        }
    }

    /// What a value by [`bounds`] may be at most if the row is within a squared distance of a query.
    fn limit(&self, query: f64, square: f64) -> f32 {
        let limit = square * self.unit * self.unit * (1.0 + 1e-9) - query * (1.0 - self.slack) + LEAST;
        (limit as f32).next_up()
    }
}

/// |b|² − 2 a·b, a little less at most, for the sixteen rows b of a panel and two queries a.
#[inline]
fn bounds(columns: &[[f32; LANES]], squares: &[f32; LANES], queries: [&[f32]; 2]) -> [[f32; LANES]; 2] {
    let (mut first, mut second) = (*squares, *squares);
    for ((column, a), b) in columns.iter().zip(queries[0]).zip(queries[1]) {
        for lane in 0..LANES {
            first[lane] += a * column[lane];
            second[lane] += b * column[lane];
        }
    }
    [first, second]
}

/// The plain search, over some rows.
pub(super) fn search_exactly(x: &Matrix, rows: std::ops::Range<usize>, query: &[f64], nearest: &mut Nearest) {
    for row in rows {
        nearest.offer(squared_distance(query, x.row(row)), row as u32);
    }
}
