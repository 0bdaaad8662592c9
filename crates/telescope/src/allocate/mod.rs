//! Which of the requested objects each telescope observes tonight: a strategy scores, an allocator spends.
//!
//! [`Requests`] are objects with an exposure time for each telescope, a [`Budget`] is what each telescope can spend, and a
//! [`Worth`] says what an object adds to what has been taken already: fixed scores ([`Fixed`]) or a function of the set.
//! Every [`Allocator`] makes an [`Allocation`] of them that
//! - exceeds no budget (time is counted in whole 1/2²⁰ s, so that no rounding of sums can) and takes no object twice;
//! - depends on the objects' keys where there are ties, but not on their order;
//! - comes with a bound on the best plan's value where one is known.
//!
//! # Does more time ever lower a plan's value?
//! An optimal plan only gets better with more time; a heuristic can stumble: a telescope that has a little more time may take
//! an object that blocks two others. What holds here when no budget shrinks, with fixed scores, up to the rounding of sums:
//!
//! | allocator | more time |
//! |---|---|
//! | `knapsack` | never lowers the value |
//! | `knapsack` with `steady = false` | never lowers it below that of the steady plan: by more than the gap of that |
//! | `greedy` with one telescope and no `safeguard` | never lowers it |
//! | `greedy` by gain, `clustered` | leaves at least 1/(telescopes + 2) of it, also with falling gains |
//! | `order`, `fields` | leave at least the worth of the best object alone: 1/(picks) of it |
//!
//! The reasons are with each allocator, and tests look for exceptions.

mod allocation;
mod bound;
mod clustered;
mod error;
mod fields;
mod greedy;
mod knapsack;
mod night;
mod order;
mod requests;
mod worth;

use serde::{Deserialize, Serialize};

pub use allocation::{Allocation, Pick};
pub use clustered::Clustered;
pub use error::Error;
pub use fields::Fields;
pub use greedy::{Greedy, Score};
pub use knapsack::Knapsack;
pub use order::Order;
pub use requests::{Budget, LONGEST, Requests, TelescopeNight};
pub use worth::{Fixed, Gains, Worth};

/// What is said of an allocator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Formula, guarantee and source, one paragraph.
    pub doc: &'static str,
}

/// Spends the time of telescopes on objects.
pub trait Allocator: Send + Sync {
    /// Name and documentation.
    fn info(&self) -> &'static Info;

    /// A plan. `worth` is reset before, and left in the state after the plan.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::Key`], [`Error::Object`] and [`Error::Telescope`] where requests, budget or worths are not
    /// as their documentation says; [`Error::Parameter`] where the allocator's own parameters are not.
    fn allocate(
        &self,
        requests: &Requests,
        budget: &Budget,
        worth: &mut dyn Worth,
    ) -> Result<Allocation, Error>;
}

/// An allocator by name, with its parameters, as a configuration holds it: `{ name = "knapsack", steady = false }`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each says what it is")]
pub enum AllocatorParams {
    Order(Order),
    Greedy(Greedy),
    Knapsack(Knapsack),
    Clustered(Clustered),
    Fields(Fields),
}

impl AllocatorParams {
    /// The allocator.
    ///
    /// # Errors
    /// [`Error::Parameter`] where a parameter is out of its range.
    pub fn build(self) -> Result<Box<dyn Allocator>, Error> {
        Ok(match self {
            Self::Order(order) => Box::new(order),
            Self::Greedy(greedy) => Box::new(greedy),
            Self::Knapsack(knapsack) => {
                knapsack.check()?;
                Box::new(knapsack)
            }
            Self::Clustered(clustered) => {
                clustered.check()?;
                Box::new(clustered)
            }
            Self::Fields(fields) => Box::new(fields),
        })
    }
}

/// All allocators with their default parameters, in the order of the documentation.
pub fn allocators() -> Vec<Box<dyn Allocator>> {
    vec![
        Box::new(Order::default()),
        Box::new(Greedy::default()),
        Box::new(Knapsack::default()),
        Box::new(Clustered::default()),
        Box::new(Fields::default()),
    ]
}

