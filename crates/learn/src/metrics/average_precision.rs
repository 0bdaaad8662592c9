use super::{by_falling_score, check_scores};
use crate::Error;

/// The area under the curve of purity against efficiency, as average precision: Σ (E_k − E_{k−1}) P_k over the different
/// scores from the highest down, with efficiency E_k and purity P_k of the rows that score at least as high. Rows of
/// equal score come in together.
///
/// # Errors
/// When the lists differ in length or are empty, a score is NaN, or there are no positive rows.
pub fn average_precision(positive: &[bool], scores: &[f64]) -> Result<f64, Error> {
    let metric = "the average precision";
    check_scores(metric, positive, scores)?;
    let (mut positives, mut taken, mut sum) = (0.0, 0.0, 0.0);
    by_falling_score(positive, scores, |here, others| {
        positives += here;
        taken += here + others;
        sum += here * positives / taken;
    });
    if positives == 0.0 {
        return Err(Error::Metric { metric, reason: "there is no positive row".to_owned() });
    }
    Ok(sum / positives)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let area = average_precision(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8]).unwrap();
        assert!((area - (0.5 + 0.5 * 2.0 / 3.0)).abs() < 1e-15);
        assert_eq!(average_precision(&[true, false, false, false], &[0.5; 4]).unwrap(), 0.25);
        assert!(average_precision(&[false, false], &[0.5, 0.6]).is_err());
        assert!(average_precision(&[true], &[f64::NAN]).is_err());
    }
}
