//! The table of features.

use hesper_photometry::Sample;

/// A row for each object, a column for each feature, and what figures need of an object. Rows are in the order of the
/// input.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeatureTable {
    /// The survey's names of the objects.
    pub object_id: Vec<String>,
    /// The names of the feature columns.
    pub names: Vec<String>,
    /// rows × columns, row by row; NaN where a feature cannot be measured.
    pub values: Vec<f64>,
    /// The class where it is known.
    pub class: Vec<Option<String>>,
    /// How the class is known.
    pub sample: Vec<Option<Sample>>,
    /// The best redshift, for figures; not a feature, for it tells who has a spectrum.
    pub redshift: Vec<Option<f64>>,
    /// AB magnitude of the brightest point of SNR ≥ 3 in any band, for figures.
    pub peak_mag: Vec<Option<f64>>,
}

impl FeatureTable {
    /// Columns that are not features.
    pub const META: [&'static str; 5] = ["object_id", "class", "sample", "redshift", "peak_mag"];

    /// The number of objects.
    pub fn rows(&self) -> usize {
        self.object_id.len()
    }

    /// The number of features.
    pub fn columns(&self) -> usize {
        self.names.len()
    }

    /// The features of one object.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns()..(row + 1) * self.columns()]
    }

    /// The place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// The table with some of the rows, in the order given.
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        Self {
            object_id: rows.iter().map(|row| self.object_id[*row].clone()).collect(),
            names: self.names.clone(),
            values: rows.iter().flat_map(|row| self.row(*row)).copied().collect(),
            class: rows.iter().map(|row| self.class[*row].clone()).collect(),
            sample: rows.iter().map(|row| self.sample[*row]).collect(),
            redshift: rows.iter().map(|row| self.redshift[*row]).collect(),
            peak_mag: rows.iter().map(|row| self.peak_mag[*row]).collect(),
        }
    }

    /// The table with some of the columns, in the order given.
    pub fn select_columns(&self, columns: &[usize]) -> Self {
        let values =
            (0..self.rows()).flat_map(|row| columns.iter().map(move |c| self.row(row)[*c])).collect();
        Self {
            names: columns.iter().map(|c| self.names[*c].clone()).collect(),
            values,
            object_id: self.object_id.clone(),
            class: self.class.clone(),
            sample: self.sample.clone(),
            redshift: self.redshift.clone(),
            peak_mag: self.peak_mag.clone(),
        }
    }
}
