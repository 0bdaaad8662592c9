/// A set of classes for each row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PredictionSets {
    n_classes: usize,
    /// Rows × classes.
    holds: Vec<bool>,
}

impl PredictionSets {
    pub(super) fn new(n_classes: usize, rows: usize) -> Self {
        Self { n_classes, holds: Vec::with_capacity(n_classes * rows) }
    }

    pub(super) fn push(&mut self, holds: bool) {
        self.holds.push(holds);
    }

    /// The sets of some of the rows.
    ///
    /// # Panics
    /// When there is no such row, as indexing a slice does.
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        let of_row = |row: &usize| &self.holds[row * self.n_classes..(row + 1) * self.n_classes];
        Self { n_classes: self.n_classes, holds: rows.iter().flat_map(of_row).copied().collect() }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.holds.len() / self.n_classes.max(1)
    }

    /// The number of classes that a set may hold.
    pub fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// Whether a row's set holds a class; no row's does beyond the table.
    pub fn contains(&self, row: usize, class: u32) -> bool {
        let class = class as usize;
        class < self.n_classes && self.holds.get(row * self.n_classes + class) == Some(&true)
    }

    /// The classes that a row's set holds, in ascending order.
    pub fn classes(&self, row: usize) -> Vec<u32> {
        (0..self.n_classes as u32).filter(|&class| self.contains(row, class)).collect()
    }

    /// How many classes a row's set holds.
    pub fn size(&self, row: usize) -> usize {
        (0..self.n_classes as u32).filter(|&class| self.contains(row, class)).count()
    }
}
