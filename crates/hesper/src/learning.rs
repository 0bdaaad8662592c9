//! From a table of features to what learners take.

use hesper_features::FeatureTable;
use hesper_learn::{LabelCoder, Matrix};

use crate::Failure;

/// The features of a table as a matrix.
pub(crate) fn matrix(table: &FeatureTable) -> Result<Matrix, Failure> {
    if table.columns() == 0 {
        return Err(Failure::work("the table has no feature column: make one with `hesper features`"));
    }
    Ok(Matrix::new(table.rows(), table.columns(), table.values.clone())?)
}

/// The classes of objects as numbers.
pub(crate) struct ClassView {
    /// The names of the classes.
    pub(crate) classes: Vec<String>,
    /// The class of each row, where known.
    pub(crate) codes: Vec<Option<u32>>,
}

/// The name of all classes but the positive one in a binary view, unless the positive one has it.
pub(crate) const REST: &str = "other";

impl ClassView {
    /// All classes, sorted by name.
    pub(crate) fn all(classes: &[Option<String>]) -> Result<Self, Failure> {
        let coder = LabelCoder::new(classes.iter().flatten());
        let codes = classes.iter().map(|class| class.as_ref().map(|class| coder.encode(class)).transpose());
        Ok(Self { classes: coder.classes().to_vec(), codes: codes.collect::<Result<_, _>>()? })
    }

    /// The positive class against all others.
    pub(crate) fn binary(classes: &[Option<String>], positive: &str) -> Result<Self, Failure> {
        Self::require(classes, positive)?;
        let code = |class: &String| u32::from(class != positive);
        let rest = if positive == REST { "rest" } else { REST };
        Ok(Self {
            classes: vec![positive.to_owned(), rest.to_owned()],
            codes: classes.iter().map(|class| class.as_ref().map(code)).collect(),
        })
    }

    /// Binary, or all classes with the positive one among them.
    pub(crate) fn new(classes: &[Option<String>], positive: &str, multiclass: bool) -> Result<Self, Failure> {
        if multiclass {
            Self::require(classes, positive)?;
            Self::all(classes)
        } else {
            Self::binary(classes, positive)
        }
    }

    /// The number of a class.
    pub(crate) fn code(&self, class: &str) -> u32 {
        self.classes.iter().position(|known| known == class).unwrap_or_default() as u32
    }

    fn require(classes: &[Option<String>], positive: &str) -> Result<(), Failure> {
        if classes.iter().flatten().any(|class| class == positive) {
            return Ok(());
        }
        let known = LabelCoder::new(classes.iter().flatten()).classes().join(", ");
        if known.is_empty() {
            return Err(Failure::request(format!(
                "no object of the table has a known class, so none is of the class {positive:?}: give a table with the \
                 column `class`"
            )));
        }
        Err(Failure::request(format!(
            "no object is of the class {positive:?}; the table has {known}: see --positive"
        )))
    }
}