/// The allocator of that name, with its default parameters but for those that follow it: `NAME[:PARAMETER=VALUE]...`, such as
/// `knapsack` or `greedy:score=total:safeguard=false`.
///
/// # Errors
/// [`Error::Allocator`] with the names that there are, [`Error::Parameters`] and [`Error::Parameter`] for parameters that the
/// allocator does not have or that are out of their range.
pub fn allocator(text: &str) -> Result<Box<dyn Allocator>, Error> {
    let (name, parameters) = text.split_once(':').map_or((text, None), |(name, rest)| (name, Some(rest)));
    let known = allocators();
    let Some(allocator) = known.into_iter().find(|allocator| allocator.info().name == name) else {
        let known: Vec<&str> = allocators().iter().map(|allocator| allocator.info().name).collect();
        return Err(Error::Allocator { name: name.to_owned(), known: known.join(", ") });
    };
    match parameters {
        None => Ok(allocator),
        Some(parameters) => with_parameters(name, parameters)?.build(),
    }
}

/// Reads `PARAMETER=VALUE[:PARAMETER=VALUE]...` as the configuration's table would hold it. Words need no quotation marks.
fn with_parameters(name: &str, text: &str) -> Result<AllocatorParams, Error> {
    let wrong = |what: String| Error::Parameters { name: name.to_owned(), text: text.to_owned(), what };
    let mut table = toml::Table::from_iter([("name".to_owned(), toml::Value::from(name))]);
    for part in text.split(':') {
        let Some((key, value)) = part.split_once('=') else {
            return Err(wrong(format!("{part:?} is not PARAMETER=VALUE")));
        };
        let value = value.trim();
        // TOML wants a digit before the point.
        let number = || value.parse::<f64>().map(toml::Value::from);
        let value = value.parse().or_else(|_| number()).unwrap_or_else(|_| toml::Value::from(value));
        if table.insert(key.trim().to_owned(), value).is_some() {
            return Err(wrong(format!("{:?} comes twice", key.trim())));
        }
    }
    table.try_into().map_err(|error: toml::de::Error| wrong(error.message().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allocators_are_found_by_name() {
        for known in allocators() {
            assert_eq!(allocator(known.info().name).unwrap().info(), known.info());
        }
        let message = allocator("greed").err().unwrap().to_string();
        assert!(message.contains("\"greed\"") && message.contains("knapsack"), "{message}");
    }

    #[test]
    fn parameters_may_follow_the_name() {
        for sound in ["knapsack:steady=false:steps=10", "greedy:score=total", "clustered:decay=.5"] {
            assert_eq!(allocator(sound).unwrap().info().name, sound.split(':').next().unwrap());
        }
        assert_eq!(
            with_parameters("greedy", "score=total:safeguard=false").unwrap(),
            AllocatorParams::Greedy(Greedy { score: Score::Total, safeguard: false })
        );
        for (text, told) in [
            ("knapsack:stedy=true", "`stedy`"),
            ("knapsack:steady", "not PARAMETER=VALUE"),
            ("knapsack:steps=1:steps=2", "twice"),
            ("knapsack:name=order", "twice"),
            ("knapsack:steps=many", "\"many\""),
            ("knapsack:partitions=0", "at least 1"),
        ] {
            let message = allocator(text).err().unwrap().to_string();
            assert!(message.contains(told), "{message}");
        }
    }

    #[test]
    fn parameters_are_read_by_name_and_unknown_ones_are_refused() {
        let read = |text: &str| toml::from_str::<AllocatorParams>(text);
        assert_eq!(
            read("name = \"knapsack\"\nsteady = false").unwrap(),
            AllocatorParams::Knapsack(Knapsack { steady: false, ..Knapsack::default() })
        );
        for known in allocators() {
            let name = known.info().name;
            let params = read(&format!("name = {name:?}")).unwrap();
            assert_eq!(params.build().unwrap().info().name, name);
            assert!(read(&format!("name = {name:?}\nstedy = true")).is_err(), "{name}");
        }
        assert!(read("name = \"clustered\"\ndecay = 2").unwrap().build().is_err());
    }
}
