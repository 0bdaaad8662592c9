use super::{accuracy::most_probable, check_probabilities, check_scores};
use crate::{Error, Matrix};

/// The rows whose probability falls into one bin.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct ReliabilityBin {
    /// The lower end of the bin, which belongs to the bin before unless it is 0.
    pub lower: f64,
    /// The upper end of the bin, which belongs to it.
    pub upper: f64,
    /// The number of rows.
    pub count: usize,
    /// The mean of their probabilities; NaN without rows.
    pub mean_probability: f64,
    /// The share of them that is positive; NaN without rows.
    pub fraction_positive: f64,
}

/// The reliability curve: in `bins` bins of equal width over 0 to 1, how likely rows were said to be positive and how
/// often they were. Empty bins are kept.
///
/// # Errors
/// When the lists differ in length or are empty, a probability is not from 0 to 1, or `bins` is 0.
pub fn reliability_curve(
    positive: &[bool],
    probabilities: &[f64],
    bins: usize,
) -> Result<Vec<ReliabilityBin>, Error> {
    let metric = "the reliability curve";
    check_scores(metric, positive, probabilities)?;
    if bins == 0 {
        return Err(Error::Parameter { name: "bins", value: "0".to_owned(), limit: "at least 1" });
    }
    if let Some(row) = probabilities.iter().position(|p| !(0.0..=1.0).contains(p)) {
        let reason = format!("row {row} has the probability {}", probabilities[row]);
        return Err(Error::Metric { metric, reason });
    }
    let mut sums = vec![(0usize, 0.0, 0usize); bins];
    for (&positive, &probability) in positive.iter().zip(probabilities) {
        let bin = ((probability * bins as f64).ceil() as usize).clamp(1, bins) - 1;
        sums[bin].0 += 1;
        sums[bin].1 += probability;
        sums[bin].2 += usize::from(positive);
    }
    let edge = |bin: usize| bin as f64 / bins as f64;
    let bin_of = |(bin, &(count, sum, positives)): (usize, &(usize, f64, usize))| ReliabilityBin {
        lower: edge(bin),
        upper: edge(bin + 1),
        count,
        mean_probability: sum / count as f64,
        fraction_positive: positives as f64 / count as f64,
    };
    Ok(sums.iter().enumerate().map(bin_of).collect())
}

/// The expected calibration error: the mean over the rows of |mean probability − fraction positive| of their bin, in
/// `bins` bins of equal width (Naeini et al. 2015). For several classes, give it what [`top_label`] returns.
///
/// # Errors
/// As [`reliability_curve`].
pub fn expected_calibration_error(
    positive: &[bool],
    probabilities: &[f64],
    bins: usize,
) -> Result<f64, Error> {
    let curve = reliability_curve(positive, probabilities, bins)?;
    let filled = curve.iter().filter(|bin| bin.count > 0);
    let sum: f64 =
        filled.map(|bin| bin.count as f64 * (bin.mean_probability - bin.fraction_positive).abs()).sum();
    Ok(sum / positive.len() as f64)
}

/// For each row, whether its most probable class is the true one, and the probability of that class.
///
/// # Errors
/// When the numbers of rows differ or are 0, a class is out of range, or a probability is not from 0 to 1.
pub fn top_label(truth: &[u32], probabilities: &Matrix) -> Result<(Vec<bool>, Vec<f64>), Error> {
    check_probabilities("the calibration of the most probable class", truth, probabilities)?;
    let best = most_probable(probabilities);
    let confidence =
        best.iter().enumerate().map(|(row, &class)| probabilities.row(row)[class as usize]).collect();
    Ok((truth.iter().zip(&best).map(|(truth, best)| truth == best).collect(), confidence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let positive = [false, true, true, false, true];
        let probabilities = [0.0, 0.5, 0.6, 0.9, 1.0];
        let curve = reliability_curve(&positive, &probabilities, 2).unwrap();
        assert_eq!((curve[0].count, curve[1].count), (2, 3));
        assert_eq!((curve[0].mean_probability, curve[0].fraction_positive), (0.25, 0.5));
        assert_eq!((curve[1].lower, curve[1].upper), (0.5, 1.0));
        let expected = (2.0 * 0.25 + 3.0 * (2.5f64 / 3.0 - 2.0 / 3.0)) / 5.0;
        assert!((expected_calibration_error(&positive, &probabilities, 2).unwrap() - expected).abs() < 1e-15);
    }

    #[test]
    fn empty_bins_are_kept_and_cost_nothing() {
        let curve = reliability_curve(&[true], &[0.95], 10).unwrap();
        assert_eq!(curve.len(), 10);
        assert!(curve[0].mean_probability.is_nan());
        assert!((expected_calibration_error(&[true], &[0.95], 10).unwrap() - 0.05).abs() < 1e-15);
    }

    #[test]
    fn of_several_classes_the_most_probable_counts() {
        let table = Matrix::from_rows(&[[0.2, 0.7, 0.1], [0.6, 0.4, 0.0]]).unwrap();
        assert_eq!(top_label(&[1, 1], &table).unwrap(), (vec![true, false], vec![0.7, 0.6]));
    }

    #[test]
    fn bad_input_is_refused() {
        assert!(reliability_curve(&[true], &[0.5], 0).is_err());
        assert!(reliability_curve(&[true], &[1.1], 3).is_err());
        assert!(reliability_curve(&[], &[], 3).is_err());
        assert!(expected_calibration_error(&[true], &[f64::NAN], 3).is_err());
    }
}
