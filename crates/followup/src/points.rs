//! Points in a space of many axes, and how far they lie apart.

use hesper_learn::Matrix;

/// Points of single precision, one after another, each padded with zeros to whole vectors of numbers: distances
/// are what the strategies spend their time on, and seven digits of them are enough.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Points {
    rows: usize,
    axes: usize,
    stride: usize,
    data: Vec<f32>,
}

/// Numbers that are summed side by side.
pub(crate) const LANES: usize = 8;

impl Points {
    /// The rows of a table; what is not finite becomes 0.
    pub fn new(table: &Matrix) -> Self {
        Self::from_values(table.rows(), table.cols(), |row, axis| table.row(row)[axis] as f32)
    }

    /// Points from a function of row and axis; what is not finite becomes 0.
    pub(crate) fn from_values(rows: usize, axes: usize, value: impl Fn(usize, usize) -> f32) -> Self {
        let stride = axes.next_multiple_of(LANES);
        let mut data = vec![0.0; rows * stride];
        for row in 0..rows {
            for (axis, to) in data[row * stride..][..axes].iter_mut().enumerate() {
                let value = value(row, axis);
                *to = if value.is_finite() { value } else { 0.0 };
            }
        }
        Self { rows, axes, stride, data }
    }

    /// The number of points.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of axes.
    pub fn axes(&self) -> usize {
        self.axes
    }

    /// One point; its length is the number of axes, rounded up.
    ///
    /// # Panics
    /// When there is no such point, as indexing a slice does.
    pub fn point(&self, row: usize) -> &[f32] {
        &self.data[row * self.stride..(row + 1) * self.stride]
    }
}

/// The squared Euclidean distance of two points.
pub(crate) fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += (a - b) * (a - b);
        }
    }
    total(sums)
}

/// The scalar product of two points.
pub(crate) fn product(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    total(sums)
}

fn total(sums: [f32; LANES]) -> f32 {
    ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn distances_and_products_are_the_plain_sums(
            pairs in proptest::collection::vec((-9.0f64..9.0, -9.0f64..9.0), 0..40)
        ) {
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
            let points = Points::new(&Matrix::new(2, a.len(), [a, b].concat()).unwrap());
            let distance: f64 = pairs.iter().map(|(a, b)| (a - b).powi(2)).sum();
            let scalar: f64 = pairs.iter().map(|(a, b)| a * b).sum();
            let (a, b) = (points.point(0), points.point(1));
            prop_assert!((f64::from(squared_distance(a, b)) - distance).abs() < 1e-4 * (1.0 + distance));
            prop_assert!((f64::from(product(a, b)) - scalar).abs() < 1e-2);
        }
    }

    #[test]
    fn missing_values_lie_at_the_origin() {
        let table = Matrix::from_rows(&[[f64::NAN, 1.0], [f64::INFINITY, f64::NEG_INFINITY]]).unwrap();
        let points = Points::new(&table);
        assert_eq!((points.rows(), &points.point(0)[..3]), (2, [0.0, 1.0, 0.0].as_slice()));
        assert!(points.point(1).iter().all(|value| *value == 0.0));
    }
}
