//! How far each candidate lies from the nearest labelled object.

use rayon::prelude::*;

use crate::Points;
use crate::points::squared_distance;

/// Distances by row that are kept from round to round: only the newly labelled can be nearer than those before.
#[derive(Default)]
pub(crate) struct Nearest {
    by_row: Vec<f32>,
    /// How many of the labelled are accounted for.
    counted: usize,
}

impl Nearest {
    /// The squared distance of each of `candidates` to the nearest of `labelled`; infinite where there is none. The
    /// labelled of the call before must come first, and no candidate may be new.
    pub(crate) fn of(&mut self, candidates: &[usize], labelled: &[usize], points: &Points) -> Vec<f32> {
        self.by_row.resize(points.rows(), f32::INFINITY);
        let new = &labelled[self.counted..];
        let nearest: Vec<f32> = candidates
            .par_iter()
            .with_min_len(256)
            .map(|candidate| {
                let point = points.point(*candidate);
                let distances = new.iter().map(|row| squared_distance(point, points.point(*row)));
                distances.fold(self.by_row[*candidate], f32::min)
            })
            .collect();
        self.counted = labelled.len();
        for (candidate, nearest) in candidates.iter().zip(&nearest) {
            self.by_row[*candidate] = *nearest;
        }
        nearest
    }

    /// The squared distance of each candidate to the nearest labelled object, without a memory.
    pub(crate) fn between(candidates: &Points, labelled: &Points) -> Vec<f32> {
        (0..candidates.rows())
            .into_par_iter()
            .with_min_len(64)
            .map(|candidate| {
                let point = candidates.point(candidate);
                let distances = (0..labelled.rows()).map(|row| squared_distance(point, labelled.point(row)));
                distances.fold(f32::INFINITY, f32::min)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesper_learn::Matrix;

    #[test]
    fn what_is_kept_is_what_is_found_anew() {
        let rows: Vec<[f64; 3]> =
            (0..40).map(|i| [f64::from(i * 7 % 11), f64::from(i * 5 % 13), f64::from(i % 3)]).collect();
        let points = Points::new(&Matrix::from_rows(&rows).unwrap());
        let mut memory = Nearest::default();
        let (mut pool, mut labelled): (Vec<usize>, Vec<usize>) = ((5..40).collect(), Vec::new());
        assert!(memory.of(&pool, &labelled, &points).iter().all(|distance| distance.is_infinite()));
        labelled.extend(0..5);
        for _ in 0..4 {
            let select = |list: &[usize]| {
                let rows: Vec<[f64; 3]> = list.iter().map(|i| rows[*i]).collect();
                Points::new(&Matrix::from_rows(&rows).unwrap())
            };
            let found = memory.of(&pool, &labelled, &points);
            assert_eq!(found, Nearest::between(&select(&pool), &select(&labelled)));
            labelled.extend(pool.drain(3..6));
        }
    }
}
