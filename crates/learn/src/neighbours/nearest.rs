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
