//! Permutation importances (Breiman 2001, doi:10.1023/A:1010933404324, section 10; Fisher, Rudin & Dominici 2019,
//! "All models are wrong, but many are useful", JMLR 20): how much a metric drops when a feature tells nothing any more.

use rayon::prelude::*;

use crate::metrics::{Interval, mean_interval};
use crate::random::Stream;
use crate::{Classifier, Error, Matrix};

/// How [`permutation_importances`] shuffles.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Permutation {
    /// How often each group is shuffled, at least 1. Default 10.
    pub repeats: usize,
    /// The coverage of the intervals, between 0 and 1. Default 0.95.
    pub level: f64,
    /// Columns that are shuffled together, each group in one order, so that features that stand in for each other (the
    /// same quantity in several bands, say) are not each found useless. A column may be in several groups or in none.
    /// When absent, the default, each column is a group.
    pub groups: Option<Vec<Vec<usize>>>,
}

impl Default for Permutation {
    fn default() -> Self {
        Self { repeats: 10, level: 0.95, groups: None }
    }
}

/// What one group of columns is worth to a classifier.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PermutationImportance {
    /// The columns.
    pub columns: Vec<usize>,
    /// The metric less what it is after each shuffle: positive where the classifier relies on the columns.
    pub drops: Vec<f64>,
    /// The mean drop with Student's interval: over the shuffles, which is about the shuffles only, for other rows would have
    /// other drops; or over the rows, where the metric is told by row.
    pub drop: Interval,
}

/// How much a metric of the class probabilities drops when a group of columns is shuffled, for each group.
///
/// `metric` takes probabilities of the rows, in their order, rows × classes, and must be the larger the better (give the
/// log-loss with a minus sign). Rows that training did not see tell what generalises. The same seed gives the same drops,
/// whatever the number of threads.
///
/// ```
/// use hesper_learn::{ForestParams, Learner, Matrix, Permutation, TrainingSet, metrics, permutation_importances};
/// let x = Matrix::from_rows(&[[0.0, 1.0], [0.2, 0.9], [0.8, 1.0], [1.0, 0.9]])?;
/// let y = [0, 0, 1, 1];
/// let forest = ForestParams::default().fit(&TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 }, 7)?;
/// let accuracy = |p: &Matrix| metrics::accuracy(&y, &metrics::most_probable(p));
/// let importances = permutation_importances(forest.as_ref(), &x, accuracy, &Permutation::default(), 1)?;
/// assert!(importances[0].drop.estimate > importances[1].drop.estimate);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
///
/// # Errors
/// When there are no rows, a parameter or a column is out of range, or the classifier or the metric fails.
pub fn permutation_importances(
    classifier: &dyn Classifier,
    x: &Matrix,
    metric: impl Fn(&Matrix) -> Result<f64, Error> + Sync,
    how: &Permutation,
    seed: u64,
) -> Result<Vec<PermutationImportance>, Error> {
    let groups = checked_groups(x, how)?;
    let whole = metric(&classifier.predict_proba(x)?)?;
    let shuffles: Vec<(usize, usize)> =
        (0..groups.len()).flat_map(|group| (0..how.repeats).map(move |repeat| (group, repeat))).collect();
    let drop = |&(group, repeat): &(usize, usize)| {
        // One order for each repeat, so that groups are compared by the same shuffles.
        let shuffled = shuffle(x, &groups[group], &mut Stream::new(seed, repeat as u64));
        Ok(whole - metric(&classifier.predict_proba(&shuffled)?)?)
    };
    let drops: Vec<f64> = shuffles.par_iter().map(drop).collect::<Result<_, Error>>()?;
    groups
        .into_iter()
        .zip(drops.chunks_exact(how.repeats))
        .map(|(columns, drops)| {
            let drop = mean_interval(drops, how.level)?;
            Ok(PermutationImportance { columns, drops: drops.to_vec(), drop })
        })
        .collect()
}

