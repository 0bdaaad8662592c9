use super::Fold;
use super::stratified::rows_by_class;
use crate::Error;
use crate::random::Stream;

/// One hold-out with the share `fraction` of the rows, and of each class as nearly as whole rows allow.
///
/// A class with two or more rows has at least one on either side; the only row of a class is learned from.
///
/// # Errors
/// When `fraction` is not between 0 and 1, or a side would be empty.
pub fn stratified_hold_out(y: &[u32], fraction: f64, seed: u64) -> Result<Fold, Error> {
    if !(fraction > 0.0 && fraction < 1.0) {
        let value = fraction.to_string();
        return Err(Error::Parameter { name: "fraction", value, limit: "between 0 and 1" });
    }
    let mut random = Stream::new(seed, 0);
    let mut fold = Fold { train: Vec::new(), test: Vec::new() };
    // What rounding withheld from the classes so far, so that the whole has its share, too.
    let mut owed = 0.0;
    for mut rows in rows_by_class(y).into_values() {
        random.shuffle(&mut rows);
        let wanted = fraction * rows.len() as f64 + owed;
        let held =
            if rows.len() == 1 { 0 } else { (wanted.round().max(0.0) as usize).clamp(1, rows.len() - 1) };
        // A class may be off its own share by no more than one row.
        owed = (wanted - held as f64).clamp(-0.5, 0.5);
        fold.test.extend_from_slice(&rows[..held]);
        fold.train.extend_from_slice(&rows[held..]);
    }
    if fold.test.is_empty() || fold.train.is_empty() {
        return Err(Error::Split(format!("{} rows leave one side of a hold-out empty", y.len())));
    }
    fold.test.sort_unstable();
    fold.train.sort_unstable();
    Ok(fold)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_class_gives_its_share(sizes in prop::collection::vec(1usize..60, 1..6), fraction in 0.05..0.95, seed: u64) {
            let y: Vec<u32> = sizes.iter().enumerate().flat_map(|(class, &n)| std::iter::repeat_n(class as u32, n)).collect();
            let fold = match stratified_hold_out(&y, fraction, seed) {
                Ok(fold) => fold,
                Err(_) => { prop_assert!(sizes.iter().all(|&size| size == 1)); return Ok(()); }
            };
            let mut all = [fold.train.clone(), fold.test.clone()].concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..y.len()).collect::<Vec<_>>());
            for (class, &size) in sizes.iter().enumerate() {
                let held = fold.test.iter().filter(|&&row| y[row] == class as u32).count();
                prop_assert!((held as f64 - fraction * size as f64).abs() <= 1.0 + 1e-9, "{} of {}", held, size);
                prop_assert!(size == 1 || (held > 0 && held < size));
            }
        }
    }

    #[test]
    fn the_whole_has_its_share_too() {
        let y: Vec<u32> = (0..100).map(|row| row / 4).collect();
        assert_eq!(stratified_hold_out(&y, 0.3, 1).unwrap().test.len(), 30);
    }

    #[test]
    fn the_impossible_is_refused() {
        for fraction in [0.0, 1.0, f64::NAN, -0.1] {
            assert!(stratified_hold_out(&[0, 0, 1, 1], fraction, 0).is_err());
        }
        assert!(stratified_hold_out(&[], 0.5, 0).is_err());
        assert!(stratified_hold_out(&[0], 0.5, 0).is_err());
    }
}
