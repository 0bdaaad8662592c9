//! Features as numbers of bins, one byte each.

use rayon::prelude::*;

use crate::Matrix;

/// A bin holds at least so many rows, as in LightGBM.
const ROWS_IN_BIN: usize = 3;

/// One feature of the training rows.
pub(super) struct Column {
    /// The bin of each row; `bins()` where the value is missing.
    pub(super) codes: Vec<u8>,
    /// The smallest and the largest value in each bin.
    ranges: Vec<(f64, f64)>,
}

impl Column {
    /// The number of bins, the one of missing values not among them.
    #[inline]
    pub(super) fn bins(&self) -> usize {
        self.ranges.len()
    }

    /// A threshold with bin `below` on or under it and bin `above` over it: the midpoint where that is a number of its
    /// own; with nothing above, infinity.
    pub(super) fn threshold(&self, below: u8, above: Option<u8>) -> f64 {
        let low = self.ranges[usize::from(below)].1;
        let Some(above) = above else { return f64::INFINITY };
        let high = self.ranges[usize::from(above)].0;
        let middle = 0.5 * low + 0.5 * high;
        if middle >= low && middle < high { middle } else { low }
    }
}

/// Codes every feature of the rows.
pub(super) fn code(x: &Matrix, rows: &[u32], max_bins: usize, rows_in_leaf: usize) -> Vec<Column> {
    let least = ROWS_IN_BIN.min(rows_in_leaf);
    (0..x.cols()).into_par_iter().map(|feature| code_column(x, rows, feature, max_bins, least)).collect()
}

fn code_column(x: &Matrix, rows: &[u32], feature: usize, max_bins: usize, least: usize) -> Column {
    let (data, cols) = (x.data(), x.cols());
    // Adding 0 makes the two zeros one.
    let values: Vec<f64> = rows.iter().map(|&row| data[row as usize * cols + feature] + 0.0).collect();
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let ranges = cut(&sorted, max_bins, least);
    let tops: Vec<f64> = ranges.iter().map(|range| range.1).collect();
    let codes = values
        .iter()
        .map(|value| if value.is_nan() { tops.len() } else { tops.partition_point(|top| top < value) } as u8)
        .collect();
    Column { codes, ranges }
}

/// Cuts sorted values into bins of about equally many rows; equal values stay together, and a value that fills a bin on
/// its own has one of its own.
fn cut(sorted: &[f64], max_bins: usize, least: usize) -> Vec<(f64, f64)> {
    let equal = || sorted.chunk_by(|a, b| a == b);
    let distinct = equal().count();
    let bins = max_bins.min(sorted.len() / least).max(1);
    let mut share = sorted.len() as f64 / bins as f64;
    let is_big = |count: usize, share: f64| distinct > max_bins && count as f64 >= share;
    let first_share = share;
    let (mut rest_rows, mut rest_bins) = (sorted.len() as f64, bins as f64);
    for run in equal().filter(|run| is_big(run.len(), first_share)) {
        rest_rows -= run.len() as f64;
        rest_bins -= 1.0;
    }
    share = if distinct <= max_bins { least as f64 } else { rest_rows / rest_bins.max(1.0) };

    let mut ranges: Vec<(f64, f64)> = Vec::with_capacity(distinct.min(bins));
    let (mut in_bin, mut closed) = (0, true);
    let mut runs = equal().peekable();
    while let Some(run) = runs.next() {
        match ranges.last_mut() {
            Some(range) if !closed => range.1 = run[0],
            _ => {
                ranges.push((run[0], run[0]));
                in_bin = 0;
            }
        }
        in_bin += run.len();
        let big = is_big(run.len(), first_share);
        if !big {
            rest_rows -= run.len() as f64;
        }
        let big_next = runs.peek().is_some_and(|next| is_big(next.len(), first_share));
        let full = big || in_bin as f64 >= share || (big_next && in_bin as f64 >= (0.5 * share).max(1.0));
        closed = full && ranges.len() < bins.max(distinct.min(max_bins));
        if closed && distinct > max_bins && !big {
            rest_bins -= 1.0;
            share = rest_rows / rest_bins.max(1.0);
        }
    }
    // The last bin may have got too few.
    if distinct <= max_bins && in_bin < least && ranges.len() > 1 {
        let last = ranges.pop().map_or(f64::NAN, |range| range.1);
        if let Some(range) = ranges.last_mut() {
            range.1 = last;
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column(values: &[f64], max_bins: usize, least: usize) -> Column {
        let rows: Vec<u32> = (0..values.len() as u32).collect();
        code_column(&Matrix::new(values.len(), 1, values.to_vec()).unwrap(), &rows, 0, max_bins, least)
    }

    #[test]
    fn few_values_are_told_apart() {
        let coded = column(&[3.0, f64::NAN, -0.0, 0.0, 3.0, -7.5], 255, 1);
        assert_eq!(coded.codes, [2, 3, 1, 1, 2, 0]);
        assert_eq!(coded.threshold(0, Some(1)), -3.75);
        assert_eq!(coded.threshold(2, None), f64::INFINITY);
    }

    #[test]
    fn bins_have_their_least_rows() {
        let coded = column(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 255, 3);
        assert_eq!(coded.codes, [0, 0, 0, 1, 1, 1, 1]);
    }

    #[test]
    fn nothing_but_missing_values_has_no_bin() {
        let coded = column(&[f64::NAN, f64::NAN], 255, 3);
        assert_eq!((coded.bins(), coded.codes), (0, vec![0, 0]));
    }

    #[test]
    fn a_value_of_most_rows_leaves_room_for_the_others() {
        let values: Vec<f64> = (0..1000).map(|row| f64::from((row - 900).max(0))).collect();
        let coded = column(&values, 20, 3);
        assert!((18..=20).contains(&coded.bins()), "{}", coded.bins());
        assert_eq!(coded.codes[900], 0);
        assert!(coded.codes[901] > 0);
    }

    proptest! {
        #[test]
        fn thresholds_send_the_training_rows_where_their_codes_do(
            values in prop::collection::vec(prop_oneof![any::<f64>().prop_filter("finite", |v| v.is_finite()),
                -3.0..3.0, (0i32..5).prop_map(f64::from), Just(f64::MIN_POSITIVE), Just(5e-324), Just(0.0)], 1..400),
            max_bins in 2usize..100,
            least in 1usize..4,
        ) {
            let coded = column(&values, max_bins, least);
            prop_assert!(coded.bins() <= max_bins);
            let mut counts = vec![0; coded.bins()];
            coded.codes.iter().for_each(|&code| counts[usize::from(code)] += 1);
            prop_assert!(counts.iter().all(|&count| count > 0));
            let codes: Vec<u8> = (0..coded.bins() as u8).collect();
            for pair in codes.windows(2) {
                let threshold = coded.threshold(pair[0], Some(pair[1]));
                for (value, &code) in values.iter().zip(&coded.codes) {
                    prop_assert_eq!(code <= pair[0], *value <= threshold);
                }
            }
        }

        #[test]
        fn bins_hold_about_equally_many_rows(rows in 400usize..2000) {
            let values: Vec<f64> = (0..rows).map(|row| (row as f64 - 100.0).powi(3)).collect();
            let coded = column(&values, 50, 3);
            let mut counts = vec![0usize; coded.bins()];
            coded.codes.iter().for_each(|&code| counts[usize::from(code)] += 1);
            prop_assert_eq!(counts.len(), 50);
            prop_assert!(counts.iter().all(|&count| count.abs_diff(rows / 50) <= 1), "{:?}", counts);
        }
    }
}
