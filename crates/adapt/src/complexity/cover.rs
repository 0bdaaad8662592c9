use hesper_learn::Matrix;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::entropy::nearest;

/// Objects that cover a domain: drawn at random, each forbidding its `neighbours` nearest others, until none is left. In the
/// order in which they were drawn.
///
/// When `most` are wanted and fewer come out, it goes on among the objects that were not drawn, with half as many neighbours, and
/// so on. Every start of a cover is thus one of fewer objects.
pub fn cover(x: &Matrix, neighbours: usize, most: usize, seed: u64) -> Vec<usize> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..x.rows()).collect();
    order.shuffle(&mut random);
    let most = most.min(order.len());
    let mut drawn: Vec<usize> = Vec::with_capacity(most);
    let mut width = neighbours;
    loop {
        let mut allowed = vec![true; order.len()];
        // Those of a wider cover forbid fewer now.
        for &row in &drawn {
            forbid(x, row, width, &mut allowed);
        }
        for &row in &order {
            if drawn.len() == most {
                return drawn;
            }
            if allowed[row] {
                drawn.push(row);
                forbid(x, row, width, &mut allowed);
            }
        }
        if width == 0 {
            return drawn;
        }
        width /= 2;
    }
}

fn forbid(x: &Matrix, row: usize, width: usize, allowed: &mut [bool]) {
    allowed[row] = false;
    if width > 0 {
        nearest(x, row, width).into_iter().for_each(|other| allowed[other] = false);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn covers_leave_nothing_far_away(rows in 1usize..40, width in 0usize..9, seed: u64) {
            let x = Matrix::new(rows, 1, (0..rows).map(|row| (row * row) as f64).collect()).unwrap();
            let all = cover(&x, width, usize::MAX, seed);
            let mut sorted = all.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..rows).collect::<Vec<_>>());
            // The start that is the cover with this width: nobody is among the neighbours of one before.
            let mut forbidden = vec![false; rows];
            for (place, &row) in all.iter().enumerate() {
                if forbidden[row] {
                    // Then the cover was complete.
                    prop_assert!(all[..place].iter().all(|row| forbidden[*row]));
                    prop_assert!(forbidden.iter().all(|forbidden| *forbidden));
                    break;
                }
                forbidden[row] = true;
                nearest(&x, row, width).into_iter().for_each(|other| forbidden[other] = true);
            }
            let few = cover(&x, width, 3, seed);
            prop_assert_eq!(&few[..], &all[..rows.min(3)]);
        }
    }
}
