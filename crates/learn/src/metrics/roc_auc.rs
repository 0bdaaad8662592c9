use super::{by_falling_score, check_probabilities, check_scores};
use crate::{Error, Matrix};

const METRIC: &str = "the area under the ROC curve";

/// The area under the receiver operating characteristic: how likely a positive row scores higher than another, equal
/// scores counting half.
///
/// # Errors
/// When the lists differ in length or are empty, a score is NaN, or there are no positive rows or no others.
pub fn roc_auc(positive: &[bool], scores: &[f64]) -> Result<f64, Error> {
    check_scores(METRIC, positive, scores)?;
    let (mut positives, mut negatives, mut area) = (0.0, 0.0, 0.0);
    by_falling_score(positive, scores, |here, others| {
        area += others * (positives + 0.5 * here);
        positives += here;
        negatives += others;
    });
    if positives == 0.0 || negatives == 0.0 {
        let reason = format!("{positives} positive and {negatives} other rows; both are needed");
        return Err(Error::Metric { metric: METRIC, reason });
    }
    Ok(area / (positives * negatives))
}

/// The mean over the classes that have rows of [`roc_auc`] of the class against all others.
///
/// # Errors
/// As [`roc_auc`]; a class is out of range, or only one has rows.
pub fn roc_auc_one_vs_rest(truth: &[u32], probabilities: &Matrix) -> Result<f64, Error> {
    check_probabilities(METRIC, truth, probabilities)?;
    let mut areas = Vec::new();
    for class in 0..probabilities.cols() {
        let positive: Vec<bool> = truth.iter().map(|&truth| truth as usize == class).collect();
        if positive.contains(&true) {
            areas.push(roc_auc(&positive, &probabilities.column(class))?);
        }
    }
    Ok(areas.iter().sum::<f64>() / areas.len() as f64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn by_hand() {
        assert_eq!(roc_auc(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8]).unwrap(), 0.75);
        assert_eq!(roc_auc(&[true, false], &[0.5, 0.5]).unwrap(), 0.5);
        assert_eq!(roc_auc(&[true, false], &[0.0, -0.0]).unwrap(), 0.5);
        assert!(roc_auc(&[true, true], &[0.5, 0.6]).is_err());
        assert!(roc_auc(&[true, false], &[0.5, f64::NAN]).is_err());
        assert!(roc_auc(&[], &[]).is_err());
    }

    proptest! {
        #[test]
        fn it_is_the_share_of_ordered_pairs(rows in prop::collection::vec((any::<bool>(), 0u8..6), 2..40)) {
            let positive: Vec<bool> = rows.iter().map(|row| row.0).collect();
            let scores: Vec<f64> = rows.iter().map(|row| f64::from(row.1)).collect();
            let (mut pairs, mut won) = (0.0, 0.0);
            for (a, &yes) in positive.iter().enumerate() {
                for (b, &other) in positive.iter().enumerate() {
                    if yes && !other {
                        pairs += 1.0;
                        won += if scores[a] > scores[b] { 1.0 } else if scores[a] == scores[b] { 0.5 } else { 0.0 };
                    }
                }
            }
            match roc_auc(&positive, &scores) {
                Ok(area) => prop_assert!((area - won / pairs).abs() < 1e-12),
                Err(_) => prop_assert_eq!(pairs, 0.0),
            }
        }
    }
}
