use hesper_learn::Matrix;

use super::UnitMap;

/// Rounds of changes at most; a few suffice.
const MOST_ROUNDS: usize = 200;

/// ‖A − P B Pᵀ‖²_F.
pub fn graph_error(a: &Matrix, b: &Matrix, map: &UnitMap) -> f64 {
    (0..map.from.len()).map(|unit| row_error(a, b, map, unit)).sum()
}

fn row_error(a: &Matrix, b: &Matrix, map: &UnitMap, unit: usize) -> f64 {
    let (own, other, sign) = (a.row(unit), b.row(map.from[unit]), map.sign[unit]);
    let pairs = own.iter().zip(map.from.iter().zip(&map.sign));
    pairs.map(|(own, (from, other_sign))| (own - sign * other_sign * other[*from]).powi(2)).sum()
}

/// Makes the error of the graphs smaller by the best of small changes, again and again until none helps: two units swapped,
/// one turned round, one replaced by an unused unit of the target, or, unless it is one to one, by any.
pub(super) fn improve(a: &Matrix, b: &Matrix, map: &mut UnitMap, signed: bool, one_to_one: bool) {
    let n = map.from.len();
    let signs: &[f64] = if signed { &[1.0, -1.0] } else { &[1.0] };
    for _ in 0..MOST_ROUNDS {
        let mut best = (-1e-9, None);
        let mut used = vec![false; b.rows()];
        map.from.iter().for_each(|unit| used[*unit] = true);
        for left in 0..n {
            let (from, sign) = (map.from[left], map.sign[left]);
            let before = twice_less_corner(a, b, map, left);
            for (unit, taken) in used.iter().enumerate() {
                for other in signs {
                    if (unit == from && *other == sign) || (one_to_one && unit != from && *taken) {
                        continue;
                    }
                    (map.from[left], map.sign[left]) = (unit, *other);
                    let change = twice_less_corner(a, b, map, left) - before;
                    if change < best.0 {
                        best = (change, Some((left, (unit, *other), None)));
                    }
                }
            }
            (map.from[left], map.sign[left]) = (from, sign);
            for right in left + 1..n {
                let (other_from, other_sign) = (map.from[right], map.sign[right]);
                let before = pair_error(a, b, map, left, right);
                for first in signs {
                    for second in signs {
                        (map.from[left], map.sign[left]) = (other_from, *first);
                        (map.from[right], map.sign[right]) = (from, *second);
                        let change = pair_error(a, b, map, left, right) - before;
                        if change < best.0 {
                            best =
                                (change, Some((left, (other_from, *first), Some((right, (from, *second))))));
                        }
                    }
                }
                (map.from[left], map.sign[left]) = (from, sign);
                (map.from[right], map.sign[right]) = (other_from, other_sign);
            }
        }
        let Some((unit, place, second)) = best.1 else {
            return;
        };
        for (unit, (from, sign)) in std::iter::once((unit, place)).chain(second) {
            (map.from[unit], map.sign[unit]) = (from, sign);
        }
    }
}

fn corner(a: &Matrix, b: &Matrix, map: &UnitMap, left: usize, right: usize) -> f64 {
    let other = map.sign[left] * map.sign[right] * b.row(map.from[left])[map.from[right]];
    (a.row(left)[right] - other).powi(2)
}

/// What a unit's row and column, which are alike, have of the error.
fn twice_less_corner(a: &Matrix, b: &Matrix, map: &UnitMap, unit: usize) -> f64 {
    2.0 * row_error(a, b, map, unit) - corner(a, b, map, unit, unit)
}

fn pair_error(a: &Matrix, b: &Matrix, map: &UnitMap, left: usize, right: usize) -> f64 {
    twice_less_corner(a, b, map, left) + twice_less_corner(a, b, map, right)
        - 2.0 * corner(a, b, map, left, right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn errors_of_changed_rows_are_differences_of_the_whole(numbers in prop::collection::vec(-1.0..1.0f64, 50)) {
            let table = |at: usize| {
                let value = |row: usize, col: usize| numbers[at + row * 5 + col] + numbers[at + col * 5 + row];
                Matrix::new(5, 5, (0..25).map(|at| value(at / 5, at % 5)).collect()).unwrap()
            };
            let (a, b) = (table(0), table(25));
            let mut map = UnitMap::identity(5);
            let (whole, pair) = (graph_error(&a, &b, &map), pair_error(&a, &b, &map, 1, 3));
            map.from.swap(1, 3);
            map.sign[3] = -1.0;
            let change = pair_error(&a, &b, &map, 1, 3) - pair;
            prop_assert!((graph_error(&a, &b, &map) - whole - change).abs() < 1e-12);
            let before = graph_error(&a, &b, &map);
            improve(&a, &b, &mut map, true, true);
            prop_assert!(graph_error(&a, &b, &map) <= before);
            let mut distinct = map.from.clone();
            distinct.sort_unstable();
            prop_assert_eq!(distinct, [0, 1, 2, 3, 4]);
        }
    }
}
