use super::check_labels;
use crate::Error;

/// How many rows of each true class were given each class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    n_classes: usize,
    counts: Vec<usize>,
}

impl Confusion {
    /// Counts.
    ///
    /// # Errors
    /// When the lists differ in length or are empty, or a class is not below `n_classes`.
    pub fn new(truth: &[u32], predicted: &[u32], n_classes: usize) -> Result<Self, Error> {
        check_labels(truth, predicted)?;
        let mut counts = vec![0; n_classes * n_classes];
        for (row, (&truth, &predicted)) in truth.iter().zip(predicted).enumerate() {
            let label = truth.max(predicted);
            if label as usize >= n_classes {
                return Err(Error::LabelRange { row, label, n_classes });
            }
            counts[truth as usize * n_classes + predicted as usize] += 1;
        }
        Ok(Self { n_classes, counts })
    }

    /// The number of classes.
    pub fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// The number of rows of one class that were given another; 0 for classes that there are not.
    pub fn count(&self, truth: u32, predicted: u32) -> usize {
        if truth as usize >= self.n_classes || predicted as usize >= self.n_classes {
            return 0;
        }
        self.counts[truth as usize * self.n_classes + predicted as usize]
    }

    /// The counts, one row per true class.
    pub fn rows(&self) -> impl Iterator<Item = &[usize]> {
        self.counts.chunks_exact(self.n_classes)
    }

    /// The counts divided by the number of rows of the true class, one row per true class; NaN for a class without rows.
    pub fn shares(&self) -> Vec<Vec<f64>> {
        self.rows()
            .map(|row| {
                let sum: usize = row.iter().sum();
                row.iter().map(|&count| count as f64 / sum as f64).collect()
            })
            .collect()
    }

    /// The share of each class's rows that were recognised; nothing for a class without rows.
    pub fn recalls(&self) -> Vec<Option<f64>> {
        self.rows()
            .enumerate()
            .map(|(class, row)| {
                let sum: usize = row.iter().sum();
                (sum > 0).then(|| row[class] as f64 / sum as f64)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let confusion = Confusion::new(&[0, 0, 1, 1, 1], &[0, 1, 1, 1, 0], 3).unwrap();
        assert_eq!(confusion.rows().collect::<Vec<_>>(), [[1, 1, 0], [1, 2, 0], [0, 0, 0]]);
        assert_eq!((confusion.count(1, 0), confusion.count(3, 0)), (1, 0));
        assert_eq!(confusion.recalls(), [Some(0.5), Some(2.0 / 3.0), None]);
        assert_eq!(confusion.shares()[0], [0.5, 0.5, 0.0]);
        assert!(confusion.shares()[2][0].is_nan());
        assert!(matches!(
            Confusion::new(&[0], &[2], 2),
            Err(Error::LabelRange { row: 0, label: 2, n_classes: 2 })
        ));
    }
}
