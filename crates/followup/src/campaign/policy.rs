//! Who asks for what: a strategy, an allocator and, if wanted, an adapter, by name.

use std::fmt;
use std::str::FromStr;

use hesper_telescope::allocate::{self, Allocator, Greedy, Score, allocator};
use serde::{Deserialize, Serialize};

use super::adapter::{Adapter, adapter};
use crate::{Error, Strategy, strategy};

/// How targets are chosen in a campaign: a strategy gives each object a worth, an allocator spends the telescope time, and
/// an adapter may make the labelled sample more like the sky. In files and on the command line
/// `STRATEGY[@ALLOCATOR][+ADAPTER]`, such as `uncertainty`, `bald@greedy` or `uncertainty@knapsack+weights`; parameters may
/// follow the allocator's name, as in `uncertainty@knapsack:steady=false`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Policy {
    /// The name of a [`Strategy`].
    pub strategy: String,
    /// The name of an allocator, perhaps with parameters ([`allocator`]).
    pub allocator: String,
    /// The name of an [`Adapter`]; `None` where the labelled sample is taken as it is.
    pub adapter: Option<String>,
}

/// The allocator of policies that name none: RESSPECT's.
pub const DEFAULT_ALLOCATOR: &str = "order";

impl Policy {
    /// The strategy, the allocator and the adapter of these names.
    ///
    /// # Errors
    /// [`Error::Strategy`], [`Error::Allocate`] or [`Error::Adapter`] for a name that there is not.
    pub(crate) fn build(&self) -> Result<Built, Error> {
        Ok(Built {
            strategy: strategy(&self.strategy)?,
            allocator: build_allocator(&self.allocator)?,
            adapter: self.adapter.as_deref().map(adapter).transpose()?,
        })
    }

    /// Whether all names are known.
    ///
    /// # Errors
    /// [`Error::Strategy`], [`Error::Allocate`] or [`Error::Adapter`] for a name that there is not.
    pub fn check(&self) -> Result<(), Error> {
        self.build().map(|_| ())
    }
}

/// RESSPECT's own greedy way, which divides the worth of the whole batch, and not what an object adds to it, by seconds.
const PEERS_GREEDY: &str = "greedy-total";
const PEERS_GREEDY_DOC: &str = "As greedy, but by the worth of the whole plan so far, the object included, over the \
                                object's seconds, as RESSPECT does (Kennamer et al. 2020, arXiv:2010.05941): the fuller \
                                the plan, the more it is the cheapest object that comes next. No guarantee.";

/// The allocators that a policy may name, each with its formula, guarantee and source.
pub fn allocators() -> Vec<(&'static str, &'static str)> {
    let mut told: Vec<_> = allocate::allocators()
        .iter()
        .map(|allocator| (allocator.info().name, allocator.info().doc))
        .collect();
    let after = told.iter().position(|(name, _)| *name == "greedy").map_or(told.len(), |place| place + 1);
    told.insert(after, (PEERS_GREEDY, PEERS_GREEDY_DOC));
    told
}

fn build_allocator(name: &str) -> Result<Box<dyn Allocator>, Error> {
    if name == PEERS_GREEDY {
        return Ok(Box::new(Greedy { score: Score::Total, ..Greedy::default() }));
    }
    Ok(allocator(name)?)
}

/// A policy at work.
pub(crate) struct Built {
    pub(crate) strategy: Box<dyn Strategy>,
    pub(crate) allocator: Box<dyn Allocator>,
    pub(crate) adapter: Option<Box<dyn Adapter>>,
}

impl FromStr for Policy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (rest, adapter) = match text.split_once('+') {
            Some((rest, adapter)) => (rest, Some(adapter.trim().to_owned())),
            None => (text, None),
        };
        let (strategy, allocator) = rest.split_once('@').unwrap_or((rest, DEFAULT_ALLOCATOR));
        let (strategy, allocator) = (strategy.trim().to_owned(), allocator.trim().to_owned());
        if strategy.is_empty() || allocator.is_empty() || adapter.as_ref().is_some_and(String::is_empty) {
            return Err(format!(
                "{text:?} is no policy: give STRATEGY[@ALLOCATOR][+ADAPTER], such as bald@greedy"
            ));
        }
        Ok(Self { strategy, allocator, adapter })
    }
}

/// As short as it can be said.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.strategy)?;
        if self.allocator != DEFAULT_ALLOCATOR {
            write!(f, "@{}", self.allocator)?;
        }
        self.adapter.as_ref().map_or(Ok(()), |adapter| write!(f, "+{adapter}"))
    }
}

impl TryFrom<String> for Policy {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Policy> for String {
    fn from(policy: Policy) -> Self {
        policy.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_read_as_they_are_written() {
        for text in [
            "uncertainty",
            "bald@greedy",
            "batchbald@greedy-total",
            "random+weights",
            "uncertainty@knapsack+weights",
            "uncertainty@knapsack:steady=false:steps=50+weights",
        ] {
            let policy: Policy = text.parse().unwrap();
            assert_eq!(policy.to_string(), text);
            policy.check().unwrap();
        }
        assert_eq!("random@order".parse::<Policy>().unwrap().to_string(), "random");
        for text in ["", "@greedy", "random@", "random+"] {
            assert!(text.parse::<Policy>().is_err(), "{text}");
        }
    }

    #[test]
    fn unknown_names_are_told_with_the_known() {
        for (text, wrong, known) in [
            ("uncertain", "\"uncertain\"", "entropy"),
            ("random@fair", "\"fair\"", "knapsack"),
            ("random@knapsack:stedy=false", "stedy", "steady"),
            ("random+magic", "\"magic\"", "weights"),
        ] {
            let message = text.parse::<Policy>().unwrap().check().unwrap_err().to_string();
            assert!(message.contains(wrong) && message.contains(known), "{message}");
        }
    }
}
