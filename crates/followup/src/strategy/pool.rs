use hesper_learn::Matrix;

use crate::{Points, Space};

/// What a strategy looks at. What it does not ask for is not made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// [`Pool::probabilities`].
    pub probabilities: bool,
    /// [`Pool::members`].
    pub members: bool,
    /// [`Pool::place`] and [`Pool::reference`].
    pub place: bool,
    /// [`Pool::space`]: the prepared features of all objects.
    pub features: bool,
    /// [`Pool::embedding`], where the classifier has one; else the prepared features.
    pub embedding: bool,
    /// [`Pool::nearest`]; where it is measured is as for `embedding`, which it implies.
    pub nearest: bool,
    /// [`Space::density`].
    pub density: bool,
    /// [`Space::graph`].
    pub graph: bool,
}

impl Needs {
    /// Nothing at all.
    pub const NOTHING: Self = Self {
        probabilities: false,
        members: false,
        place: false,
        features: false,
        embedding: false,
        nearest: false,
        density: false,
        graph: false,
    };
    /// The learner's probabilities.
    pub const PROBABILITIES: Self = Self { probabilities: true, ..Self::NOTHING };
    /// The committee's probabilities.
    pub const MEMBERS: Self = Self { members: true, ..Self::NOTHING };

    /// Whether it measures distances, of embeddings where there are any.
    pub(crate) fn distances(&self) -> bool {
        self.embedding || self.nearest
    }

    /// Whether the prepared features must be at hand.
    pub(crate) fn space(&self) -> bool {
        self.features || self.distances() || self.density || self.graph
    }
}

/// The pool as a strategy sees it. All arrays have one entry for each candidate, in one order; what the strategy does not
/// need ([`Needs`]) is empty.
///
/// ```
/// use hesper_followup::{Pool, strategy};
/// use hesper_learn::Matrix;
/// use rand::SeedableRng;
/// let probabilities = Matrix::from_rows(&[[0.9, 0.1], [0.5, 0.5], [0.7, 0.3]])?;
/// let pool = Pool { probabilities, ..Pool::new(3, 2) };
/// let chosen = strategy("entropy")?.select(&pool, 2, &mut rand_chacha::ChaCha8Rng::seed_from_u64(1));
/// assert_eq!(chosen.iter().map(|choice| choice.candidate).collect::<Vec<_>>(), [1, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Pool<'a> {
    /// The number of candidates.
    pub candidates: usize,
    /// The number of classes.
    pub classes: usize,
    /// The column of the class that is looked for.
    pub positive: usize,
    /// Class probabilities, candidates × classes.
    pub probabilities: Matrix,
    /// Class probabilities by each member of a committee, candidates × classes each.
    pub members: Vec<Matrix>,
    /// Where each candidate lies for the canonical strategy (such as redshift and magnitude), candidates × axes.
    pub place: Matrix,
    /// The same of the spectroscopic sample that the loop started from.
    pub reference: Matrix,
    /// The prepared features of all objects, of candidates and others.
    pub space: Option<&'a Space>,
    /// The row of each candidate in `space`.
    pub rows: &'a [usize],
    /// The rows in `space` of the objects whose class is known.
    pub labelled: &'a [usize],
    /// The classes of `labelled`.
    pub labelled_classes: &'a [u32],
    /// What the classifier's last layer sees of each candidate; nothing where the features stand in for it.
    pub embedding: Option<Points>,
    /// The squared distance of each candidate to the nearest labelled object; infinite where there is none.
    pub nearest: Vec<f32>,
}

impl Pool<'_> {
    /// A pool of so many candidates of which nothing is known yet.
    pub fn new(candidates: usize, classes: usize) -> Self {
        Self { candidates, classes, ..Self::default() }
    }

    /// Where a candidate lies for strategies that measure distances: its embedding, else its prepared features; empty
    /// where there are neither.
    pub fn point(&self, candidate: usize) -> &[f32] {
        match (&self.embedding, self.space) {
            (Some(embedding), _) => embedding.point(candidate),
            (None, Some(space)) => self.rows.get(candidate).map_or(&[], |row| space.points().point(*row)),
            (None, None) => &[],
        }
    }

    /// One value for each candidate from its row of probabilities.
    pub(super) fn each_row(&self, score: impl Fn(&[f64]) -> f64) -> Vec<f64> {
        (0..self.probabilities.rows()).map(|row| score(self.probabilities.row(row))).collect()
    }
}
