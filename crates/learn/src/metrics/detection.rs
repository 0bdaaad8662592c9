use super::check_labels;
use crate::Error;

/// The weight of false positives in the figure of merit, as the supernova classification challenge set it
/// (Kessler et al. 2010, doi:10.1086/657607).
pub const FALSE_POSITIVE_WEIGHT: f64 = 3.0;

/// How one class, the positive one, was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detection {
    /// Positive rows taken for positive.
    pub true_positives: usize,
    /// Other rows taken for positive.
    pub false_positives: usize,
    /// Positive rows taken for others.
    pub false_negatives: usize,
    /// Other rows taken for others, be it for the wrong ones.
    pub true_negatives: usize,
}

impl Detection {
    /// Counts.
    ///
    /// # Errors
    /// When the lists differ in length or are empty.
    pub fn new(truth: &[u32], predicted: &[u32], positive: u32) -> Result<Self, Error> {
        check_labels(truth, predicted)?;
        let mut counts = [[0; 2]; 2];
        for (&truth, &predicted) in truth.iter().zip(predicted) {
            counts[usize::from(truth == positive)][usize::from(predicted == positive)] += 1;
        }
        let [[true_negatives, false_positives], [false_negatives, true_positives]] = counts;
        Ok(Self { true_positives, false_positives, false_negatives, true_negatives })
    }

    /// The share of the positive rows that was found, TP/(TP + FN); 0 when there are none.
    pub fn efficiency(&self) -> f64 {
        share(self.true_positives as f64, self.false_negatives as f64)
    }

    /// The share of the rows taken for positive that are so, TP/(TP + FP); 0 when none was taken for positive.
    pub fn purity(&self) -> f64 {
        share(self.true_positives as f64, self.false_positives as f64)
    }

    /// TP/(TP + W·FP) · TP/(TP + FN) with `weight` W: purity that pays W times for each false positive, times efficiency.
    pub fn figure_of_merit(&self, weight: f64) -> f64 {
        share(self.true_positives as f64, weight * self.false_positives as f64) * self.efficiency()
    }
}

fn share(part: f64, rest: f64) -> f64 {
    if part > 0.0 { part / (part + rest) } else { 0.0 }
}

/// [`Detection::efficiency`] from classes.
///
/// # Errors
/// When the lists differ in length or are empty.
pub fn efficiency(truth: &[u32], predicted: &[u32], positive: u32) -> Result<f64, Error> {
    Ok(Detection::new(truth, predicted, positive)?.efficiency())
}

/// [`Detection::purity`] from classes.
///
/// # Errors
/// When the lists differ in length or are empty.
pub fn purity(truth: &[u32], predicted: &[u32], positive: u32) -> Result<f64, Error> {
    Ok(Detection::new(truth, predicted, positive)?.purity())
}

/// [`Detection::figure_of_merit`] from classes, with [`FALSE_POSITIVE_WEIGHT`].
///
/// # Errors
/// When the lists differ in length or are empty.
pub fn figure_of_merit(truth: &[u32], predicted: &[u32], positive: u32) -> Result<f64, Error> {
    Ok(Detection::new(truth, predicted, positive)?.figure_of_merit(FALSE_POSITIVE_WEIGHT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let truth = [1, 1, 1, 1, 0, 0, 2, 2];
        let predicted = [1, 1, 1, 0, 1, 0, 0, 1];
        let found = Detection::new(&truth, &predicted, 1).unwrap();
        assert_eq!((found.true_positives, found.false_positives), (3, 2));
        assert_eq!((found.false_negatives, found.true_negatives), (1, 2));
        assert_eq!(efficiency(&truth, &predicted, 1).unwrap(), 0.75);
        assert_eq!(purity(&truth, &predicted, 1).unwrap(), 0.6);
        assert!((figure_of_merit(&truth, &predicted, 1).unwrap() - 3.0 / 9.0 * 0.75).abs() < 1e-15);
        assert!((found.figure_of_merit(1.0) - 0.6 * 0.75).abs() < 1e-15);
        assert!((found.figure_of_merit(0.0) - 0.75).abs() < 1e-15);
    }

    #[test]
    fn nothing_found_and_nothing_to_find_are_zero() {
        let none = Detection::new(&[1, 0], &[0, 0], 1).unwrap();
        assert_eq!((none.efficiency(), none.purity(), none.figure_of_merit(3.0)), (0.0, 0.0, 0.0));
        let empty = Detection::new(&[0, 0], &[1, 0], 1).unwrap();
        assert_eq!((empty.efficiency(), empty.purity(), empty.figure_of_merit(3.0)), (0.0, 0.0, 0.0));
        assert!(purity(&[], &[], 1).is_err());
    }
}
