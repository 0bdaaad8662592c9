use super::check_probabilities;
use crate::{Error, Matrix};

/// The least probability that [`log_loss`] reckons with: a forest that is certain and wrong costs −ln of this.
pub const CLIP: f64 = 1e-15;

/// The mean of −ln p of the true class, in nats; p is no less than `clip` (see [`CLIP`]).
///
/// # Errors
/// When the numbers of rows differ or are 0, a class is out of range, a probability is not from 0 to 1, or `clip` is not
/// above 0 and below 1.
pub fn log_loss(truth: &[u32], probabilities: &Matrix, clip: f64) -> Result<f64, Error> {
    if !(clip > 0.0 && clip < 1.0) {
        return Err(Error::Parameter { name: "clip", value: clip.to_string(), limit: "between 0 and 1" });
    }
    check_probabilities("the log-loss", truth, probabilities)?;
    let surprise = |(row, &class): (usize, &u32)| -probabilities.row(row)[class as usize].max(clip).ln();
    Ok(truth.iter().enumerate().map(surprise).sum::<f64>() / truth.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let table = Matrix::from_rows(&[[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]]).unwrap();
        let expected = (0.5f64.ln() + 0.25f64.ln()) / -3.0;
        assert!((log_loss(&[0, 0, 0], &table, CLIP).unwrap() - expected).abs() < 1e-15);
        assert!((log_loss(&[0, 0, 1], &table, 1e-3).unwrap() - expected + 1e-3f64.ln() / 3.0).abs() < 1e-15);
        assert!(log_loss(&[0, 0, 2], &table, CLIP).is_err());
        assert!(log_loss(&[0, 0], &table, CLIP).is_err());
        assert!(log_loss(&[0, 0, 1], &table, 0.0).is_err());
        assert!(log_loss(&[0], &Matrix::from_rows(&[[f64::NAN, 1.0]]).unwrap(), CLIP).is_err());
    }
}