/// As [`permutation_importances`], for a metric that is the mean over rows of what `scores` tells of each row, the larger
/// the better, such as ln p of the true class. The intervals are over rows, each with the mean drop of its shuffles: other
/// rows of the same kind would have drops within.
///
/// # Errors
/// As [`permutation_importances`]; when there are not as many scores as rows, or one is not finite.
pub fn permutation_importances_by_row(
    classifier: &dyn Classifier,
    x: &Matrix,
    scores: impl Fn(&Matrix) -> Result<Vec<f64>, Error> + Sync,
    how: &Permutation,
    seed: u64,
) -> Result<Vec<PermutationImportance>, Error> {
    let groups = checked_groups(x, how)?;
    let scored = |x: &Matrix| {
        let scored = scores(&classifier.predict_proba(x)?)?;
        Error::check_length("scores, one per row", x.rows(), scored.len())?;
        Ok::<_, Error>(scored)
    };
    let whole = scored(x)?;
    let importance = |columns: Vec<usize>| {
        let mut of_rows = vec![0.0; x.rows()];
        let mut drops = Vec::with_capacity(how.repeats);
        for repeat in 0..how.repeats {
            let shuffled = scored(&shuffle(x, &columns, &mut Stream::new(seed, repeat as u64)))?;
            let mut sum = 0.0;
            for ((of_row, whole), score) in of_rows.iter_mut().zip(&whole).zip(shuffled) {
                *of_row += (whole - score) / how.repeats as f64;
                sum += whole - score;
            }
            drops.push(sum / x.rows() as f64);
        }
        let drop = mean_interval(&of_rows, how.level)?;
        Ok(PermutationImportance { columns, drops, drop })
    };
    groups.into_par_iter().map(importance).collect()
}

/// The groups of columns to shuffle.
fn checked_groups(x: &Matrix, how: &Permutation) -> Result<Vec<Vec<usize>>, Error> {
    if x.rows() == 0 {
        return Err(Error::Empty("the table to shuffle"));
    }
    let out_of_range = |name, value: String, limit| Err(Error::Parameter { name, value, limit });
    if how.repeats == 0 {
        return out_of_range("repeats", how.repeats.to_string(), "at least 1");
    }
    let groups = how.groups.clone().unwrap_or_else(|| (0..x.cols()).map(|column| vec![column]).collect());
    if let Some(column) = groups.iter().flatten().find(|column| **column >= x.cols()) {
        return out_of_range("groups", format!("column {column}"), "columns of the table, counted from 0");
    }
    Ok(groups)
}

