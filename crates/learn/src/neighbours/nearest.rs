//! The nearest rows found so far.

/// At most `count` rows, ordered by distance and, where that is equal, by number.
pub(super) struct Nearest {
    count: usize,
    found: Vec<(f64, u32)>,
}

impl Nearest {
    pub(super) fn new(count: usize) -> Self {
        Self { count, found: Vec::with_capacity(count + 1) }
    }

    /// The squared distance beyond which a row is of no use.
    #[inline]
    pub(super) fn limit(&self) -> f64 {
        if self.found.len() < self.count { f64::INFINITY } else { self.found[self.count - 1].0 }
    }

    #[inline]
    pub(super) fn offer(&mut self, square: f64, row: u32) {
        if square > self.limit() {
            return;
        }
        let place = self.found.partition_point(|other| *other < (square, row));
        if place < self.count {
            self.found.truncate(self.count - 1);
            self.found.insert(place, (square, row));
        }
    }

    /// Squared distances and rows, the nearest first.
    pub(super) fn found(&self) -> &[(f64, u32)] {
        &self.found
    }

    pub(super) fn clear(&mut self) {
        self.found.clear();
    }
}

/// The squared Euclidean distance, in four sums that a processor can form side by side.
#[inline]
pub(super) fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    let (a4, a_rest) = a.as_chunks::<4>();
    let (b4, b_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a4.iter().zip(b4) {
        for lane in 0..4 {
            sums[lane] += (a[lane] - b[lane]) * (a[lane] - b[lane]);
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| (a - b) * (a - b)).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}
