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
        let mut queries: Vec<Query<'_>> = queries
            .chunks_exact(cols)
            .zip(nearest)
            .map(|(values, nearest)| {
                let square = self.place(values, &mut own);
                let small = own.iter().map(|value| *value as f32).collect();
                Query { values, square, small, limit: self.limit(square, nearest.limit()), nearest }
            })
            .collect();
        let tile = (TILE_VALUES / (LANES * cols)).max(1);
        let tiles = self.panels.chunks(tile * cols).zip(self.squares.chunks(tile));
        for (number, (panels, squares)) in tiles.enumerate() {
            let first = number * tile * LANES;
            for queries in queries.chunks_mut(2) {
                match queries {
                    queries if queries.iter().any(|query| query.square >= FURTHEST) => {
                        for query in queries {
                            let rows = first..(first + squares.len() * LANES).min(x.rows());
                            rows.for_each(|row| query.offer(x, row));
                        }
                    }
                    [a, b] => self.visit(x, first, panels, squares, [a, b]),
                    [a] => self.visit(x, first, panels, squares, [a]),
                    _ => {}
                }
            }
        }
    }

    /// Offers the rows of some panels, the first of which is `first`, to some queries.
    fn visit<const N: usize>(
        &self,
        x: &Matrix,
        first: usize,
        panels: &[[f32; LANES]],
        squares: &[[f32; LANES]],
        mut queries: [&mut Query<'_>; N],
    ) {
        let mut limits = [0.0; N];
        for (limit, query) in limits.iter_mut().zip(&queries) {
            *limit = query.limit;
        }
        for (panel, (columns, squares)) in panels.chunks_exact(self.cols).zip(squares).enumerate() {
            let values = bounds(columns, squares, queries.each_ref().map(|query| &*query.small));
            let mut any = false;
            for (values, limit) in values.iter().zip(&limits) {
                for value in values {
                    any |= value <= limit;
                }
            }
            if !any {
                continue;
            }
            for ((query, limit), values) in queries.iter_mut().zip(&mut limits).zip(&values) {
                for (row, value) in (first + panel * LANES..).zip(values) {
                    if value <= limit {
                        query.offer(x, row);
                    }
                }
                query.limit = self.limit(query.square, query.nearest.limit());
                *limit = query.limit;
            }
        }
    }

    /// What a value by [`bounds`] may be at most if the row is within a squared distance of a query.
    fn limit(&self, query: f64, square: f64) -> f32 {
        let limit = square * self.unit * self.unit * (1.0 + 1e-9) - query * (1.0 - self.slack) + LEAST;
        (limit as f32).next_up()
    }
}

/// A row whose neighbours are wanted.
struct Query<'a> {
    values: &'a [f64],
    /// In the scan's units.
    small: Vec<f32>,
    /// The squared length in the scan's units.
    square: f64,
    /// What [`bounds`] may give at most for a row that is near enough.
    limit: f32,
    nearest: &'a mut Nearest,
}

impl Query<'_> {
    /// Computes the distance to a row.
    fn offer(&mut self, x: &Matrix, row: usize) {
        self.nearest.offer(squared_distance(self.values, x.row(row)), row as u32);
    }
}

/// |b|² − 2 a·b, a little less at most, for the sixteen rows b of a panel and each query a.
#[inline]
fn bounds<const N: usize>(
    columns: &[[f32; LANES]],
    squares: &[f32; LANES],
    queries: [&[f32]; N],
) -> [[f32; LANES]; N] {
    let queries = queries.map(|query| &query[..columns.len()]);
    let mut sums = [*squares; N];
    for (at, column) in columns.iter().enumerate() {
        for (sums, query) in sums.iter_mut().zip(queries) {
            for (sum, value) in sums.iter_mut().zip(column) {
                *sum += query[at] * value;
            }
        }
    }
    sums
}
