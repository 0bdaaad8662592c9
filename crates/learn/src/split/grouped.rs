use std::collections::BTreeMap;

use super::{Fold, folds_of};
use crate::Error;
use crate::random::Stream;

/// `k` folds that test every row once and never have a group (an object, a field, a family of data sets) on both sides.
///
/// Groups go, the largest first and equal ones in random order, to the fold that has the fewest rows so far.
///
/// # Errors
/// When `k` is below 2 or above the number of groups.
pub fn grouped_k_fold<G: Ord>(groups: &[G], k: usize, seed: u64) -> Result<Vec<Fold>, Error> {
    let mut rows_of = BTreeMap::<&G, Vec<usize>>::new();
    for (row, group) in groups.iter().enumerate() {
        rows_of.entry(group).or_default().push(row);
    }
    if k < 2 || k > rows_of.len() {
        let found = rows_of.len();
        return Err(Error::Split(format!(
            "{k} folds of {found} groups; there must be from 2 to as many as groups"
        )));
    }
    let mut rows_of: Vec<Vec<usize>> = rows_of.into_values().collect();
    Stream::new(seed, 0).shuffle(&mut rows_of);
    rows_of.sort_by_key(|rows| std::cmp::Reverse(rows.len()));
    let (mut fold_of, mut sizes) = (vec![0; groups.len()], vec![0; k]);
    for rows in rows_of {
        let fold = (0..k).min_by_key(|&fold| sizes[fold]).unwrap_or(0);
        sizes[fold] += rows.len();
        for row in rows {
            fold_of[row] = fold;
        }
    }
    Ok(folds_of(&fold_of, k))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_group_is_on_both_sides(groups in prop::collection::vec(0u8..12, 2..80), k in 2usize..5, seed: u64) {
            let mut distinct = groups.clone();
            distinct.sort_unstable();
            distinct.dedup();
            let folds = grouped_k_fold(&groups, k, seed);
            if k > distinct.len() {
                prop_assert!(folds.is_err());
                return Ok(());
            }
            let mut tested = 0;
            for fold in folds.unwrap() {
                prop_assert!(!fold.test.is_empty() && !fold.train.is_empty());
                prop_assert!(fold.train.iter().all(|&a| fold.test.iter().all(|&b| groups[a] != groups[b])));
                tested += fold.test.len();
            }
            prop_assert_eq!(tested, groups.len());
        }
    }

    #[test]
    fn sizes_are_balanced() {
        let groups: Vec<usize> = (0..100).map(|row| row / 5).collect();
        let folds = grouped_k_fold(&groups, 4, 3).unwrap();
        assert!(folds.iter().all(|fold| fold.test.len() == 25));
        assert_ne!(folds, grouped_k_fold(&groups, 4, 4).unwrap());
    }
}