/// The table with the values of these columns moved to other rows, those of one row together.
fn shuffle(x: &Matrix, columns: &[usize], random: &mut Stream) -> Matrix {
    let mut order: Vec<usize> = (0..x.rows()).collect();
    random.shuffle(&mut order);
    let mut shuffled = x.clone();
    for (row, from) in order.into_iter().enumerate() {
        for &column in columns {
            shuffled.row_mut(row)[column] = x.row(from)[column];
        }
    }
    shuffled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{accuracy, most_probable};

    /// Knows two classes by the sign of the sum of the first two columns.
    struct Sign;

    impl Classifier for Sign {
        fn n_classes(&self) -> usize {
            2
        }

        fn n_features(&self) -> usize {
            4
        }

        fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
            Error::check_length("features of the rows", 4, x.cols())?;
            let rows = (0..x.rows()).map(|row| f64::from(u8::from(x.row(row)[0] + x.row(row)[1] > 0.0)));
            Matrix::from_rows(&rows.map(|one| [1.0 - one, one]).collect::<Vec<_>>())
        }

        fn importances(&self) -> Option<Vec<f64>> {
            None
        }
    }

    /// Columns 0 and 1 are the same, 2 is noise, 3 is missing in places.
    fn data(rows: usize) -> (Matrix, Vec<u32>) {
        let mut stream = Stream::new(4, 4);
        let mut x = Matrix::filled(rows, 4, f64::NAN);
        let mut y = Vec::new();
        for row in 0..rows {
            let value = f64::from(stream.below(2001)) - 1000.5;
            x.row_mut(row)[..3].copy_from_slice(&[value, value, f64::from(stream.below(9))]);
            if row % 3 == 0 {
                x.row_mut(row)[3] = value;
            }
            y.push(u32::from(value > 0.0));
        }
        (x, y)
    }

    #[test]
    fn a_feature_that_does_not_matter_drops_nothing_and_all_drop_to_chance() {
        let (x, y) = data(2000);
        let metric = |p: &Matrix| accuracy(&y, &most_probable(p));
        let how =
            Permutation { groups: Some(vec![vec![0, 1], vec![0], vec![2, 3], vec![]]), ..Default::default() };
        let found = permutation_importances(&Sign, &x, metric, &how, 3).unwrap();
        let drop = |group: usize| found[group].drop.estimate;
        // Six standard errors of ten means of 2,000 rows.
        assert!((drop(0) - 0.5).abs() < 6.0 * 0.5 / 20_000f64.sqrt(), "{}", drop(0));
        // Of two equal and independent values the sum has the sign of the one with odds 3 to 1.
        assert!((drop(1) - 0.25).abs() < 6.0 * 0.5 / 20_000f64.sqrt(), "{}", drop(1));
        assert_eq!((drop(2), drop(3)), (0.0, 0.0));
        assert_eq!((found[0].columns.as_slice(), found[0].drops.len()), ([0, 1].as_slice(), 10));
        assert!(found[0].drop.lower < drop(0) && drop(0) < found[0].drop.upper);
        let singly = permutation_importances(&Sign, &x, metric, &Permutation::default(), 3).unwrap();
        assert_eq!(singly.len(), 4);
        assert_eq!(singly[0].drops, found[1].drops);
    }

    #[test]
    fn the_same_seed_gives_the_same_drops_on_any_number_of_threads() {
        let (x, y) = data(200);
        let run = |seed, threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let metric = |p: &Matrix| accuracy(&y, &most_probable(p));
            pool.install(|| permutation_importances(&Sign, &x, metric, &Permutation::default(), seed))
                .unwrap()
        };
        assert_eq!(run(1, 1), run(1, 3));
        assert_ne!(run(1, 1), run(2, 1));
    }

    #[test]
    fn a_metric_told_by_row_drops_alike_and_its_interval_is_of_rows() {
        let (x, y) = data(500);
        let right = |p: &Matrix| -> Vec<f64> {
            most_probable(p).iter().zip(&y).map(|(a, b)| f64::from(u8::from(a == b))).collect()
        };
        let how = Permutation { repeats: 4, ..Permutation::default() };
        let of_rows = permutation_importances_by_row(&Sign, &x, |p: &Matrix| Ok(right(p)), &how, 3).unwrap();
        let metric = |p: &Matrix| accuracy(&y, &most_probable(p));
        let of_shuffles = permutation_importances(&Sign, &x, metric, &how, 3).unwrap();
        for (a, b) in of_rows.iter().zip(&of_shuffles) {
            assert_eq!(a.columns, b.columns);
            assert!((a.drop.estimate - b.drop.estimate).abs() < 1e-12);
            assert!(a.drops.iter().zip(&b.drops).all(|(a, b)| (a - b).abs() < 1e-12));
        }
        // A row's mean of four shuffles that flip it with probability 1/4 each has variance 3/64 and what rows differ by.
        let width = of_rows[0].drop.upper - of_rows[0].drop.lower;
        assert!((0.03..0.08).contains(&width), "{width}");
        assert_eq!((of_rows[2].drop.lower, of_rows[2].drop.upper), (0.0, 0.0));
        let short = |p: &Matrix| Ok(right(p)[1..].to_vec());
        assert!(permutation_importances_by_row(&Sign, &x, short, &how, 3).is_err());
    }

    #[test]
    fn shuffling_moves_values_and_keeps_them() {
        let (x, _) = data(50);
        let shuffled = shuffle(&x, &[1, 2], &mut Stream::new(1, 0));
        assert_eq!(shuffled.column(0), x.column(0));
        assert_ne!(shuffled.column(1), x.column(1));
        let pairs = |x: &Matrix| {
            let mut pairs: Vec<(i64, i64)> =
                x.column(1).iter().zip(x.column(2)).map(|(a, b)| (*a as i64, b as i64)).collect();
            pairs.sort_unstable();
            pairs
        };
        assert_eq!(pairs(&shuffled), pairs(&x));
    }

    #[test]
    fn faults_are_found() {
        let (x, y) = data(20);
        let metric = |p: &Matrix| accuracy(&y, &most_probable(p));
        let run = |x: &Matrix, how: &Permutation| permutation_importances(&Sign, x, metric, how, 1);
        let good = Permutation::default();
        assert!(run(&x, &Permutation { repeats: 0, ..good.clone() }).is_err());
        assert!(run(&x, &Permutation { level: 1.0, ..good.clone() }).is_err());
        assert!(run(&x, &Permutation { groups: Some(vec![vec![4]]), ..good.clone() }).is_err());
        assert!(
            run(&Matrix::filled(0, 4, 0.0), &good).is_err()
                && run(&Matrix::filled(20, 3, 0.0), &good).is_err()
        );
        assert!(run(&x, &Permutation { groups: Some(vec![]), ..good.clone() }).unwrap().is_empty());
        let once = run(&x, &Permutation { repeats: 1, ..good }).unwrap();
        assert_eq!(once[0].drop.upper, f64::INFINITY);
    }
}
