use burn_tensor::{Tensor, TensorData};
use hesper_learn::{Error, Matrix};

use crate::Pass;

/// A table in 32-bit numbers, out of which batches are taken: inputs, targets, weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    columns: usize,
    values: Vec<f32>,
}

impl Rows {
    /// A table of so many columns from its values, row after row.
    ///
    /// # Errors
    /// When the values do not make whole rows, or there are no columns.
    pub fn new(columns: usize, values: Vec<f32>) -> Result<Self, Error> {
        if columns == 0 {
            return Err(Error::NoFeatures);
        }
        if !values.len().is_multiple_of(columns) {
            let expected = values.len().next_multiple_of(columns);
            return Err(Error::Shape { what: "values of a table", expected, actual: values.len() });
        }
        Ok(Self { columns, values })
    }

    /// The rows with these numbers, in 32 bits.
    ///
    /// # Errors
    /// No columns; a missing value; a value that is infinite in 32 bits.
    ///
    /// # Panics
    /// When there is no such row, as indexing a slice does.
    pub fn from_matrix(x: &Matrix, rows: &[usize]) -> Result<Self, Error> {
        let mut values = Vec::with_capacity(rows.len() * x.cols());
        for &row in rows {
            for (column, &value) in x.row(row).iter().enumerate() {
                let narrow = value as f32;
                if narrow.is_nan() {
                    return Err(Error::Missing { row, column });
                }
                if narrow.is_infinite() {
                    return Err(Error::Infinite { row, column, value });
                }
                values.push(narrow);
            }
        }
        Self::new(x.cols(), values)
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.values.len() / self.columns
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The rows with these numbers as a tensor, on the device of the pass; no derivatives are taken with respect to it.
    ///
    /// # Panics
    /// When there is no such row, as indexing a slice does.
    pub fn select(&self, rows: &[usize], pass: &Pass<'_>) -> Tensor<2> {
        let mut values = Vec::with_capacity(rows.len() * self.columns);
        for row in rows {
            values.extend_from_slice(&self.values[row * self.columns..][..self.columns]);
        }
        Tensor::from_data(TensorData::new(values, [rows.len(), self.columns]), pass.device())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_checked() {
        assert_eq!(Rows::new(2, vec![0.0; 6]).unwrap().len(), 3);
        assert!(Rows::new(2, vec![0.0; 5]).is_err() && Rows::new(0, vec![]).is_err());
        let one =
            |value: f64| Rows::from_matrix(&Matrix::new(2, 2, vec![value, value, 0.0, value]).unwrap(), &[1]);
        assert!(one(1.5).is_ok());
        assert!(matches!(one(f64::NAN), Err(Error::Missing { row: 1, column: 1 })));
        assert!(matches!(one(1e39), Err(Error::Infinite { row: 1, column: 1, .. })));
    }
}
