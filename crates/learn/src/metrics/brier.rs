use super::{check_probabilities, check_scores};
use crate::{Error, Matrix};

/// The Brier score over all classes: the mean over rows of Σ_c (p_c − [c is true])², from 0 to 2.
/// For two classes it is twice [`brier_binary`].
///
/// # Errors
/// When the numbers of rows differ or are 0, a class is out of range, or a probability is not from 0 to 1.
pub fn brier(truth: &[u32], probabilities: &Matrix) -> Result<f64, Error> {
    check_probabilities("the Brier score", truth, probabilities)?;
    let of_row = |(row, &class): (usize, &u32)| {
        let squares: f64 = probabilities.row(row).iter().map(|p| p * p).sum();
        squares + 1.0 - 2.0 * probabilities.row(row)[class as usize]
    };
    Ok(truth.iter().enumerate().map(of_row).sum::<f64>() / truth.len() as f64)
}

/// The Brier score of one class: the mean of (p − [row is positive])², from 0 to 1.
///
/// # Errors
/// When the numbers of rows differ or are 0, or a probability is not from 0 to 1.
pub fn brier_binary(positive: &[bool], probabilities: &[f64]) -> Result<f64, Error> {
    let metric = "the Brier score";
    check_scores(metric, positive, probabilities)?;
    if let Some(row) = probabilities.iter().position(|p| !(0.0..=1.0).contains(p)) {
        let reason = format!("row {row} has the probability {}", probabilities[row]);
        return Err(Error::Metric { metric, reason });
    }
    let of_row = |(&positive, p): (&bool, &f64)| (p - f64::from(u8::from(positive))).powi(2);
    Ok(positive.iter().zip(probabilities).map(of_row).sum::<f64>() / positive.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let table = Matrix::from_rows(&[[0.5, 0.25, 0.25], [0.0, 0.0, 1.0]]).unwrap();
        let expected = (0.25 + 0.0625 + 0.0625 + 2.0) / 2.0;
        assert!((brier(&[0, 1], &table).unwrap() - expected).abs() < 1e-15);
        assert!((brier_binary(&[true, false], &[0.8, 0.4]).unwrap() - 0.1).abs() < 1e-15);
        let two = Matrix::from_rows(&[[0.2, 0.8], [0.6, 0.4]]).unwrap();
        assert!((brier(&[1, 0], &two).unwrap() - 0.2).abs() < 1e-15);
        assert!(brier(&[0], &two).is_err());
        assert!(brier_binary(&[true], &[1.5]).is_err());
        assert!(brier_binary(&[], &[]).is_err());
    }
}
