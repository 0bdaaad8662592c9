//! What can go wrong when a night is allocated.

/// What can go wrong when a night is allocated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No allocator has that name.
    #[error("there is no allocator {name:?}; there are {known}")]
    Allocator {
        /// The name as given.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// Parameters after an allocator's name cannot be read.
    #[error("the parameters {text:?} of allocator {name}: {what}")]
    Parameters {
        /// The allocator.
        name: String,
        /// The parameters as given.
        text: String,
        /// What is wrong with them.
        what: String,
    },
    /// A parameter is out of its range.
    #[error("{name} is {value}, but must be {rule}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// The value as given.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
    /// A list has not as many values as there are objects, or objects times telescopes.
    #[error("there are {found} {what}, but {objects} objects and {telescopes} telescopes need {needed}")]
    Length {
        /// What the list holds.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length it must have.
        needed: usize,
        /// Objects, by their keys.
        objects: usize,
        /// Telescopes of the budget.
        telescopes: usize,
    },
    /// Two objects have the same key.
    #[error("two objects have the key {key:?}: ties are settled by the keys, so give each object its own")]
    Key {
        /// The key that occurs twice.
        key: String,
    },
    /// A value that belongs to an object is out of its range.
    #[error("{what} of object {key:?} is {value}, but must be {rule}")]
    Object {
        /// The object's key.
        key: String,
        /// What the value is.
        what: &'static str,
        /// The value as given.
        value: f64,
        /// What it must be.
        rule: &'static str,
    },
    /// A value that belongs to a telescope is out of its range.
    #[error("{what} of telescope {telescope} (counted from 0) is {value}, but must be {rule}")]
    Telescope {
        /// Which one, from 0.
        telescope: usize,
        /// What the value is.
        what: &'static str,
        /// The value as given.
        value: f64,
        /// What it must be.
        rule: &'static str,
    },
}

impl Error {
    pub(crate) fn parameter(name: &'static str, value: impl ToString, rule: &'static str) -> Self {
        Self::Parameter { name, value: value.to_string(), rule }
    }
}
