use hesper_learn::{Classifier, Learner, Matrix, TrainingSet};

use super::shared::{check, fitted};
use crate::{Error, FewLabels, Fitted, Info, LabelledTarget, Source, Target};

/// Feature augmentation: features in three copies, of which one is shared, one the source's and one the target's, so that a
/// learner can find out what the domains have in common.
///
/// The classifier takes plain features of the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Augment;

impl FewLabels for Augment {
    fn info(&self) -> &'static Info {
        &Info {
            name: "augment",
            doc: "Feature augmentation (Daumé 2007, arXiv:0907.1815): source objects become (x, x, 0), target objects \
                  (x, 0, x), and any learner learns from both.",
        }
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        labelled: &LabelledTarget<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        check(source, target, labelled)?;
        let columns = source.x.cols();
        let data = [tripled(source.x, 1), tripled(labelled.x, 2)].concat();
        let x = Matrix::new(source.x.rows() + labelled.x.rows(), 3 * columns, data)?;
        let y = [source.y, labelled.y].concat();
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: source.n_classes };
        let classifier = Augmented { inner: learner.fit(&data, seed)?, columns };
        Ok(fitted(Box::new(classifier), None, labelled, source.n_classes, Vec::new()))
    }
}

/// Each row as the shared copy and as the copy of that number; the other is 0.
fn tripled(x: &Matrix, copy: usize) -> Vec<f64> {
    let mut data = vec![0.0; x.data().len() * 3];
    let columns = x.cols();
    for (row, out) in data.chunks_exact_mut(3 * columns).enumerate() {
        out[..columns].copy_from_slice(x.row(row));
        out[copy * columns..(copy + 1) * columns].copy_from_slice(x.row(row));
    }
    data
}

struct Augmented {
    inner: Box<dyn Classifier>,
    columns: usize,
}

impl Augmented {
    fn rows(&self, x: &Matrix) -> Result<Matrix, hesper_learn::Error> {
        if x.cols() != self.columns {
            let (what, expected, actual) = ("columns of the table", self.columns, x.cols());
            return Err(hesper_learn::Error::Shape { what, expected, actual });
        }
        Matrix::new(x.rows(), 3 * self.columns, tripled(x, 2))
    }
}

impl Classifier for Augmented {
    fn n_classes(&self) -> usize {
        self.inner.n_classes()
    }

    fn n_features(&self) -> usize {
        self.columns
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, hesper_learn::Error> {
        self.inner.predict_proba(&self.rows(x)?)
    }

    /// Those of the shared copy and the target's together.
    fn importances(&self) -> Option<Vec<f64>> {
        let all = self.inner.importances()?;
        let (shared, rest) = all.split_at_checked(self.columns)?;
        let own = rest.get(self.columns..)?;
        let sums: Vec<f64> = shared.iter().zip(own).map(|(a, b)| a + b).collect();
        let total: f64 = sums.iter().sum();
        Some(if total > 0.0 { sums.iter().map(|sum| sum / total).collect() } else { sums })
    }

    fn members(&self, x: &Matrix) -> Result<Option<Vec<Matrix>>, hesper_learn::Error> {
        self.inner.members(&self.rows(x)?)
    }
}
