use hesper_learn::split::{Fold, stratified_k_fold};

use crate::Error;

/// Stratified folds of objects of which some may be the only one of their class: such are learned from in every fold and
/// tested in none. No more folds than objects to test; no fold at all if no class has two objects.
pub(crate) fn folds(y: &[u32], n_classes: usize, folds: usize, seed: u64) -> Result<Vec<Fold>, Error> {
    let mut counts = vec![0usize; n_classes];
    y.iter().for_each(|&class| counts[class as usize] += 1);
    let tested: Vec<usize> = (0..y.len()).filter(|&row| counts[y[row] as usize] > 1).collect();
    if tested.len() < 2 {
        return Ok(Vec::new());
    }
    let classes: Vec<u32> = tested.iter().map(|&row| y[row]).collect();
    let mut split = stratified_k_fold(&classes, folds.min(tested.len()), seed)?;
    for fold in &mut split {
        fold.test.iter_mut().for_each(|row| *row = tested[*row]);
        fold.train = (0..y.len()).filter(|row| fold.test.binary_search(row).is_err()).collect();
    }
    Ok(split)
}

/// The classes of some objects.
pub(crate) fn classes_of(y: &[u32], rows: &[usize]) -> Vec<u32> {
    rows.iter().map(|&row| y[row]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_object_of_a_class_is_always_learned_from() {
        let y = [0, 0, 1, 2, 2, 2];
        let split = folds(&y, 4, 5, 3).unwrap();
        let mut tested: Vec<usize> = split.iter().flat_map(|fold| fold.test.clone()).collect();
        tested.sort_unstable();
        assert_eq!(tested, [0, 1, 3, 4, 5]);
        for fold in &split {
            assert!(fold.train.contains(&2) && fold.test.iter().all(|row| !fold.train.contains(row)));
        }
        assert!(folds(&[0, 1, 2], 3, 5, 3).unwrap().is_empty());
    }
}
