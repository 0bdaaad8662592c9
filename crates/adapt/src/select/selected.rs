use std::sync::Arc;

use hesper_learn::Learner;

use crate::Method;

/// What may be chosen.
pub struct Candidate {
    /// The name under which it appears on the leaderboard.
    pub name: String,
    /// The method.
    pub method: Box<dyn Method>,
    /// Its learner, if it is not the one that all share.
    pub learner: Option<Arc<dyn Learner>>,
}
/// TODO
pub struct Select;
/// TODO
pub struct Selected;
/// TODO
pub struct Standing;
