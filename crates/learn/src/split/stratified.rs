use super::{Fold, folds_of};
use crate::Error;
use crate::random::Stream;

/// `k` folds that test every row once, each with about the classes' overall shares.
///
/// Classes are dealt out one after the other, each in random order, and each goes on where the last one stopped; so the
/// folds differ by at most one row, in all and in each class. A class with fewer than `k` rows is tested by as many folds
/// as it has rows.
///
/// # Errors
/// When `k` is below 2 or above the number of rows, or a class has a single row: the fold that tests it could not
/// learn it.
pub fn stratified_k_fold(y: &[u32], k: usize, seed: u64) -> Result<Vec<Fold>, Error> {
    if k < 2 || k > y.len() {
        return Err(Error::Split(format!(
            "{k} folds of {} rows; there must be from 2 to as many as rows",
            y.len()
        )));
    }
    let mut random = Stream::new(seed, 0);
    let (mut fold_of, mut next) = (vec![0; y.len()], 0);
    for (class, mut rows) in rows_by_class(y) {
        if rows.len() == 1 {
            let remedy = "leave it out or merge it with another";
            return Err(Error::Split(format!("class {class} has a single row (row {}): {remedy}", rows[0])));
        }
        random.shuffle(&mut rows);
        for row in rows {
            fold_of[row] = next;
            next = (next + 1) % k;
        }
    }
    Ok(folds_of(&fold_of, k))
}

/// The rows of each class, in ascending order of classes and rows.
pub(super) fn rows_by_class(y: &[u32]) -> std::collections::BTreeMap<u32, Vec<usize>> {
    let mut by_class = std::collections::BTreeMap::<u32, Vec<usize>>::new();
    for (row, &class) in y.iter().enumerate() {
        by_class.entry(class).or_default().push(row);
    }
    by_class
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_row_is_tested_once_and_shares_are_kept(
            sizes in prop::collection::vec(2usize..40, 1..6), k in 2usize..8, seed: u64,
        ) {
            let y: Vec<u32> = sizes.iter().enumerate().flat_map(|(class, &n)| std::iter::repeat_n(class as u32, n)).collect();
            prop_assume!(k <= y.len());
            let folds = stratified_k_fold(&y, k, seed).unwrap();
            prop_assert_eq!(&folds, &stratified_k_fold(&y, k, seed).unwrap());
            let mut tested: Vec<usize> = folds.iter().flat_map(|fold| fold.test.clone()).collect();
            tested.sort_unstable();
            prop_assert_eq!(tested, (0..y.len()).collect::<Vec<_>>());
            for fold in &folds {
                prop_assert_eq!(fold.train.len() + fold.test.len(), y.len());
                prop_assert!(fold.train.iter().all(|row| !fold.test.contains(row)));
                prop_assert!(fold.test.len().abs_diff(y.len() / k) <= 1);
                for (class, &size) in sizes.iter().enumerate() {
                    let here = fold.test.iter().filter(|&&row| y[row] == class as u32).count();
                    prop_assert!(here == size / k || here == size.div_ceil(k));
                }
            }
        }
    }

    #[test]
    fn the_impossible_is_refused() {
        assert!(stratified_k_fold(&[0, 0, 1, 1], 1, 0).is_err());
        assert!(stratified_k_fold(&[0, 0, 1, 1], 5, 0).is_err());
        assert!(
            stratified_k_fold(&[0, 0, 1], 2, 0)
                .unwrap_err()
                .to_string()
                .contains("class 1 has a single row (row 2)")
        );
        assert!(stratified_k_fold(&[], 2, 0).is_err());
    }

    #[test]
    fn seeds_matter() {
        let y = [0; 50];
        assert_ne!(stratified_k_fold(&y, 5, 1).unwrap(), stratified_k_fold(&y, 5, 2).unwrap());
    }
}
