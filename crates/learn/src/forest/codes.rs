//! Features as small integers: the search for splits compares ranks, not values.

use rayon::prelude::*;

use crate::Matrix;

/// One feature of the training rows.
pub(super) struct Column {
    /// The bin of each row; `bins()` where the value is missing.
    pub(super) codes: Vec<u16>,
    /// The smallest and the largest value in each bin.
    ranges: Vec<(f64, f64)>,
}

impl Column {
    /// The number of bins.
    #[inline]
    pub(super) fn bins(&self) -> u16 {
        self.ranges.len() as u16
    }

    /// A threshold with bin `below` on or under it and bin `above` over it: the midpoint where that is a number of its
    /// own; with nothing above, infinity.
    pub(super) fn threshold(&self, below: u16, above: Option<u16>) -> f64 {
        let low = self.ranges[usize::from(below)].1;
        let Some(above) = above else { return f64::INFINITY };
        let high = self.ranges[usize::from(above)].0;
        let middle = 0.5 * low + 0.5 * high;
        if middle >= low && middle < high { middle } else { low }
    }
}

/// Codes every feature of the rows.
pub(super) fn code(x: &Matrix, rows: &[u32], max_bins: usize) -> Vec<Column> {
    (0..x.cols()).into_par_iter().map(|feature| code_column(x, rows, feature, max_bins)).collect()
}

fn code_column(x: &Matrix, rows: &[u32], feature: usize, max_bins: usize) -> Column {
    let mut sorted: Vec<(u64, u32)> = Vec::with_capacity(rows.len());
    let (data, cols) = (x.data(), x.cols());
    for (place, &row) in rows.iter().enumerate() {
        let value = data[row as usize * cols + feature];
        if !value.is_nan() {
            sorted.push((order_key(value), place as u32));
        }
    }
    sorted.sort_unstable();
    let distinct = sorted.chunk_by(|a, b| a.0 == b.0).count();

    let mut ranges: Vec<(f64, f64)> = Vec::with_capacity(distinct.min(max_bins));
    let mut codes = vec![0; rows.len()];
    let (mut done, mut in_bin) = (0, 0);
    for equal in sorted.chunk_by(|a, b| a.0 == b.0) {
        let value = order_value(equal[0].0);
        // A bin is full when the rows so far are its share; equal values stay together.
        let full = distinct <= max_bins
            || (done * max_bins >= ranges.len() * sorted.len() && in_bin > 0 && ranges.len() < max_bins);
        match ranges.last_mut() {
            Some(range) if !full => range.1 = value,
            _ => {
                ranges.push((value, value));
                in_bin = 0;
            }
        }
        for &(_, place) in equal {
            codes[place as usize] = (ranges.len() - 1) as u16;
        }
        done += equal.len();
        in_bin += equal.len();
    }
    let bins = ranges.len() as u16;
    if sorted.len() < rows.len() {
        for (code, &row) in codes.iter_mut().zip(rows) {
            if data[row as usize * cols + feature].is_nan() {
                *code = bins;
            }
        }
    }
    Column { codes, ranges }
}

/// An integer that orders as the value does; the two zeros are one.
fn order_key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

fn order_value(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column(values: &[f64], max_bins: usize) -> Column {
        let rows: Vec<u32> = (0..values.len() as u32).collect();
        code_column(&Matrix::new(values.len(), 1, values.to_vec()).unwrap(), &rows, 0, max_bins)
    }

    #[test]
    fn few_values_are_told_apart() {
        let coded = column(&[3.0, f64::NAN, -0.0, 0.0, 3.0, -7.5], 255);
        assert_eq!(coded.codes, [2, 3, 1, 1, 2, 0]);
        assert_eq!(coded.threshold(0, Some(1)), -3.75);
        assert_eq!(coded.threshold(2, None), f64::INFINITY);
    }

    #[test]
    fn nothing_but_missing_values_has_no_bin() {
        let coded = column(&[f64::NAN, f64::NAN], 255);
        assert_eq!((coded.bins(), coded.codes), (0, vec![0, 0]));
    }

    proptest! {
        #[test]
        fn thresholds_send_the_training_rows_where_their_codes_do(
            values in prop::collection::vec(prop_oneof![any::<f64>().prop_filter("finite", |v| v.is_finite()),
                -3.0..3.0, (0i32..5).prop_map(f64::from), Just(f64::MIN_POSITIVE), Just(5e-324), Just(0.0)], 1..80),
            max_bins in 2usize..100,
        ) {
            let coded = column(&values, max_bins);
            prop_assert!(usize::from(coded.bins()) <= max_bins);
            for below in 0..coded.bins() - 1 {
                for above in below + 1..coded.bins() {
                    let threshold = coded.threshold(below, Some(above));
                    for (value, &code) in values.iter().zip(&coded.codes) {
                        if code <= below { prop_assert!(*value <= threshold); }
                        if code >= above { prop_assert!(*value > threshold); }
                    }
                }
            }
        }

        #[test]
        fn bins_hold_about_equally_many_rows(rows in 200usize..2000) {
            let values: Vec<f64> = (0..rows).map(|row| (row as f64 - 100.0).powi(3)).collect();
            let coded = column(&values, 50);
            let mut counts = vec![0usize; usize::from(coded.bins())];
            for &code in &coded.codes {
                counts[usize::from(code)] += 1;
            }
            prop_assert_eq!(counts.len(), 50);
            prop_assert!(counts.iter().all(|&count| count.abs_diff(rows / 50) <= 1), "{:?}", counts);
        }
    }

    #[test]
    fn a_value_of_most_rows_leaves_room_for_the_others() {
        let values: Vec<f64> = (0..1000).map(|row| f64::from((row - 900).max(0))).collect();
        let coded = column(&values, 20);
        assert!(coded.bins() >= 3 && coded.bins() <= 20, "{}", coded.bins());
        assert_eq!(coded.codes[900], 0);
        assert!(coded.codes[901] > 0);
    }
}
