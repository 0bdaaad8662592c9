//! What a query loop works on.

use std::fmt;
use std::str::FromStr;

use hesper_learn::{Matrix, split};

use crate::Error;

/// Objects with features and, for the loop to reveal, their classes. All lists have one entry for each object.
#[derive(Clone, Debug)]
pub struct LoopData {
    /// Features, objects × features; NaN where missing.
    pub x: Matrix,
    /// The class as the learner sees it, `0..n_classes`; `None` where it is not known: such objects take no part.
    pub class: Vec<Option<u32>>,
    /// The number of classes.
    pub n_classes: usize,
    /// The class that is looked for.
    pub positive: u32,
    /// Whether the object belongs to the original spectroscopic sample.
    pub spectroscopic: Vec<bool>,
    /// Where objects lie for the canonical strategy (such as redshift and peak magnitude), objects × axes.
    pub place: Matrix,
}

/// The labelled objects to start from; in files and on the command line `spectroscopic`, `random:N` or `nothing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Start {
    /// The original spectroscopic sample, biased as it is.
    Spectroscopic,
    /// So many objects of the pool, drawn at random by each seed.
    Random(usize),
    /// No object: the first batch is drawn at random.
    Nothing,
}

impl FromStr for Start {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "spectroscopic" => Ok(Self::Spectroscopic),
            None if text == "nothing" => Ok(Self::Nothing),
            Some(("random", count)) => {
                count.parse().map(Self::Random).map_err(|_| format!("{count:?} is no number of objects"))
            }
            _ => Err(format!("{text:?} is no start: give spectroscopic, random:N or nothing")),
        }
    }
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spectroscopic => f.write_str("spectroscopic"),
            Self::Random(count) => write!(f, "random:{count}"),
            Self::Nothing => f.write_str("nothing"),
        }
    }
}

impl TryFrom<String> for Start {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Start> for String {
    fn from(start: Start) -> Self {
        start.to_string()
    }
}

/// Who is what in a loop: three groups without a common object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// The spectroscopic sample with known classes.
    pub spectroscopic: Vec<usize>,
    /// Photometric objects that may be queried.
    pub pool: Vec<usize>,
    /// Photometric objects that are only ever predicted; the same for all strategies and seeds.
    pub hold_out: Vec<usize>,
}

impl LoopData {
    /// Holds out `fraction` of the photometric objects, of each class alike; the same seed gives the same objects.
    ///
    /// # Errors
    /// [`Error::Data`] where there are too few photometric objects with known classes, or none of the positive class
    /// would be held out.
    pub fn partition(&self, fraction: f64, seed: u64) -> Result<Partition, Error> {
        let known = |row: &usize| self.class[*row].is_some();
        let rows = 0..self.class.len();
        let spectroscopic: Vec<usize> =
            rows.clone().filter(|row| self.spectroscopic[*row]).filter(known).collect();
        let photometric: Vec<usize> = rows.filter(|row| !self.spectroscopic[*row]).filter(known).collect();
        if photometric.len() < 2 {
            return Err(Error::Data(format!(
                "{} photometric objects have a known class, but the loop needs some to query and some to hold out: give \
                 a table with `sample` and `class`",
                photometric.len()
            )));
        }
        let classes: Vec<u32> = photometric.iter().filter_map(|row| self.class[*row]).collect();
        let fold = split::stratified_hold_out(&classes, fraction, seed)?;
        let chosen =
            |places: &[usize]| -> Vec<usize> { places.iter().map(|place| photometric[*place]).collect() };
        let partition = Partition { spectroscopic, pool: chosen(&fold.train), hold_out: chosen(&fold.test) };
        if !partition.hold_out.iter().any(|row| self.class[*row] == Some(self.positive)) {
            return Err(Error::Data(
                "no object of the positive class is in the hold-out, so efficiency has no meaning: name another class \
                 with --positive, or give more objects"
                    .to_owned(),
            ));
        }
        Ok(partition)
    }
}
