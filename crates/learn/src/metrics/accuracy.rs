use super::{Confusion, check_labels};
use crate::{Error, Matrix};

/// The share of rows whose predicted class is the true one, Σ(ŷ = y)/N.
///
/// # Errors
/// When the lists differ in length or are empty.
pub fn accuracy(truth: &[u32], predicted: &[u32]) -> Result<f64, Error> {
    check_labels(truth, predicted)?;
    let right = truth.iter().zip(predicted).filter(|(truth, predicted)| truth == predicted).count();
    Ok(right as f64 / truth.len() as f64)
}

/// The mean, over the classes that have rows, of the share of the class's rows that are recognised.
///
/// # Errors
/// When the lists differ in length or are empty.
pub fn balanced_accuracy(truth: &[u32], predicted: &[u32]) -> Result<f64, Error> {
    check_labels(truth, predicted)?;
    let n_classes = truth.iter().chain(predicted).max().map_or(0, |&class| class as usize + 1);
    let recalls = Confusion::new(truth, predicted, n_classes)?.recalls();
    let present: Vec<f64> = recalls.into_iter().flatten().collect();
    Ok(present.iter().sum::<f64>() / present.len() as f64)
}

/// The class with the highest probability in each row, the first of equals; NaN counts as the lowest.
pub fn most_probable(probabilities: &Matrix) -> Vec<u32> {
    (0..probabilities.rows())
        .map(|row| {
            let (mut best, mut highest) = (0, f64::NEG_INFINITY);
            for (class, &probability) in probabilities.row(row).iter().enumerate() {
                if probability > highest {
                    (best, highest) = (class as u32, probability);
                }
            }
            best
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let (truth, predicted) = ([0, 0, 0, 1, 2, 2], [0, 0, 1, 1, 2, 0]);
        assert_eq!(accuracy(&truth, &predicted).unwrap(), 4.0 / 6.0);
        assert!(
            (balanced_accuracy(&truth, &predicted).unwrap() - (2.0 / 3.0 + 1.0 + 0.5) / 3.0).abs() < 1e-15
        );
        assert_eq!(balanced_accuracy(&[5, 5], &[5, 0]).unwrap(), 0.5);
    }

    #[test]
    fn bad_lists_are_refused() {
        assert!(accuracy(&[], &[]).is_err());
        assert!(accuracy(&[0], &[0, 1]).is_err());
        assert!(balanced_accuracy(&[], &[]).is_err());
    }

    #[test]
    fn the_first_of_equals_wins() {
        let table = Matrix::from_rows(&[[0.4, 0.4, 0.2], [0.1, 0.2, 0.7], [f64::NAN, 0.0, 0.0]]).unwrap();
        assert_eq!(most_probable(&table), [0, 2, 1]);
    }
}
