use hesper_learn::{Learner, Matrix, Projection, TrainingSet};

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
        let classifier = as_target(columns)?.before(learner.fit(&data, seed)?);
        Ok(fitted(classifier, None, labelled, source.n_classes, Vec::new()))
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

/// A row of the target as its shared copy and its own.
fn as_target(columns: usize) -> Result<Projection, Error> {
    let mut table = vec![0.0; 3 * columns * columns];
    for (column, row) in table.chunks_exact_mut(3 * columns).enumerate() {
        row[column] = 1.0;
        row[2 * columns + column] = 1.0;
    }
    let table = Matrix::new(columns, 3 * columns, table)?;
    Ok(Projection::Affine { centre: vec![0.0; columns], table, offset: vec![0.0; 3 * columns] })
}
