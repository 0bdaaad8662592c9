use std::collections::BTreeSet;

use crate::Error;

/// Class names to class numbers and back. Numbers follow the names' alphabetical order, so they do not depend on the
/// order of the rows.
///
/// ```
/// let coder = hesper_learn::LabelCoder::new(["II", "Ia", "Ibc", "Ia"]);
/// assert_eq!(coder.classes(), ["II", "Ia", "Ibc"]);
/// assert_eq!(coder.encode("Ia")?, 1);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelCoder {
    classes: Vec<String>,
}

impl LabelCoder {
    /// Learns the classes from the labels of all rows.
    pub fn new<S: AsRef<str>>(labels: impl IntoIterator<Item = S>) -> Self {
        let mut classes = BTreeSet::new();
        for label in labels {
            if !classes.contains(label.as_ref()) {
                classes.insert(label.as_ref().to_owned());
            }
        }
        Self { classes: classes.into_iter().collect() }
    }

    /// The classes, in the order of their numbers.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The number of classes.
    pub fn n_classes(&self) -> usize {
        self.classes.len()
    }

    /// The number of a class.
    ///
    /// # Errors
    /// When no row that the coder has learned from had this class.
    pub fn encode(&self, label: &str) -> Result<u32, Error> {
        self.classes.binary_search_by(|class| class.as_str().cmp(label)).map(|code| code as u32).map_err(
            |_| {
                let mut known =
                    self.classes.iter().take(20).map(String::as_str).collect::<Vec<_>>().join(", ");
                if self.classes.len() > 20 {
                    known.push_str(", …");
                }
                Error::UnknownLabel { label: label.to_owned(), known }
            },
        )
    }

    /// The numbers of many classes.
    ///
    /// # Errors
    /// As [`Self::encode`], for the first unknown one.
    pub fn encode_all<S: AsRef<str>>(&self, labels: impl IntoIterator<Item = S>) -> Result<Vec<u32>, Error> {
        labels.into_iter().map(|label| self.encode(label.as_ref())).collect()
    }

    /// The class with a number.
    ///
    /// # Errors
    /// When there are not so many classes.
    pub fn decode(&self, code: u32) -> Result<&str, Error> {
        self.classes
            .get(code as usize)
            .map(String::as_str)
            .ok_or(Error::UnknownCode { code, n_classes: self.classes.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let labels = ["TDE", "Ia", "Ia", "AGN"];
        let coder = LabelCoder::new(labels);
        let codes = coder.encode_all(labels).unwrap();
        assert_eq!(codes, [2, 1, 1, 0]);
        let back: Vec<_> = codes.iter().map(|&code| coder.decode(code).unwrap()).collect();
        assert_eq!(back, labels);
    }

    #[test]
    fn the_unknown_is_named() {
        let coder = LabelCoder::new(["Ia", "II"]);
        let message = coder.encode("Ib").unwrap_err().to_string();
        assert!(message.contains("Ib") && message.contains("II, Ia"), "{message}");
        assert!(coder.decode(2).is_err());
        assert!(LabelCoder::new(Vec::<String>::new()).encode("Ia").is_err());
    }
}
