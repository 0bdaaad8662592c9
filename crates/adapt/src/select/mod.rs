//! Choosing among methods without labels of the target.
//!
//! A [`LabelFreeScore`] ranks fitted candidates; none of them is more than a clue, for what the target's classes are it does
//! not know. [`Select`] therefore takes the best candidate only if it passes a [`Guard`], and the learner on the source as it
//! is otherwise.

mod domains;
pub(crate) mod folds;
mod guard;
mod importance;
mod predictions;
mod score;
mod selected;

pub use crate::methods::SourceOnly;
pub use domains::{Domains, Trial};
pub use guard::{Gain, Guard};
pub use score::{LabelFreeScore, Score};
pub use selected::{Candidate, Select, Selected, Standing};
