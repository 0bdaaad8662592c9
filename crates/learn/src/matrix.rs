use crate::Error;

/// A dense table of numbers, row after row. NaN stands for a missing value.
///
/// ```
/// let table = hesper_learn::Matrix::new(2, 3, vec![1.0, 2.0, 3.0, 4.0, f64::NAN, 6.0])?;
/// assert_eq!(table.row(1)[2], 6.0);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    rows: usize,
    cols: usize,
    data: Vec<f64>,
}

impl Matrix {
    /// A table of `rows` × `cols` from its values, row after row.
    ///
    /// # Errors
    /// When `data` does not hold `rows * cols` values.
    pub fn new(rows: usize, cols: usize, data: Vec<f64>) -> Result<Self, Error> {
        let expected = rows.checked_mul(cols).ok_or(Error::TooLarge {
            what: "rows of a table",
            actual: rows,
            limit: usize::MAX / cols.max(1),
        })?;
        Error::check_length("values of a table", expected, data.len())?;
        Ok(Self { rows, cols, data })
    }

    /// A table from its rows, which must be of one length.
    ///
    /// # Errors
    /// When a row is longer or shorter than the first.
    pub fn from_rows<R: AsRef<[f64]>>(rows: &[R]) -> Result<Self, Error> {
        let cols = rows.first().map_or(0, |row| row.as_ref().len());
        let mut data = Vec::with_capacity(rows.len() * cols);
        for row in rows {
            Error::check_length("values of a row", cols, row.as_ref().len())?;
            data.extend_from_slice(row.as_ref());
        }
        Ok(Self { rows: rows.len(), cols, data })
    }

    /// A table with the same value everywhere.
    pub(crate) fn filled(rows: usize, cols: usize, value: f64) -> Self {
        Self { rows, cols, data: vec![value; rows * cols] }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// One row.
    ///
    /// # Panics
    /// When there is no such row, as indexing a slice does.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.data[row * self.cols..(row + 1) * self.cols]
    }

    pub(crate) fn row_mut(&mut self, row: usize) -> &mut [f64] {
        &mut self.data[row * self.cols..(row + 1) * self.cols]
    }

    /// One value, or nothing outside the table.
    pub fn get(&self, row: usize, col: usize) -> Option<f64> {
        (row < self.rows && col < self.cols).then(|| self.data[row * self.cols + col])
    }

    /// The rows with these numbers, in this order; a number may come again.
    ///
    /// # Panics
    /// When there is no such row, as indexing a slice does.
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        let mut data = Vec::with_capacity(rows.len() * self.cols);
        for &row in rows {
            data.extend_from_slice(self.row(row));
        }
        Self { rows: rows.len(), cols: self.cols, data }
    }

    /// One column, copied.
    ///
    /// # Panics
    /// When there is no such column.
    pub fn column(&self, col: usize) -> Vec<f64> {
        assert!(col < self.cols, "column {col} of a table with {}", self.cols);
        (0..self.rows).map(|row| self.data[row * self.cols + col]).collect()
    }

    /// All values, row after row.
    pub fn data(&self) -> &[f64] {
        &self.data
    }

    pub(crate) fn data_mut(&mut self) -> &mut [f64] {
        &mut self.data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_checked() {
        assert!(Matrix::new(2, 2, vec![0.0; 3]).is_err());
        assert!(Matrix::new(usize::MAX, 2, vec![]).is_err());
        assert!(Matrix::from_rows(&[vec![1.0], vec![1.0, 2.0]]).is_err());
        assert_eq!(Matrix::new(0, 4, vec![]).unwrap().rows(), 0);
    }

    #[test]
    fn rows_and_columns_are_where_they_should_be() {
        let table = Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]).unwrap();
        assert_eq!(table.select_rows(&[2, 0, 2]).data(), [5.0, 6.0, 1.0, 2.0, 5.0, 6.0]);
        assert_eq!(table.column(1), [2.0, 4.0, 6.0]);
        assert_eq!(table.get(1, 0), Some(3.0));
        assert_eq!((table.get(3, 0), table.get(0, 2)), (None, None));
    }
}
